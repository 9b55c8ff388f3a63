// Lesson 7's figure: two networks write a word backwards. One has a single state to write from, the other attention.

import {linear, oneStep, softmax, transposed} from "./cells.js";
import {make, percent} from "./draw.js";
import {mount} from "./shadow.js";
import {unpacked} from "./weights.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz", START = LETTERS.length;

class Reverser {
    constructor(weights) {
        const w = this.w = unpacked(weights), names = Object.keys(w);
        const layer = name => Object.fromEntries(
            names.filter(part => part.startsWith(name)).map(part => [part.replace(name, "rnn"), w[part]]));
        [this.encoder, this.decoder, this.H] = [layer("encoder"), layer("decoder"), w["encoder.bias_hh_l0"].length / 4];
    }

    // What it writes, a row of probabilities a letter, and with attention the alignment, a row of weights a letter.
    write(word) {
        const {w, encoder, decoder, H} = this, E = w["embedding.weight"].length / (START + 1), T = word.length;
        const vector = id => w["embedding.weight"].subarray(id * E, (id + 1) * E);
        const encoded = new Float64Array(T * H), ids = [START], probabilities = [], weights = [];
        let state;
        for (let t = 0; t < T; t++) {
            state = oneStep(encoder, vector(LETTERS.indexOf(word[t])), state);
            encoded.set(state.h, t * H);
        }
        for (let t = 0; t < T; t++) {
            state = oneStep(decoder, vector(ids[t]), state);
            let said = state.h;
            if ("query.weight" in w) {
                const query = linear(said, w["query.weight"], new Float64Array(H));
                weights.push(softmax(linear(query, encoded, new Float64Array(T))));
                said = [...said, ...linear(weights[t], transposed(encoded, T, H), new Float64Array(H))];  // the context
            }
            probabilities.push(softmax(linear(said, w["fc.weight"], w["fc.bias"])));
            ids.push(probabilities[t].indexOf(Math.max(...probabilities[t])));
        }
        return {written: ids.slice(1).map(id => LETTERS[id]).join(""), probabilities, weights};
    }
}

// trained: letters of the longest word in training; right: by network and length, the share of words that came back.
export function show(place, style, {word, trained, words, right, networks}) {
    const nets = Object.fromEntries(Object.entries(networks).map(([name, weights]) => [name, new Reverser(weights)]));
    const most = right.one.length, breaks = right.one.findIndex(share => share < 0.5) + 1;
    const field = make("input", {type: "text", value: word, maxLength: most, spellcheck: false, autocomplete: "off"});
    const [sentence, told] = [1, 2].map(() => make("p", {className: "sentence", role: "status"}));
    const lanes = {one: makeLane("first", "One state", "ol"), attention: makeLane("second", "Attention", "fieldset")};
    let read, answers;

    field.oninput = () => {
        read = field.value.toLowerCase().replace(/[^a-z]/g, "");
        answers = Object.fromEntries(Object.entries(nets).map(([name, net]) => [name, net.write(read)]));
        const T = read.length, [left, other] = Object.entries(lanes).map(([name, lane]) => {
            const {written} = answers[name], wrong = t => written[t] !== read[T - 1 - t];
            lane.word.style.setProperty("--letters", Math.max(T, 1));
            lane.read.replaceChildren(...[...read].map(letter => make("li", {textContent: letter})));
            lane.written.replaceChildren(...[...written].map((letter, t) =>
                makeLetter(letter, name === "attention" && (() => choose(t)), wrong(t) && read[T - 1 - t])));
            drawBars(lane.bars, right[name], T, trained);
            return {written, wrong: [...written].filter((_, t) => wrong(t)).length, share: right[name][T - 1]};
        });
        const judged = ({wrong}) => wrong ? `, ${wrong} of ${T} letters wrong` : ", all right";
        const dropped = field.value.length === T ? "" : " Only the letters a to z are read.";
        drawLines(lanes.one.lines, T, Array.from({length: T}, (_, t) => [[t, T / 2 - 0.5, 0, 0.5, 0.5], [T / 2 - 0.5, t, 0.5, 1, 0.5]]).flat());
        sentence.replaceChildren(...T ? [
            "From one state comes ", bold(left.written), judged(left), ". With attention comes ", bold(other.written),
            `${judged(other)}. Of ${words} random words of ${T} letters, ${percent(left.share)} come back whole from one `
            + `state, ${percent(other.share)} with attention. From ${breaks} letters on, one state loses more than half.`,
        ] : ["Type a word."], dropped);
        choose(0);
    };

    // Show what the network with attention looks at when it writes letter t.
    function choose(t) {
        const {weights, written} = answers.attention, row = [...weights[t] ?? []];
        const dim = weights.flatMap((row, t) => [...row].map((weight, s) => [s, t, 0, 1, 0.2 * weight]));
        drawLines(lanes.attention.lines, read.length, [...dim, ...row.map((weight, s) => [s, t, 0, 1, weight])]);
        [...lanes.attention.read.children].forEach((item, s) => item.style.setProperty("--weight", `${60 * row[s]}%`));
        if (!row.length) return told.replaceChildren();
        lanes.attention.written.children[t].firstChild.checked = true;
        const order = [...row.keys()].sort((a, b) => row[b] - row[a]).filter((s, i) => !i || row[s] >= 0.1);
        const states = order.map(s => `${read[s]} (letter ${s + 1}, ${percent(row[s])})`);
        told.replaceChildren("To write ", bold(written[t]), `, attention reads the state after ${states.join(", ")}.`);
    }

    const name = make("span", {textContent: "A word to say backwards"});
    const caption = `Bars: of ${words} random words of 1 to ${most} letters, the share that comes back whole. `
        + `The fine line: the longest words of the training, ${trained} letters.`;
    mount(place, style, make("figure", {className: "live"}, make("label", {className: "slider"}, name, field), sentence,
        make("div", {className: "lanes"}, ...Object.values(lanes).map(lane => lane.section)), told,
        make("figcaption", {textContent: caption})));
    place.backwards = word => Object.fromEntries(Object.entries(nets).map(([name, net]) => [name, net.write(word)]));
    field.oninput();
}

