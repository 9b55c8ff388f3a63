// What a reading says in words: for who cannot see the picture, and for who can.

import {best, bold, make, mean, percent, shade} from "./draw.js";
import {pieces, say} from "./words.js";

// The sentence about word t of one network's reading, or of several, as a list of strings and elements. brief: what the
// word did to the answer alone.
export function sentence(readings, t, classes, brief) {
    const [reading] = readings, {tokens, known, from} = reading, word = bold(tokens[t]);
    if (!tokens.length) return [say("Type a few words. After each of them the network answers.")];
    if (!heard(reading)) return [say("The network knows none of these words. To it they are all the same, so its "
        + "answer is not about your text.")];
    const said = row => say("{name} ({share})", {name: classes[best(row)], share: percent(Math.max(...row))});
    const stranger = known[t] ? "" : say(" The network does not know this word.");
    if (from !== undefined) {
        const ends = readings.map(({name, probabilities, whole}) => {
            const now = probabilities.findLast(row => row), then = whole.at(-1);
            if (!now) return say("the {name} has nothing to read", {name});
            const parts = {name, now: said(now), then: said(then), share: percent(Math.max(...then))};
            if (best(now) !== best(then)) return say("the {name} ends at {now} instead of {then}", parts);
            return say("the {name} still ends at {now}, with all of it at {share}", parts);
        }).join(say("; "));
        return pieces("Read from {word} on, as if nothing came before: {ends}.{stranger}", {word, ends, stranger});
    }
    if (readings.length > 1) {
        const answers = readings.map(({name, probabilities}) =>
            say("the {name} says {answer}", {name, answer: said(probabilities[t])})).join(say(", "));
        return pieces("After {word}: {answers}.{stranger}", {word, answers, stranger});
    }
    const parts = {word, answer: turn(reading.probabilities, t, classes), inside: happened(reading.parts, t), stranger};
    return brief ? pieces("After {word}, {answer}.{stranger}", parts)
        : pieces("After {word}, {answer}; {inside}.{stranger}", parts);
}

// Does the network know a word of the text, or are all of them the same to it?
export const heard = ({tokens, known}) => tokens.some((token, t) => known[t] && /[\p{L}\p{N}]/u.test(token));

// What the word did to the answer.
function turn(probabilities, t, classes) {
    const now = probabilities[t], before = probabilities[t - 1], k = best(now);
    const parts = {name: classes[k], share: percent(now[k])};
    if (!before) return say("the answer is {name} ({share})", parts);
    if (best(before) !== k) {
        return say("the answer turns from {other} to {name} ({share})", {...parts, other: classes[best(before)]});
    }
    const [then, is] = [before, now].map(row => Math.round(100 * row[k]));
    if (then === is) return say("the answer stays {name} ({share})", parts);
    return then < is ? say("{name} rises from {then} to {share}", {...parts, then})
        : say("{name} falls from {then} to {share}", {...parts, then});
}

// How much of the hidden state's numbers a step changes.
const movement = (parts, t) => mean(parts.h[t].map((h, unit) => Math.abs(h - (t ? parts.h[t - 1][unit] : 0))));

// What the word did inside.
function happened(parts, t) {
    const share = part => parts[part] && percent(mean(parts[part][t].map(shade(part))));
    const [input, forget, update] = ["input", "forget", "update"].map(share);
    if (forget) {
        return say("the input gate is {input} open, the forget gate keeps {forget} of the cell state", {input, forget});
    }
    if (input) return say("the input gate is {input} open", {input});
    if (update) return say("the update gate keeps {update} of the hidden state", {update});
    return say("the hidden state has moved by {size} a unit", {size: movement(parts, t).toFixed(2)});
}

// The places of the words at which the answer turns. The last of them decides.
export const turnsOf = probabilities =>
    [...probabilities.keys()].filter(t => t && best(probabilities[t]) !== best(probabilities[t - 1]));

