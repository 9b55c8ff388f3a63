// The page on which a network learns to remember. worker.js trains; this draws what it tells.

import {readAddress, writeAddress} from "./address.js";
import {CELLS} from "./cells.js";
import {PARTS, SIGNED, css, fit, make, paintLine, paintUnits, palette, percent, shownParts} from "./draw.js";
import {BATCH, DEFAULTS, Recaller, SYMBOLS} from "./recall.js";

const form = document.getElementById("settings"), calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const element = id => document.getElementById(id);
const worker = new Worker(URL.createObjectURL(new Blob([element("worker").textContent], {type: "text/javascript"})));
const runs = [];  // earlier ones, to compare with
let settings = DEFAULTS, number = 0, told = null, untrained = null, colours = null;

// ---------------------------------------------------------------------------------------- settings

const LIMITS = {T: [2, 100], width: [8, 64], bias: [0, 7], clip: [0, 5], rate: [0.001, 0.05], seed: [0, 9999]};

// Settings as strings, from an address or a form, made whole: nothing outside the limits, nothing missing.
function understand(given) {
    const understood = {...DEFAULTS, cell: given.cell in CELLS ? given.cell : DEFAULTS.cell};
    for (const [name, [low, high]] of Object.entries(LIMITS)) {
        const number = parseFloat(given[name]);
        if (Number.isFinite(number)) understood[name] = Math.min(high, Math.max(low, number));
    }
    understood.T = Math.round(understood.T);
    understood.seed = Math.round(understood.seed);
    understood.width = 8 * Math.round(understood.width / 8);
    return understood;
}

function showSettings() {
    for (const [name, value] of Object.entries(settings)) {
        form.elements[name].value = value;
        const output = name in LIMITS && form.elements[name].parentElement.querySelector("output");
        if (output) output.textContent = name === "clip" && !value ? "off" : value;
    }
    form.elements.bias.disabled = settings.cell === "RNN";
    element("gate").textContent = {RNN: "No gate", LSTM: "Forget bias", GRU: "Update bias"}[settings.cell];
}

const nameOf = ({cell, T, bias}) => `${cell}, T = ${T}${cell === "RNN" ? "" : `, bias ${bias}`}`;

function restart(go) {
    if (told?.steps > 20) runs.push({name: nameOf(told.settings), accuracy: smooth(told.accuracy)});
    if (runs.length > 4) runs.shift();
    told = untrained = null;
    showSettings();
    worker.postMessage({what: "start", settings, number: ++number});
    if (go) worker.postMessage({what: "run"});
}

form.oninput = () => { settings = understand(Object.fromEntries(new FormData(form))); showSettings(); };
form.onchange = () => { writeAddress(settings); restart(true); };
form.onsubmit = event => event.preventDefault();
window.addEventListener("hashchange", () => { settings = understand(readAddress()); restart(true); });
element("run").onclick = () => worker.postMessage({what: told?.state === "running" ? "pause" : "run"});
element("step").onclick = () => worker.postMessage({what: "step"});
element("reset").onclick = () => restart(false);

// ---------------------------------------------------------------------------------------- pictures

// A mean over the last four steps: 512 sequences.
const smooth = values => values.map((_, i) => {
    const last = values.slice(Math.max(0, i - 3), i + 1);
    return last.reduce((a, b) => a + b) / last.length;
});

// A plot with a frame, some ticks and lines {values, colour, width, dash}; value i stands at x = i.
function plot(canvas, {lines, xMax, xLabel, yTicks, yName, log, top = yTicks.at(-1)}) {
    const width = canvas.parentElement.clientWidth, height = 168, left = 42, bottom = 34, context = fit(canvas, width, height);
    const place = log ? Math.log10 : value => value, low = place(yTicks[0]), high = place(top);
    const x = i => left + i / Math.max(1, xMax) * (width - left - 10), y = v => 8 + (high - place(v)) / (high - low) * (height - bottom - 8);
    Object.assign(context, {font: `12px ${getComputedStyle(document.body).fontFamily}`, textBaseline: "middle"});
    for (const tick of yTicks) {
        paintLine(context, [[left, y(tick)], [width, y(tick)]], css(colours.line), 1);
        Object.assign(context, {fillStyle: css(colours.soft), textAlign: "right"}).fillText(yName(tick), left - 6, y(tick));
    }
    Object.assign(context, {textAlign: "left"}).fillText("0", left, height - 24);
    Object.assign(context, {textAlign: "right"}).fillText(String(xMax), width - 10, height - 24);
    Object.assign(context, {textAlign: "center"}).fillText(xLabel, (left + width) / 2, height - 9);
    context.save();
    context.beginPath();
    context.rect(left, 0, width - left, height - bottom + 3);
    context.clip();
    for (const {values, colour, width = 2.4, dash} of lines) {
        paintLine(context, values.map((v, i) => [x(i), log && !(v > 0) ? NaN : y(v)]), colour, width, dash);
    }
    context.restore();
}