const bold = text => make("bdi", {textContent: text});

function makeLane(rank, title, tag) {
    const read = make("ol", {className: "letters", ariaLabel: "Letters read"});
    const written = make(tag, {className: "letters", ariaLabel: "Letters written"});
    const word = make("div", {className: "word"}, read, picture("lines"), written), bars = picture("shares");
    const section = make("section", {className: "lane"}, make("h3", {className: rank, textContent: title}), word, bars);
    return {section, word, read, written, lines: word.children[1], bars};
}

// A letter written; onChoose: what a hover or an arrow key on it does; should: what it should be, if it is wrong.
function makeLetter(letter, onChoose, should) {
    const className = should ? "wrong" : "", title = should ? `wrong: ${should}` : "";
    if (!onChoose) return make("li", {textContent: letter, className, title});
    const radio = make("input", {type: "radio", name: "written", oninput: onChoose});
    return make("label", {className, title, onpointerenter: onChoose}, radio, letter);
}

function picture(className) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({class: className, preserveAspectRatio: "none", "aria-hidden": true})) {
        svg.setAttribute(name, value);
    }
    return svg;
}

// Lines from letter to letter, each [from, to, from height, to height, strength].
function drawLines(svg, T, lines) {
    svg.setAttribute("viewBox", `0 0 ${Math.max(T, 1)} 1`);
    svg.innerHTML = lines.map(([from, to, top, bottom, strength]) =>
        `<line x1="${from + 0.5}" x2="${to + 0.5}" y1="${top}" y2="${bottom}" stroke-opacity="${strength}"/>`).join("");
}

// The share that comes back for each length, the one of this word in full ink.
function drawBars(svg, shares, T, trained) {
    svg.setAttribute("viewBox", `0 0 ${shares.length} 1`);
    svg.innerHTML = shares.map((share, i) => `<rect x="${i + 0.1}" width="0.8" y="${1 - share}" height="${share}" `
        + `opacity="${i + 1 === T ? 1 : 0.4}"/>`).join("") + `<line x1="${trained}" x2="${trained}" y1="0" y2="1"/>`;
}
