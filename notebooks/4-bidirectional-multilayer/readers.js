// Lesson 4's figure: two readers come from both ends of a sentence and meet at a word. Does it begin with a capital?

import {bold, make, percent} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {caption, makeChoice, makeSlider, mountFigure, toldAloud, track} from "../../web/js/figure.js";

const RULES = [say("the word alone"), say("and the word before"), say("and the word after"), say("and both")];
const SIDES = ["alone", "left", "right", "both"];

// sentences: lists of words; shares: of each word, how often it has a capital in the small corpus, as counted alone,
// with the word before, the word after, and both; null where that never came.
export function show(place, style, {sentences}) {
    const sentence = toldAloud();
    const [text, evidence] = ["meeting", "evidence"].map(className => make("ol", {className}));
    let words, shares;

    const slider = makeSlider(say("The word where they meet"), {min: 1, max: 9, value: 2}, place => {
        const at = place - 1, truth = words[at];
        text.replaceChildren(...words.map((word, t) => make("li", {
            className: t < at ? "left" : t > at ? "right" : "here",
            textContent: t === at ? truth : word.toLowerCase(),
        })));
        evidence.replaceChildren(...shares[at].map((share, i) => make("li", {className: SIDES[i]},
            make("span", {textContent: RULES[i]}),
            track(make("i", {className: "bar", style: `width: ${100 * (share ?? 0)}%`})),
            make("span", {className: "number", textContent: share === null ? say("never came") : percent(share)}))));
        const wordsOf = count => count === 1 ? say("1 word") : say("{count} words", {count});
        sentence.replaceChildren(...pieces("They meet at {word}: the reader from the left has read {left} before it, "
            + "the reader from the right has read {right} after it. {rule}", {
            word: bold(truth), left: wordsOf(at), right: wordsOf(words.length - place),
            rule: whatHelps(shares[at], truth),
        }));
        return String(place);
    });
    function choose(i) {
        ({words, shares} = sentences[i]);
        Object.assign(slider.lastChild, {max: words.length, value: sentences[i].place});
        slider.lastChild.oninput();
    }
    mountFigure(place, style, [
        makeChoice(say("Sentence"), sentences.map(({words}) => `${words.slice(0, 5).join(" ").toLowerCase()} …`),
            choose),
        slider, text, sentence, evidence,
        caption(say("How often the word has a capital in the small corpus, counted alone and beside the same "
            + "neighbours.")),
    ]);
}

function whatHelps([alone, left, right], truth) {
    const says = share => share !== null && (share >= 0.5) === (truth !== truth.toLowerCase());
    return alone === null ? say("The small corpus does not have this word.")
        : says(alone) ? say("The word alone is enough here.")
        : says(right) ? say("The word after it decides: only the reader from the right has seen it.")
        : says(left) ? say("The word before it decides.") : say("Its neighbours do not settle it.");
}
