// What a reading says in words: for who cannot see the picture, and for who can.

import {best, bold, make, mean, percent, shade} from "./draw.js";

// The sentence about word t of one network's reading, or of several, as a list of strings and elements. brief: what the
// word did to the answer alone.
export function sentence(readings, t, classes, brief) {
    const [reading] = readings, {tokens, known, from} = reading, word = bold(tokens[t]);
    if (!tokens.length) return ["Type a few words. After each of them the network answers."];
    if (!heard(reading)) return [
        "The network knows none of these words. To it they are all the same, so its answer is not about your text."];
    const said = row => `${classes[best(row)]} (${percent(Math.max(...row))})`;
    const stranger = known[t] ? "" : " The network does not know this word.";
    if (from !== undefined) {
        const ends = readings.map(({name, probabilities, whole}) => {
            const now = probabilities.findLast(row => row), then = whole.at(-1);
            if (!now) return `the ${name} has nothing to read`;
            if (best(now) !== best(then)) return `the ${name} ends at ${said(now)} instead of ${said(then)}`;
            return `the ${name} still ends at ${said(now)}, with all of it at ${percent(Math.max(...then))}`;
        });
        return ["Read from ", word, ` on, as if nothing came before: ${ends.join("; ")}.`, stranger];
    }
    if (readings.length > 1) {
        const answers = readings.map(({name, probabilities}) => `the ${name} says ${said(probabilities[t])}`);
        return ["After ", word, `: ${answers.join(", ")}.`, stranger];
    }
    const inside = brief ? "" : `; ${happened(reading.parts, t)}`;
    return ["After ", word, `, ${turn(reading.probabilities, t, classes)}${inside}.`, stranger];
}

// Does the network know a word of the text, or are all of them the same to it?
export const heard = ({tokens, known}) => tokens.some((token, t) => known[t] && /[\p{L}\p{N}]/u.test(token));

// What the word did to the answer.
function turn(probabilities, t, classes) {
    const now = probabilities[t], before = probabilities[t - 1], k = best(now), is = percent(now[k]);
    if (!before) return `the answer is ${classes[k]} (${is})`;
    if (best(before) !== k) return `the answer turns from ${classes[best(before)]} to ${classes[k]} (${is})`;
    const [then, share] = [before, now].map(row => Math.round(100 * row[k]));
    if (then === share) return `the answer stays ${classes[k]} (${is})`;
    return `${classes[k]} ${then < share ? "rises" : "falls"} from ${then} to ${is}`;
}

// How much of the hidden state's numbers a step changes.
const movement = (parts, t) => mean(parts.h[t].map((h, unit) => Math.abs(h - (t ? parts.h[t - 1][unit] : 0))));

// What the word did inside.
function happened(parts, t) {
    const share = part => parts[part] && percent(mean(parts[part][t].map(shade(part))));
    const [input, forget, update] = ["input", "forget", "update"].map(share);
    if (forget) return `the input gate is ${input} open, the forget gate keeps ${forget} of the cell state`;
    if (input) return `the input gate is ${input} open`;
    if (update) return `the update gate keeps ${update} of the hidden state`;
    return `the hidden state has moved by ${movement(parts, t).toFixed(2)} a unit`;
}

// The places of the words at which the answer turns. The last of them decides.
export const turnsOf = probabilities =>
    [...probabilities.keys()].filter(t => t && best(probabilities[t]) !== best(probabilities[t - 1]));

// What happened to the answer over the whole text, once one network has read it; of many turns the last three.
export function story({tokens, probabilities}, classes) {
    const name = t => classes[best(probabilities[t])], turns = turnsOf(probabilities);
    const end = `: ${percent(Math.max(...probabilities.at(-1)))}.`;
    if (!turns.length) return [`${name(0)} from the first word to the last${end}`];
    const told = turns.slice(-3).flatMap((t, i) => [i ? ", " : "", bold(tokens[t]), `${i ? "" : " turns it"} to ${name(t)}`]);
    if (turns.length === 1) return [`${name(0)} until `, bold(tokens[turns[0] - 1]), "; ", ...told, end];
    return [`${name(0)} at first; ${turns.length > 3 ? `${turns.length} turns, of which the last: ` : ""}`, ...told, end];
}

