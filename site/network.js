// The networks of networks.json: a word's vector, the recurrent layer of cells.js, and an answer after every word.

import {CELLS, addProduct, forward, influences, insideOf, linear, makeTrace, softmax} from "./cells.js";
import {tokenize} from "./tokenizer.js";
import {unpacked} from "./weights.js";

const UNK = 0;
export const MOST_READ = 1000;

export class Networks {
    constructor(file) {
        this.classes = file.classes;
        this.accuracy = file.accuracy;
        this.file = {};
        this.add(file.networks);
        this.ids = new Map(file.words.map((word, id) => [word, id]));
        this.ids.delete("<pad>");  // whoever types it means no padding
        this.loaded = {};
    }

    // A network's weights, read when first asked for.
    weights(name) {
        return this.loaded[name] ??= unpacked(this.file[name]);
    }

    add(networks) {
        Object.assign(this.file, networks);
        this.names = Object.keys(CELLS).filter(name => name in this.file);
    }

    // The tokens of a text that are read.
    tokens(text) {
        return tokenize(text).slice(0, MOST_READ);
    }

    encode(tokens) {
        return tokens.map(token => this.ids.get(token) ?? UNK);
    }

    // Read a text word by word. Returns a row a token of probabilities, of each gate (parts) and of the states.
    // influence: the size of the gradient of the last answer's log probability with respect to each word's vector.
    read(ids, name) {
        const w = this.weights(name), T = ids.length;
        const H = w["fc.weight"].length / this.classes.length, G = CELLS[name].parts.length * H;
        const E = w["rnn.weight_ih_l0"].length / G;
        const x = new Float64Array(T * E);
        ids.forEach((id, t) => x.set(w["embedding.weight"].subarray(id * E, (id + 1) * E), t * E));
        const trace = makeTrace(name, T, 1, H);
        for (let t = 0; t < T; t++) trace.x.set(w["rnn.bias_ih_l0"], t * G);
        addProduct(trace.x, x, w["rnn.weight_ih_l0"], T, E, G);
        forward(name, w, trace);

        const parts = insideOf(name, trace);
        const probabilities = parts.h.map(state => [...softmax(linear(state, w["fc.weight"], w["fc.bias"]))]);
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
        const {H} = trace, best = answer.indexOf(Math.max(...answer));
        const ask = answer.map((p, k) => (k === best) - p), dh = new Float64Array(H);
        ask.forEach((a, k) => { for (let i = 0; i < H; i++) dh[i] += a * w["fc.weight"][k * H + i]; });
        return influences(name, w, trace, dh, E);
    }
}
