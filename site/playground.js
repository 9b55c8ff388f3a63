// The page on which networks learn to remember. worker.js trains; this draws what it tells.

import {readAddress, writeAddress} from "./address.js";
import {CELLS} from "./cells.js";
import {
    PARTS, SIGNED, css, fit, make, mean, paintLine, paintUnits, palette, percent, shade, shownParts, tenTo,
} from "../images/watch/draw.js";
import {BATCH, DEFAULTS, Recaller, SYMBOLS} from "./recall.js";

const GUTTER = 32;  // left of the bars, for what they are measured by
const COLOURS = ["first", "second"], DASHES = [[], [7, 4]];  // of the networks' lines

const element = id => document.getElementById(id), form = element("settings");
const program = new Blob([element("worker").textContent], {type: "text/javascript"});
const worker = new Worker(URL.createObjectURL(program));
let lanes, number = 0, told = null, untrained = null, colours = null;

// ---------------------------------------------------------------------------------------- settings

// The lowest, the highest; where there is a third, a multiple of it.
const LIMITS = {T: [2, 100, 1], width: [8, 64, 8], bias: [0, 7], clip: [0, 5], rate: [0.001, 0.05], seed: [0, 9999, 1]};
const GATES = {LSTM: "forget", GRU: "update"};

// Settings as strings, from an address or a form, made whole: nothing outside the limits, nothing missing.
function understand(given) {
    const understood = {...DEFAULTS, cell: given.cell in CELLS ? given.cell : DEFAULTS.cell};
    for (const [name, [low, high, step]] of Object.entries(LIMITS)) {
        const number = Math.min(high, Math.max(low, parseFloat(given[name])));
        if (Number.isFinite(number)) understood[name] = step ? step * Math.round(number / step) : number;
    }
    return understood;
}

// The settings of one network or of two, which differ in their cell and their bias. Nothing said: the first preset.
function understandAll(given) {
    if (!given.cell) given = {...Object.fromEntries(new URLSearchParams(element("presets").querySelector("a").hash.slice(1))), ...given};
    const second = given.cell2 in CELLS ? [understand({...given, cell: given.cell2, bias: given.bias2})] : [];
    return [understand(given), ...second];
}

function showSettings() {
    const [first, second] = lanes, shown = {...first, cell2: second?.cell ?? "none", bias2: second?.bias ?? first.bias};
    for (const [name, value] of Object.entries(shown)) {
        const control = form.elements[name], number = control.parentElement.querySelector("b");
        control.value = value;
        if (number) number.textContent = name === "clip" && !value ? "off" : value;
    }
    for (const [name, lane] of [["bias", first], ["bias2", second]]) {
        const label = form.elements[name].parentElement, gate = GATES[lane?.cell];
        label.hidden = !gate;
        label.firstChild.textContent = `Bias of the ${gate} gate`;
    }
    for (const link of element("presets").querySelectorAll("a")) {
        const here = JSON.stringify(understandAll(Object.fromEntries(new URLSearchParams(link.hash.slice(1)))));
        link.ariaCurrent = here === JSON.stringify(lanes) ? "true" : null;
    }
}

const nameOf = ({cell, bias}) => cell === "RNN" ? cell : `${cell}, bias ${bias}`;

function restart(go) {
    told = untrained = null;
    showSettings();
    furnish();
    worker.postMessage({what: "start", settings: lanes, number: ++number});
    if (go) worker.postMessage({what: "run"});
}

form.oninput = () => { lanes = understandAll(Object.fromEntries(new FormData(form))); showSettings(); };
form.onchange = () => {
    const [first, second] = lanes;
    writeAddress({...first, ...second && {cell2: second.cell, bias2: second.bias}});
    restart(true);
};
form.onsubmit = event => event.preventDefault();
window.addEventListener("hashchange", () => { lanes = understandAll(readAddress()); restart(true); });
element("run").onclick = () => overall() === "over" ? restart(true)
    : worker.postMessage({what: overall() === "running" ? "pause" : "run"});
element("below").onclick = () => form.scrollIntoView({behavior: "smooth"});
element("step").onclick = () => worker.postMessage({what: "step"});

function overall() {
    const states = told?.lanes.map(({state}) => state) ?? ["paused"];
    return ["running", "paused"].find(state => states.includes(state)) ?? "over";
}

// ---------------------------------------------------------------------------------------- pictures

// Each value with those before it that make 512 sequences.
const smooth = values => values.map((_, i) => mean(values.slice(Math.max(0, i + 1 - 512 / BATCH), i + 1)));

