// Lesson 7's figure: a query over four keys. Its three numbers are sliders; scores, weights and context follow.

import {softmax} from "../../web/js/cells.js";
import {bold, make, percent} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {caption, makeSlider, mountFigure, toldAloud, track} from "../../web/js/figure.js";

const digit = number => number.toFixed(1).replace("-", "−");

// keys [T, D], values [T]: those of the lesson, and its query to begin with.
export function show(place, style, {keys, values, query}) {
    const sentence = toldAloud(), asked = [...query];
    const [low, high] = [Math.min(...values), Math.max(...values)], dot = make("i", {className: "dot"});
    const rows = make("tbody"), cell = textContent => make("td", {className: "number", textContent});

    function answer() {
        const parts = keys.map(key => key.map((number, d) => number * asked[d]));
        const scores = parts.map(row => row.reduce((a, b) => a + b)), weights = softmax(scores);
        const context = weights.reduce((sum, weight, t) => sum + weight * values[t], 0);
        rows.replaceChildren(...keys.map((key, t) => {
            const numbers = key.map((textContent, d) => {  // what it adds to the score: green for more, grey for less
                const hue = parts[t][d] < 0 ? "guess" : "ours", share = Math.min(60, 20 * Math.abs(parts[t][d]));
                const style = `background: color-mix(in srgb, var(--${hue}) ${share}%, transparent)`;
                return make("td", {className: "cell", textContent, style});
            });
            const bar = make("i", {className: "bar", style: `width: ${100 * weights[t]}%`});
            return make("tr", {}, make("th", {textContent: t + 1}), ...numbers, cell(digit(scores[t])),
                make("td", {className: "wide"}, track(bar)), cell(weights[t].toFixed(2)), cell(values[t]));
        }));
        dot.style.left = `${100 * (context - low) / (high - low)}%`;
        const largest = Math.max(...weights), level = weights.filter(weight => largest - weight < 0.005).length;
        const said = {level, share: percent(largest), position: weights.indexOf(largest) + 1};
        const most = level === keys.length ? say("All positions get the same weight.")
            : level > 1 ? say("{level} positions share the largest weight, {share} each.", said)
                : say("Position {position} gets the largest weight, {share}.", said);
        sentence.replaceChildren(...pieces(
            "{most} The context vector is {context}: the mean of the values, with these weights.",
            {most, context: bold(context.toFixed(1))}));
    }

    const range = {min: -4, max: 4, step: 0.5};
    const sliders = query.map((value, d) =>
        makeSlider(say("Query, number {number}", {number: d + 1}), {...range, value}, number => {
            asked[d] = number;
            answer();
            return digit(number);
        }));
    const names = [say("position"), say("key"), say("score"), say("weight"), "", say("value")];
    const head = names.map((textContent, column) =>
        make("th", {textContent, scope: "col", colSpan: column === 1 ? keys[0].length : 1}));
    const table = make("table", {className: "keys"},
        make("thead", {}, make("tr", {}, ...head)), rows);
    const scale = make("div", {className: "scale"},
        make("span", {textContent: low}), track(dot), make("span", {textContent: high}));
    mountFigure(place, style, [
        ...sliders, sentence, table, scale,
        caption(say("Green: what a number of the key adds to its score; grey: what it takes away. "
            + "Below: the context vector between the smallest value and the largest.")),
    ]);
}
