// The page on which a language model writes as you type, beside a rival that counts.

import {restoreForm, turnPage, writeAddress} from "./address.js";
import {showBars, written} from "./bars.js";
import {FourGrams} from "./four-grams.js";
import {bold, make, mean} from "./draw.js";
import {pieces, say} from "./words.js";
import {END, LanguageModel, PAD, UNK, draw, reshaped} from "./language.js";
import {makeRandom} from "./random.js";
import {makeShare} from "./share.js";
import {tokenize} from "./tokenizer.js";
import {bytes} from "./weights.js";

const LONGEST = 9;  // how many words are drawn
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
let read = [];  // the costs of what is typed
let due;  // when continuations are drawn

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
const named = id => id === END ? say("the end") : file.words[id];

// What is typed: its tokens, those that are read, and the letters of a last word that is not finished.
function understand(text) {
    const tokens = split(text), last = tokens.at(-1);
    const continues = lower.some((word, id) => id > END && word.startsWith(last));
    const open = /\S$/.test(text) && !known.has(last) && continues;
    return {tokens, ids: encode(open ? tokens.slice(0, -1) : tokens), begins: open ? last : ""};
}

// The text with a token behind it, whose first letters may stand there already. A space where one is written: not
// before a full stop, not inside brackets, "club's", "$1.6" and "7,000". The first word has a capital.
function withToken(text, id, begins = "") {
    const word = file.words[id];
    if (!text) return word[0].toUpperCase() + word.slice(1);
    const glued = /^[.,!?)']/.test(word) || /[\s(]$/.test(text) || /^\d/.test(word) && /\d[.,]$/.test(text);
    return text + (begins || glued ? "" : " ") + word.slice(begins.length);
}

// ------------------------------------------------------------------------------------- what may come next

// Scores without what is never written: an unknown word, padding, a quotation mark (it would stay open), a full stop
// that no number precedes, an end before SHORTEST tokens (as many again where one goes on past an end), a word twice in
// a row, a long word that stands there already. What is begun may end as it likes.
function allowed(scores, ids, begins, past = choices.past.checked) {
    const said = new Set(ids.filter((id, t) => t === ids.length - 1 || lower[id].length > 3));
    const number = /\d$/.test(lower[ids.at(-1)]), shortest = SHORTEST + (past ? read.length : 0);
    const fits = id => begins ? id > END && lower[id].startsWith(begins)
        : id > PAD && !said.has(id) && (id !== END || ids.length >= shortest)
            && id !== quote && (id !== stop || number);
    return scores.map((score, id) => fits(id) ? score : -Infinity);
}
const counted = ids => rival.next(ids).map(Math.log);
const settings = () => Object.fromEntries(SLIDERS.map(name => [name, choices[name].valueAsNumber]));

// Random numbers that depend on the seed and the place alone: a slider must not throw the dice anew.
const luckAt = (row, place) => makeRandom(10_007 * (3 * choices.seed.value + row) + place);

// Each token as {id, loss, counted}: its negative log-likelihoods. What stood there before has been counted, too.
function costs(ids, section) {
    model.read(ids, model.start(section));
    const steps = model.steps.slice(1);
    steps.forEach((step, t) => { step.counted ??= -Math.log(rival.next(ids, t)[ids[t]]); });
    return steps;
}

// Draw a token, read it, draw the next, behind the ids that have been read. Each with the cost without the settings.
function goOn(row, ids, begins, past) {
    const tokens = [], all = [...ids], counts = choices.model.value === "4-grams";
    let step = model.steps.at(-1);
    while (tokens.length < LONGEST && tokens.at(-1)?.id !== END) {
        const scores = allowed(counts ? counted(all) : model.scores(step), all, tokens.length ? "" : begins, past);
        const shares = reshaped(scores, settings()), id = draw(shares, luckAt(row, all.length));
        const whole = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        tokens.push({id, loss: Math.log(whole) - scores[id], sure: shares[id] === 1});
        all.push(id);
        step = counts ? step : model.step(id, step);
    }
    return tokens;
}

// ------------------------------------------------------------------------------------- the page

