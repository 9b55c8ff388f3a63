// The networks of networks.json: a word's vector, the recurrent layer of cells.js, and an answer after every word.

import {best} from "../images/watch/draw.js";
import {CELLS, forward, influences, insideOf, linear, softmax} from "./cells.js";
import {unpacked} from "./weights.js";

export const UNK = 0;

export class Networks {
    constructor({classes, accuracy, words, networks}) {
        Object.assign(this, {classes, accuracy, weights: {}});
        this.ids = new Map(words.map((word, id) => [word, id]));
        this.ids.delete("<pad>");  // whoever types it means no padding
        this.add(networks);
    }

    add(networks) {
        for (const [name, packed] of Object.entries(networks)) this.weights[name] = unpacked(packed);
        this.names = Object.keys(CELLS).filter(name => name in this.weights);
    }

    // Read a text word by word. Returns a row a token of probabilities, of each gate (parts) and of the states.
    // influence: the size of the gradient of the last answer's log probability with respect to each word's vector.
    read(tokens, name) {
        const ids = tokens.map(token => this.ids.get(token) ?? UNK), known = ids.map(id => id !== UNK);
        const w = this.weights[name], trace = forward(name, w, ids), parts = insideOf(trace);
        const output = {weight: w["fc.weight"], bias: w["fc.bias"]};
        const probabilities = parts.h.map(state => [...softmax(linear(state, output.weight, output.bias))]);
        const influence = ids.length ? this.influence(trace, probabilities.at(-1)) : [];
        return {tokens, ids, known, name, probabilities, parts, influence, output, sums: sumsOf(trace)};
    }

    // The answer to a whole text.
    last(tokens, name) {
        const w = this.weights[name], trace = forward(name, w, tokens.map(token => this.ids.get(token) ?? UNK));
        return [...softmax(linear(trace.h.slice(-trace.H), w["fc.weight"], w["fc.bias"]))];
    }

    influence(trace, answer) {
        const {weights, H} = trace, said = best(answer), ask = answer.map((p, k) => (k === said) - p);
        const dh = Float64Array.from({length: H}, (_, i) =>
            ask.reduce((sum, a, k) => sum + a * weights["fc.weight"][k * H + i], 0));
        return influences(trace, dh);
    }
}

// What a unit of a gate adds up at step t: what comes from the word, from the state before, and the two biases.
export function sumsOf({cell, weights, layer, H, G, x, s}) {
    return (part, t, unit) => {
        const row = CELLS[cell].parts.indexOf(part) * H + unit, at = t * G + row;
        const [bias, stateBias] = ["ih", "hh"].map(kind => weights[`rnn.bias_${kind}_${layer}`][row]);
        return {word: x[at] - bias, state: s[at] - stateBias, bias, stateBias};
    };
}
