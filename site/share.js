// What makes a page worth sending: a link that restores what is shown, and a picture of it.

import {make} from "../images/watch/draw.js";
import {say} from "../images/watch/words.js";
import {flushAddress} from "./address.js";

const WIDE = 1200, EDGE = 48, INK = "#222222", SOFT = "#5A5A5A";
export const PICTURE = WIDE - 2 * EDGE;

// Two buttons in a paragraph. said() gives the picture's title and the sentence below it; canvases() what is drawn
// under them, each [words above it, canvas], on white and PICTURE pixels wide; address() is the link.
export function makeShare(said, canvases = () => [], address = () => location.href) {
    const told = make("span", {className: "hint", role: "status"});
    const button = (textContent, onclick) => make("button", {type: "button", textContent, onclick});
    const copy = button(say("Copy link"), async () => {
        flushAddress();
        const copied = await navigator.clipboard?.writeText(address()).then(() => true, () => false);
        if (copied) told.textContent = say("Copied.");
        else prompt(say("The link:"), address());
    });
    const save = button(say("Save picture"), () => {
        flushAddress();
        const canvas = paintPicture(said(), canvases()), name = `${document.title}.png`;
        canvas.toBlob(blob => {
            const href = URL.createObjectURL(blob);
            make("a", {href, download: name}).click();
            setTimeout(URL.revokeObjectURL, 10_000, href);
        });
    });
    return make("p", {className: "controls share"}, copy, save, told);
}

// The text in lines that are no wider than the picture.
function linesOf(context, text) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
        const longer = `${lines.at(-1)} ${word}`.trim();
        if (context.measureText(longer).width < PICTURE) lines[lines.length - 1] = longer;
        else lines.push(word);
    }
    return lines;
}

// Black on white, whatever the page is like.
function paintPicture({title, text}, canvases) {
    const canvas = make("canvas"), context = canvas.getContext("2d");
    const face = getComputedStyle(document.body).fontFamily;
    const styles = [[`700 44px ${face}`, 56, INK, title], [`26px ${face}`, 36, SOFT, text]];
    const rows = styles.flatMap(([font, height, colour, text]) => {
        context.font = font;
        return text.split("\n").flatMap(line => linesOf(context, line)).map(line => ({font, height, colour, line}));
    });
    const scaled = canvases.map(([words, part]) => [words, part, part.height * PICTURE / part.width, words ? 32 : 0]);
    const sum = list => list.reduce((total, size) => total + size, 0);
    const height = 2 * EDGE + sum(rows.map(row => row.height)) + sum(scaled.flatMap(row => row.slice(2))) + 40;
    Object.assign(canvas, {width: WIDE, height});
    Object.assign(context, {fillStyle: "#FFFFFF", textBaseline: "top"});
    context.fillRect(0, 0, WIDE, height);
    let top = EDGE;
    for (const {font, height, colour, line} of rows) {
        Object.assign(context, {font, fillStyle: colour});
        context.fillText(line, EDGE, top);
        top += height;
    }
    Object.assign(context, {font: `20px ${face}`, fillStyle: SOFT});
    for (const [words, part, size, above] of scaled) {
        context.fillText(words, EDGE, top + 8, PICTURE);
        context.drawImage(part, EDGE, top + above, PICTURE, size);
        top += above + size;
    }
    context.fillText(location.href.split(/[?#]/)[0], EDGE, height - EDGE + 8);
    return canvas;
}