// wait: for so many milliseconds nothing is drawn, since somebody types.
function update(wait = 0) {
    const {tokens, ids, begins} = understand(field.value);
    read = costs(ids, choices.class.value);
    const onTake = id => take(withToken(field.value, id, begins));
    const bars = {name: named, settings: settings(), onTake, fixed: END};
    const network = showBars(element("network"), allowed(model.scores(), ids, begins), bars);
    const rivals = showBars(element("fourgrams"), allowed(counted(ids), ids, begins), bars);
    element("bars").style.setProperty("--most", Math.max(network.most, rivals.most));  // one scale for both models
    tellNext(tokens, begins, choices.model.value === "network" ? network : rivals);
    showLosses(tokens);
    tellCosts();
    clearTimeout(due);
    if (wait) due = setTimeout(showAll, wait, ids, begins);
    else showAll(ids, begins);
    writeAddress(Object.fromEntries(new FormData(form)));
}

// Where several draws end the text here, the first line says how many, and the others go on past the end.
function showAll(ids, begins) {
    const drawn = cards().map((card, i) => goOn(i, ids, begins));
    const ended = drawn.filter(([{id}]) => id === END);
    const shown = drawn.map((tokens, i) => ended.indexOf(tokens) > 0 ? goOn(i, ids, begins, true) : tokens);
    cards().forEach((card, i) => showDrawn(card, shown[i], begins, ended.length));
    element("other").disabled = shown.flat().every(({sure}) => sure);
    showSettings();
}

// The more a word costs, the darker its ground. A mouse over it shows its probability.
const tinted = (tag, textContent, loss = 0) => make(tag,
    {textContent, style: `--cost: ${Math.min(50, 6 * loss)}%`, title: loss ? written(Math.exp(-loss)) : ""});

// A continuation on the button that takes it.
function showDrawn(button, tokens, begins, ends) {
    let text = field.value;
    const added = tokens.filter(({id}) => id !== END).map(({id, loss}, i) => {
        const before = text;
        text = withToken(text, id, i ? "" : begins);
        return {text: text.slice(before.length), loss};
    });
    const words = added.flatMap(({text, loss}, i) =>
        [text.startsWith(" ") ? " " : "", tinted("span", (i ? "" : begins) + text.trim(), loss)]);
    const done = tokens.at(-1).id === END, on = bold(say("Go on without it"));
    const last = done ? make("small", {textContent: say(" ■ the end")}) : " …";
    button.replaceChildren(...words.length ? [...words, last]
        : [" ", ...pieces("■ The end: {ends} of 3 draws. {on}", {ends, on})]);
    button.onclick = () => {
        turnPage();  // so that Back gives the beginning again
        take(text, !words.length);
    };
}

// The tokens, under each the negative log-likelihoods.
function showLosses(tokens) {
    const list = element("losses");
    list.replaceChildren(list.firstElementChild, ...tokens.map((token, t) => {
        const {id, loss, counted} = read[t] ?? {}, unknown = id === UNK;
        const numbers = [loss, counted].map(cost => unknown ? "–" : cost?.toFixed(1) ?? "");
        return make("li", {className: unknown ? "unknown" : ""}, tinted("bdi", token, unknown ? 0 : loss),
            ...numbers.map(textContent => make("span", {textContent})));
    }));
}

// What comes next, in one sentence.
function tellNext(tokens, begins, {id, now}) {
    const place = begins ? pieces("Of the words that begin with {begins}", {begins: bold(begins)})
        : tokens.length ? pieces("After {last}", {last: bold(tokens.at(-1))}) : say("At the beginning");
    element("sentence").replaceChildren(
        ...pieces("{place}, {word} is the likeliest: {share}.", {place, word: bold(named(id)), share: written(now)}));
}

