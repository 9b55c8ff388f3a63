// The networks of networks.json: a word's vector, the recurrent layer of cells.js, and an answer after every word.

import {CELLS, addProduct, backward, forward, linear, makeTrace, softmax, transposed} from "./cells.js";
import {tokenize} from "./tokenizer.js";
import {bytes} from "./weights.js";

const UNK = 0;

export class Networks {
    constructor(file) {
        this.classes = file.classes;
        this.accuracy = file.accuracy;
        this.names = Object.keys(file.networks);
        this.file = file.networks;
        this.ids = new Map(file.words.map((word, id) => [word, id]));
        this.ids.delete("<pad>");  // whoever types it means no padding
        this.loaded = {};
    }

    // A network's weights, read when first asked for. Word vectors are whole numbers from -127 to 127, times a step.
    weights(name) {
        const read = ({int8, step, float32}) =>
            int8 ? {step, vectors: new Int8Array(bytes(int8))} : Float64Array.from(new Float32Array(bytes(float32)));
        const weights = () => Object.entries(this.file[name]).map(([part, packed]) => [part, read(packed)]);
        return this.loaded[name] ??= Object.fromEntries(weights());
    }

    encode(tokens) {
        return tokens.map(token => this.ids.get(token) ?? UNK);
    }

    // Read a text word by word. Returns its tokens and ids, and a row a token of probabilities, of each gate (parts) and
    // of the states. influence: the size of the gradient of the last answer's log probability with respect to each
    // word's vector. sums: see below.
    read(text, name = "LSTM") {
        const tokens = tokenize(text);
        return {tokens, ...this.readIds(this.encode(tokens), name)};
    }

    readIds(ids, name) {
        const w = this.weights(name), {step, vectors} = w["embedding.weight"], T = ids.length;
        const H = w["fc.weight"].length / this.classes.length, names = CELLS[name].parts, G = names.length * H;
        const E = w["rnn.weight_ih_l0"].length / G;
        const rows = (flat, width, from = 0) =>
            Array.from({length: T}, (_, t) => flat.subarray(from + t * width, from + (t + 1) * width));

        const x = new Float64Array(T * E);
        ids.forEach((id, t) => { for (let e = 0; e < E; e++) x[t * E + e] = step * vectors[id * E + e]; });
        const trace = makeTrace(name, T, 1, H);
        for (let t = 0; t < T; t++) trace.x.set(w["rnn.bias_ih_l0"], t * G);
        addProduct(trace.x, x, w["rnn.weight_ih_l0"], T, E, G);
        forward(name, w, trace);

        const probabilities = rows(trace.h, H, H).map(state => Array.from(softmax(linear(state, w["fc.weight"], w["fc.bias"]))));
        const parts = {};
        const cut = (row, p) => row.subarray(p * H, (p + 1) * H);
        names.forEach((part, p) => { parts[part] = rows(trace.a, G).map(row => cut(row, p)); });
        if (trace.c) parts.c = rows(trace.c, H, H);
        parts.h = rows(trace.h, H, H);
        const influence = T ? this.influence(name, w, trace, probabilities[T - 1], E) : [];
        return {ids, name, probabilities, parts, influence, sums: this.sums(name, w, trace)};
    }

    // What a unit of a gate adds up at step t: what comes from the word, from the state before, and the two biases.
    sums(name, w, {H, G, x, h}) {
        return (part, t, unit) => {
            const row = CELLS[name].parts.indexOf(part) * H + unit, bias = w["rnn.bias_ih_l0"][row];
            let state = 0;
            for (let k = 0; k < H; k++) state += w["rnn.weight_hh_l0"][row * H + k] * h[t * H + k];
            return {word: x[t * G + row] - bias, state, bias, stateBias: w["rnn.bias_hh_l0"][row]};
        };
    }

    influence(name, w, trace, answer, E) {
        const {T, H, G} = trace, best = answer.indexOf(Math.max(...answer));
        const ask = answer.map((p, k) => (k === best) - p), dh = new Float64Array(H);
        ask.forEach((a, k) => { for (let i = 0; i < H; i++) dh[i] += a * w["fc.weight"][k * H + i]; });
        const dx = backward(name, w, trace, dh), dVector = new Float64Array(T * E);
        addProduct(dVector, dx, transposed(w["rnn.weight_ih_l0"], G, E), T, G, E);
        return Array.from({length: T}, (_, t) => Math.hypot(...dVector.subarray(t * E, (t + 1) * E)));
    }
}
