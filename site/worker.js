// Trains beside the page, so that the page stays awake: told what to do, it tells what it sees, ten times a second where
// a quarter of the time is enough for that.
// One network or two learn at once, step by step in turn, from the same sequences.

import {insideOf} from "./cells.js";
import {BATCH, Recaller, SYMBOLS, makeRandom} from "./recall.js";

const MOST_STEPS = 300, PROBE = 32, RECENT = 512 / BATCH;
let lanes, probe, number, running = false, next = 0;

class Lane {
    constructor(settings) {
        this.net = new Recaller(settings);
        Object.assign(this, {accuracy: [], broken: false});
    }

    get recent() {
        return this.accuracy.slice(-RECENT).reduce((sum, value, _, {length}) => sum + value / length, 0);
    }

    get state() {
        if (this.broken) return "broken";
        if (this.accuracy.length >= RECENT && this.recent > 0.99) return "learnt";
        if (this.net.steps >= MOST_STEPS) return "given up";
        return running ? "running" : "paused";
    }

    step() {
        const {accuracy, loss} = this.net.step();
        this.broken = !Number.isFinite(loss);
        if (this.broken) return;
        this.accuracy.push(accuracy);
    }

    // What the network answers to the sequences that are only looked at.
    says(symbols) {
        const answers = this.net.answers(this.net.read(symbols, PROBE));
        return Array.from({length: PROBE}, (_, b) => {
            const row = answers.subarray(b * SYMBOLS, (b + 1) * SYMBOLS);
            return row.indexOf(Math.max(...row));
        });
    }

    // The gates and the states over the first of these sequences; the gradient, and how many answers depend on the
    // first symbol, over all of them.
    look() {
        const {net} = this, others = probe.map((symbol, i) => i < PROBE ? (symbol + 1 + i % (SYMBOLS - 1)) % SYMBOLS : symbol);
        const now = this.says(probe), then = this.says(others);
        const influence = net.influence(probe, PROBE), trace = net.read(probe, PROBE), {T, B} = trace;
        return {
            influence, parts: insideOf(net.settings.cell, trace), symbols: Array.from({length: T}, (_, t) => probe[t * B]),
            changed: now.filter((answer, b) => answer !== then[b]).length, of: PROBE,
            answer: Array.from(net.answers(trace).subarray(0, SYMBOLS)),
        };
    }

    tell() {
        const {state, accuracy, recent, net} = this;
        return {state, steps: net.steps, accuracy, recent, ...this.look()};
    }
}

function start(settings, run) {
    number = run;  // the page asks for it, lest a report of an earlier run be taken for one of this
    running = false;
    lanes = settings.map(own => new Lane(own));
    const {net} = lanes[0];
    probe = net.sequences(PROBE, makeRandom(net.settings.seed + 77));  // looked at, never trained on
    tell();
}

const learning = () => lanes.filter(lane => ["running", "paused"].includes(lane.state));

function tell() {
    const start = performance.now();
    postMessage({number, lanes: lanes.map(lane => lane.tell())});
    const now = performance.now();
    next = now + Math.max(100, 3 * (now - start));
}

function run() {
    if (!running) return;
    do learning().forEach(lane => lane.step());  // one step at least: "run" may come long after the last report
    while (learning().length && performance.now() < next);
    running = learning().length > 0;
    tell();
    setTimeout(run);  // between two rounds the page may say pause
}

onmessage = ({data: {what, settings, number}}) => {
    if (what === "start") start(settings, number);
    if (what === "run" && !running && learning().length) { running = true; run(); }
    if (what === "pause") { running = false; tell(); }
    if (what === "step") { running = false; learning().forEach(lane => lane.step()); tell(); }
};
