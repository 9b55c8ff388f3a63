// The page that reads over a network's shoulder: over the three of networks.json, or over one that was published.

import {readAddress, restoreForm, turnPage, writeAddress} from "./address.js";
import {PARTS, bold, lessMotion, make, percent} from "./draw.js";
import {Networks} from "./network.js";
import {makeShare} from "./share.js";
import {heard} from "./sentences.js";
import {tokenize} from "./tokenizer.js";
import {View} from "./view.js";
import {pieces, say} from "./words.js";

const examples = [...document.querySelectorAll("#examples [value]")];
const data = id => JSON.parse(document.getElementById(id).textContent);
const file = data("lstm");  // it reads already while other networks are on their way
const networks = new Networks(file), {most} = networks.plan;
if (file.plan?.layers === 0) Object.assign(PARTS.h, {name: say("mean so far"), meaning: ""});
const field = document.getElementById("text"), form = document.getElementById("choices"), choices = form.elements;
// What is read depends on where the band is, if words are forgotten.
const onMove = () => choices.read.value === "all" ? remember() : read();
const view = new View(document.getElementById("view"), networks.classes, {onMove, colours: file.colours});
view.hint.before(form, makeShare(fillPicture));

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
    const cell = choices.cell?.value ?? networks.names[0], tokens = tokenize(field.value).slice(0, most);
    document.getElementById("cut").hidden = tokens.length < most;
    const at = Math.max(0, Math.min(view.at, tokens.length - 1));
    const names = cell === "all" ? networks.names : [cell];
    if (!networks.names.includes(names[0])) return;
    const readings = names.map(name => reading(name, tokens, choices.read.value, at, names.length === 1));
    view.show(readings);
    document.getElementById("turning")?.replaceChildren(...turning(readings[0]));
    remember();
}

// The words without which a published network would have answered otherwise, as a sentence.
function turning({tokens, known, turning, without}) {
    if (!without.length || !heard({tokens, known})) return [];
    if (!turning.length) return [say("Without any one of these words the answer would be the same.")];
    const said = turning.slice(0, 5).flatMap(([t, k], i) => {
        const parts = {word: bold(tokens[t]), name: networks.classes[k]};
        return i ? pieces("; without {word} it would be {name}", parts)
            : pieces("Without {word} it would be {name}", parts);
    });
    const count = turning.length - 5;
    return [...said, count > 0 ? say("; and so on for {count} more words.", {count}) : say(".")];
}

function remember() {
    const {at, by, unit} = view, lit = by === "answer" ? {} : {by, unit: unit === null ? "" : unit + 1};
    writeAddress({text: field.value, ...Object.fromEntries(new FormData(form)), word: at + 1, ...lit});
}

// What is saved: the words over their curves, and the part that is looked at, in a width that a phone has not.
function fillPicture(sheet) {
    const calculated = view.loupe.isConnected ? ` ${view.formula.textContent}` : "";
    const told = make("p", {textContent: view.sentence.textContent + calculated});
    const root = make("div", {className: "view"});
    sheet.append(make("h1", {textContent: field.value, dir: "auto"}), told, root);
    const {at, by, unit, part, readings} = view, wide = new View(root, networks.classes, {colours: file.colours});
    Object.assign(wide, {at, by, unit}).show(readings);
    const looked = by === "influence" ? wide.effect : wide.inside.children[wide.rows.indexOf(part)];
    for (const part of [wide.effect, ...wide.inside.children]) part.hidden ||= part !== looked;
    wide.loupe.remove();
    wide.draw();  // where it has scrolled to
    for (const {firstChild: label} of wide.curves.children) label.textContent = label.textContent.split(/[;；]/)[0];
    if (by in PARTS && unit !== null) looked.firstChild.append(say(", unit {unit} framed", {unit: unit + 1}));
    wide.band.style.translate = `${-wide.strip.scrollLeft}px`;
    root.replaceChildren(wide.head, wide.strip);
}

function restore() {
    const {text, word, by = "answer", unit} = restoreForm(form);
    field.value = text ?? examples[0]?.value ?? "";
    Object.assign(view, {by, unit: unit ? unit - 1 : null});
    show(word >= 1 ? Math.round(word) - 1 : Infinity);
}

// Read what stands in the field, with the band over a word; Infinity is the last one.
function show(at) {
    view.stop();
    view.at = at;
    read();
    view.reveal();
}

// A new text is read as a whole.
function readAnew(at) {
    choices.read.value = "all";
    show(at);
}

document.getElementById("below").onclick = () => form.scrollIntoView({behavior: "smooth"});
field.oninput = () => readAnew(tokenize(field.value.slice(0, field.selectionEnd)).length - 1);  // the word being typed
field.onblur = () => field.scrollTo(0, 0);
form.onchange = ({target: {value}}) => {
    view.stop();
    if (value === "from" && view.at === view.tokens.length - 1) view.at >>= 1;  // or there is one word to read
    read();
};
window.addEventListener("hashchange", restore);
for (const button of examples) {
    button.onclick = () => {
        turnPage();
        field.value = button.value;
        readAnew(Infinity);
        if (!lessMotion) view.play();
    };
}
if (networks.accuracy) {
    const scores = Object.entries(networks.accuracy).map(([name, share]) => `${name} ${percent(share)}`);
    document.getElementById("scores").textContent = scores.join(", ");
}

if (!file.plan) document.addEventListener("DOMContentLoaded", () => {
    networks.add(data("others"));
    if (choices.cell.value !== "LSTM") read();
});
restore();
if (!readAddress().word && !lessMotion) view.play();

// For tests, and for who opens the console: what the network thinks of a text, a row a token, and what happens inside.
window.reader = {read: (text, ...how) => networks.read(tokenize(text).slice(0, most), ...how)};
