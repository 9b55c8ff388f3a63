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
        if (this.steps[0]?.id !== start) this.steps = [this.step(start)];
        let same = 0;
        while (same < ids.length && this.steps[same + 1]?.id === ids[same]) same++;
        this.steps.length = same + 1;
        for (const id of ids.slice(same)) {
            const loss = -Math.log(softmax(this.scores())[id]);
            this.steps.push({...this.step(id, this.steps.at(-1)), loss});
        }
    }

    // The state after one more token.
    step(id, before) {
        return {id, ...oneStep(this.w, id, before)};
    }

    // The scores of the next token after a step, the last one if none is named: tied, so the vectors of the words,
    // which stand before those of the start tokens, serve once more.
    scores({h} = this.steps.at(-1)) {
        const {w} = this;
        return linear(linear(h, w["to_vector.weight"], w["to_vector.bias"]), w["embedding.weight"], w.bias);
    }
}

// Probabilities from scores: the temperature, then the top k (0: all), then the nucleus of what is left. A temperature
// of 0 is its limit: the likeliest gets everything. A score of -Infinity is a token that may not come.
export function reshaped(scores, {temperature = 1, top = 0, nucleus = 1} = {}) {
    const largest = Math.max(...scores), greedy = score => score === largest ? 0 : -Infinity;
    const p = softmax(scores.map(score => temperature ? score / temperature : greedy(score)));
    if (!top && nucleus >= 1) return p;
    const kept = p.toSorted().reverse().subarray(0, top || p.length), enough = nucleus * kept.reduce((a, b) => a + b);
    let [last, together] = [0, kept[0]];
    while (last + 1 < kept.length && together < enough) together += kept[++last];
    const left = p.map(share => share >= kept[last] ? share : 0), whole = left.reduce((a, b) => a + b);
    return left.map(share => share / whole);
}

// Draw a token: `luck` from 0 to 1 says which.
export function draw(probabilities, luck) {
    let left = luck;
    const id = probabilities.findIndex(share => share && (left -= share) < 0);
    return id < 0 ? probabilities.findLastIndex(share => share) : id;
}
