// The page on which a language model writes as you type, beside a rival that counts.

import {readAddress, turnPage, writeAddress} from "./address.js";
import {showBars} from "./bars.js";
import {FourGrams} from "./counts.js";
import {bold, make, mean, percent} from "../images/watch/draw.js";
import {END, LanguageModel, PAD, UNK, draw, reshaped} from "./language.js";
import {makeRandom} from "./random.js";
import {makeShare} from "./share.js";
import {tokenize} from "./tokenizer.js";
import {bytes} from "./weights.js";

const LONGEST = 12;  // how many grey words
const SHORTEST = 6;  // tokens of a text that may end
const SLIDERS = ["temperature", "top", "nucleus"];

const element = id => document.getElementById(id);
const file = JSON.parse(element("file").textContent), model = new LanguageModel(file);
const lower = file.words.map(word => word.toLowerCase()), known = new Map(lower.map((word, id) => [word, id]));
const quote = known.get("'"), stop = known.get(".");
for (const id of [PAD, END]) known.delete(lower[id]);  // whoever types them means something else
const rival = new FourGrams(trainingTexts(), model.V);
const field = element("text"), form = element("sliders"), choices = form.elements;
const examples = [...element("examples").querySelectorAll("[value]")];  // each with a seed of its own
let seed = 1, hidden = false, grey = [];
let read = [];  // the costs of what is typed

function trainingTexts() {
    const texts = [[]];
    for (const id of new Uint16Array(bytes(file.text))) {
        texts.at(-1).push(id);
        if (id === END) texts.push([]);
    }
    return texts.slice(0, -1);
}

// ------------------------------------------------------------------------------------- tokens and their spelling

