// Lesson 7's figure: two networks write a word backwards. One has a single state to write from, the other attention.

import {linear, oneStep, softmax, transposed} from "./cells.js";
import {best, bold, make, percent} from "./draw.js";
import {pieces, say} from "./words.js";
import {caption, makeSlider, mountFigure, toldAloud} from "./figure.js";
import {load} from "./load.js";
import {makeShare} from "./share.js";
import {unpacked} from "./weights.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz", START = LETTERS.length;

// What a network writes, a row of probabilities a letter, and with attention the alignment, a row of weights a letter.
function write(w, word) {
    const layer = name => Object.fromEntries(Object.entries(w).map(([key, weight]) =>
        [key.replace(name, "rnn"), weight]));
    const [encoder, decoder] = ["encoder", "decoder"].map(layer), T = word.length;
    const ids = [START], probabilities = [], weights = [], states = [];
    let state;
    for (const letter of word) {
        state = oneStep(encoder, LETTERS.indexOf(letter), state);
        states.push(...state.h);
    }
    const add = (vector, weight, M) => linear(vector, weight, new Float64Array(M)), H = states.length / T;
    for (let t = 0; t < T; t++) {
        state = oneStep(decoder, ids[t], state);
        let said = state.h;
        if ("query.weight" in w) {
            weights.push([...softmax(add(add(said, w["query.weight"], H), states, T))]);
            said = [...said, ...add(weights[t], transposed(states, T), H)];  // the context vector
        }
        probabilities.push([...softmax(linear(said, w["fc.weight"], w["fc.bias"]))]);
        ids.push(best(probabilities[t]));
    }
    return {written: ids.slice(1).map(id => LETTERS[id]).join(""), probabilities, weights};
}

// file: of the networks, {trained, words, right, networks}.
export function show(place, style, {word, file, share}) {
    const said = new URLSearchParams(location.hash.slice(1)).get("say");
    const near = new IntersectionObserver(async entries => {
        if (!entries.at(-1).isIntersecting) return;
        near.disconnect();
        furnish(place, style, said ?? word, share, await load(file));
    }, {rootMargin: "0px 0px -80px"});
    near.observe(place);
    // Once all above it has its height, for a link to begin with the heading.
    if (said !== null) addEventListener("load", () => place.closest("section")?.scrollIntoView());
}

// trained: letters of the longest word in training; right: by network and length, the share of words that came back.
function furnish(place, style, word, share, {trained, words, right, networks, faces}) {
    const nets = Object.entries(networks).map(([name, packed]) => ({name, w: unpacked(packed), ...makeLane(name)}));
    const [one, attention] = nets, most = right.one.length, truth = right.one.findIndex(share => share < 0.5);
    const field = make("input", {type: "text", value: word, spellcheck: false, autocomplete: "off"});
    const [sentence, told] = [toldAloud(), toldAloud()];
    const [verdict, shares] = [make("p", {role: "status"}), make("p")];
    let read, guess;

    field.oninput = () => {
        const letters = field.value.toLowerCase().replace(/[^a-z]/g, "");
        read = letters.slice(0, most);
        const T = read.length;
        const dropped = field.value.length === letters.length ? "" : say(" Only the letters a to z are read.");
        const cut = T === letters.length ? "" : say(" Only the first {most} letters are read.", {most});
        for (const net of nets) {
            Object.assign(net, write(net.w, read));
            const wrong = [...net.written].map((letter, t) => letter !== read[T - 1 - t]);
            const count = wrong.filter(Boolean).length;
            const parts = {word: bold(net.written), count, T};
            net.judged = count ? pieces("{word}, {count} of {T} letters wrong", parts)
                : pieces("{word}, all right", parts);
            net.share = percent(right[net.name][T - 1]);
            net.word.style.setProperty("--letters", Math.max(T, 1));
            net.read.replaceChildren(...[...read].map(letter => make("li", {textContent: letter})));
            net.letters.replaceChildren(...[...net.written].map((letter, t) =>
                makeLetter(letter, wrong[t], net === attention ? () => choose(t) : null)));
            drawShares(net.bars, right[net.name], T, net === one ? {trained, guess, truth} : {trained});
        }
        drawLines(one, T, [...read].map((_, t) => [t, T - 1 - t, 0.4]));  // they all meet
        if (T) one.lines.innerHTML += `<path class="state" d="M${T / 2} 0.5h0"/>`;
        shares.textContent = !T ? "" : say("Of {words} random words of {T} letters, {one} come back whole from one "
            + "state, {attention} with attention.", {words, T, one: one.share, attention: attention.share});
        sentence.replaceChildren(...T ? pieces("From one state comes {one}. With attention comes {attention}.",
            {one: one.judged, attention: attention.judged}) : [say("Type a word.")], dropped, cut);
        choose(0);
    };

    // Show what the network with attention looks at when it writes letter t.
    function choose(t) {
        const {weights, written, letters} = attention, row = weights[t] ?? [], order = [...row.keys()];
        const lines = (row, t, ink) => row.map((weight, s) => [s, t, ink * weight]);
        drawLines(attention, read.length, [...weights.flatMap((row, t) => lines(row, t, 0.2)), ...lines(row, t, 1)]);
        row.forEach((weight, s) => attention.read.children[s].style.setProperty("--weight", `${60 * weight}%`));
        const most = order.sort((a, b) => row[b] - row[a]).filter((s, i) => !i || row[s] >= 0.1);
        const states = most.map(s => say("{letter} (letter {place}, {share})",
            {letter: read[s], place: s + 1, share: percent(row[s])})).join(say(", "));
        told.replaceChildren(...!row.length ? [] : pieces(
            "To write {letter}, attention reads the state after {states}.", {letter: bold(written[t]), states}));
        if (row.length) letters.children[t].firstChild.checked = true;
    }

    const label = make("label", {className: "slider"},
        make("span", {textContent: say("A word to say backwards")}), field);
    const question = say("Your guess, in letters: one state writes most words whole up to");
    const slider = makeSlider(question, {min: 1, max: most, value: 1}, letters => (guess = letters));
    const button = make("button", {type: "button", className: "main", textContent: say("Guess"), onclick() {
        verdict.append(...pieces("You guessed {guess}. It is {most}: from {breaks} letters on, one state loses more "
            + "than half of the words.", {guess, most: make("b", {textContent: truth}), breaks: truth + 1}));
        const marks = [[guess, say("your guess: {guess}", {guess})], [truth, say("it is {truth}", {truth})]];
        one.section.append(makeMarks(most, ...marks.sort(([a], [b]) => a - b)));
        nets.forEach(net => net.section.append(net.bars, makeTicks(1, truth, trained, most)));
        asked.replaceWith(shares, caption(say("Bars: of {words} random words of 1 to {most} letters, the share that "
            + "comes back whole. The fine line: {trained} letters, the longest words of the training.",
            {words, most, trained})));
        field.oninput();
        verdict.scrollIntoView({block: "nearest"});
    }});
    const asked = make("p", {className: "controls"}, slider, button);
    const lanes = make("div", {className: "lanes"}, one.section, attention.section);

    // The typeface of the site is out of the figure's reach.
    function fillPicture(sheet) {
        const said = [sentence, verdict, shares].filter(part => part.isConnected).map(part => part.textContent);
        sheet.append(make("style", {textContent: faces}), make("h1", {textContent: `${read} → ${one.written}`}),
            make("p", {textContent: said.join(" ")}), lanes.cloneNode(true));
        return read || undefined;
    }

    mountFigure(place, style, [
        label, sentence, lanes, told, verdict, asked,
        ...share ? [makeShare(fillPicture, () => `${location.href.split("#")[0]}#say=${read}`)] : [],
    ]);
    field.oninput();
    place.backwards = word => Object.fromEntries(nets.map(({name, w}) => [name, write(w, word)]));
}

