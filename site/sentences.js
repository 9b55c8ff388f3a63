// What a reading says in words: for who cannot see the picture, and for who can.

import {make, percent} from "./draw.js";

export const best = row => row.indexOf(Math.max(...row));
const mean = row => row.reduce((sum, value) => sum + value, 0) / row.length;
const bold = word => make("bdi", {textContent: word});

// The sentence about word t, as a list of strings and elements.
export function sentence(readings, t, classes) {
    const [reading] = readings, word = bold(reading.tokens[t]), T = reading.tokens.length;
    const said = row => `${classes[best(row)]} (${percent(Math.max(...row))})`;
    if (!T) return ["Type a few words. After each of them the network answers."];
    const stranger = reading.known[t] ? "" : " The network does not know this word.";
    if (reading.from !== undefined || reading.without !== undefined) {
        const start = reading.without === undefined ? ["Read from ", word, " on, as if nothing had come before: "] : ["Without ", word, ": "];
        const answers = readings.map(({name, probabilities, whole}) => {
            const now = probabilities.findLast(row => row), then = whole[T - 1];
            if (!now) return `the ${name} has nothing to read`;
            return best(now) === best(then) ? `the ${name} still ends at ${said(now)}, with all of it at ${percent(Math.max(...then))}`
                : `the ${name} ends at ${said(now)} instead of ${said(then)}`;
        });
        return [...start, `${answers.join("; ")}.`, stranger];
    }
    if (readings.length > 1) {
        return ["After ", word, `: ${readings.map(({name, probabilities}) => `the ${name} says ${said(probabilities[t])}`).join(", ")}.`, stranger];
    }
    return ["After ", word, ` ${happened(reading, t)}; ${turn(reading.probabilities, t, classes)}.`, stranger];
}

// What the word did to the answer.
function turn(probabilities, t, classes) {
    const now = probabilities[t], k = best(now), before = probabilities[t - 1];
    if (!before) return `the answer is ${classes[k]} (${percent(now[k])})`;
    if (best(before) !== k) return `the answer turns from ${classes[best(before)]} to ${classes[k]} (${percent(now[k])})`;
    const [was, is] = [percent(before[k]), percent(now[k])];
    return `the answer stays ${classes[k]} (${was === is ? is : `${was}, now ${is}`})`;
}

// What the word did inside.
function happened({parts}, t) {
    if (parts.forget) return `the input gate is ${percent(mean(parts.input[t]))} open, the forget gate keeps ${percent(mean(parts.forget[t]))} of the memory`;
    if (parts.update) return `the update gate keeps ${percent(mean(parts.update[t]))} of the state`;
    const moved = parts.h[t].map((h, unit) => Math.abs(h - (t ? parts.h[t - 1][unit] : 0)));
    return `the state has moved by ${mean(moved).toFixed(2)} a unit`;
}
