// The page on which networks learn to remember, before one's eyes.

import {
    PARTS, SIGNED, css, fit, lessMotion, make, mean, onLight, paintAxes, paintLine, paintUnits, palette, percent,
    shade, shownParts, tenTo,
} from "./draw.js";
import {say} from "./words.js";
import {restoreForm} from "./address.js";
import {CELLS} from "./cells.js";
import {BATCH, Recaller, SYMBOLS, VECTOR} from "./recall.js";
import {makeShare} from "./share.js";

const GUTTER = 36;  // left of the bars, for what they are measured by
const COLOURS = ["first", "second"], DASHES = [[], [7, 4]];  // of the networks' lines
const BIASES = {LSTM: say("Bias of the forget gate"), GRU: say("Bias of the update gate")};

const element = id => document.getElementById(id), form = element("settings");
const presets = [...element("presets").querySelectorAll("a")];
let nets, untrained, running, frame;

// ---------------------------------------------------------------------------------------- settings

// The form holds the settings: of one network, or of two, which differ in their cell and their bias. Nothing stands
// outside its limits there.
function restore() {
    if (!location.hash) history.replaceState(null, "", presets[0].hash);
    restoreForm(form);
    form.elements.cell.value ||= "LSTM";
    restart();
}

function showSettings() {
    for (const name of ["", "2"]) {
        const label = form.elements[`bias${name}`].parentElement, words = BIASES[form.elements[`cell${name}`].value];
        label.hidden = !words;
        label.firstChild.textContent = words;
    }
    const said = Object.fromEntries(new FormData(form));
    if (said.clip === "0") said.clip = say("off");
    for (const {name, parentElement} of form.querySelectorAll("[type=range]")) {
        parentElement.querySelector("b").textContent = said[name];
    }
    const gated = [[said.cell, said.bias], [said.cell2, said.bias2]].filter(([cell]) => cell in BIASES);
    const open = [...new Set(gated.map(([, bias]) => bias))].map(bias =>
        say("{bias} to {share}", {bias, share: percent(1 / (1 + Math.exp(-bias)))})).join(say(", "));
    element("inside").textContent = say("Inside: an embedding ({vector} numbers per symbol), {width} units, a "
        + "linear layer to {symbols} scores.", {...said, vector: VECTOR, symbols: SYMBOLS})
        + (open && say(" Before training, the bias opens the gate: {open}.", {open}));
    element("rest").firstElementChild.textContent = say(
        "T = {T}, {width} units, clip {clip}, learning rate {rate}, seed {seed}", said);
    for (const link of presets) link.ariaCurrent = link.hash === location.hash ? "true" : null;
}

const nameOf = ({settings: {cell, bias}}) => cell === "RNN" ? cell : say("{cell}, bias {bias}", {cell, bias});

function restart() {
    const {cell, cell2, bias, bias2, ...rest} = Object.fromEntries(new FormData(form));
    const shared = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Number(value)]));
    nets = [[cell, bias], [cell2, bias2]].filter(([cell]) => cell in CELLS)
        .map(([cell, bias]) => new Recaller({...shared, cell, bias: Number(bias)}));
    untrained = nets.map(net => net.look().influence);
    showSettings();
    element("lanes").classList.toggle("alike", nets.length > 1 && nets[0].settings.cell === nets[1].settings.cell);
    const lanes = element("lanes");  // what stands there stays until it is drawn anew, or the page would move
    lanes.replaceChildren(...nets.map((_, i) => lanes.children[i] ?? makeLane()));
    show();
}

const makeLane = () => make("section", {className: "lane"});

form.oninput = showSettings;
form.onchange = () => {
    const {seed} = form.elements;
    if (!seed.validity.valid) seed.value = seed.defaultValue;
    history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);
    restart();
    start();
};
document.querySelector("main > details").before(makeShare(sheet => {
    const figures = [...document.querySelectorAll(".watching figure")].map(figure => figure.cloneNode(true));
    const lanes = make("div", {className: "lanes"}, ...nets.map(makeLane));
    sheet.append(make("h1", {textContent: document.title}),
        make("p", {textContent: element("sentence").textContent}), ...figures, lanes);
    draw(figures[0].lastChild, lanes);
}));
window.addEventListener("hashchange", () => { restore(); start(); });
element("rest").open = matchMedia("(min-width: 901px)").matches;

// ---------------------------------------------------------------------------------------- training

const learning = () => nets.filter(net => net.state === "learning");
const stepAll = () => learning().forEach(net => net.step());

// A tenth of a second of training, then a look at it.
function train() {
    const end = performance.now() + 100;
    while (learning().length && performance.now() < end) stepAll();
    running = learning().length > 0;
    show();
    if (running) return start();
    element("run").disabled = true;  // for a moment: who meant to pause has no use for another run
    setTimeout(() => { element("run").disabled = false; }, 700);
}