// The tokens of a text; "'s" and initials like "u.s." are one token each.
const split = text => tokenize(text).join(" ").replace(/(?<= )' (s|t|re|ve|ll|d|m)(?= |$)/g, "'$1")
    .replace(/(?<![^ ])[a-z] \.( [a-z] \.)+(?= |$)/g, initials => initials.replaceAll(" ", ""))
    .split(" ").filter(token => token);
const encode = tokens => tokens.map(token => known.get(token) ?? UNK);
const named = id => id === END ? "the end" : file.words[id];

// What is typed: its tokens, those that are read, and the letters of a last word that is not finished.
function understand(text) {
    const tokens = split(text), last = tokens.at(-1);
    const continues = lower.some((word, id) => id > END && word.startsWith(last));
    const open = /\S$/.test(text) && !known.has(last) && continues;
    return {tokens, ids: encode(open ? tokens.slice(0, -1) : tokens), begins: open ? last : ""};
}

// A space where one is written: not before a full stop, not inside brackets, "club's", "$1.6" and "7,000". The first
// word has a capital.
function joined(text, word) {
    if (!text) return word[0].toUpperCase() + word.slice(1);
    const glued = /^[.,!?)']/.test(word) || /[\s(]$/.test(text) || /^\d/.test(word) && /\d[.,]$/.test(text);
    return text + (glued ? "" : " ") + word;
}

// The text with a token behind it; the letters that it begins with stand there already.
function withToken(text, id, begins = "") {
    const word = file.words[id];
    return begins ? text + word.slice(begins.length) : joined(text, word);
}

// ------------------------------------------------------------------------------------- what may come next

// Scores without what is never written: an unknown word, padding, a quotation mark (it would stay open), a full stop
// that no number precedes, an end before SHORTEST tokens, a word twice in a row, a long word that stands there already.
// What is begun may end as it likes.
function allowed(scores, ids, begins) {
    const said = new Set(ids.filter((id, t) => t === ids.length - 1 || lower[id].length > 3));
    const number = /\d$/.test(lower[ids.at(-1)]);
    const fits = id => begins ? id > END && lower[id].startsWith(begins)
        : id > PAD && !said.has(id) && (id !== END || ids.length >= SHORTEST) && id !== quote && (id !== stop || number);
    return scores.map((score, id) => fits(id) ? score : -Infinity);
}
const counted = (ids, begins) => allowed(rival.next(ids).map(Math.log), ids, begins);
const settings = () => Object.fromEntries(SLIDERS.map(name => [name, choices[name].valueAsNumber]));

// A number from 0 to 1 that depends on the seed and the place alone: a slider must not throw the dice anew.
const luckAt = place => makeRandom(10_007 * seed + place)();

// Each token as {id, loss, counted}: its negative log-likelihoods. What stood there before has been counted, too.
function costs(ids, section) {
    model.read(ids, model.start(section));
    const steps = model.steps.slice(1);
    steps.forEach((step, t) => { step.counted ??= -Math.log(rival.next(ids, t)[ids[t]]); });
    return steps;
}

// Draw a token, read it, draw the next, behind the ids that have been read.
function goOn(ids, begins) {
    const written = [];
    let step = model.steps.at(-1);
    while (written.length < LONGEST && written.at(-1) !== END) {
        const place = ids.length + written.length, first = !written.length;
        const scores = allowed(model.scores(step), [...ids, ...written], first ? begins : "");
        written.push(draw(reshaped(scores, settings()), luckAt(place)));
        step = model.step(written.at(-1), step);
    }
    return written;
}

// ------------------------------------------------------------------------------------- the page

function update() {
    const {tokens, ids, begins} = understand(field.value);
    read = costs(ids, choices.section.value);
    const bars = {name: named, settings: settings(), onTake: id => take(id, begins)};
    const network = showBars(element("network"), allowed(model.scores(), ids, begins), bars);
    tellNext(tokens, begins, network, showBars(element("fourgrams"), counted(ids, begins), bars));
    grey = hidden || !atEnd() ? [] : goOn(ids, begins);
    showGrey(begins);
    const all = [...ids, ...grey], runs = rival.runs(all);
    showLosses(tokens, begins ? grey.slice(1) : grey, runs);  // the first one finishes a word that stands there
    tellCosts(all, runs);
    showSettings();
    writeAddress({text: field.value, class: choices.section.value, ...settings(), seed});
}

const atEnd = () => field.selectionStart === field.value.length;

function showGrey(begins) {
    let text = field.value;
    grey.forEach((id, i) => { if (id !== END) text = withToken(text, id, i ? "" : begins); });
    const end = grey.at(-1) !== END ? "" : grey.length > 1 ? " ■" : " ■ (the text may end here)";
    element("grey").replaceChildren(make("span", {textContent: field.value}), text.slice(field.value.length) + end);
    element("take").disabled = !grey.length || grey[0] === END;
}

// The tokens, under each the negative log-likelihoods.
function showLosses(tokens, grey, runs) {
    const shown = [...tokens, ...grey.map(id => id === END ? "■" : file.words[id])];
    element("losses").replaceChildren(...shown.map((word, t) => {
        const unknown = read[t]?.id === UNK, lit = runs.some(({from, to}) => from <= t && t < to);
        const marks = {grey: t >= tokens.length, unknown, lit};
        const costs = ["loss", "counted"].map(which => unknown ? "–" : read[t]?.[which]?.toFixed(1) ?? "");
        return make("li", {className: Object.keys(marks).filter(mark => marks[mark]).join(" ")},
            make("bdi", {textContent: word}),
            ...costs.map(textContent => make("span", {textContent})));
    }));
}

// What the models say comes next, as a sentence.
function tellNext(tokens, begins, network, fourgrams) {
    const says = ({id, own, now}) => {
        const changed = percent(now) === percent(own) ? "" : `, with your settings ${percent(now)}`;
        return [bold(named(id)), ` (${percent(own)}${changed})`];
    };
    const place = begins ? ["Of the words that begin with ", bold(begins)]
        : tokens.length ? ["After ", bold(tokens.at(-1))] : ["At the beginning"];
    const stranger = !begins && read.at(-1)?.id === UNK ? " Neither knows this word." : "";
    element("sentence").replaceChildren(
        ...place, ", the network expects ", ...says(network),
        ", the 4-grams expect ", ...says(fourgrams), `.${stranger}`);
}

// What the text has cost the models so far, and what of it stands in the training text.
function tellCosts(ids, runs) {
    const known = read.filter(({id}) => id !== UNK), strangers = read.length - known.length;
    const cost = which => mean(known.map(entry => entry[which]));
    const size = number => `${number.toFixed(2)} (perplexity ${Math.round(Math.exp(number)).toLocaleString("en")})`;
    const sum = known.length ? `Mean negative log-likelihood of ${known.length} token${known.length > 1 ? "s" : ""}: network ${size(cost("loss"))}, `
        + `4-grams ${size(cost("counted"))}. ` : "";
    const pairs = ids => ids.slice(1).map((id, t) => `${ids[t]} ${id}`), all = pairs(known.map(({id}) => id));
    const again = all.length - new Set(all).size, low = Math.exp(cost("loss")) < 100 && 4 * again > all.length;
    const why = low ? `It is low because the text repeats itself: ${again} of ${all.length} pairs are old. ` : "";
    const left = strangers ? `${strangers} unknown ${strangers > 1 ? "words" : "word"} not counted. ` : "";
    element("told").replaceChildren(sum, why, left);
    if (!runs.length) return;
    const {from, to, text} = runs.reduce((a, b) => b.to - b.from > a.to - a.from ? b : a);
    const line = list => list.map(named).join(" "), title = rival.texts[text - text % 2].slice(0, -1);
    const copied = bold(line(ids.slice(from, to)));
    element("told").append("In the small corpus: ", copied, `, of the brief “${line(title).replaceAll("<unk>", "…")}”.`);
}

// ------------------------------------------------------------------------------------- what one does

function change(text, anew = seed) {
    hidden = false;
    seed = anew;
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    update();
}
const take = (id, begins) => { if (id !== END) change(withToken(field.value, id, begins)); };

const takeGrey = () => grey.length && take(grey[0], understand(field.value).begins);

field.oninput = () => { hidden = false; update(); };
field.onkeydown = event => {
    if (event.key === "Tab" && !event.shiftKey && grey.length && grey[0] !== END) {
        event.preventDefault();
        takeGrey();
    }
    if (event.key === "Escape") { hidden = true; update(); }
};
document.addEventListener("selectionchange", () => {  // grey words stand at the end alone
    if (document.activeElement === field && atEnd() === !grey.length) update();
});
element("take").onclick = takeGrey;
element("other").onclick = () => change(field.value, seed + 1);
form.oninput = update;

function showSettings() {
    const {temperature, top, nucleus} = settings();
    const shown = {temperature: temperature || "0, greedy", top: top || "all", nucleus: nucleus < 1 ? nucleus : "all"};
    for (const [name, text] of Object.entries(shown)) {
        choices[name].parentElement.querySelector("b").textContent = text;
        choices[name].ariaValueText = String(text);
    }
}

function restore() {
    const given = readAddress();
    form.reset();
    for (const name of SLIDERS) {
        if (Number.isFinite(parseFloat(given[name]))) choices[name].value = given[name];
    }
    choices.section.value = file.classes.includes(given.class) ? given.class : "none";
    if (given.text === undefined) return choose(examples[0]);
    change(given.text.slice(0, field.maxLength), Math.round(given.seed) || 1);
}

const choose = ({value, dataset}) => change(value, Number(dataset.seed));
for (const button of examples) button.onclick = () => {
    turnPage();
    choose(button);
};
document.querySelector("details").before(makeShare(() => ({title: element("grey").textContent, text: element("told").textContent})));
element("sections").append(...["none", ...file.classes].map(name =>
    make("label", {}, make("input", {type: "radio", name: "section", value: name}), name)));
const measured = Object.entries(file.perplexity).map(([name, value]) => `${name} ${value.toFixed(0)}`).join("; ");
element("measured").textContent = measured;
window.addEventListener("hashchange", restore);
restore();

// For tests, and for who opens the console. next: what may follow some tokens, the likeliest first. read: the negative
// log-likelihood of each token of a text.
window.writer = {
    joined,
    next(tokens, {section, model: which = "network", begins = "", ...reshape} = {}) {
        const ids = encode(tokens);
        model.read(ids, model.start(section));
        const p = reshaped(which === "network" ? allowed(model.scores(), ids, begins) : counted(ids, begins), reshape);
        return Object.fromEntries(lower.map((word, id) => [word, p[id]]).filter(([, share]) => share));
    },
    read(text, {section} = {}) {
        const tokens = split(text), ids = encode(tokens), steps = costs(ids, section);
        return {tokens, ids, losses: steps.map(({loss}) => loss), counted: steps.map(({counted}) => counted)};
    },
};
