// The page on which a network learns to remember. worker.js trains; this draws what it tells.

import {readAddress, writeAddress} from "./address.js";
import {CELLS} from "./cells.js";
import {
    PARTS, SIGNED, css, fit, make, mean, paintLine, paintUnits, palette, percent, shade, shownParts,
} from "./draw.js";
import {BATCH, DEFAULTS, Recaller, SYMBOLS} from "./recall.js";

const element = id => document.getElementById(id), form = element("settings");
const program = new Blob([element("worker").textContent], {type: "text/javascript"});
const worker = new Worker(URL.createObjectURL(program));
const runs = [];  // the curves of earlier runs, to compare with
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
        const control = form.elements[name], shown = name in LIMITS && control.parentElement.querySelector("b");
        control.value = value;
        if (shown) shown.textContent = name === "clip" && !value ? "off" : value;
    }
    form.elements.bias.disabled = settings.cell === "RNN";
    element("gate").textContent = {RNN: "No gate", LSTM: "Forget bias", GRU: "Update bias"}[settings.cell];
}

const nameOf = ({cell, T, bias}) => `${cell}, T = ${T}${cell === "RNN" ? "" : `, bias ${bias}`}`;

function restart(go) {
    if (told?.steps > 20) runs.push(smooth(told.accuracy));
    if (runs.length > 4) runs.shift();
    told = untrained = null;
    showSettings();
    worker.postMessage({what: "start", settings, number: ++number});
    if (go) worker.postMessage({what: "run"});
}

form.oninput = () => {
    settings = understand(Object.fromEntries(new FormData(form)));
    showSettings();
};
form.onchange = () => {
    writeAddress(settings);
    restart(true);
};
form.onsubmit = event => event.preventDefault();
window.addEventListener("hashchange", () => {
    settings = understand(readAddress());
    restart(true);
});
element("run").onclick = () => {
    if (["running", "paused"].includes(told?.state)) worker.postMessage({what: told.state === "running" ? "pause" : "run"});
    else restart(true);
};
element("step").onclick = () => worker.postMessage({what: "step"});
element("reset").onclick = () => restart(false);

// ---------------------------------------------------------------------------------------- pictures

// Each value with the three before it: the accuracy on 512 sequences.
const smooth = values => values.map((_, i) => mean(values.slice(Math.max(0, i - 3), i + 1)));

