// Trains beside the page, so that the page stays awake: told what to do, it tells what it sees ten times a second.

import {CELLS} from "./cells.js";
import {BATCH, Recaller, SYMBOLS, makeRandom} from "./recall.js";

const MOST_STEPS = 500, PROBE = 16;
let net, probe, history, number, running = false, told = 0;

function start(settings, run) {
    number = run;  // the page asks for it, lest a report of an earlier run be taken for one of this
    net = new Recaller(settings);
    probe = net.sequences(PROBE, makeRandom(settings.seed + 77));  // looked at, never practised on
    history = {accuracy: [], norm: []};
    running = false;
    tell();
}

const recent = () => history.accuracy.slice(-4).reduce((sum, value, _, {length}) => sum + value / length, 0);
const learnt = () => history.accuracy.length >= 4 && recent() > 0.99;

function step() {
    const {accuracy, norm, loss} = net.step();
    if (!Number.isFinite(loss)) { running = false; return tell("broken"); }
    history.accuracy.push(accuracy);
    history.norm.push(norm);
}

// The gates and the state over the first of the sequences that are only looked at.
function look() {
    const influence = net.influence(probe, PROBE), trace = net.read(probe, PROBE), {T, B, H, G, a, h, c} = trace;
    const row = (flat, at) => Array.from(flat.subarray(at, at + H));
    const rows = (flat, width, from) => Array.from({length: T}, (_, t) => row(flat, from + t * B * width));
    const parts = {};
    CELLS[net.settings.cell].parts.forEach((part, p) => { parts[part] = rows(a, G, p * H); });
    if (c) parts.c = rows(c, H, B * H);
    parts.h = rows(h, H, B * H);
    return {
        influence, parts, symbols: Array.from({length: T}, (_, t) => probe[t * B]),
        answer: Array.from(net.answers(trace).subarray(0, SYMBOLS)),
    };
}

function tell(state = learnt() ? "learnt" : net.steps >= MOST_STEPS ? "given up" : running ? "running" : "paused") {
    told = performance.now();
    postMessage({number, state, steps: net.steps, seen: net.steps * BATCH, recent: recent(), ...history, ...look()});
}

function run() {
    if (!running) return;
    do {  // one step at least: "run" may come long after the last report
        step();
        running = running && !learnt() && net.steps < MOST_STEPS;
    } while (running && performance.now() - told < 100);
    if (Number.isFinite(history.norm.at(-1))) tell();
    setTimeout(run);  // between two rounds the page may say pause
}

onmessage = ({data: {what, settings, number}}) => {
    if (what === "start") start(settings, number);
    if (what === "run" && !running && !learnt() && net.steps < MOST_STEPS) { running = true; run(); }
    if (what === "pause") { running = false; tell(); }
    if (what === "step" && net.steps < MOST_STEPS) { running = false; step(); tell(); }
};
