// What the two pages and `watch` draw with: elements, sharp canvases, and colours out of the stylesheet.

export const PARTS = {  // name, what it is, colour: in this order, those that the network has
    forget: ["forget gate", "how much of the memory is kept", "forget"],
    input: ["input gate", "how much is written into the memory", "input"],
    output: ["output gate", "how much of the memory shows in the state", "output"],
    update: ["update gate", "how much of the state is kept", "forget"],
    reset: ["reset gate", "how much of the state the candidate sees", "grey"],
    candidate: ["candidate", "what could be written", "candidate"],
    c: ["memory c", "what was kept, and what was written", "c"],
    h: ["state h", "what the answer is made of", "h"],
};
export const SIGNED = ["candidate", "c", "h"];  // from -1 to 1, the memory beyond; a gate goes from 0 to 1
// The LSTM's candidate is left out: what was written is seen in the memory.
export const shownParts = parts => Object.keys(PARTS).filter(part => part in parts && !(part === "candidate" && "c" in parts));

export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name in element) element[name] = value; else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
}

export const percent = share => `${Math.round(100 * share)}\u00A0%`;

// Give a canvas its size on the page, with as many points as the screen has, and wipe it.
export function fit(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1, [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, {width: w, height: h});
    Object.assign(canvas.style, {width: `${width}px`, height: `${height}px`});
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
}

// Colours of the stylesheet as [red, green, blue], light or dark as the page is now.
export function palette(host, names) {
    const probe = host.appendChild(make("i", {hidden: true})), context = make("canvas").getContext("2d", {willReadFrequently: true});
    const colours = {};
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        context.fillStyle = getComputedStyle(probe).color;
        context.fillRect(0, 0, 1, 1);
        colours[name] = [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
    }
    probe.remove();
    return colours;
}
export const css = (colour, alpha = 1) => `rgb(${colour.join(" ")} / ${alpha})`;

// A picture of numbers, a column a step and a row a unit: from the paper's colour (0) to `high` (1) or to `low` (-1).
// edges are the columns' borders, left is what has been scrolled away; steps without numbers (null) stay empty. A shade
// makes numbers from -1 to 1 of others: the memory's, say.
export function paintUnits(context, rows, {edges, from, to, left, height, paper, high, low, shade = number => number}) {
    const units = rows.find(row => row)?.length;
    if (!units || to <= from) return;
    const image = new ImageData(to - from, units);  // small, a point a number; then each column is drawn as wide as it is
    for (let t = from; t < to; t++) {
        for (let unit = 0; rows[t] && unit < units; unit++) {
            const value = shade(rows[t][unit]), colour = value < 0 ? low : high;
            const at = 4 * (unit * image.width + t - from);
            for (let i = 0; i < 3; i++) image.data[at + i] = paper[i] + Math.abs(value) * (colour[i] - paper[i]);
            image.data[at + 3] = 255;
        }
    }
    const small = make("canvas", {width: image.width, height: units});
    small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    for (let t = from; t < to; t++) {
        context.drawImage(small, t - from, 0, 1, units, edges[t] - left + 0.5, 0, edges[t + 1] - edges[t] - 1, height);
    }
}

// A line through points; places that are no numbers are left out.
export function paintLine(context, points, colour, width = 2, dash = []) {
    context.beginPath();
    let drawing = false;
    for (const [x, y] of points) {
        if (!Number.isFinite(y)) { drawing = false; continue; }
        if (drawing) context.lineTo(x, y); else context.moveTo(x, y);
        drawing = true;
    }
    Object.assign(context, {strokeStyle: colour, lineWidth: width, lineJoin: "round", lineCap: "round"});
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
}
