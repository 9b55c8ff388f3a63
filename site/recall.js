// Lesson 2's task, and a network that learns it: read T random symbols, then name the first one.

import {CELLS, addOuter, addProduct, addRows, backward, forward, influences, makeTrace, softmax, transposed} from "./cells.js";
import {mean} from "../images/watch/draw.js";

export const SYMBOLS = 8, VECTOR = 8, BATCH = 32;
export const DEFAULTS = {cell: "LSTM", T: 20, width: 24, bias: 5, clip: 1, rate: 0.03, seed: 0};

// Random numbers from 0 to 1 that a seed fixes (mulberry32), and normal ones made of them.
export function makeRandom(seed) {
    let state = seed | 0;
    return () => {
        state = (state + 0x6D2B79F5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
const normal = random => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export class Recaller {
    constructor(settings) {
        this.settings = {...DEFAULTS, ...settings};
        const {cell, width: H, bias, seed} = this.settings, G = CELLS[cell].parts.length * H;
        this.shapes = {
            "embedding.weight": [SYMBOLS, VECTOR],
            "rnn.weight_ih_l0": [G, VECTOR], "rnn.weight_hh_l0": [G, H], "rnn.bias_ih_l0": [G], "rnn.bias_hh_l0": [G],
            "fc.weight": [SYMBOLS, H], "fc.bias": [SYMBOLS],
        };
        // As PyTorch starts them: the vectors normal, all else evenly spread over ±1/√H.
        const random = makeRandom(seed);
        this.weights = this.zeros();
        for (const [name, weight] of Object.entries(this.weights)) {
            for (let i = 0; i < weight.length; i++) {
                weight[i] = name === "embedding.weight" ? normal(random) : (2 * random() - 1) / Math.sqrt(H);
            }
        }
        if (cell !== "RNN") {  // the second part is the LSTM's forget gate, and the GRU's update gate
            this.weights["rnn.bias_ih_l0"].fill(bias, H, 2 * H);
            this.weights["rnn.bias_hh_l0"].fill(0, H, 2 * H);
        }
        this.random = makeRandom(seed + 1_000_003);
        this.steps = 0;
        this.mean = this.zeros();  // Adam's two running means, of the gradients and of their squares
        this.square = this.zeros();
        this.traces = {};
    }

    zeros() {
        const zeros = shape => new Float64Array(shape.reduce((a, b) => a * b));
        return Object.fromEntries(Object.entries(this.shapes).map(([name, shape]) => [name, zeros(shape)]));
    }

    // New sequences, [T, B]; the answer to each is its first symbol.
    sequences(B = BATCH, random = this.random) {
        return Uint8Array.from({length: this.settings.T * B}, () => Math.floor(SYMBOLS * random()));
    }

    // Read B sequences; returns what happened inside. W_ih x + b_ih is worked out once for each of the eight symbols.
    read(symbols, B = BATCH) {
        const {cell, T, width: H} = this.settings, w = this.weights;
        const trace = this.traces[B] ??= makeTrace(cell, T, B, H), {G, x} = trace;
        const table = new Float64Array(SYMBOLS * G);
        for (let at = 0; at < SYMBOLS * G; at += G) table.set(w["rnn.bias_ih_l0"], at);
        addProduct(table, w["embedding.weight"], w["rnn.weight_ih_l0"], SYMBOLS, VECTOR, G);
        for (let i = 0; i < T * B; i++) x.set(table.subarray(symbols[i] * G, symbols[i] * G + G), i * G);
        forward(cell, w, trace);
        return trace;
    }

    // The probabilities of the answers after the last symbol, [B, SYMBOLS].
    answers({T, B, H, h}) {
        const p = new Float64Array(B * SYMBOLS), w = this.weights;
        for (let at = 0; at < p.length; at += SYMBOLS) p.set(w["fc.bias"], at);
        addProduct(p, h, w["fc.weight"], B, H, SYMBOLS, T * B * H);
        for (let at = 0; at < p.length; at += SYMBOLS) p.set(softmax(p.subarray(at, at + SYMBOLS)), at);
        return p;
    }

    // The gradient of the mean cross-entropy with respect to every weight, by hand.
    gradients(symbols, B = BATCH) {
        const {cell, T} = this.settings, w = this.weights, gradients = this.zeros();
        const trace = this.read(symbols, B), {H, G, h} = trace;
        const ask = this.answers(trace);
        let loss = 0, right = 0;
        for (let b = 0; b < B; b++) {
            const row = ask.subarray(b * SYMBOLS, (b + 1) * SYMBOLS), answer = symbols[b];
            loss -= Math.log(row[answer]) / B;
            right += row.every(p => p <= row[answer]) ? 1 : 0;
            row[answer] -= 1;
            for (let k = 0; k < SYMBOLS; k++) row[k] /= B;
        }
        addOuter(gradients["fc.weight"], ask, h, B, SYMBOLS, H, 0, T * B * H);
        addRows(gradients["fc.bias"], ask, B, SYMBOLS);
        const dh = new Float64Array(B * H);
        addProduct(dh, ask, transposed(w["fc.weight"], SYMBOLS, H), B, SYMBOLS, H);
        const dx = backward(cell, w, trace, dh, gradients);

        const table = new Float64Array(SYMBOLS * G);
        for (let i = 0, at = 0; i < T * B; i++) {
            for (let g = 0, to = symbols[i] * G; g < G; g++) table[to++] += dx[at++];
        }
        addOuter(gradients["rnn.weight_ih_l0"], table, w["embedding.weight"], SYMBOLS, G, VECTOR);
        addRows(gradients["rnn.bias_ih_l0"], table, SYMBOLS, G);
        const turned = transposed(w["rnn.weight_ih_l0"], G, VECTOR);
        addProduct(gradients["embedding.weight"], table, turned, SYMBOLS, G, VECTOR);

        let squares = 0;
        for (const gradient of Object.values(gradients)) for (const number of gradient) squares += number * number;
        return {loss, accuracy: right / B, norm: Math.sqrt(squares), gradients};
    }

    // A step of Adam on new sequences. None was seen before: the accuracy before the step is an honest one.
    step() {
        const result = this.gradients(this.sequences());
        const {clip, rate} = this.settings, scale = clip && result.norm > clip ? clip / result.norm : 1;
        const fade = 1 - 0.9 ** ++this.steps, fadeSquare = 1 - 0.999 ** this.steps;
        for (const [name, gradient] of Object.entries(result.gradients)) {
            const weight = this.weights[name], mean = this.mean[name], square = this.square[name];
            for (let i = 0; i < weight.length; i++) {
                const g = gradient[i] * scale;
                mean[i] = 0.9 * mean[i] + 0.1 * g;
                square[i] = 0.999 * square[i] + 0.001 * g * g;
                weight[i] -= rate * mean[i] / fade / (Math.sqrt(square[i] / fadeSquare) + 1e-8);
            }
        }
        return result;
    }

    // Size of the gradient of the last state (the sum of its numbers) for each symbol's vector, nearest first: [T].
    influence(symbols, B) {
        const {cell, T, width} = this.settings, ask = new Float64Array(B * width).fill(1);
        const sizes = influences(cell, this.weights, this.read(symbols, B), ask, VECTOR);
        return Array.from({length: T}, (_, back) => mean(sizes.slice((T - 1 - back) * B, (T - back) * B)));
    }
}
