// What a reading says in words: for who cannot see the picture, and for who can.

import {make, mean, percent} from "./draw.js";

export const best = row => row.indexOf(Math.max(...row));
export const bold = word => make("bdi", {textContent: word});

// The sentence about word t of one network's reading, or of several, as a list of strings and elements.
export function sentence(readings, t, classes) {
    const [reading] = readings, {tokens, known, from, without} = reading, word = bold(tokens[t]);
    if (!tokens.length) return ["Type a few words. After each of them the network answers."];
    const said = row => `${classes[best(row)]} (${percent(Math.max(...row))})`;
    const stranger = known[t] ? "" : " The network does not know this word.";
    if (from !== undefined || without !== undefined) {
        const ends = readings.map(({name, probabilities, whole}) => {
            const now = probabilities.findLast(row => row), then = whole.at(-1);
            if (!now) return `the ${name} has nothing to read`;
            if (best(now) !== best(then)) return `the ${name} ends at ${said(now)} instead of ${said(then)}`;
            return `the ${name} still ends at ${said(now)}, with all of it at ${percent(Math.max(...then))}`;
        });
        const [start, end] = from === undefined ? ["Without ", ""] : ["Read from ", " on, as if nothing came before"];
        return [start, word, `${end}: ${ends.join("; ")}.`, stranger];
    }
    if (readings.length > 1) {
        const answers = readings.map(({name, probabilities}) => `the ${name} says ${said(probabilities[t])}`);
        return ["After ", word, `: ${answers.join(", ")}.`, stranger];
    }
    return ["After ", word, ` ${happened(reading.parts, t)}; ${turn(reading.probabilities, t, classes)}.`, stranger];
}

// What the word did to the answer.
function turn(probabilities, t, classes) {
    const now = probabilities[t], before = probabilities[t - 1], k = best(now), is = percent(now[k]);
    if (!before) return `the answer is ${classes[k]} (${is})`;
    if (best(before) !== k) return `the answer turns from ${classes[best(before)]} to ${classes[k]} (${is})`;
    const was = percent(before[k]);
    return `the answer stays ${classes[k]} (${was === is ? is : `${was}, now ${is}`})`;
}

// What the word did inside.
function happened(parts, t) {
    const share = part => parts[part] && percent(mean(parts[part][t]));
    const [input, forget, update] = ["input", "forget", "update"].map(share);
    if (forget) return `the input gate is ${input} open, the forget gate keeps ${forget} of the memory`;
    if (update) return `the update gate keeps ${update} of the state`;
    const moved = parts.h[t].map((h, unit) => Math.abs(h - (t ? parts.h[t - 1][unit] : 0)));
    return `the state has moved by ${mean(moved).toFixed(2)} a unit`;
}
