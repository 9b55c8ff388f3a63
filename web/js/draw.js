// What the pages and `watch` draw with: elements, sharp canvases, and colours out of the stylesheet.

import {say} from "./words.js";

// Each has the colour that it has in the diagrams; the update gate keeps, so it has the forget gate's.
export const PARTS = {  // of a network, in the order in which those that it has are shown
    input: {name: say("input gate"), colour: "input", meaning: say("how much is written into the cell state")},
    forget: {name: say("forget gate"), colour: "forget", meaning: say("how much of the cell state is kept")},
    c: {name: say("cell state c"), colour: "c", meaning: say("what was kept, and what was written")},
    output: {
        name: say("output gate"), colour: "output",
        meaning: say("how much of the cell state shows in the hidden state"),
    },
    update: {name: say("update gate"), colour: "forget", meaning: say("how much of the hidden state is kept")},
    reset: {name: say("reset gate"), colour: "inside", meaning: say("how much of the hidden state the candidate sees")},
    candidate: {name: say("candidate"), colour: "candidate", meaning: say("what could be written")},
    h: {name: say("hidden state h"), colour: "h", meaning: say("what the answer is made of")},
};
export const SIGNED = ["candidate", "c", "h"];  // from -1 to 1, the cell state beyond; a gate goes from 0 to 1

// A number as a shade from -1 to 1. A gate is drawn as it is; the cell state, which has no limits, as it shows in the
// hidden state.
export const shade = part => part === "c" ? Math.tanh : number => number;

// The LSTM's candidate is left out: what was written is seen in the cell state.
export const shownParts = parts =>
    Object.keys(PARTS).filter(part => part in parts && !(part === "candidate" && "c" in parts));

export const mean = numbers => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
export const best = numbers => numbers.indexOf(Math.max(...numbers));
export const percent = share => say("{number}\u00A0%", {number: Math.round(100 * share)});

// 10⁻³, say
const raised = digits => digits.replace("-", "⁻").replace(/\d/g, digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
export const tenTo = exponent => `10${raised(String(Math.round(exponent)))}`;

export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    Object.assign(element, properties);
    element.append(...children);
    return element;
}

export const lessMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;  // is what the visitor wants

export const bold = word => make("bdi", {textContent: word});

// The letters of what is drawn are those of its stylesheet.
export const lettering = canvas => {
    const {fontSize, fontFamily} = getComputedStyle(canvas);
    return `${fontSize} ${fontFamily}`;
};

// Give a canvas its size on the page, with as many points as the screen has, which wipes it.
export function fit(canvas, width, height) {
    const ratio = window.devicePixelRatio * (canvas.currentCSSZoom ?? 1), context = canvas.getContext("2d");
    Object.assign(canvas, {width: Math.round(width * ratio), height: Math.round(height * ratio)});
    Object.assign(canvas.style, {width: `${width}px`, height: `${height}px`});
    context.scale(ratio, ratio);
    context.font = lettering(canvas);
    return context;
}

// Colours of the stylesheet as [red, green, blue], light or dark as the page is now.
export function palette(host, names) {
    const probe = host.appendChild(make("i", {hidden: true})), colours = {};
    const context = make("canvas", {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        context.fillStyle = getComputedStyle(probe).color;
        context.fillRect(0, 0, 1, 1);
        colours[name] = [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
    }
    probe.remove();
    return colours;
}

// The page turns dark or light: by the system, or by its switch, which is in web/page.py.
export function onLight(repaint) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    new MutationObserver(repaint).observe(document.documentElement, {attributeFilter: ["style"]});
}

export const css = (colour, alpha = 1) => `rgb(${colour.join(" ")} / ${alpha})`;

// A picture of what a part of the network did, a column a step and a row a unit: from the paper's colour (0) to the
// part's (1) or to ink (-1). edges are the columns' borders; steps without numbers (null) stay empty.
export function paintUnits(context, rows, part, colours, height, edges) {
    const units = rows.find(row => row)?.length, {paper, ink, [PARTS[part].colour]: own} = colours;
    if (!units) return;
    const image = new ImageData(rows.length, units);  // a point a number; then each column is drawn as wide as it is
    rows.forEach((row, t) => row?.map(shade(part)).forEach((value, unit) => {
        const colour = value < 0 ? ink : own, at = 4 * (unit * rows.length + t);
        for (let i = 0; i < 3; i++) image.data[at + i] = paper[i] + Math.abs(value) * (colour[i] - paper[i]);
        image.data[at + 3] = 255;
    }));
    const small = make("canvas", {width: rows.length, height: units});
    small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    rows.forEach((_, t) => {
        context.drawImage(small, t, 0, 1, units, edges[t] + 0.5, 0, edges[t + 1] - edges[t] - 1, height);
    });
}

// A line through points; it goes past places that are no numbers.
export function paintLine(context, points, colour, width = 2, dash = []) {
    Object.assign(context, {strokeStyle: colour, lineWidth: width, lineJoin: "round", lineCap: "round"});
    context.setLineDash(dash);
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
}

// Lines across a chart, each [y, name], with its name at the left; and names below it, each [x, name], its middle at x.
export function paintAxes(context, {soft, line}, {left, right, across, bottom, below = []}) {
    Object.assign(context, {fillStyle: css(soft), textBaseline: "middle", textAlign: "right"});
    for (const [y, name] of across) {
        paintLine(context, [[left, y], [right, y]], css(line), 1);
        context.fillText(name, left - 6, y);
    }
    context.textAlign = "center";
    for (const [x, name] of below) context.fillText(name, x, bottom);
}

// Names at the ends of lines, each {name, x, y, colour}: those that end close together are pushed apart, upwards. Each
// stands on a rim of paper.
export function writeEnds(context, ends, lowest, room, paper) {
    Object.assign(context, {textBaseline: "middle", lineJoin: "round", lineWidth: 6, strokeStyle: paper});
    context.setLineDash([]);
    let free = lowest;
    const row = 1.2 * parseFloat(context.font.match(/[\d.]+px/)[0]);
    for (const {name, x, y, colour} of ends.toSorted((a, b) => b.y - a.y)) {
        const place = Math.min(free, y);
        context.fillStyle = colour;
        context.strokeText(name, x, place, room);
        context.fillText(name, x, place, room);
        free = place - row;
    }
}
