// The page that reads over a network's shoulder: over the three of networks.json, or over one that was published.

import {readAddress, turnPage, writeAddress} from "./address.js";
import {PARTS, bold, percent} from "../images/watch/draw.js";
import {Networks} from "./network.js";
import {makeShare} from "./share.js";
import {heard} from "../images/watch/sentences.js";
import {tokenize} from "./tokenizer.js";
import {View} from "../images/watch/view.js";

const examples = [...document.querySelectorAll("#examples [value]")];
const data = id => JSON.parse(document.getElementById(id).textContent);
const file = data("lstm");  // it reads already while other networks are on their way
const networks = new Networks(file), {most} = networks.plan;
if (file.plan?.layers === 0) Object.assign(PARTS.h, {name: "mean so far", meaning: ""});
const field = document.getElementById("text"), form = document.getElementById("choices"), choices = form.elements;
// What is read depends on where the band is, if words are forgotten.
const onMove = () => choices.mode.value === "all" ? remember() : read();
const view = new View(document.getElementById("view"), networks.classes, {onMove, colours: file.colours});
view.hint.before(form, makeShare(
    () => ({title: field.value, text: view.sentence.textContent}),
    () => [...view.curves.querySelectorAll("canvas")]));

// One network's reading of the tokens, whole, or from a word on; rows that it did not read are null.
function reading(name, tokens, mode, at, alone) {
    const whole = networks.read(tokens, name, alone && mode === "all");
    if (mode === "all" || !tokens.length) return whole;
    const read = networks.read(tokens.slice(at), name, alone), place = rows => [...Array(at).fill(null), ...rows];
    return {
        ...whole, whole: whole.probabilities, from: at, without: [], output: read.output,
        probabilities: place(read.probabilities), influence: place(read.influence).map(Number),
        sums: read.sums && ((part, t, unit) => read.sums(part, t - at, unit)),
        parts: Object.fromEntries(Object.entries(read.parts).map(([part, rows]) => [part, place(rows)])),
    };
}

function read() {
    const cell = choices.cell.value, tokens = tokenize(field.value).slice(0, most);
    document.getElementById("cut").hidden = tokens.length < most;
    const at = Math.max(0, Math.min(view.at, tokens.length - 1));
    const names = cell === "all" ? networks.names : [cell];
    if (!networks.names.includes(names[0])) return;
    const readings = names.map(name => reading(name, tokens, choices.mode.value, at, names.length === 1));
    view.show(readings);
    document.getElementById("turning")?.replaceChildren(...turning(readings[0]));
    remember();
}

// The words without which a published network would have answered otherwise, as a sentence.
function turning({tokens, known, turning, without}) {
    if (!without.length || !heard({tokens, known})) return [];
    if (!turning.length) return ["Without any one of these words the answer would be the same."];
    const said = turning.slice(0, 5).flatMap(([t, k], i) =>
        [i ? "; without " : "Without ", bold(tokens[t]), ` it would be ${networks.classes[k]}`]);
    return [...said, turning.length > 5 ? `; and so on for ${turning.length - 5} more words.` : "."];
}

function remember() {
    writeAddress({text: field.value, cell: choices.cell.value, read: choices.mode.value, word: view.at + 1});
}

function restore() {
    const {text, cell = "", read: mode = "", word} = readAddress();
    form.reset();
    if (!file.plan) choices.cell.value = cell;  // a name that is none changes nothing
    choices.mode.value = mode;
    field.value = text ?? examples[0]?.value ?? "";
    show(word >= 1 ? Math.round(word) - 1 : Infinity);
}

// Read what stands in the field, with the band over a word; Infinity is the last one.
function show(at) {
    view.stop();
    view.at = at;
    read();
    view.reveal();
}

function play() {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) view.play();
}

document.getElementById("below").onclick = () => form.scrollIntoView({behavior: "smooth"});
field.oninput = () => {
    const typed = tokenize(field.value.slice(0, field.selectionEnd));
    show(typed.length - 1);  // the word that is being typed
};
form.onchange = () => { view.stop(); read(); };
window.addEventListener("hashchange", restore);
for (const button of examples) {
    button.onclick = () => {
        turnPage();
        field.value = button.value;
        show(Infinity);
        play();
    };
}
if (networks.accuracy) {
    const scores = Object.entries(networks.accuracy).map(([name, share]) => `${name} ${percent(share)}`);
    document.getElementById("scores").textContent = scores.join(", ");
}

if (!file.plan) document.addEventListener("DOMContentLoaded", () => {
    networks.add(data("others"));
    if (choices.cell.value !== "LSTM") restore();
});
restore();
if (!readAddress().word) play();

// For tests, and for who opens the console: what the network thinks of a text, a row a token, and what happens inside.
window.reader = {
    tokens: text => tokenize(text).slice(0, most),
    last: text => networks.last(window.reader.tokens(text)),
    read: (text, cell) => networks.read(window.reader.tokens(text), cell),
};