// Lines {values, colour, width, dash} of shares from 0 to 1; value i stands at x = i.
function plot(canvas, lines, xMax) {
    const width = canvas.parentElement.clientWidth, height = 150, left = 42, right = 10, bottom = 34;
    const context = fit(canvas, width, height);
    const x = i => left + i / xMax * (width - left - right), y = value => 8 + (1 - value) * (height - bottom - 8);
    const write = (text, align, ...at) => {
        Object.assign(context, {textAlign: align, textBaseline: "middle", fillStyle: css(colours.soft)});
        context.fillText(text, ...at);
    };
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    for (const value of [0, 0.5, 1]) {
        paintLine(context, [[left, y(value)], [width - right, y(value)]], css(colours.line), 1);
        write(percent(value), "right", left - 6, y(value));
    }
    write("0", "left", left, height - 24);
    write(xMax, "right", width - right, height - 24);
    write("steps", "center", (left + width - right) / 2, height - 9);
    for (const {values, colour, width = 2.4, dash} of lines) {
        paintLine(context, values.map((value, i) => [x(i), y(value)]), colour, width, dash);
    }
}

function draw() {
    if (!told) return;
    const hues = Object.values(PARTS).map(part => part.colour);
    colours ??= palette(document.body, ["paper", "ink", "soft", "line", "guess", ...hues, ...COLOURS]);
    const steps = Math.max(...told.lanes.map(lane => lane.steps)), xMax = Math.max(100, 50 * Math.ceil(steps / 50));
    const chance = Array(xMax + 1).fill(1 / SYMBOLS);
    plot(element("accuracy"), [
        {values: chance, colour: css(colours.guess), width: 1.4, dash: [2, 4]},
        ...told.lanes.map(({accuracy}, i) =>
            ({values: smooth(accuracy), colour: css(colours[COLOURS[i]]), dash: DASHES[i]})),
    ], xMax);
    const now = told.lanes.map(({lane, recent}) => `${nameOf(lane)}: ${percent(recent)}`).join("; ");
    element("accuracy").ariaLabel = `Accuracy. ${now}`;
    told.lanes.forEach(drawLane);
}

// A lane's place: its name, what it comes to in words, the gradient over the symbols, the inside below them.
function furnish() {
    element("legend").replaceChildren(...lanes.map((lane, i) => make("span", {className: COLOURS[i], textContent: nameOf(lane)})));
    element("lanes").replaceChildren(...lanes.map((lane, i) => make("section", {className: "lane"},
        make("h2", {className: COLOURS[i], textContent: nameOf(lane)}),
        make("p", {className: "told"}),
        make("span", {className: "label"}, make("b", {textContent: "gradient"}),
            " with respect to each symbol; grey lines: before training"),
        make("canvas", {className: "gradient", role: "img"}),
        make("div", {className: "symbols"}), make("p", {className: "reply"}), make("div", {className: "inside"}))));
}

function drawLane({lane, symbols, parts, answer, influence, changed, of}, i) {
    const section = element("lanes").children[i], find = name => section.querySelector(`.${name}`);
    const T = symbols.length, inside = find("inside"), width = inside.clientWidth;
    const edges = [...symbols, 0].map((_, t) => GUTTER + t * (width - GUTTER) / T), shown = shownParts(parts).slice(0, 3);
    find("told").textContent = gradientInWords(influence, changed, of);
    drawGradient(find("gradient"), i, influence.toReversed(), untrained[i].toReversed(), edges);
    find("gradient").ariaLabel = `Gradient over the symbols. ${find("told").textContent}`;
    const height = Math.max(48, 1.5 * lane.width), {paper, ink} = colours;
    const rows = shown.map((part, k) => inside.children[k] ?? inside.appendChild(
        make("div", {className: "part"}, make("span", {className: "label"}), make("canvas"))));
    shown.forEach((part, k) => {
        const {name, meaning, colour} = PARTS[part], [label, canvas] = rows[k].children;
        const average = percent(mean(parts[part].map(row => mean(row.map(shade(part))))));
        label.replaceChildren(make("b", {textContent: name}), `: ${meaning}${SIGNED.includes(part) ? "" : `; on average ${average}`}`);
        paintUnits(fit(canvas, width, height), parts[part],
            {edges, from: 0, to: T, left: 0, height, paper, low: ink, high: colours[colour], shade: shade(part)});
    });
    find("symbols").replaceChildren(...symbols.map((symbol, t) =>
        make("span", {className: t ? "" : "first", textContent: symbol + 1})));
    const said = answer.indexOf(Math.max(...answer));
    find("reply").textContent = `The sequence began with ${symbols[0] + 1}. The network says ${said + 1} `
        + `(${percent(answer[said])}): ${said === symbols[0] ? "right" : "wrong"}.`;
}

