// The page that reads over a network's shoulder.

import {readAddress, writeAddress} from "./address.js";
import {percent} from "../images/watch/draw.js";
import {Networks} from "./network.js";
import {MOST_READ, tokenize} from "./tokenizer.js";
import {View} from "../images/watch/view.js";

const examples = [...document.querySelectorAll("#examples button")];
const data = id => JSON.parse(document.getElementById(id).textContent);
const networks = new Networks(data("lstm"));  // it reads already while the other two are on their way
const field = document.getElementById("text"), form = document.getElementById("choices"), choices = form.elements;
// What is read depends on where the band is, if words are forgotten or left out.
const onMove = () => choices.mode.value === "all" ? remember() : read();
const view = new View(document.getElementById("view"), networks.classes, {onMove});
view.hint.before(form);

// One network's reading of the tokens, whole, from a word on, or without it; rows that it did not read are null.
function reading(name, tokens, mode, at) {
    const whole = networks.read(tokens, name);
    if (mode === "all" || !tokens.length) return whole;
    const read = networks.read(mode === "from" ? tokens.slice(at) : tokens.toSpliced(at, 1), name);
    const gap = Array(mode === "from" ? at : 1).fill(null), before = mode === "from" ? 0 : at;
    const place = rows => rows.toSpliced(before, 0, ...gap);
    const steps = place([...read.ids.keys()]);
    return {
        ...whole, whole: whole.probabilities, [mode]: at,
        probabilities: place(read.probabilities), influence: place(read.influence).map(Number),
        sums: (part, t, unit) => read.sums(part, steps[t], unit),
        parts: Object.fromEntries(Object.entries(read.parts).map(([part, rows]) => [part, place(rows)])),
    };
}

function read() {
    const tokens = tokenize(field.value).slice(0, MOST_READ), cell = choices.cell.value;
    document.getElementById("cut").hidden = tokens.length < MOST_READ;
    const at = Math.max(0, Math.min(view.at, tokens.length - 1));
    const names = cell === "all" ? networks.names : [cell];
    if (!networks.names.includes(names[0])) return;
    view.show(names.map(name => reading(name, tokens, choices.mode.value, at)));
    remember();
}

function remember() {
    writeAddress({text: field.value, cell: choices.cell.value, read: choices.mode.value, word: view.at + 1});
}

function restore() {
    const {text, cell = "", read: mode = "", word} = readAddress();
    form.reset();
    choices.cell.value = cell;  // a name that is none changes nothing
    choices.mode.value = mode;
    field.value = text ?? examples[0].value;
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

field.oninput = () => {
    const typed = tokenize(field.value.slice(0, field.selectionEnd));
    show(typed.length - 1);  // the word that is being typed
};
form.onchange = () => { view.stop(); read(); };
window.addEventListener("hashchange", restore);
for (const button of examples) {
    button.onclick = () => {
        field.value = button.value;
        show(Infinity);
        play();
    };
}
const scores = Object.keys(networks.accuracy).map(name => `${name} ${percent(networks.accuracy[name])}`).join(", ");
document.getElementById("scores").textContent = scores;

document.addEventListener("DOMContentLoaded", () => {
    networks.add(data("others"));
    if (choices.cell.value !== "LSTM") restore();
});
restore();
if (!readAddress().word) play();

// For tests, and for who opens the console: what the network thinks of a text, a row a token, and what happens inside.
window.reader = {read: (text, cell = "LSTM") => networks.read(tokenize(text), cell)};
