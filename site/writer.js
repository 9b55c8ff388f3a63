// The page on which a language model writes as you type, beside a rival that counts.

import {readAddress, writeAddress, writeSoon} from "./address.js";
import {showBars} from "./bars.js";
import {FourGrams} from "./counts.js";
import {make, mean, percent} from "../images/watch/draw.js";
import {END, LINE, LanguageModel, PAD, UNK, draw, reshaped} from "./language.js";
import {tokenize} from "./tokenizer.js";
import {bytes} from "./weights.js";

const SHOWN = {"<line>": "↵", "<end>": "■"};
const LONGEST = 8;  // how many grey words
const MOST = 400;  // how many tokens are shown with their negative log-likelihoods
const SLICE = 40;  // so many new tokens are read at once; then the page may breathe
const DEFAULTS = {temperature: 0.4, top: 0, nucleus: 1};
const LIMITS = {temperature: [0, 2], top: [0, 50], nucleus: [0.05, 1]};

const element = id => document.getElementById(id);
const file = JSON.parse(element("file").textContent), model = new LanguageModel(file);
const known = new Map(file.words.map((word, id) => [word, id]));
for (const id of [PAD, END]) known.delete(file.words[id]);  // whoever types them means something else
let rival = null;
const counts = () => rival ??= new FourGrams(trainingTexts(), model.V);  // takes a while: after the network's first answer
const field = element("text"), form = element("sliders"), choices = form.elements;
let read = [];  // an entry a token: {id, loss, counted}
const examples = [...element("examples").querySelectorAll("[value]")];  // each with a seed of its own
let seed = 1, hidden = false, grey = [], waiting = 0;

function trainingTexts() {
    const texts = [[]];
    for (const id of new Uint16Array(bytes(file.text))) {
        texts.at(-1).push(id);
        if (id === END) texts.push([]);
    }
    return texts.slice(0, -1);
}

// ------------------------------------------------------------------------------------- tokens and their spelling

const split = text => text.split("\n").map(tokenize).reduce((all, line) => [...all, file.words[LINE], ...line]);
const encode = tokens => tokens.map(token => known.get(token) ?? UNK);
const spelt = id => id === LINE ? "\n" : file.words[id];
const named = id => ({[END]: "end of the text", [LINE]: "new line"})[id] ?? file.words[id];

// What is typed: its tokens, those that are read, and the letters of a last word that is not finished.
function understand(text) {
    const tokens = split(text), last = tokens.at(-1);
    const continues = file.words.some((word, id) => id > LINE && word.startsWith(last));
    const open = /\S$/.test(text) && !known.has(last) && continues;
    return {tokens, ids: encode(open ? tokens.slice(0, -1) : tokens), begins: open ? last : ""};
}

// A space where one is written: not before a full stop, not inside brackets, not in "don't".
function spaceBetween(text, word) {
    const last = text.slice(-1), glued = /^[.,!?)\n]/.test(word) || /^[\s(]?$/.test(last);
    return glued || word === "'" || last === "'" && /^(s|t|re|ve|ll|d|m)$/.test(word) ? "" : " ";
}

// The text with a token behind it; the letters that it begins with stand there already.
function withToken(text, id, begins = "") {
    const word = spelt(id);
    return begins ? text + word.slice(begins.length) : text + spaceBetween(text, word) + word;
}

// ------------------------------------------------------------------------------------- what may come next

// Scores without what is never written: an unknown word, padding, an end before there is a beginning.
function allowed(scores, ids, begins) {
    const fits = id => begins ? id > LINE && file.words[id].startsWith(begins) : id > PAD && (id !== END || ids.length);
    return scores.map((score, id) => fits(id) ? score : -Infinity);
}
const counted = (ids, begins) => allowed(counts().next(ids).map(Math.log), ids, begins);
const numberOf = name => Number(choices[name].value);
const settings = () => ({temperature: numberOf("temperature"), top: numberOf("top"), nucleus: numberOf("nucleus")});

// A number from 0 to 1 that depends on the seed and the place alone: a slider must not throw the dice anew.
function luckAt(place) {
    let bits = Math.imul(seed, 0x9E3779B1) ^ Math.imul(place + 1, 0x85EBCA6B);
    bits = Math.imul(bits ^ bits >>> 15, 0x2C1B3C6D);
    bits = Math.imul(bits ^ bits >>> 12, 0x297A2D39);
    return ((bits ^ bits >>> 15) >>> 0) / 2 ** 32;
}

