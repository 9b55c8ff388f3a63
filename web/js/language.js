// The language model of lesson 6 by hand: word vectors, an LSTM, and a score for each word that may come next. And how
// scores become probabilities.

import {linear, oneStep, softmax} from "./cells.js";
import {unpacked} from "./weights.js";

export const UNK = 0, PAD = 1, END = 2;  // the first ids of the vocabulary

export class LanguageModel {
    constructor({classes, words, weights}) {
        Object.assign(this, {classes, words, V: words.length, w: unpacked(weights), steps: []});
    }

    // The id of a class's control token, or of the start token that says nothing.
    start(section) {
        return this.V + 1 + this.classes.indexOf(section);
    }

    // Read a text behind a start token; what begins as the text before is not read again. A step for each of them: the
    // state {h, c} after the token, and its negative log-likelihood, loss.
    read(ids, start) {
        this.steps = [this.steps[0]?.id === start ? this.steps[0] : this.step(start)];
        for (const id of ids) {
            const before = this.steps.at(-1), step = this.step(id, before);
            step.loss ??= -Math.log(softmax(this.scores(before))[id]);
            before.after = new Map([[id, step]]);  // the steps that were not taken are forgotten
            this.steps.push(step);
        }
    }

    // The step after one more token. It is kept, for who moves a slider draws many words again.
    step(id, before) {
        const kept = before?.after ?? new Map();
        if (!kept.has(id)) kept.set(id, {id, ...oneStep(this.w, id, before), after: new Map()});
        return kept.get(id);
    }

    // The scores of the next token after a step, the last one if none is named: tied, so the vectors of the words,
    // which stand before those of the start tokens, serve once more.
    scores(step = this.steps.at(-1)) {
        const {w} = this, vector = () => linear(step.h, w["to_vector.weight"], w["to_vector.bias"]);
        return step.scores ??= linear(vector(), w["embedding.weight"], w.bias);
    }
}

// Probabilities from scores: the temperature, then the top k (0: all), then the nucleus of what is left. A temperature
// of 0 is its limit: the likeliest gets everything. A score of -Infinity is a token that may not come.
export function reshaped(scores, {temperature = 1, top = 0, nucleus = 1} = {}) {
    const largest = Math.max(...scores), greedy = score => score === largest ? 0 : -Infinity;
    const p = softmax(scores.map(score => temperature ? score / temperature : greedy(score)));
    if (!top && nucleus >= 1) return p;
    const least = top ? 0 : (1 - nucleus) / p.length;  // all below it have less together than the nucleus leaves out
    const kept = p.filter(share => share >= least).sort().reverse().subarray(0, top || p.length);
    const enough = nucleus * (top ? kept.reduce((a, b) => a + b) : 1);
    let [last, together] = [0, kept[0]];
    while (last + 1 < kept.length && together < enough) together += kept[++last];
    const left = p.map(share => share >= kept[last] ? share : 0), whole = left.reduce((a, b) => a + b);
    return left.map(share => share / whole);
}

// Draw a token: each waits for a random time, the shorter the more probable it is, and the first one is drawn. So the
// same random numbers draw the same token again after a small change of the probabilities.
export function draw(probabilities, random) {
    const waits = probabilities.map(share => -Math.log(random()) / share);
    return waits.indexOf(Math.min(...waits));
}
