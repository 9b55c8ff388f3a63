// Lesson 2's figure: a headline fades in a cell state whose forget gate stands still. Its bias is a slider.

import {make, percent} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {makeSlider, mountFigure, toldAloud} from "../../web/js/figure.js";

export function show(place, style, {words, bias}) {
    const T = words.length, sentence = toldAloud();
    const list = make("ol", {className: "fading", ariaLabel: say("What is left of each word")});

    const slider = makeSlider(say("Bias of the forget gate"), {min: -1, max: 7, step: 0.1, value: bias}, bias => {
        const gate = 1 / (1 + Math.exp(-bias)), left = words.map((_, t) => gate ** (T - 1 - t));
        list.replaceChildren(...words.map((textContent, t) => {
            const style = `background-color: color-mix(in srgb, var(--c) ${38 * left[t]}%, transparent)`;
            return make("li", {}, make("i", {className: "level", style: `height: ${48 * left[t]}px`}),
                make("bdi", {textContent, style}), make("span", {textContent: share(left[t])}));
        }));
        const half = Math.round(Math.log(0.5) / Math.log(gate));
        const after = half > 1 ? say("after {half} words", {half}) : say("after one word or less");
        sentence.replaceChildren(...pieces(
            "The gate starts at σ(b) = {gate}. At the end {share} of “{word}” is left, {later} words later. "
            + "Half of what was written is gone {after}.",
            {
                gate: gate.toFixed(3), share: make("bdi", {textContent: share(left[0])}),
                word: words[0], later: T - 1, after,
            }));
        return bias.toFixed(1);
    });
    mountFigure(place, style, [slider, list, sentence]);
}

// 77 %, 0.4 %, or less than a thousandth
function share(part) {
    if (part >= 0.1) return percent(part);
    return part >= 0.0005 ? say("{number}\u00A0%", {number: (100 * part).toPrecision(1)}) : say("< 0.1\u00A0%");
}