// Draw a token, read it, draw the next, behind the ids that have been read.
function goOn(ids, begins) {
    const written = [];
    let step = model.steps.at(-1);
    while (written.length < LONGEST && written.at(-1) !== END) {
        const place = ids.length + written.length, first = !written.length;
        const scores = allowed(model.scores(step), first ? ids : written, first ? begins : "");
        written.push(draw(reshaped(scores, settings()), luckAt(place)));
        step = model.step(written.at(-1), step);
    }
    return written;
}

// ------------------------------------------------------------------------------------- the page

function update() {
    cancelAnimationFrame(waiting);
    const {tokens, ids, begins} = understand(field.value), start = model.start(choices.section.value);
    const now = model.read(ids, start, SLICE);
    read = model.steps.slice(1);  // what stood there before has been counted, too
    document.body.classList.toggle("stale", now < ids.length || !rival);  // what stands there is still of another text
    if (now < ids.length) {
        element("sentence").textContent = `Reading: ${now} of ${ids.length} tokens …`;
        showLosses(tokens.slice(0, now), [], []);
        waiting = requestAnimationFrame(update);
        return;
    }
    const bars = {name: named, settings: settings(), onTake: id => take(id, begins)};
    const network = showBars(element("network"), allowed(model.scores(), ids, begins), bars);
    if (!rival) {
        setTimeout(() => { counts(); update(); });
        return;
    }
    read.forEach((step, t) => { step.counted ??= -Math.log(rival.next(ids, t)[ids[t]]); });
    tellNext(tokens, begins, network, showBars(element("fourgrams"), counted(ids, begins), bars));
    grey = hidden || !atEnd() ? [] : goOn(ids, begins);
    showGrey(begins);
    const all = [...ids, ...grey], runs = rival.runs(all);
    showLosses(tokens, begins ? grey.slice(1) : grey, runs);  // the first one finishes a word that stands there
    tellCosts(all, runs);
}

const atEnd = () => field.selectionStart === field.value.length;

function showGrey(begins) {
    let text = field.value;
    grey.forEach((id, i) => { if (id !== END) text = withToken(text, id, i ? "" : begins); });
    const end = grey.at(-1) === END ? " ■" : "";  // the text ends here
    element("grey").replaceChildren(make("span", {textContent: field.value}), text.slice(field.value.length) + end);
    element("take").disabled = !grey.length || grey[0] === END;
}

// The tokens, under each the negative log-likelihoods. Those that stood there already stay. Of a long text the last few
// hundred are enough.
function showLosses(tokens, grey, runs) {
    const list = element("losses"), lit = runs.flatMap(({from, to}) => Array.from({length: to - from}, (_, i) => from + i));
    const first = Math.max(0, 100 * Math.ceil((tokens.length - MOST) / 100)), copied = new Set(lit);
    const items = [...list.children], words = [...tokens, ...grey.map(id => file.words[id])].slice(first);
    items.splice(words.length).forEach(item => item.remove());
    words.forEach((word, i) => {
        const t = first + i, item = items[i] ?? list.appendChild(make("li", {}, make("bdi"), make("span"), make("span")));
        const marks = {grey: t >= tokens.length, unknown: read[t]?.id === UNK, lit: copied.has(t)};
        const costs = ["loss", "counted"].map(which => marks.unknown ? "–" : read[t]?.[which]?.toFixed(1) ?? "");
        const said = [SHOWN[word] ?? word, ...costs];
        const name = Object.keys(marks).filter(mark => marks[mark]).join(" ");
        if (item.className !== name) item.className = name;
        said.forEach((text, i) => { if (item.children[i].textContent !== text) item.children[i].textContent = text; });
    });
}

const bold = word => make("bdi", {textContent: word});

// What the models say comes next, as a sentence.
function tellNext(tokens, begins, network, fourgrams) {
    const says = ({id, now}) => [bold(named(id)), ` (${percent(now)})`];
    const place = begins ? ["Of the words that begin with ", bold(begins)]
        : tokens.length ? ["After ", bold(SHOWN[tokens.at(-1)] ?? tokens.at(-1))] : ["At the beginning"];
    const stranger = !begins && read.at(-1)?.id === UNK ? " Neither knows this word." : "";
    element("sentence").replaceChildren(
        ...place, ", the network expects ", ...says(network), ", the 4-grams expect ", ...says(fourgrams), `.${stranger}`);
}

// What the text has cost the models so far, and what of it stands in the training text.
function tellCosts(ids, runs) {
    const known = read.filter(({id}) => id !== UNK), strangers = read.length - known.length;
    const cost = which => mean(known.map(entry => entry[which]));
    const size = number => `${number.toFixed(2)} (perplexity ${Math.round(Math.exp(number)).toLocaleString("en")})`;
    const sum = known.length ? `Mean negative log-likelihood of ${known.length} tokens: network ${size(cost("loss"))}, `
        + `4-grams ${size(cost("counted"))}. ` : "";
    const left = strangers ? `${strangers} unknown ${strangers > 1 ? "words" : "word"} not counted. ` : "";
    const [longest] = runs.toSorted((a, b) => (b.to - b.from) - (a.to - a.from));
    element("told").replaceChildren(sum, left, ...longest ? quoted(ids, longest) : []);
}