// What the text has cost the models so far.
function tellCosts() {
    const known = read.filter(({id}) => id !== UNK);
    const cost = which => mean(known.map(entry => entry[which]));
    const [network, counted] = ["loss", "counted"].map(cost);
    const perplexity = number => Math.round(Math.exp(number)).toLocaleString("en");
    const sum = !known.length ? "" : say("Mean surprise: network {network}, 4-grams {counted}. Perplexity: the network "
        + "is as unsure as among {of_network} equally likely words, the 4-grams as among {of_counts}. ",
    {network: network.toFixed(2), counted: counted.toFixed(2), of_network: perplexity(network),
        of_counts: perplexity(counted)});
    const all = known.slice(1).map(({id}, t) => `${known[t].id} ${id}`);
    const again = all.length - new Set(all).size, low = Math.exp(network) < 100 && 4 * again > all.length;
    const why = !low ? "" : say("It is low because the text repeats itself: {again} of {pairs} pairs are old. ",
        {again, pairs: all.length});
    const left = known.length < read.length ? say("Unknown words are not counted.") : "";
    element("told").replaceChildren(sum, why, left);
}

// ------------------------------------------------------------------------------------- what one does

function change(text, seed = choices.seed.value, goesOn = false) {
    field.value = text;
    choices.seed.value = seed;
    choices.past.checked = goesOn;
    update();
}

// Who works with a mouse types on at once; a phone's keyboard would cover the page.
function take(text, goesOn) {
    change(text, undefined, goesOn);
    if (matchMedia("(pointer: fine)").matches) field.focus({preventScroll: true});
}

field.oninput = () => {
    choices.past.checked = false;
    update(150);
};
field.onblur = () => field.scrollTo(0, 0);
field.onkeydown = event => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();  // a headline is one line
    element("other").click();
};
form.oninput = () => update();

const cards = () => [...element("drawn").children].map(row => row.firstChild);

element("other").onclick = () => {
    model.steps.at(-1).after.clear();
    choices.seed.stepUp();
    update();
};

function inWords() {
    const {temperature, top, nucleus} = settings(), token = form.querySelector("[name=class]:checked").parentElement;
    return {temperature, top: top || say("all"), nucleus: nucleus < 1 ? nucleus : say("all"), token: token.textContent};
}

function showSettings() {
    const words = inWords();
    for (const name of SLIDERS) {
        choices[name].previousElementSibling.textContent = choices[name].ariaValueText = words[name];
    }
    element("more").textContent = say("More: top k {top}, nucleus {nucleus}, start token {token}", words);
}

function restore() {
    const given = restoreForm(form);
    if (given.text === undefined) choose(examples[0]);
    else change(given.text.slice(0, field.maxLength), undefined, "past" in given);
}

const choose = ({value, dataset}) => change(value, Number(dataset.seed));
for (const button of examples) button.onclick = () => {
    turnPage();
    choose(button);
};
document.querySelector("main > details").before(makeShare(sheet => {
    const {begins} = understand(field.value), before = field.value.slice(0, field.value.length - begins.length);
    const drawn = new Map(cards().map(card => [card.textContent, card.cloneNode(true).childNodes]));
    const lines = [...drawn.values()].map(words => make("h1", {}, bold(before), ...words));
    sheet.append(make("div", {className: "drawn"}, ...lines), make("p", {textContent: say("Bold: the beginning. A "
        + "darker ground: a less expected word. Drawn at temperature {temperature}, top k {top}, nucleus {nucleus}, "
        + "start token {token}.", inWords())}));
}));
for (const gap of document.querySelectorAll("[data-of]")) {
    gap.textContent = file.perplexity[gap.dataset.of].toFixed(0);
}
window.addEventListener("hashchange", restore);
restore();

// For tests, and for who opens the console. next: what may follow some tokens, the likeliest first. read: the negative
// log-likelihood of each token of a text.
window.writer = {
    next(tokens, {section, model: which = "network", begins = "", ...reshape} = {}) {
        const ids = encode(tokens);
        model.read(ids, model.start(section));
        const p = reshaped(allowed(which === "network" ? model.scores() : counted(ids), ids, begins), reshape);
        return Object.fromEntries(lower.map((word, id) => [word, p[id]]).filter(([, share]) => share));
    },
    read(text, {section} = {}) {
        const tokens = split(text), ids = encode(tokens), steps = costs(ids, section);
        return {tokens, ids, losses: steps.map(({loss}) => loss), counted: steps.map(({counted}) => counted)};
    },
};
