// What makes a page worth sending: a link that restores what is shown, and a picture of it.

import {make} from "../images/watch/draw.js";
import {say} from "../images/watch/words.js";
import {flushAddress} from "./address.js";

const WIDE = 1200, EDGE = 48, INK = "#222222", SOFT = "#5A5A5A", GROUND = "#B35806";
export const PICTURE = WIDE - 2 * EDGE;

// Two buttons in a paragraph. said() gives the picture's title, or lines of pieces {text, bold, ground: a percentage},
// the sentence below it, and the file's name where it is not the page's; canvases() what is drawn under them, each
// [words above it, canvas], on white and PICTURE pixels wide; address() is the link.
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
        const {name = document.title, ...words} = said(), canvas = paintPicture(words, canvases(), address());
        canvas.toBlob(blob => {
            const href = URL.createObjectURL(blob);
            make("a", {href, download: `${name}.png`}).click();
            setTimeout(URL.revokeObjectURL, 10_000, href);
        });
    });
    return make("p", {className: "controls share"}, copy, save, told);
}

// Pieces {text, font, ...} word by word, in lines that are no wider than the picture, each with its place and width.
function linesOf(context, pieces) {
    const lines = [[]];
    let left = 0;
    for (const piece of pieces.flatMap(piece => piece.text.split(/(?=\s)/).map(text => ({...piece, text})))) {
        context.font = piece.font;
        const sized = text => ({...piece, text, wide: context.measureText(text).width});
        let word = sized(piece.text);
        if (/^\s/.test(word.text) && left + word.wide > PICTURE) {
            [left, word] = [0, sized(word.text.trim())];
            lines.push([]);
        }
        lines.at(-1).push({...word, left});
        left += word.wide;
    }
    return lines;
}

// Black on white, whatever the page is like: rows [height, paint(top)], one below the other.
function paintPicture({title, lines = [[{text: title, bold: true}]], text}, canvases, address) {
    const canvas = make("canvas"), context = canvas.getContext("2d");
    const face = getComputedStyle(document.body).fontFamily;
    const set = (height, colour, size, pieces) => linesOf(context, pieces.map(piece =>
        ({...piece, font: `${piece.bold ? 700 : 400} ${size}px ${face}`})))
        .map(words => [height, top => words.forEach(word => paintWord(context, word, colour, top, height - 6))]);
    const small = (line, height, down) => [height, top => {
        Object.assign(context, {font: `20px ${face}`, fillStyle: SOFT});
        context.fillText(line, EDGE, top + down, PICTURE);
    }];
    const link = (address.length < 1000 ? address : address.split(/[?#]/)[0]).match(/.{1,90}/g);
    const rows = [...lines.flatMap(pieces => set(56, INK, 44, pieces)), ...set(36, SOFT, 26, [{text}])];
    for (const [words, part] of canvases) {
        const size = part.height * PICTURE / part.width;
        rows.push(small(words, words ? 32 : 0, 8), [size, top => context.drawImage(part, EDGE, top, PICTURE, size)]);
    }
    rows.push(...link.map(line => small(line, 24, 24)), [16, () => {}]);
    Object.assign(canvas, {width: WIDE, height: rows.reduce((sum, [height]) => sum + height, 2 * EDGE)});
    Object.assign(context, {fillStyle: "#FFFFFF", textBaseline: "top"});
    context.fillRect(0, 0, WIDE, canvas.height);
    rows.reduce((top, [height, paint]) => { paint(top); return top + height; }, EDGE);
    return canvas;
}

function paintWord(context, {text, font, ground = 0, left, wide}, colour, top, height) {
    Object.assign(context, {font, fillStyle: GROUND, globalAlpha: ground / 100});
    const space = context.measureText(text.match(/^\s*/)[0]).width;
    context.fillRect(EDGE + left + space, top - 2, wide - space, height);
    Object.assign(context, {fillStyle: colour, globalAlpha: 1});
    context.fillText(text, EDGE + left, top);
}