const picture = name => make("div", {
    innerHTML: `<svg class="${name}" preserveAspectRatio="none" aria-hidden="true"/>`,
}).firstChild;

function makeLane(name) {
    const read = make("ol", {className: "letters", ariaLabel: say("Letters read")}), bars = picture("shares");
    const letters = make("div", {className: "letters", role: "group", ariaLabel: say("Letters written")});
    const lines = picture("lines"), word = make("div", {className: "word"}, read, lines, letters);
    const title = make("h3", {className: name, textContent: name === "one" ? say("One state") : say("Attention")});
    const section = make("section", {className: "lane"}, title, word);
    return {word, read, letters, lines, bars, section};
}

// A letter that was written. onChoose: what a hover or an arrow key does, where it does something.
function makeLetter(letter, wrong, onChoose) {
    const properties = {className: wrong ? "wrong" : "", onpointerenter: onChoose};
    if (!onChoose) return make("span", properties, letter);
    return make("label", properties, make("input", {type: "radio", name: "written", oninput: onChoose}), letter);
}

// Lines from letter s that was read to letter t that was written, each [s, t, ink].
function drawLines({lines}, T, strokes) {
    lines.setAttribute("viewBox", `0 0 ${Math.max(T, 1)} 1`);
    lines.innerHTML = strokes
        .map(([s, t, ink]) => `<path d="M${s + 0.5} 0L${t + 0.5} 1" stroke-opacity="${ink}"/>`).join("");
}

// Above the bars two lengths, [length, name]: the shorter one's name ends at its line, the longer one's begins there.
function makeMarks(most, ...named) {
    const mark = ([length, textContent], i) =>
        make("b", {textContent, style: `width: ${100 * (i ? most - length : length) / most}%`});
    return make("p", {className: "marks"}, ...named.map(mark));
}

function makeTicks(...lengths) {
    const most = lengths.at(-1), named = length => length < most ? length : say("{letters} letters", {letters: length});
    return make("p", {className: "ticks"}, ...lengths.map(length =>
        make("span", {textContent: named(length), style: `grid-column: ${length}`})));
}

// A bar for each length of a word, that of this one full; lines: names of lengths after which one stands.
function drawShares(bars, shares, T, lines) {
    const bar = (share, i) => `<rect x="${i + 0.1}" width="0.8" y="${1 - share}" height="${share}" `
        + `opacity="${i + 1 === T ? 1 : 0.4}"/>`;
    bars.setAttribute("viewBox", `0 0 ${shares.length} 1`);
    const line = ([name, length]) => `<path class="${name}" d="M${length} 0V1"/>`;
    bars.innerHTML = [...shares.map(bar), ...Object.entries(lines).map(line)].join("");
}
