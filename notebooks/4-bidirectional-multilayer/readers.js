// Lesson 4's figure: two readers come from both ends of a sentence and meet at a word. Does it begin with a capital?

import {bold, make, percent} from "../../images/watch/draw.js";
import {caption, makeChoice, makeSlider, mountFigure, toldAloud, track} from "../../site/figure.js";

const RULES = ["the word alone", "and the word before", "and the word after", "and both"];
const SIDES = ["alone", "left", "right", "both"];

// sentences: lists of words; shares: of each word, how often it has a capital in the small corpus, as counted alone,
// with the word before, the word after, and both; null where that never came.
export function show(place, style, {sentences}) {
    const sentence = toldAloud(), text = make("ol", {className: "meeting"});
    const bars = RULES.map((name, i) => {
        const bar = make("i", {className: "bar"}), number = make("span", {className: "number"});
        const row = make("li", {className: SIDES[i]}, make("span", {textContent: name}), track(bar), number);
        return {bar, number, row};
    });
    let words, shares;

    const slider = makeSlider("The word where they meet", {min: 1, max: 9, value: 2}, place => {
        const at = place - 1, truth = words[at];
        [...text.children].forEach((item, t) => {
            item.className = t < at ? "left" : t > at ? "right" : "here";
            item.textContent = t === at ? truth : words[t].toLowerCase();
        });
        shares[at].forEach((share, i) => {
            bars[i].bar.style.width = `${100 * (share ?? 0)}%`;
            bars[i].number.textContent = share === null ? "never came" : percent(share);
        });
        const read = (side, count) => `the ${side} has read ${count} ${count === 1 ? "word" : "words"}`;
        sentence.replaceChildren("They meet at ", bold(truth), `: ${read("reader from the left", at)} before it, `
            + `${read("reader from the right", words.length - place)} after it. ${whatHelps(shares[at], truth)}`);
        return String(place);
    });
    function choose(i) {
        ({words, shares} = sentences[i]);
        text.replaceChildren(...words.map(() => make("li")));
        Object.assign(slider.lastChild, {max: words.length, value: sentences[i].place});
        slider.lastChild.oninput();
    }
    mountFigure(place, style, [
        makeChoice("Sentence", sentences.map(({words}) => `${words.slice(0, 5).join(" ").toLowerCase()} …`), choose),
        slider, text, sentence, make("ol", {className: "evidence"}, ...bars.map(({row}) => row)),
        caption("How often the word has a capital in the small corpus, counted alone and beside the same neighbours."),
    ]);
}

function whatHelps([alone, left, right], truth) {
    const says = share => share !== null && (share >= 0.5) === (truth !== truth.toLowerCase());
    return alone === null ? "The small corpus does not have this word."
        : says(alone) ? "The word alone is enough here."
        : says(right) ? "The word after it decides: only the reader from the right has seen it."
        : says(left) ? "The word before it decides." : "Its neighbours do not settle it.";
}
