// Networks that answer after every word: a table of word vectors, recurrent layers of cells.js (or none), a pooling and
// a linear layer. Those of networks.json, or one that torchnlp.publish put into a page.

import {best} from "./draw.js";
import {CELLS, insideOf, linear, readVectors, rowsOf, softmax} from "./cells.js";
import {MOST_READ} from "./tokenizer.js";
import {unpacked} from "./weights.js";

const UNK = 0, MOST_TRIED = 60;  // words of a text that is also read without each of them

// How a network is made: the names of the poolings that are joined, and how many words it reads.
const PLAN = {layers: 1, directions: 1, pooling: ["last"], most: MOST_READ};

// What becomes of the states [T, W] of a text, of D directions.
const POOLS = {
    mean: rows => rows[0].map((_, w) => rows.reduce((sum, row) => sum + row[w], 0) / rows.length),
    sum: rows => rows[0].map((_, w) => rows.reduce((sum, row) => sum + row[w], 0)),
    max: rows => rows[0].map((_, w) => rows.reduce((most, row) => Math.max(most, row[w]), -Infinity)),
    last: (rows, D) => {
        const half = rows[0].length / D, forwards = rows.at(-1).slice(0, half);
        return D === 1 ? forwards : [...forwards, ...rows[0].slice(half)];
    },
};

export class Networks {
    constructor({classes, accuracy, words, networks, plan}) {
        Object.assign(this, {classes, accuracy, plan: {...PLAN, ...plan}, weights: {}});
        this.ids = new Map(words.map((word, id) => [word, id]));
        this.V = words.length;
        this.ids.delete("<pad>");  // whoever types it means no padding
        this.add(networks);
    }

    add(networks) {
        for (const [name, packed] of Object.entries(networks)) this.weights[name] = unpacked(packed);
        this.names = [...Object.keys(CELLS), "bag"].filter(name => name in this.weights);
    }

    // Read a text word by word. Returns a row a token of probabilities, of each gate (parts) and of the states. tried:
    // the text is also read without each word, which gives without, the answers; influence, how much each word changes
    // the log probability of the last answer; and turning, the words without which it would be another, as [place,
    // class].
    read(tokens, name = this.names[0], tried = true) {
        const ids = tokens.map(token => this.ids.get(token) ?? UNK), known = ids.map(id => id !== UNK);
        const {directions, pooling} = this.plan, {rows, trace} = this.run(ids, name), w = this.weights[name];
        const statesAfter = t => directions === 1 ? rows[0].slice(0, t + 1) : this.run(ids.slice(0, t + 1), name).rows[0];
        const probabilities = ids.map((_, t) => this.answer(statesAfter(t), name));
        const without = tried ? this.without(ids, name) : [], last = probabilities.at(-1);
        const change = row => row && last ? Math.abs(Math.log(row[best(last)]) - Math.log(last[best(last)])) : 0;
        const influence = ids.map((_, t) => change(without[t]));
        const turning = without.map((row, t) => [t, best(row)]).filter(([, k]) => k !== best(last));
        const parts = trace ? insideOf(trace) : {h: ids.map((_, t) => POOLS.mean(rows[0].slice(0, t + 1)))};
        const answersFromH = directions === 1 && String(pooling) === "last";
        return {
            tokens, ids, known, name, probabilities, parts, influence, turning, without, sums: trace && sumsOf(trace),
            output: answersFromH ? {weight: w["fc.weight"], bias: w["fc.bias"]} : undefined,
        };
    }

    // The states of B texts of one length, ids [T, B]: rows [B][T][W], and what happened in the top layer, forwards.
    run(ids, name, B = 1) {
        const {layers, directions} = this.plan, weights = this.weights[name], T = ids.length / B;
        const E = weights["embedding.weight"].length / this.V;
        let vectors = rowsOf(weights["embedding.weight"], ids, E), trace;
        for (let layer = 0; layer < layers; layer++) {
            const back = directions === 2 && readVectors(name, weights, reversed(vectors, T), B, {layer: `l${layer}_reverse`});
            trace = readVectors(name, weights, vectors, B, {layer: `l${layer}`});
            const forwards = trace.h.subarray(B * trace.H);
            vectors = back ? joined(forwards, reversed(back.h.subarray(B * trace.H), T), trace.H) : forwards;
        }
        const W = ids.length ? vectors.length / ids.length : 0;
        const row = (t, b) => [...vectors.subarray((t * B + b) * W, (t * B + b + 1) * W)];
        const rows = Array.from({length: B}, (_, b) => Array.from({length: T}, (_, t) => row(t, b)));
        return {rows, trace};
    }

    // The probability of each class for one text's states.
    answer(rows, name) {
        const {pooling, directions} = this.plan, w = this.weights[name];
        const pooled = pooling.flatMap(pool => POOLS[pool](rows, directions));
        return [...softmax(linear(pooled, w["fc.weight"], w["fc.bias"]))];
    }

    // The answers without each word; none for one word, which leaves nothing to read, and for a long text.
    without(ids, name) {
        const T = ids.length;
        if (T < 2 || T > MOST_TRIED) return [];
        const shorter = Array.from({length: T - 1}, (_, t) => ids.map((_, left) => ids[t < left ? t : t + 1]));
        return this.run(shorter.flat(), name, T).rows.map(rows => this.answer(rows, name));
    }
}

// What a unit of a gate adds up at step t: what comes from the word, from the state before, and the two biases.
function sumsOf({cell, weights, layer, H, G, x, s}) {
    return (part, t, unit) => {
        const row = CELLS[cell].parts.indexOf(part) * H + unit, at = t * G + row;
        const [bias, stateBias] = ["ih", "hh"].map(kind => weights[`rnn.bias_${kind}_${layer}`][row]);
        return {word: x[at] - bias, state: s[at] - stateBias, bias, stateBias};
    };
}

// The steps of [T, ...] from the last to the first.
const reversed = (flat, T) => rowsOf(flat, [...Array(T).keys()].reverse(), flat.length / T);

// Two arrays [..., H], each pair of rows beside one another: [..., 2 H].
function joined(left, right, H) {
    const both = new Float64Array(2 * left.length), N = left.length / H;
    both.set(left);
    both.set(right, left.length);
    return rowsOf(both, Array.from({length: 2 * N}, (_, i) => i % 2 * N + (i >> 1)), H);
}