function quoted(ids, {from, to, text}) {
    const line = list => list.map(named).join(" "), title = rival.texts[text].slice(0, rival.texts[text].indexOf(LINE));
    return ["In the small corpus: ", bold(line(ids.slice(from, to))), `, of the brief “${line(title)}”.`];
}

// ------------------------------------------------------------------------------------- what one does

function change(text, anew = seed) {
    hidden = false;
    seed = anew;
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    update();
    remember();
}
const take = (id, begins) => { if (id !== END) change(withToken(field.value, id, begins)); };

const takeGrey = () => grey.length && take(grey[0], understand(field.value).begins);

field.oninput = () => { hidden = false; update(); writeSoon(shown()); };
field.onkeydown = event => {
    if (event.key === "Tab" && !event.shiftKey && grey.length && grey[0] !== END) {
        event.preventDefault();
        takeGrey();
    }
    if (event.key === "Escape") { hidden = true; update(); }
};
field.onchange = remember;
document.addEventListener("selectionchange", () => {  // grey words stand at the end alone
    if (document.activeElement === field && atEnd() === !grey.length) update();
});
element("take").onclick = takeGrey;
element("other").onclick = () => {
    hidden = false;
    seed++;
    field.setSelectionRange(field.value.length, field.value.length);
    update();
    remember();
};
form.oninput = () => { showSettings(); update(); };
form.onchange = remember;
form.onsubmit = event => event.preventDefault();

function showSettings() {
    const {temperature, top, nucleus} = settings();
    const shown = {temperature: temperature || "0, greedy", top: top || "all", nucleus: nucleus < 1 ? nucleus : "all"};
    for (const [name, text] of Object.entries(shown)) {
        choices[name].parentElement.querySelector("b").textContent = text;
        choices[name].ariaValueText = String(text);
    }
}

// The address keeps what is shown, so that a lesson or a slide can link to it.
function shown() {
    return {text: field.value, class: choices.section.value, ...settings(), seed};
}
function remember() {
    writeAddress(shown());
}

function restore() {
    const given = readAddress();
    for (const [name, [low, high]] of Object.entries(LIMITS)) {
        const number = parseFloat(given[name] ?? DEFAULTS[name]);
        const value = Number.isFinite(number) ? Math.min(high, Math.max(low, number)) : DEFAULTS[name];
        choices[name].value = value;
    }
    const [text, own] = given.text === undefined ? [examples[0].value, examples[0].dataset.seed] : [given.text, given.seed];
    seed = Math.min(9999, Math.max(1, Math.round(own) || 1));
    choices.section.value = file.classes.includes(given.class) ? given.class : "none";
    showSettings();
    hidden = false;
    field.value = text;
    update();
}

for (const button of examples) button.onclick = () => change(button.value, Number(button.dataset.seed));
element("sections").append(...["none", ...file.classes].map(name =>
    make("label", {}, make("input", {type: "radio", name: "section", value: name}), name)));
const measured = Object.entries(file.perplexity).map(([name, value]) => `${name} ${value.toFixed(0)}`).join("; ");
element("about").textContent = "The network read 24,000 articles of AG News first. Then both learnt from the short "
    + "briefs that were invented for this course, which is little text. The 4-grams are interpolated by Kneser-Ney. "
    + `Perplexity on 440 briefs that they never read (one seed): ${measured}. `
    + "How the network was made stands in the folder site of the course.";
window.addEventListener("hashchange", restore);
restore();

// For tests, and for who opens the console. next: what may follow some tokens, the likeliest first. read: the negative
// log-likelihood of each token of a text.
window.writer = {
    next(tokens, {section, model: which = "network", begins = "", ...reshape} = {}) {
        const ids = encode(tokens);
        model.read(ids, model.start(section));
        const p = reshaped(which === "network" ? allowed(model.scores(), ids, begins) : counted(ids, begins), reshape);
        const order = [...p.keys()].filter(id => p[id]).sort((a, b) => p[b] - p[a]);
        return {tokens: order.map(id => file.words[id]), probabilities: order.map(id => p[id])};
    },
    read(text, {section} = {}) {
        const tokens = split(text), ids = encode(tokens);
        model.read(ids, model.start(section));
        return {
            tokens, ids, losses: ids.map((_, t) => model.steps[t + 1].loss),
            counted: ids.map((id, t) => -Math.log(counts().next(ids, t)[id])),
        };
    },
};
