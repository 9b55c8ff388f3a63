// The language model of lesson 6 by hand: word vectors, an LSTM, and a score for each word that may come next. And how
// scores become probabilities.

import {addProduct, linear, oneStep} from "./cells.js";
import {unpacked} from "./weights.js";

export const UNK = 0, PAD = 1, END = 2, LINE = 3;  // the first ids of the vocabulary

export class LanguageModel {
    constructor({classes, words, weights}) {
        Object.assign(this, {classes, words, V: words.length, w: unpacked(weights), steps: []});
        this.D = this.w["to_vector.bias"].length;
        this.wide = 4 * Math.ceil(this.V / 4);  // a multiple of four, as addProduct wants it
        this.table = new Float64Array(this.wide * this.D);  // tied: the vectors of the words once more, without the start tokens
        this.table.set(this.w["embedding.weight"].subarray(0, this.V * this.D));
    }

    // The id of a class's control token, or of the start token that says nothing.
    start(section) {
        return this.V + 1 + this.classes.indexOf(section);
    }

    // Read a text behind a start token; what begins as the text before is not read again. At most so many tokens that
    // are new. Returns how many have been read by now; losses[t] is the negative log-likelihood of token t.
    read(ids, start, most = Infinity) {
        if (this.steps[0]?.id !== start) this.steps = [this.step(start)];
        let same = 0;
        while (same < ids.length && this.steps[same + 1]?.id === ids[same]) same++;
        this.steps.length = same + 1;
        for (const id of ids.slice(same, same + most)) {
            const loss = lossOf(this.scores(), id);
            this.steps.push(Object.assign(this.step(id, this.steps.at(-1)), {loss}));
        }
        return this.steps.length - 1;
    }

    // The state after one more token.
    step(id, before) {
        return {id, ...oneStep(this.w, this.w["embedding.weight"].subarray(id * this.D, (id + 1) * this.D), before)};
    }

    // The scores of the next token after a step, the last one if none is named.
    scores(last = this.steps.at(-1)) {
        const {w, D, table, wide, V} = this;
        if (this.scored === last) return this.latest;
        const said = linear(last.h, w["to_vector.weight"], w["to_vector.bias"]);
        const scores = new Float64Array(wide);
        scores.set(w.bias);
        addProduct(scores, said, table, 1, D, wide);
        Object.assign(this, {scored: last, latest: scores.subarray(0, V)});
        return this.latest;
    }
}

function lossOf(scores, id) {
    const largest = scores.reduce((a, b) => Math.max(a, b));
    return Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)) + largest - scores[id];
}

// Probabilities from scores: the temperature, then the top k (0: all), then the nucleus of what is left. A temperature
// of 0 is its limit: the likeliest gets everything. A score of -Infinity is a token that may not come.
export function reshaped(scores, {temperature = 1, top = 0, nucleus = 1} = {}) {
    const largest = scores.reduce((a, b) => Math.max(a, b));
    const sharpen = score => temperature ? Math.exp((score - largest) / temperature) : Number(score === largest);
    if (largest === -Infinity) return scores.map(() => 0);
    const p = shares(scores.map(sharpen));
    if (!top && nucleus >= 1) return p;
    const kept = p.slice().sort().reverse().subarray(0, top || p.length), whole = kept.reduce((a, b) => a + b);
    let [last, together] = [0, kept[0]];
    while (last + 1 < kept.length && (nucleus >= 1 || together < nucleus * whole)) together += kept[++last];
    return shares(p.map(share => share >= kept[last] ? share : 0));
}

function shares(numbers) {
    const sum = numbers.reduce((a, b) => a + b);
    return numbers.map(number => number / sum);
}

// Draw a token: `luck` from 0 to 1 says which.
export function draw(probabilities, luck) {
    let left = luck;
    for (let id = 0; id < probabilities.length; id++) {
        left -= probabilities[id];
        if (left < 0 && probabilities[id]) return id;
    }
    return probabilities.findLastIndex(p => p > 0);
}