// 10⁻³, say
const power = exponent => {
    const digits = [...String(Math.round(exponent))];
    return `10${digits.map(digit => digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
};
const tick = value => value === 1 ? "1" : power(Math.log10(value));

// Lines {values, colour, width, dash} over some ticks; value i stands at x = i.
function plot(canvas, {lines, xMax, xLabel, ticks, tickName, log, top = ticks.at(-1), label}) {
    const width = canvas.parentElement.clientWidth, height = 168, left = 42, bottom = 34;
    const context = fit(canvas, width, height), place = log ? Math.log10 : value => value;
    const low = place(ticks[0]), high = place(top);
    const x = i => left + i / Math.max(1, xMax) * (width - left - 10);
    const y = value => 8 + (high - place(value)) / (high - low) * (height - bottom - 8);
    const write = (text, align, ...at) => {
        Object.assign(context, {textAlign: align, textBaseline: "middle", fillStyle: css(colours.soft)});
        context.fillText(text, ...at);
    };
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    for (const value of ticks) {
        paintLine(context, [[left, y(value)], [width, y(value)]], css(colours.line), 1);
        write(tickName(value), "right", left - 6, y(value));
    }
    write("0", "left", left, height - 24);
    write(xMax, "right", width - 10, height - 24);
    write(xLabel, "center", (left + width) / 2, height - 9);
    context.save();
    context.beginPath();
    context.rect(left, 0, width - left, height - bottom + 3);
    context.clip();
    for (const {values, colour, width = 2.4, dash} of lines) {
        paintLine(context, values.map((value, i) => [x(i), log && !(value > 0) ? NaN : y(value)]), colour, width, dash);
    }
    context.restore();
    canvas.ariaLabel = label;
}

function draw() {
    if (!told) return;
    const names = ["paper", "ink", "soft", "line", "rnn", "lstm", "gru", "guess"];
    colours ??= palette(document.body, [...names, ...Object.values(PARTS).map(part => part.colour)]);
    const {accuracy, norm, influence, steps, recent} = told, xMax = Math.max(100, 50 * Math.ceil(steps / 50));
    const own = css(colours[settings.cell.toLowerCase()]), grey = {colour: css(colours.guess, 0.6), width: 1.4};
    const flat = value => ({values: Array(xMax + 1).fill(value), ...grey, dash: [2, 4]});
    plot(element("accuracy"), {
        lines: [flat(1 / SYMBOLS), ...runs.map(values => ({values, ...grey})), {values: smooth(accuracy), colour: own}],
        xMax, xLabel: "steps", ticks: [0, 0.5, 1], tickName: percent, label: `Accuracy, now ${percent(recent)}`,
    });
    plot(element("influence"), {
        lines: [{values: untrained, ...grey}, {values: influence, colour: own}],
        xMax: settings.T - 1, xLabel: "symbols back from the end", ticks: [1e-15, 1e-10, 1e-5, 1], tickName: tick,
        log: true, top: 30, label: `Gradient by distance, at the first symbol ${influence.at(-1).toExponential(0)}`,
    });
    plot(element("norm"), {
        lines: [...(settings.clip ? [flat(settings.clip)] : []), {values: norm, colour: own, width: 1.6}],
        xMax, xLabel: "steps", ticks: [0.001, 0.1, 10, 1000], tickName: tick,
        log: true, label: `Norm of the gradient, at most ${Math.max(0, ...norm).toPrecision(2)}`,
    });
    element("largest").textContent = norm.length ? Math.max(...norm).toPrecision(2) : "none yet";
    drawSequence();
}

function drawSequence() {
    const {symbols, parts, answer} = told, T = symbols.length, box = element("inside"), width = box.clientWidth;
    const edges = [...symbols, 0].map((_, t) => t * width / T), shown = shownParts(parts);
    const height = Math.max(64, 1.5 * settings.width), {paper, ink: low} = colours;
    const rows = shown.map((part, i) => box.children[i] ?? box.appendChild(
        make("div", {className: "part"}, make("span", {className: "label"}), make("canvas"))));
    while (box.children.length > shown.length) box.lastChild.remove();
    shown.forEach((part, i) => {
        const {name, meaning, colour} = PARTS[part], [label, canvas] = rows[i].children;
        const average = SIGNED.includes(part) ? "" : `, on average ${percent(mean(parts[part].flat()))}`;
        label.replaceChildren(make("b", {textContent: name}), `: ${meaning}${average}`);
        paintUnits(fit(canvas, width, height), parts[part],
            {edges, from: 0, to: T, left: 0, height, paper, low, high: colours[colour], shade: shade(part)});
    });
    element("symbols").replaceChildren(...symbols.map((symbol, t) =>
        make("span", {className: t ? "" : "first", textContent: symbol + 1})));
    const said = answer.indexOf(Math.max(...answer));
    element("reply").textContent = `It began with ${symbols[0] + 1}. The network says ${said + 1} `
        + `(${percent(answer[said])}): ${said === symbols[0] ? "right" : "wrong"}.`;
}

// ------------------------------------------------------------------------------------------- words

function describe({state, steps, recent, influence}) {
    const far = influence.at(-1) / influence[0];
    const felt = far >= 1 ? "more strongly than" : far >= 0.001 ? `${Number(far.toPrecision(1))} times as strongly as`
        : far > 0 ? `about ${power(Math.log10(far))} times as strongly as` : "not at all, unlike";
    const score = `${percent(recent)} right. Blind guessing gets 12.5\u00A0%.`;
    const how = {
        learnt: `Learnt, after ${steps} steps and ${(steps * BATCH).toLocaleString("en")} sequences.`,
        "given up": `Not learnt in ${steps} steps: ${score}`,
        broken: "The gradient is no longer a number. Clipping or a smaller rate would have helped.",
    };
    const now = how[state] ?? (steps ? `Step ${steps}: ${score}` : "Not trained yet.");
    return `${nameOf(settings)}. ${now} In the last state the first symbol is felt ${felt} the last.`;
}

worker.onmessage = ({data}) => {
    if (data.number !== number) return;  // of an earlier run
    told = data;
    untrained ??= data.influence;
    const running = data.state === "running", over = !running && data.state !== "paused";
    element("run").textContent = running ? "Pause" : over ? "Again" : data.steps ? "Go on" : "Start";
    element("step").disabled = over;
    // A screen reader hears how it ends, and what one asks for, not ten reports a second.
    element("sentence").ariaLive = running ? "off" : "polite";
    element("sentence").textContent = describe(data);
    draw();
};
new ResizeObserver(draw).observe(document.querySelector(".plots"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = null;
    draw();
});

settings = understand(readAddress());
restart(!matchMedia("(prefers-reduced-motion: reduce)").matches);

// ------------------------------------------------------------ for tests, and for who opens the console

const nested = (flat, [rows, columns]) => columns
    ? Array.from({length: rows}, (_, r) => [...flat.subarray(r * columns, (r + 1) * columns)]) : [...flat];
const named = (arrays, shapes) =>
    Object.fromEntries(Object.entries(arrays).map(([name, flat]) => [name, nested(flat, shapes[name])]));
const rowsOf = (symbols, T) =>
    Array.from({length: BATCH}, (_, b) => Array.from({length: T}, (_, t) => symbols[t * BATCH + b]));

window.playground = {
    // An untrained network's weights, a batch, and all gradients worked out by hand, under PyTorch's names.
    gradients(given = {}) {
        const net = new Recaller(understand(given)), symbols = net.sequences(), texts = rowsOf(symbols, net.settings.T);
        const {loss, norm, accuracy, gradients} = net.gradients(symbols);
        return {
            settings: net.settings, symbols: texts, answers: texts.map(text => text[0]),
            weights: named(net.weights, net.shapes), gradients: named(gradients, net.shapes),
            loss, norm, accuracy, influence: net.influence(symbols, BATCH),
        };
    },
    // The weights before some steps, the batch of each step, and the weights after them.
    practise(given, steps) {
        const [net, twin] = [new Recaller(understand(given)), new Recaller(understand(given))];
        const start = named(net.weights, net.shapes);
        const batches = Array.from({length: steps}, () => rowsOf(twin.sequences(), net.settings.T));
        for (let step = 0; step < steps; step++) net.step();
        return [start, ...batches, named(net.weights, net.shapes)];
    },
    get state() {
        return told && {state: told.state, steps: told.steps, accuracy: told.recent};
    },
};
