// Lesson 7's figure: two networks write a word backwards. One has a single state to write from, the other attention.

import {linear, oneStep, softmax, transposed} from "./cells.js";
import {make, percent} from "../images/watch/draw.js";
import {mount} from "../images/watch/shadow.js";
import {load, whenNear} from "./load.js";
import {unpacked} from "./weights.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz", START = LETTERS.length;
const TITLES = {one: "One state", attention: "Attention"};
const bold = text => make("bdi", {textContent: text});
const picture = name => make("div", {innerHTML: `<svg class="${name}" preserveAspectRatio="none" aria-hidden="true"/>`}).firstChild;

// What a network writes, a row of probabilities a letter, and with attention the alignment, a row of weights a letter.
function write(w, word) {
    const layer = name => Object.fromEntries(["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map(part =>
        [`rnn.${part}_l0`, w[`${name}.${part}_l0`]]));
    const [encoder, decoder] = ["encoder", "decoder"].map(layer), H = w["encoder.bias_hh_l0"].length / 4;
    const T = word.length, E = w["embedding.weight"].length / (START + 1), encoded = new Float64Array(T * H);
    const vector = id => w["embedding.weight"].subarray(id * E, (id + 1) * E);
    const ids = [START], probabilities = [], weights = [];
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
            weights.push([...softmax(linear(query, encoded, new Float64Array(T)))]);
            said = [...said, ...linear(weights[t], transposed(encoded, T, H), new Float64Array(H))];  // the context vector
        }
        probabilities.push([...softmax(linear(said, w["fc.weight"], w["fc.bias"]))]);
        ids.push(probabilities[t].indexOf(Math.max(...probabilities[t])));
    }
    return {written: ids.slice(1).map(id => LETTERS[id]).join(""), probabilities, weights};
}

// file: of the networks, {trained, words, right, networks}.
export const show = (place, style, {word, file}) =>
    whenNear(place, async () => furnish(place, style, word, await load(file)));

// trained: letters of the longest word in training; right: by network and length, the share of words that came back.
function furnish(place, style, word, {trained, words, right, networks}) {
    const nets = Object.entries(networks).map(([name, packed]) => ({name, w: unpacked(packed), ...makeLane(name)}));
    const [one, attention] = nets, most = right.one.length, breaks = right.one.findIndex(share => share < 0.5) + 1;
    const field = make("input", {type: "text", value: word, maxLength: most, spellcheck: false, autocomplete: "off"});
    const [sentence, told] = [1, 2].map(() => make("p", {className: "sentence", role: "status"}));
    let read;

    field.oninput = () => {
        read = field.value.toLowerCase().replace(/[^a-z]/g, "");
        const T = read.length, dropped = field.value.length === T ? "" : " Only the letters a to z are read.";
        for (const net of nets) {
            Object.assign(net, write(net.w, read));
            const wrong = [...net.written].map((letter, t) => letter !== read[T - 1 - t]), count = wrong.filter(Boolean).length;
            net.judged = [bold(net.written), count ? `, ${count} of ${T} letters wrong` : ", all right"];
            net.share = percent(right[net.name][T - 1]);
            net.word.style.setProperty("--letters", Math.max(T, 1));
            net.read.replaceChildren(...[...read].map(letter => make("li", {textContent: letter})));
            net.letters.replaceChildren(...[...net.written].map((letter, t) => makeLetter(letter, wrong[t], net === attention && (() => choose(t)))));
            net.bars.setAttribute("viewBox", `0 0 ${most} 1`);
            net.bars.innerHTML = right[net.name].map((share, i) => `<rect x="${i + 0.1}" width="0.8" y="${1 - share}" `
                + `height="${share}" opacity="${i + 1 === T ? 1 : 0.4}"/>`).join("") + `<path d="M${trained} 0V1"/>`;
        }
        drawLines(one, T, [...read].map((_, t) => [t, T - 1 - t, 0.4]));  // they all meet
        one.lines.innerHTML += `<path class="state" d="M${T / 2} 0.5h0"/>`;
        sentence.replaceChildren(...T ? [
            "From one state comes ", ...one.judged, ". With attention comes ", ...attention.judged,
            `. Of ${words} random words of ${T} letters, ${one.share} come back whole from one state, ${attention.share} `
            + `with attention. From ${breaks} letters on, one state loses more than half.`] : ["Type a word."], dropped);
        choose(0);
    };

    // Show what the network with attention looks at when it writes letter t.
    function choose(t) {
        const {weights, written, letters} = attention, row = weights[t] ?? [], order = [...row.keys()];
        const lines = (row, t, ink) => row.map((weight, s) => [s, t, ink * weight]);
        drawLines(attention, read.length, [...weights.flatMap((row, t) => lines(row, t, 0.2)), ...lines(row, t, 1)]);
        row.forEach((weight, s) => attention.read.children[s].style.setProperty("--weight", `${60 * weight}%`));
        const most = order.sort((a, b) => row[b] - row[a]).filter((s, i) => !i || row[s] >= 0.1);
        const states = most.map(s => `${read[s]} (letter ${s + 1}, ${percent(row[s])})`).join(", ");
        told.replaceChildren(...row.length ? ["To write ", bold(written[t]), `, attention reads the state after ${states}.`] : []);
        if (row.length) letters.children[t].firstChild.checked = true;
    }

    const label = make("label", {className: "slider"}, make("span", {textContent: "A word to say backwards"}), field);
    const caption = `Bars: of ${words} random words of 1 to ${most} letters, the share that comes back whole. `
        + `The fine line: ${trained} letters, the longest words of the training.`;
    mount(place, style, make("figure", {className: "live"}, label, sentence,
        make("div", {className: "lanes"}, one.section, attention.section), told, make("figcaption", {textContent: caption})));
    place.backwards = word => Object.fromEntries(nets.map(({name, w}) => [name, write(w, word)]));
    field.oninput();
}

function makeLane(name) {
    const read = make("ol", {className: "letters", ariaLabel: "Letters read"}), bars = picture("shares");
    const letters = make("div", {className: "letters", role: "group", ariaLabel: "Letters written"}), lines = picture("lines");
    const word = make("div", {className: "word"}, read, lines, letters);
    return {word, read, letters, lines, bars,
        section: make("section", {className: "lane"}, make("h3", {className: name, textContent: TITLES[name]}), word, bars)};
}

// A letter that was written. onChoose: what a hover or an arrow key does, where it does something.
function makeLetter(letter, wrong, onChoose) {
    const properties = {className: wrong ? "wrong" : "", onpointerenter: onChoose || null};
    return onChoose ? make("label", properties, make("input", {type: "radio", name: "written", oninput: onChoose}), letter)
        : make("span", properties, letter);
}

// Lines from letter s that was read to letter t that was written, each [s, t, ink].
function drawLines({lines}, T, strokes) {
    lines.setAttribute("viewBox", `0 0 ${Math.max(T, 1)} 1`);
    lines.innerHTML = strokes.map(([s, t, ink]) => `<path d="M${s + 0.5} 0L${t + 0.5} 1" stroke-opacity="${ink}"/>`).join("");
}