// Three places worth a look, as {at, said}, in reading order: where most and least is written, where the answer turns.
export function notes(reading, classes) {
    const {tokens, parts, probabilities, from} = reading;
    if (tokens.length < 3 || from !== undefined || !heard(reading)) return [];
    const gate = ["input", "update"].find(part => part in parts);
    const sizes = tokens.map((_, t) => gate ? mean(parts[gate][t].map(shade(gate))) : movement(parts, t));
    const words = {input: ["The input gate opens widest at ", "The input gate opens least at "],
        update: ["The update gate keeps least at ", "The update gate keeps most at "],
        undefined: ["The hidden state moves most at ", "The hidden state moves least at "]}[gate];
    const note = (start, at, end) => ({at, said: [start, bold(tokens[at]), end]});
    const size = at => `: ${gate ? percent(sizes[at]) : sizes[at].toFixed(2)}.`;
    const extremes = gate === "update" ? [Math.min, Math.max] : [Math.max, Math.min];  // what is kept is not written
    const [most, least] = extremes.map(extreme => sizes.indexOf(extreme(...sizes)));
    const at = turnsOf(probabilities).at(-1) ?? -1, name = t => classes[best(probabilities[t])];
    return [
        note(words[0], most, size(most)), note(words[1], least, size(least)),
        at < 0 ? note(`The answer is ${name(0)} from `, 0, " to the end.")
            : note("At ", at, ` the answer turns from ${name(at - 1)} to ${name(at)}.`),
    ].sort((a, b) => a.at - b.at);
}

// ------------------------------------------------------------------------------------------- the formula of a unit

const digits = number => number.toFixed(2).replace("-", "−");
const signed = number => `${number < 0 ? "−" : "+"} ${digits(Math.abs(number))}`;
const added = (first, ...others) => [digits(first), ...others.map(signed)].join(" ");
const inBrackets = number => number < 0 ? `(${digits(number)})` : digits(number);

// How a unit comes to its number at word t, with the numbers in their places, as a list of strings and elements.
export function formula(reading, part, t, unit) {
    const candidate = reading.parts.c ? "g" : "n";
    const letter = {input: "i", forget: "f", output: "o", update: "z", reset: "r", candidate};
    const [letters, numbers] = expression(reading, part, t, unit), value = digits(reading.parts[part][t][unit]);
    return [make("b", {textContent: letter[part] ?? part}), ` = ${letters} = ${numbers} = ${value}`];
}

function expression({parts, sums}, part, t, unit) {
    const now = name => inBrackets(parts[name][t][unit]);
    const before = name => inBrackets((parts[name].slice(0, t).findLast(row => row) ?? [])[unit] ?? 0);
    if (part === "c") {
        const written = `${now("input")} · ${now("candidate")}`;
        return ["f · c before + i · g", `${now("forget")} · ${before("c")} + ${written}`];
    }
    if (part === "h" && parts.c) return ["o · tanh(c)", `${now("output")} · tanh(${digits(parts.c[t][unit])})`];
    if (part === "h" && parts.update) {
        const replaced = `${digits(1 - parts.update[t][unit])} · ${now("candidate")}`;
        return ["z · h before + (1 − z) · n", `${now("update")} · ${before("h")} + ${replaced}`];
    }
    const {word, state, bias, stateBias} = sums(part, t, unit);
    if (part === "candidate" && parts.reset) {
        const seen = `${now("reset")} · ${inBrackets(state + stateBias)}`;
        return ["tanh(W · word + b + r · (U · h before + b′))", `tanh(${added(word + bias)} + ${seen})`];
    }
    const squash = ["candidate", "h"].includes(part) ? "tanh" : "σ";
    return [`${squash}(W · word + U · h before + b)`, `${squash}(${added(word, state, bias + stateBias)})`];
}
