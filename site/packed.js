// Lesson 3's figure: a batch is read column by column, once padded and once packed. The time step is a slider.

import {make, percent} from "../images/watch/draw.js";
import {mount} from "../images/watch/shadow.js";
import {makeSlider} from "./slider.js";

const BATCHES = {"5, 3 and 1 tokens": [5, 3, 1], "12, 7, 4, 2, 2 and 1": [12, 7, 4, 2, 2, 1], "6, 6, 5 and 5": [6, 6, 5, 5]};
const bold = text => make("b", {textContent: text});

// The tokens of a batch, numbered text by text: {text, step, name} in the order of reading, padding too (no name).
function cellsOf(lengths) {
    const before = lengths.map((_, text) => lengths.slice(0, text).reduce((a, b) => a + b, 0));
    return Array.from({length: Math.max(...lengths)}, (_, step) => lengths.map((length, text) =>
        ({text, step, name: step < length ? before[text] + step + 1 : ""}))).flat();
}

export function show(place, style) {
    const sentence = make("p", {className: "sentence", role: "status"}), [padded, packed, sizes] = [1, 2, 3].map(() => make("div"));
    const choice = make("select", {ariaLabel: "Lengths of the texts"},
        ...Object.keys(BATCHES).map(name => make("option", {textContent: name, value: name})));
    const player = make("button", {type: "button", textContent: "▶", ariaLabel: "Read step by step"});
    let cells, lengths, playing;

    const slider = makeSlider("Time step", {min: 0, max: 5, value: 2}, now => {
        const T = Math.max(...lengths), read = cells.filter(({step}) => step < now), real = read.filter(({name}) => name);
        for (const item of [...padded.children, ...packed.children, ...sizes.children]) {
            item.classList.toggle("now", Number(item.dataset.step) === now - 1);
            item.classList.toggle("eaten", Number(item.dataset.step) < now);
        }
        const lost = read.length - real.length, running = cells.filter(({step, name}) => step === now - 1 && name).length;
        sentence.replaceChildren(...now ? [
            `Step ${now} of ${T}: ${running} of ${lengths.length} texts still ${running > 1 ? "run" : "runs"}. So far the padded batch took `,
            bold(`${read.length} tokens`), ` through the network, the packed one `, bold(`${real.length}`), ". ",
            lost ? `${percent(lost / read.length)} of the padded work was lost on padding.` : "No padding yet.",
        ] : ["Nothing is read yet. Move the slider, and watch when a text drops out."]);
        return `${now} of ${T}`;
    });
    const range = slider.lastChild;

    // A number as a square; padding is grey and has none.
    const square = ({text, step, name}, column, row) => {
        const item = make("span", {className: name ? "token" : "token pad", textContent: name});
        Object.assign(item.style, {gridColumn: column, gridRow: row});
        Object.assign(item.dataset, {step, text});
        return item;
    };
    choice.onchange = () => {
        lengths = BATCHES[choice.value];
        cells = cellsOf(lengths);
        range.max = Math.max(...lengths);
        padded.replaceChildren(...cells.map(cell => square(cell, cell.step + 1, cell.text + 1)));
        const real = cells.filter(({name}) => name);
        packed.replaceChildren(...real.map((cell, i) => square(cell, i + 1, 1)));
        sizes.replaceChildren(...Array.from({length: range.max}, (_, step) =>
            square({step, name: real.filter(cell => cell.step === step).length}, step + 1, 1)));
        range.oninput();
    };
    const stop = () => { clearInterval(playing); playing = null; player.textContent = "▶"; };
    player.onclick = () => {
        if (playing) return stop();
        player.textContent = "❚❚";
        range.value = 0;
        range.oninput();
        playing = setInterval(() => {
            if (range.value === range.max) return stop();
            range.value++;
            range.oninput();
        }, 700);
    };
    range.onpointerdown = stop;

    const row = (name, part, kind) =>
        make("div", {className: `batch ${kind}`}, make("p", {className: "label"}, bold(name)), Object.assign(part, {className: "squares"}));
    mount(place, style, make("figure", {className: "live"},
        make("div", {className: "controls"}, player, make("label", {}, "Lengths ", choice)), slider, sentence,
        row("padded: a row is a text, and each column is a time step", padded, "padded"),
        row("packed, data: the same tokens without padding, column after column", packed, "packed"),
        row("packed, batch_sizes: how many texts run at each time step", sizes, "sizes")));
    choice.onchange();
}
