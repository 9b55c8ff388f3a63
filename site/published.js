// A network that torchnlp.publish put into a page: a table of word vectors, recurrent layers of cells.js (or none), a
// pooling and a linear layer. Its `plan` is {layers, directions, pooling, most}: how many, the names of what is
// joined, and how many words it reads.

import {best} from "../images/watch/draw.js";
import {insideOf, linear, readVectors, rowsOf, softmax} from "./cells.js";
import {UNK, sumsOf} from "./network.js";
import {unpacked} from "./weights.js";

export const MOST_TRIED = 60;  // words of a text that is also read without each of them

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

export class Published {
    constructor({classes, words, networks, plan}) {
        const [[name, packed]] = Object.entries(networks);
        Object.assign(this, {classes, plan, name, names: [name], weights: unpacked(packed)});
        this.ids = new Map(words.map((word, id) => [word, id]));
        this.ids.delete("<pad>");  // whoever types it means no padding
        this.E = this.weights["embedding.weight"].length / words.length;
        this.most = plan.most;
    }

    // Read a text word by word, as Networks does. influence: how much the log probability of the last answer changes
    // without the word; turning: the words without which the answer would be another, as [place, class].
    read(tokens) {
        const ids = tokens.map(token => this.ids.get(token) ?? UNK), known = ids.map(id => id !== UNK);
        const whole = this.run(ids), {rows, trace} = whole, {directions} = this.plan;
        const answerAfter = t => directions === 1 ? rows[0].slice(0, t + 1) : this.run(ids.slice(0, t + 1)).rows[0];
        const probabilities = ids.map((_, t) => this.answer(answerAfter(t)));
        const without = this.without(ids), last = probabilities.at(-1);
        const change = row => row && last ? Math.abs(Math.log(row[best(last)]) - Math.log(last[best(last)])) : 0;
        const influence = ids.map((_, t) => change(without[t]));
        const turning = without.map((row, t) => [t, best(row)]).filter(([, k]) => k !== best(last));
        const parts = trace ? insideOf(trace) : {h: ids.map((_, t) => POOLS.mean(rows[0].slice(0, t + 1)))};
        return {
            tokens, ids, known, name: this.name, probabilities, parts, influence, turning, without,
            sums: trace && sumsOf(trace),
        };
    }

    // The answer to a whole text, at once.
    last(tokens) {
        return this.answer(this.run(tokens.map(token => this.ids.get(token) ?? UNK)).rows[0]);
    }

    // The states of B texts of one length, ids [T, B]: rows [B][T][W], and what happened in the top layer, forwards.
    run(ids, B = 1) {
        const {layers, directions} = this.plan, {weights, name} = this, T = ids.length / B;
        let vectors = rowsOf(weights["embedding.weight"], ids, this.E), trace;
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
    answer(rows) {
        const {pooling, directions} = this.plan, w = this.weights;
        const pooled = pooling.flatMap(pool => POOLS[pool](rows, directions));
        return [...softmax(linear(pooled, w["fc.weight"], w["fc.bias"]))];
    }

    // The answers without each word; none for one word, which leaves nothing to read, and for a long text.
    without(ids) {
        const T = ids.length;
        if (T < 2 || T > MOST_TRIED) return [];
        const shorter = Array.from({length: T - 1}, (_, t) => ids.map((_, left) => ids[t < left ? t : t + 1]));
        return this.run(shorter.flat(), T).rows.map(rows => this.answer(rows));
    }
}

// The steps of [T, ...] from the last to the first.
function reversed(flat, T) {
    const width = flat.length / T, turned = new Float64Array(flat.length);
    for (let t = 0; t < T; t++) turned.set(flat.subarray(t * width, (t + 1) * width), (T - 1 - t) * width);
    return turned;
}

// Two arrays [..., H], each pair of rows beside one another: [..., 2 H].
function joined(left, right, H) {
    const both = new Float64Array(2 * left.length);
    for (let at = 0; at < left.length; at += H) {
        both.set(left.subarray(at, at + H), 2 * at);
        both.set(right.subarray(at, at + H), 2 * at + H);
    }
    return both;
}
