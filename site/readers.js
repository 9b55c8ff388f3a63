// Lesson 4's figure: two readers come from both ends of a sentence and meet at a word. Does it begin with a capital?

import {make, percent} from "../images/watch/draw.js";
import {mount} from "../images/watch/shadow.js";
import {makeSlider} from "./slider.js";

const RULES = ["the word alone", "and the word before", "and the word after", "and both"];

// sentences: lists of words; shares: of each word, how often it has a capital in the small corpus, as counted alone, with
// the word before, the word after, and both; null where that never came.
export function show(place, style, {sentences}) {
    const sentence = make("p", {className: "sentence", role: "status"}), text = make("ol", {className: "meeting"});
    const choice = make("select", {ariaLabel: "Sentence"},
        ...sentences.map(({words}, i) =>
            make("option", {value: i, textContent: `${words.slice(0, 5).join(" ").toLowerCase()} …`})));
    const bars = RULES.map((name, i) => {
        const bar = make("i", {className: "bar"}), number = make("span", {className: "number"});
        return {bar, number, row: make("li", {className: ["alone", "left", "right", "both"][i]},
            make("span", {textContent: name}), make("span", {className: "track"}, bar), number)};
    });
    let words, shares;

    const slider = makeSlider("The word where they meet", {min: 1, max: 9, value: 2}, place => {
        const at = place - 1, truth = words[at], lower = truth.toLowerCase();
        [...text.children].forEach((item, t) => {
            item.className = t < at ? "left" : t > at ? "right" : "here";
            item.textContent = t === at ? truth : words[t].toLowerCase();
        });
        shares[at].forEach((share, i) => {
            bars[i].bar.style.width = `${100 * (share ?? 0)}%`;
            bars[i].number.textContent = share === null ? "never came" : percent(share);
        });
        const [alone, left, right] = shares[at], says = share => (share >= 0.5) === (truth !== lower);
        const name = make("bdi", {textContent: truth});
        const read = (side, count) => `the ${side} has read ${count} ${count === 1 ? "word" : "words"}`;
        const helps = alone === null ? "The small corpus does not have this word."
            : says(alone) ? "The word alone is enough here."
            : right !== null && says(right) ? "The word after it decides: only the reader from the right has seen it."
                : left !== null && says(left) ? "The word before it decides." : "Its neighbours do not settle it.";
        sentence.replaceChildren("They meet at ", name, `: ${read("reader from the left", at)} before it, `
            + `${read("reader from the right", words.length - place)} after it. ${helps}`);
        return String(place);
    });
    choice.onchange = () => {
        ({words, shares} = sentences[choice.value]);
        slider.lastChild.max = words.length;
        text.replaceChildren(...words.map(() => make("li")));
        slider.lastChild.value = sentences[choice.value].place;
        slider.lastChild.oninput();
    };
    const caption = make("figcaption", {textContent:
        "How often the word has a capital in the small corpus, counted alone and beside the same neighbours."});
    mount(place, style, make("figure", {className: "live"}, make("div", {className: "controls"}, make("label", {}, "Sentence ", choice)),
        slider, text, sentence, make("ol", {className: "evidence"}, ...bars.map(({row}) => row)), caption));
    choice.onchange();
}