// A bar over each symbol, from 10⁻¹⁰ to 10, and a line where the untrained network's ends.
function drawGradient(canvas, i, now, before, edges) {
    const height = 84, width = edges.at(-1), context = fit(canvas, width, height), colour = css(colours[COLOURS[i]]);
    const y = value => height - 1 - (height - 14) * Math.min(1, Math.max(0, (Math.log10(value) + 10) / 11));
    Object.assign(context, {font: `11px ${getComputedStyle(document.body).fontFamily}`});
    for (const exponent of [0, -5, -10]) {
        paintLine(context, [[0, y(10 ** exponent)], [width, y(10 ** exponent)]], css(colours.line), 1);
    }
    const gap = width / now.length > 8 ? 2 : 0.5;
    now.forEach((value, t) => {
        const [left, right] = [edges[t] + gap, edges[t + 1] - gap];
        context.fillStyle = colour;
        context.fillRect(left, y(value), right - left, height - 1 - y(value));
        paintLine(context, [[left, y(before[t])], [right, y(before[t])]], css(colours.guess), 2);
    });
    Object.assign(context, {fillStyle: css(colours.soft), textBaseline: "middle"});
    for (const exponent of [0, -5, -10]) {
        context.fillText(exponent ? tenTo(exponent) : "1", 0, Math.min(height - 6, y(10 ** exponent)));
    }
}

// ------------------------------------------------------------------------------------------- words

function gradientInWords(influence, changed, of) {
    const far = influence.at(-1) / influence[0];
    const times = far >= 0.001 ? Number(far.toPrecision(1)) : far > 0 ? tenTo(Math.log10(far)) : 0;
    const still = far < 1e-6 && changed > of / 4;
    return `The gradient with respect to the first symbol is ${times} times that with respect to the last. `
        + `With another first symbol ${still ? "and nothing else changed, still " : ""}${changed} of ${of} answers change`
        + `${still ? ": the gradient has vanished, the memory has not." : "."}`;
}

function describe({lane, state, steps, recent}) {
    const score = `${percent(recent)} right, where chance level is 12.5\u00A0%`;
    const how = {
        learnt: `learnt after ${steps} steps and ${(steps * BATCH).toLocaleString("en")} sequences`,
        "given up": `not learnt in ${steps} steps, ${score}`,
        broken: "the gradient is no longer a number; clipping or a smaller learning rate would have helped",
    };
    return `${nameOf(lane)}: ${how[state] ?? (steps ? `step ${steps}, ${score}` : "not trained yet")}.`;
}

worker.onmessage = ({data}) => {
    if (data.number !== number) return;  // of an earlier run
    told = {lanes: data.lanes.map((report, i) => ({...report, lane: lanes[i]}))};
    untrained ??= told.lanes.map(({influence}) => influence);
    const state = overall(), steps = Math.max(...told.lanes.map(lane => lane.steps));
    element("run").textContent = {running: "Pause", over: "Again", paused: steps ? "Go on" : "Start"}[state];
    element("step").disabled = state === "over";
    element("steps").textContent = `T = ${lanes[0].T} symbols`;
    // A screen reader hears how it ends, and what one asks for, not ten reports a second.
    element("sentence").ariaLive = state === "running" ? "off" : "polite";
    element("sentence").textContent = told.lanes.map(describe).join(" ");
    draw();
};

new ResizeObserver(draw).observe(document.querySelector(".watching"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { colours = null; draw(); });

lanes = understandAll(readAddress());
restart(!matchMedia("(prefers-reduced-motion: reduce)").matches);

// ------------------------------------------------------------ for tests, and for who opens the console

const lists = arrays => Object.fromEntries(Object.entries(arrays).map(([name, flat]) => [name, [...flat]]));

window.playground = {
    // An untrained network's weights, a batch, and all gradients worked out by hand, under PyTorch's names. The numbers
    // lie row behind row: symbols is [T, 32].
    gradients(given = {}) {
        const net = new Recaller(understand(given)), symbols = net.sequences();
        const {loss, norm, accuracy, gradients} = net.gradients(symbols);
        return {
            settings: net.settings, symbols: [...symbols], weights: lists(net.weights), gradients: lists(gradients),
            loss, norm, accuracy, influence: net.influence(symbols, BATCH),
        };
    },
    // What the networks have come to: a list of {state, steps, accuracy, changed}.
    get state() {
        return told?.lanes.map(({state, steps, recent, changed}) => ({state, steps, accuracy: recent, changed}));
    },
};
