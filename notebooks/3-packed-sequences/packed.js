// Lesson 3's figure: a batch is read column by column, once padded and once packed. The time step is a slider.

import {make, percent} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {makeChoice, makeSlider, mountFigure, toldAloud} from "../../web/js/figure.js";

const BATCHES = [[5, 3, 1], [12, 7, 4, 2, 2, 1], [6, 6, 5, 5]];
const strong = text => make("b", {textContent: text});

// The tokens of a batch, numbered text by text: {text, step, name} in the order of reading, padding too (no name).
function cellsOf(lengths) {
    const before = lengths.map((_, text) => lengths.slice(0, text).reduce((a, b) => a + b, 0));
    return Array.from({length: Math.max(...lengths)}, (_, step) => lengths.map((length, text) =>
        ({text, step, name: step < length ? before[text] + step + 1 : ""}))).flat();
}

export function show(place, style) {
    const sentence = toldAloud();
    const [padded, packed, sizes] = [1, 2, 3].map(() => make("div", {className: "squares"}));
    let cells, lengths;

    const slider = makeSlider(say("Time step"), {min: 0, max: 5, value: 2}, now => {
        const read = cells.filter(({step}) => step < now), real = read.filter(({name}) => name);
        const running = real.filter(({step}) => step === now - 1).length, lost = read.length - real.length;
        // A number as a square; padding is grey and has none.
        const square = ({step, name}, column, row = 0) => {
            const kinds = ["token", !name && "pad", step === now - 1 && "now", step < now && "eaten"].filter(Boolean);
            const style = `grid-area: ${row + 1} / ${column + 1}`;
            return make("span", {className: kinds.join(" "), textContent: name, style});
        };
        const named = cells.filter(({name}) => name), share = percent(lost / read.length), T = Math.max(...lengths);
        padded.replaceChildren(...cells.map(cell => square(cell, cell.step, cell.text)));
        packed.replaceChildren(...named.map((cell, i) => square(cell, i)));
        sizes.replaceChildren(...[...Array(T).keys()].map(step =>
            square({step, name: named.filter(cell => cell.step === step).length}, step)));
        const parts = {now, T, running, texts: lengths.length, share};
        const still = running > 1 ? say("{running} of {texts} texts still run", parts)
            : say("1 of {texts} texts still runs", parts);
        const loss = lost ? say("{share} of the padded work was lost on padding.", parts) : say("No padding yet.");
        const tokens = strong(say("{count} tokens", {count: read.length}));
        sentence.replaceChildren(...now ? pieces(
            "Step {now} of {T}: {still}. So far the padded batch took {tokens} through the network, "
            + "the packed one {real}. {loss}", {...parts, still, tokens, real: strong(real.length), loss},
        ) : [say("Nothing is read yet. Move the slider, and watch when a text drops out.")]);
        return say("{now} of {T}", parts);
    });

    function choose(batch) {
        lengths = BATCHES[batch];
        cells = cellsOf(lengths);
        slider.lastChild.max = Math.max(...lengths);
        slider.lastChild.oninput();
    }

    const row = (name, part, kind) =>
        make("div", {className: `batch ${kind}`}, make("p", {className: "label"}, strong(name)), part);
    mountFigure(place, style, [
        makeChoice(say("Lengths"), BATCHES.map(lengths => lengths.join(", ")), choose), slider, sentence,
        row(say("padded: a row is a text, and each column is a time step"), padded, "padded"),
        row(say("packed, data: the same tokens without padding, column after column"), packed, "packed"),
        row(say("packed, batch_sizes: how many texts run at each time step"), sizes, "sizes"),
    ]);
}