// 10⁻³
const power = exponent => `10${[...String(Math.round(exponent))].map(digit => digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;

function draw() {
    if (!told) return;
    colours ??= palette(document.body, ["paper", "ink", "soft", "line", "rnn", "lstm", "gru", "guess", "x", ...Object.values(PARTS).map(part => part[2])]);
    const {accuracy, norm, influence, steps} = told, own = css(colours[settings.cell.toLowerCase()]), grey = css(colours.guess, 0.6);
    const xMax = Math.max(100, 50 * Math.ceil(steps / 50));
    const flat = value => ({values: Array(xMax + 1).fill(value), colour: css(colours.guess), width: 1.5, dash: [2, 4]});
    plot(element("accuracy"), {
        lines: [flat(1 / SYMBOLS), ...runs.map(run => ({values: run.accuracy, colour: grey, width: 1.4})), {values: smooth(accuracy), colour: own}],
        xMax, xLabel: "steps", yTicks: [0, 0.5, 1], yName: percent,
    });
    const tick = value => value === 1 ? "1" : power(Math.log10(value));
    plot(element("influence"), {
        lines: [{values: untrained, colour: grey, width: 1.4}, {values: influence, colour: own}],
        xMax: settings.T - 1, xLabel: "symbols back from the end", yTicks: [1e-15, 1e-10, 1e-5, 1], yName: tick, log: true, top: 30,
    });
    plot(element("norm"), {
        lines: [...(settings.clip ? [flat(settings.clip)] : []), {values: norm, colour: own, width: 1.6}],
        xMax, xLabel: "steps", yTicks: [0.001, 0.1, 10, 1000], yName: tick, log: true,
    });
    drawSequence();
}

function drawSequence() {
    const {symbols, parts} = told, T = symbols.length, width = element("inside").clientWidth, rows = shownParts(parts);
    const edges = symbols.concat(0).map((_, t) => t * width / T), unit = Math.max(1.5, 64 / settings.width);
    const box = element("inside");
    while (box.children.length > rows.length) box.lastChild.remove();
    rows.forEach((part, i) => {
        const [name, meaning, colour] = PARTS[part], row = box.children[i] ?? box.appendChild(make("div", {className: "part"}, make("span", {className: "label"}), make("canvas")));
        const all = parts[part].flat(), mean = all.reduce((a, b) => a + b) / all.length;
        row.firstChild.replaceChildren(make("b", {textContent: name}), `: ${meaning}${SIGNED.includes(part) ? "" : `, on average ${percent(mean)}`}`);
        const height = unit * settings.width, context = fit(row.lastChild, width, height);
        paintUnits(context, parts[part], {edges, from: 0, to: T, left: 0, height, paper: colours.paper, high: colours[colour], low: colours.ink, shade: part === "c" ? Math.tanh : undefined});
    });
    element("symbols").replaceChildren(...symbols.map((symbol, t) => make("span", {className: t ? "" : "first", textContent: symbol + 1})));
    const answer = told.answer.indexOf(Math.max(...told.answer));
    element("reply").textContent = `It began with ${symbols[0] + 1}. The network says ${answer + 1} (${percent(told.answer[answer])}): ${answer === symbols[0] ? "right" : "wrong"}.`;
}

function describe() {
    const {state, steps, recent, influence} = told, far = influence.at(-1) / influence[0];
    const felt = far >= 1 ? "more strongly than" : far >= 0.001 ? `${Number(far.toPrecision(1))} times as strongly as` :
        far > 0 ? `about ${power(Math.round(Math.log10(far)))} times as strongly as` : "not at all, unlike";
    const how = {
        learnt: `Learnt, after ${steps} steps and ${(steps * BATCH).toLocaleString("en")} sequences.`,
        "given up": `Not learnt in ${steps} steps: ${percent(recent)} right. Blind guessing gets 12.5\u00A0%.`,
        broken: "The gradient is no longer a number: the network is wrecked. Clipping or a smaller rate would have helped.",
    }[state] ?? (steps ? `Step ${steps}: ${percent(recent)} right. Blind guessing gets 12.5\u00A0%.` : "Not trained yet.");
    return `${nameOf(settings)}. ${how} In the last state the first symbol is felt ${felt} the last.`;
}

worker.onmessage = ({data}) => {
    if (data.number !== number) return;  // of an earlier run
    told = {...data, settings};
    untrained ??= data.influence;
    element("run").textContent = data.state === "running" ? "Pause" : data.steps ? "Go on" : "Start";
    element("run").disabled = !["running", "paused"].includes(data.state);
    element("step").disabled = element("run").disabled;
    // A screen reader hears how it ends, and what one asks for, not ten reports a second.
    element("sentence").ariaLive = data.state === "running" ? "off" : "polite";
    element("sentence").textContent = describe();
    draw();
};
new ResizeObserver(draw).observe(document.querySelector(".plots"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { colours = null; draw(); });

settings = understand(readAddress());
restart(!calm);

// For tests, and for who opens the console: an untrained network's weights, a batch, and the gradients worked out by hand.
window.playground = {
    gradients(given = {}) {
        const net = new Recaller(understand(given)), symbols = net.sequences(), {T} = net.settings;
        const {loss, norm, accuracy, gradients} = net.gradients(symbols);
        const nested = (flat, [rows, columns]) => columns ? Array.from({length: rows}, (_, r) => Array.from(flat.subarray(r * columns, (r + 1) * columns))) : Array.from(flat);
        const all = arrays => Object.fromEntries(Object.entries(arrays).map(([name, flat]) => [name, nested(flat, net.shapes[name])]));
        const texts = Array.from({length: BATCH}, (_, b) => Array.from({length: T}, (_, t) => symbols[t * BATCH + b]));
        return {settings: net.settings, symbols: texts, answers: texts.map(text => text[0]), weights: all(net.weights),
            loss, norm, accuracy, gradients: all(gradients), influence: net.influence(symbols, BATCH)};
    },
    get state() { return told && {state: told.state, steps: told.steps, accuracy: told.recent}; },
};
