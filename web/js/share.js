// What makes a page worth sending: a link that restores what is shown, and a picture of it.

import {make} from "./draw.js";
import {say} from "./words.js";
import {flushAddress} from "./address.js";

const NOT_IN_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

// Two buttons in a paragraph. fill(sheet) puts what is saved into an element of the class `saved`, which is black on
// white and as wide as the picture, and returns the file's name where it is not the page's; address() is the link.
export function makeShare(fill, address = () => location.href) {
    const told = make("span", {className: "hint", role: "status"});
    const button = (textContent, onclick) => make("button", {type: "button", textContent, onclick});
    const copy = button(say("Copy link"), async () => {
        flushAddress();
        const copied = await navigator.clipboard?.writeText(address()).then(() => true, () => false);
        if (copied) told.textContent = say("Copied.");
        else prompt(say("The link:"), address());
    });
    const save = button(say("Save picture"), async () => {
        flushAddress();
        const root = save.getRootNode(), sheet = make("div", {className: "sheet saved"});
        (root.body ?? root).append(sheet);  // until it has been drawn, which nobody sees
        const name = fill(sheet) ?? document.title, link = address();
        sheet.append(make("small", {textContent: link.length < 1000 ? link : link.split(/[?#]/)[0]}));
        const image = imageOf(sheet, root.querySelector("style").textContent);
        sheet.remove();
        const blob = await drawn(image).catch(() => null);
        told.textContent = blob ? "" : say("This browser cannot save it. A screenshot shows the same.");
        if (!blob) return;
        const href = URL.createObjectURL(blob);
        make("a", {href, download: `${name}.png`}).click();
        setTimeout(URL.revokeObjectURL, 10_000, href);
    });
    return make("p", {className: "controls share"}, copy, save, told);
}

// An element of the page as an image: inside an SVG, with the style of the page and its canvases as pictures.
function imageOf(sheet, style) {
    const copy = sheet.cloneNode(true), canvases = sheet.querySelectorAll("canvas");
    copy.querySelectorAll("canvas").forEach((canvas, i) => {
        canvas.replaceWith(make("img", {src: canvases[i].toDataURL(), style: canvas.style.cssText}));
    });
    const {width, height} = sheet.getBoundingClientRect();
    const svg = make("div", {innerHTML: `<svg lang="${document.documentElement.lang}" width="${width}"
        height="${Math.ceil(height)}"><foreignObject width="100%" height="100%"/></svg>`}).firstChild;
    svg.firstChild.append(make("style", {textContent: style}), copy);
    const text = new XMLSerializer().serializeToString(svg).replace(NOT_IN_XML, "");
    return make("img", {src: `data:image/svg+xml,${encodeURIComponent(text)}`});
}

async function drawn(image) {
    await image.decode();
    const {width, height} = image, canvas = make("canvas", {width, height});
    canvas.getContext("2d").drawImage(image, 0, 0);
    return new Promise(resolve => canvas.toBlob(resolve));
}
