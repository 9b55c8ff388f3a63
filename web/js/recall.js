// Lesson 2's task, and a network that learns it: read T random symbols, then name the first one.

import {
    CELLS, addOuter, addProduct, addRows, backward, forward, insideOf, linear, softmax, transposed,
} from "./cells.js";
import {best, mean} from "./draw.js";
import {makeRandom, normal} from "./random.js";

export const SYMBOLS = 8, VECTOR = 8, BATCH = 32;
const RECENT = 512 / BATCH, MOST_STEPS = 300;

export class Recaller {
    constructor(settings) {
        this.settings = settings;
        const {cell, width: H, bias, seed} = settings, G = CELLS[cell].parts.length * H;
        this.sizes = {
            "embedding.weight": SYMBOLS * VECTOR,
            "rnn.weight_ih_l0": G * VECTOR, "rnn.weight_hh_l0": G * H, "rnn.bias_ih_l0": G, "rnn.bias_hh_l0": G,
            "fc.weight": SYMBOLS * H, "fc.bias": SYMBOLS,
        };
        // As PyTorch starts them: the vectors normal, all else evenly spread over ±1/√H.
        const random = makeRandom(seed), uniform = () => (2 * random() - 1) / Math.sqrt(H);
        this.weights = this.zeros();
        for (const [name, weight] of Object.entries(this.weights)) {
            weight.forEach((_, i) => { weight[i] = name === "embedding.weight" ? normal(random) : uniform(); });
        }
        if (cell !== "RNN") {  // the second part is the LSTM's forget gate, and the GRU's update gate
            this.weights["rnn.bias_ih_l0"].fill(bias, H, 2 * H);
            this.weights["rnn.bias_hh_l0"].fill(0, H, 2 * H);
        }
        this.random = makeRandom(seed + 1_000_003);
        this.probe = this.sequences(makeRandom(seed + 77));  // looked at, never trained on
        Object.assign(this, {steps: 0, accuracy: [], curve: []});
        this.mean = this.zeros();  // Adam's two running means, of the gradients and of their squares
        this.square = this.zeros();
    }

    zeros() {
        return Object.fromEntries(Object.entries(this.sizes).map(([name, size]) => [name, new Float64Array(size)]));
    }

    // New sequences, [T, BATCH]; the answer to each is its first symbol.
    sequences(random = this.random) {
        return Uint8Array.from({length: this.settings.T * BATCH}, () => Math.floor(SYMBOLS * random()));
    }

    read(symbols) {
        return forward(this.settings.cell, this.weights, symbols, BATCH);
    }

    // The probabilities of the answers after the last symbol, a row a sequence.
    answers({T, H, h}) {
        const last = h.subarray(T * BATCH * H), {"fc.weight": weight, "fc.bias": bias} = this.weights;
        return Array.from({length: BATCH}, (_, b) => softmax(linear(last.subarray(b * H, (b + 1) * H), weight, bias)));
    }

    // The gradient of the mean cross-entropy with respect to every weight, by hand.
    gradients(symbols) {
        const gradients = this.zeros(), trace = this.read(symbols), {T, H, h} = trace;
        const answers = this.answers(trace), right = answers.filter((row, b) => best(row) === symbols[b]).length;
        const loss = mean(answers.map((row, b) => -Math.log(row[symbols[b]])));
        const ask = Float64Array.from(
            answers.flatMap((row, b) => [...row].map((p, k) => (p - (k === symbols[b])) / BATCH)));
        addOuter(gradients["fc.weight"], ask, h.subarray(T * BATCH * H), BATCH);
        addRows(gradients["fc.bias"], ask);
        const dh = new Float64Array(BATCH * H);
        addProduct(dh, ask, transposed(this.weights["fc.weight"], SYMBOLS), BATCH);
        backward(trace, dh, gradients);
        const norm = Math.hypot(...Object.values(gradients).map(gradient => Math.hypot(...gradient)));
        return {loss, accuracy: right / BATCH, norm, gradients};
    }

    // A step of Adam on new sequences. None was seen before: the accuracy before the step is an honest one.
    step() {
        const {loss, accuracy, norm, gradients} = this.gradients(this.sequences());
        const {clip, rate} = this.settings, scale = clip && norm > clip ? clip / norm : 1;
        const fade = 1 - 0.9 ** ++this.steps, fadeSquare = 1 - 0.999 ** this.steps;
        for (const [name, gradient] of Object.entries(gradients)) {
            const weight = this.weights[name], mean = this.mean[name], square = this.square[name];
            for (let i = 0; i < weight.length; i++) {
                const g = gradient[i] * scale;
                mean[i] = 0.9 * mean[i] + 0.1 * g;
                square[i] = 0.999 * square[i] + 0.001 * g * g;
                weight[i] -= rate * mean[i] / fade / (Math.sqrt(square[i] / fadeSquare) + 1e-8);
            }
        }
        if (!Number.isFinite(loss)) return;
        this.accuracy.push(accuracy);
        this.curve.push(this.recent);
    }

    // The accuracy over the last 512 sequences.
    get recent() {
        return mean(this.accuracy.slice(-RECENT)) || 0;
    }

    get state() {
        if (this.accuracy.length < this.steps) return "broken";
        if (this.steps >= RECENT && this.recent > 0.99) return "learnt";
        return this.steps < MOST_STEPS ? "learning" : "given up";
    }

    // Size of the gradient of the last state (the sum of its numbers) for each symbol's vector, the last first: [T].
    influence(trace) {
        const {T, E, H} = trace, slopes = backward(trace, new Float64Array(BATCH * H).fill(1));  // [T, BATCH, E]
        const sizes = Array.from({length: T * BATCH}, (_, i) => Math.hypot(...slopes.subarray(i * E, (i + 1) * E)));
        return Array.from({length: T}, (_, t) => mean(sizes.slice(t * BATCH, (t + 1) * BATCH))).reverse();
    }

    // The gates and the states over one sequence that is only looked at, and the answers to the same noise after each
    // of the symbols; the gradient, and how many answers depend on the first symbol, over all of these sequences. The
    // page may ask more than once between two steps.
    look() {
        const {probe, steps} = this;
        if (this.looked?.steps === steps) return this.looked;
        const trace = this.read(probe), answers = this.answers(trace);
        const others = probe.map((symbol, i) => i < BATCH ? (symbol + 1 + i % (SYMBOLS - 1)) % SYMBOLS : symbol);
        const then = this.answers(this.read(others)), symbols = probe.filter((_, i) => i % BATCH === 0);
        const changed = answers.filter((row, b) => best(row) !== best(then[b])).length;
        const influence = this.influence(trace);
        const each = probe.map((_, i) => i < BATCH ? i % SYMBOLS : probe[i - i % BATCH]);
        const says = this.answers(this.read(each)).slice(0, SYMBOLS).map(best);
        this.looked = {steps, parts: insideOf(trace), influence, symbols: [...symbols], says, changed};
        return this.looked;
    }
}