function start() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(train);
    running = true;
}

function stop() {
    cancelAnimationFrame(frame);
    running = false;
    show();
}

element("run").onclick = () => {
    if (running) return stop();
    if (!learning().length) restart();
    start();
};
element("step").onclick = () => { stepAll(); stop(); };

// ---------------------------------------------------------------------------------------- pictures

// The accuracies as lines, and chance level.
function drawAccuracy(canvas, width, colours) {
    const height = 150, left = 42, right = width - 10, bottom = height - 34;
    const context = fit(canvas, width, height), xMax = Math.max(100, 50 * Math.ceil(stepsOf(nets) / 50));
    const x = i => left + i / xMax * (right - left), y = value => 8 + (1 - value) * (bottom - 8);
    const across = [0, 0.5, 1].map(value => [y(value), percent(value)]);
    const below = [[left, 0], [x(xMax / 2), say("steps")], [right - 10, xMax]];
    paintAxes(context, colours, {left, right, across, below, bottom: height - 24});
    paintLine(context, [[left, y(1 / SYMBOLS)], [right, y(1 / SYMBOLS)]], css(colours.guess), 1.4, [2, 4]);
    nets.forEach(({curve}, i) => {
        paintLine(context, curve.map((value, step) => [x(step), y(value)]), css(colours[COLOURS[i]]), 2.4, DASHES[i]);
    });
    const shares = nets.map(net => say("{name}: {share}", {name: nameOf(net), share: percent(net.recent)}))
        .join(say("; "));
    canvas.ariaLabel = say("Accuracy. {shares}", {shares});
}

const partsOf = net => shownParts(net.look().parts).slice(0, 3);

// Where the columns of the symbols begin and end, on a canvas of any width.
const edgesOf = ({settings: {T}}, width) => Array.from({length: T + 1}, (_, t) => GUTTER + t * (width - GUTTER) / T);

function drawPart(canvas, width, net, part, colours) {
    const height = Math.max(48, 1.5 * net.settings.width);
    paintUnits(fit(canvas, width, height), net.look().parts[part], part, colours, height, edgesOf(net, width));
}

// A network's place: its name, what it comes to in words, the gradient over the symbols, the inside. On a phone the
// two networks' rows of one kind follow each other; then each says whose it is, and the second no more.
function drawNetwork(net, i, lanes, colours) {
    const {symbols, parts, influence, changed} = net.look(), section = lanes.children[i];
    const width = section.clientWidth || lanes.clientWidth, told = gradientInWords(influence, changed);
    const named = tag => make(tag, {className: COLOURS[i], textContent: nameOf(net)});
    const row = (order, className, name, meaning, more, ...below) => make("div", {className, style: `order: ${order}`},
        make("div", {className: "label"}, make("b", {textContent: name}),
            make("span", {className: "legend"}, " ", named("span")),
            make("span", {className: "meaning", textContent: meaning}), more), ...below);
    const slope = make("canvas", {role: "img", ariaLabel: say("Gradient over the symbols. {told}", {told})});
    const {length} = symbols, every = Math.ceil(12 * length / (width - GUTTER));  // pixels: a digit and a space
    const digits = symbols.flatMap((symbol, t) => t % every ? [] : make(t ? "span" : "mark",
        {style: `left: ${100 * (t + 0.5) / length}%`, textContent: symbol + 1}));
    section.replaceChildren(
        make("div", {className: "name"}, named("h2"), make("p", {className: "told", textContent: told})),
        row(1, "slope", say("gradient"), say(" with respect to each symbol read, in powers of ten; grey lines: before "
            + "training") + (every > 1 ? say("; one symbol in {every} is written", {every}) : ""), "", slope,
        make("div", {className: "symbols"}, ...digits)),
        ...partsOf(net).map(part => {
            const average = percent(mean(parts[part].map(row => mean(row.map(shade(part)))))), canvas = make("canvas");
            drawPart(canvas, width, net, part, colours);
            return row(2 + Object.keys(PARTS).indexOf(part), "part", PARTS[part].name, say(": {meaning}", PARTS[part]),
                SIGNED.includes(part) ? "" : say("; on average {average}", {average}), canvas);
        }));
    drawGradient(slope, width, net, i, colours);
}

// What each network answers to each first symbol before the same noise, under the curves: these rows name their lines.
function tellAnswers() {
    const cell = (tag, textContent, className = "") => make(tag, {textContent, className});
    element("probes").replaceChildren(...nets.map((net, i) => {
        const {says} = net.look(), right = says.filter((said, k) => said === k).length;
        return make("tr", {}, make("th", {className: "legend"}, cell("span", nameOf(net), COLOURS[i])),
            ...says.map((said, k) => cell("td", said + 1, said === k ? "right" : "wrong")),
            cell("td", say("{right} of {all}", {right, all: SYMBOLS})));
    }));
}