// What happened to the answer over the whole text, once one network has read it; of many turns the last three.
export function story({tokens, probabilities}, classes) {
    const name = t => classes[best(probabilities[t])], turns = turnsOf(probabilities);
    const share = percent(Math.max(...probabilities.at(-1)));
    if (!turns.length) return pieces("{name} from the first word to the last: {share}.", {name: name(0), share});
    const told = turns.slice(-3).flatMap((t, i) => {
        const turn = {word: bold(tokens[t]), name: name(t)};
        return i ? pieces(", {word} to {name}", turn) : pieces("{word} turns it to {name}", turn);
    });
    const parts = {name: name(0), word: bold(tokens[turns[0] - 1]), count: turns.length, told, share};
    if (turns.length === 1) return pieces("{name} until {word}; {told}: {share}.", parts);
    return turns.length > 3 ? pieces("{name} at first; {count} turns, of which the last: {told}: {share}.", parts)
        : pieces("{name} at first; {told}: {share}.", parts);
}

// Three places worth a look, as {at, said}, in reading order: where most and least is written, where the answer turns.
export function notes(reading, classes) {
    const {tokens, parts, probabilities, from} = reading;
    if (tokens.length < 3 || from !== undefined || !heard(reading)) return [];
    const gate = ["input", "update"].find(part => part in parts);
    const sizes = tokens.map((_, t) => gate ? mean(parts[gate][t].map(shade(gate))) : movement(parts, t));
    const extremes = gate === "update" ? [Math.min, Math.max] : [Math.max, Math.min];  // what is kept is not written
    const [most, least] = extremes.map(extreme => sizes.indexOf(extreme(...sizes)));
    const [first, second] = [most, least].map(at =>
        ({word: bold(tokens[at]), size: gate ? percent(sizes[at]) : sizes[at].toFixed(2)}));
    const words = {
        input: [pieces("The input gate opens widest at {word}: {size}.", first),
            pieces("The input gate opens least at {word}: {size}.", second)],
        update: [pieces("The update gate keeps least at {word}: {size}.", first),
            pieces("The update gate keeps most at {word}: {size}.", second)],
        undefined: [pieces("The hidden state moves most at {word}: {size}.", first),
            pieces("The hidden state moves least at {word}: {size}.", second)],
    }[gate];
    const at = turnsOf(probabilities).at(-1) ?? 0, name = t => classes[best(probabilities[t])];
    const answer = {word: bold(tokens[at]), name: name(at)};
    const turns = !at ? pieces("The answer is {name} from {word} to the end.", answer)
        : pieces("At {word} the answer turns from {before} to {name}.", {...answer, before: name(at - 1)});
    return [{at: most, said: words[0]}, {at: least, said: words[1]}, {at, said: turns}].sort((a, b) => a.at - b.at);
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
        return [say("f · c before + i · g"), `${now("forget")} · ${before("c")} + ${written}`];
    }
    if (part === "h" && parts.c) return ["o · tanh(c)", `${now("output")} · tanh(${digits(parts.c[t][unit])})`];
    if (part === "h" && parts.update) {
        const replaced = `${digits(1 - parts.update[t][unit])} · ${now("candidate")}`;
        return [say("z · h before + (1 − z) · n"), `${now("update")} · ${before("h")} + ${replaced}`];
    }
    const {word, state, bias, stateBias} = sums(part, t, unit);
    if (part === "candidate" && parts.reset) {
        const seen = `${now("reset")} · ${inBrackets(state + stateBias)}`;
        return [say("tanh(W · word + b + r · (U · h before + b′))"), `tanh(${added(word + bias)} + ${seen})`];
    }
    const squash = ["candidate", "h"].includes(part) ? "tanh" : "σ", letters = say("W · word + U · h before + b");
    return [`${squash}(${letters})`, `${squash}(${added(word, state, bias + stateBias)})`];
}