// A bar over each symbol, from 10⁻¹⁰ to the highest of all networks, and a line where the untrained network's ends.
function drawGradient(canvas, right, net, i, colours) {
    const height = 104, context = fit(canvas, right, height), edges = edgesOf(net, right);
    const sizes = net.look().influence.toReversed(), all = [...untrained, ...nets.map(net => net.look().influence)];
    const top = Math.max(0, Math.ceil(Math.log10(Math.max(...all.flat().filter(Number.isFinite)))));
    const y = value => 8 + (height - 16) * Math.min(1, (top - Math.log10(value)) / (top + 10));
    const across = [...top > 1 ? [top] : [], 0, -5, -10]
        .map(exponent => [y(10 ** exponent), exponent ? tenTo(exponent) : "1"]);
    const gap = right / sizes.length > 8 ? 2 : 0.5;
    paintAxes(context, colours, {left: GUTTER, right, across});
    sizes.forEach((size, t) => {
        const [from, to] = [edges[t] + gap, edges[t + 1] - gap], before = y(untrained[i].at(-1 - t));
        context.fillStyle = css(colours[COLOURS[i]]);
        context.fillRect(from, y(size), to - from, y(0) - y(size));
        if (before < y(0)) paintLine(context, [[from, before], [to, before]], css(colours.guess), 2);
    });
}

function draw(accuracy, lanes) {
    const ofParts = Object.values(PARTS).map(part => part.colour);
    const colours = palette(lanes, ["paper", "ink", "soft", "line", "guess", ...ofParts, ...COLOURS]);
    drawAccuracy(accuracy, accuracy.parentElement.clientWidth, colours);
    nets.forEach((net, i) => drawNetwork(net, i, lanes, colours));
}

function drawAll() {
    draw(element("accuracy"), element("lanes"));
    tellAnswers();
}

// ------------------------------------------------------------------------------------------- words

function gradientInWords(influence, changed) {
    const far = influence.at(-1) / influence[0], of = BATCH;
    const times = far >= 0.001 ? Number(far.toPrecision(1)) : far > 0 ? tenTo(Math.log10(far)) : 0;
    const still = far < 1e-6 && changed > of / 4;
    const kept = still ? say("With another first symbol and nothing else changed, still {changed} of {of} answers "
        + "change: the gradient has vanished, the memory has not.", {changed, of})
        : changed
            ? say("With another first symbol {changed} of {of} answers change: these depend on it, right or wrong.",
                {changed, of})
            : say("With another first symbol 0 of {of} answers change: none depends on it.", {of});
    return say("The gradient with respect to the first symbol is {times} times that with respect to the last. {kept}",
        {times, kept});
}

function describe(net) {
    const {state, steps, recent} = net, share = percent(recent), sequences = (steps * BATCH).toLocaleString("en");
    const parts = {name: nameOf(net), steps, sequences, share};
    return {
        learning: steps ? say("{name}: step {steps}, {share} right.", parts) : say("{name}: not trained yet.", parts),
        learnt: say("{name}: learnt after {steps} steps and {sequences} sequences.", parts),
        "given up": say("{name}: not learnt in {steps} steps, {share} right.", parts),
        broken: say("{name}: the gradient is no longer a number; clipping or a smaller learning rate would have "
            + "helped.", parts),
    }[state];
}

// What to change after a run: a question that one control answers.
function advice() {
    const lost = nets.find(net => net.state !== "learnt")?.settings;
    if (!lost) return say("Next: raise T. How many symbols are too many?");
    return lost.cell !== "RNN" && lost.bias < 5
        ? say("Next: raise the bias {bias}. From which value on does the {cell} learn?", lost)
        : say("Next: lower T. Up to how many symbols does the {cell} learn?", lost);
}

const stepsOf = nets => Math.max(...nets.map(net => net.steps));

function show() {
    const state = running ? "running" : learning().length ? "paused" : "over", steps = stepsOf(nets);
    element("run").textContent = {
        running: say("Pause"), over: say("Again"), paused: steps ? say("Go on") : say("Start"),
    }[state];
    element("step").disabled = state === "over";
    element("next").textContent = state === "over" ? advice() : "";
    // A screen reader hears how it ends, and what one asks for, not ten reports a second.
    element("sentence").ariaLive = running ? "off" : "polite";
    element("sentence").textContent = nets.map(describe).join(" ");
    drawAll();
}

new ResizeObserver(drawAll).observe(document.querySelector(".bench"));
onLight(drawAll);

restore();
if (!lessMotion) start();

// ------------------------------------------------------------ for tests, and for who opens the console

window.playground = {
    // An untrained network's weights, a batch [T, 32], and all gradients worked out by hand, under PyTorch's names.
    gradients(given) {
        const net = new Recaller(given), symbols = net.sequences(), influence = net.influence(net.read(symbols));
        return {...net.gradients(symbols), symbols, weights: net.weights, influence};
    },
};
