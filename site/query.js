// Lesson 7's figure: a query over four keys. Its three numbers are sliders; scores, weights and context follow.

import {softmax} from "./cells.js";
import {make, percent} from "../images/watch/draw.js";
import {mount} from "../images/watch/shadow.js";
import {makeSlider} from "./slider.js";

// keys [T, D], values [T]: those of the lesson, and its query to begin with.
export function show(place, style, {keys, values, query}) {
    const sentence = make("p", {className: "sentence", role: "status"}), asked = [...query];
    const rows = keys.map((key, t) => {
        const [score, weight] = [1, 2].map(() => make("td", {className: "number"})), bar = make("i", {className: "bar"});
        const numbers = key.map(number => make("td", {textContent: number, className: "cell"}));
        const line = make("tr", {}, make("th", {textContent: t + 1}), ...numbers, score,
            make("td", {className: "wide"}, make("span", {className: "track"}, bar)), weight,
            make("td", {className: "number", textContent: values[t]}));
        return {key, numbers, score, weight, bar, line};
    });
    const [low, high] = [Math.min(...values), Math.max(...values)], dot = make("i", {className: "dot"});

    function answer() {
        const scores = keys.map(key => key.reduce((sum, number, d) => sum + number * asked[d], 0));
        const weights = softmax(scores), context = weights.reduce((sum, weight, t) => sum + weight * values[t], 0);
        rows.forEach(({key, numbers, score, weight, bar}, t) => {
            numbers.forEach((cell, d) => {  // what a place adds to the score: green for more, grey for less
                const share = Math.min(60, 20 * Math.abs(key[d] * asked[d]));
                cell.style.background = `color-mix(in srgb, var(--${key[d] * asked[d] < 0 ? "guess" : "ours"}) ${share}%, transparent)`;
            });
            score.textContent = scores[t].toFixed(1).replace("-", "−");
            weight.textContent = weights[t].toFixed(2);
            bar.style.width = `${100 * weights[t]}%`;
        });
        dot.style.left = `${100 * (context - low) / (high - low)}%`;
        const largest = Math.max(...weights), level = weights.filter(weight => largest - weight < 0.005).length;
        const most = level === keys.length ? "All positions get the same weight"
            : level > 1 ? `${level} positions share the largest weight, ${percent(largest)} each`
                : `Position ${weights.indexOf(largest) + 1} gets the largest weight, ${percent(largest)}`;
        sentence.replaceChildren(`${most}. The context vector is `, make("bdi", {textContent: context.toFixed(1)}),
            ": the mean of the values, with these weights.");
    }

    const sliders = query.map((value, d) => makeSlider(`Query, number ${d + 1}`, {min: -4, max: 4, step: 0.5, value}, number => {
        asked[d] = number;
        answer();
        return number.toFixed(1).replace("-", "−");
    }));
    const head = ["position", "key", "score", "weight", "", "value"].map(name =>
        make("th", {textContent: name, scope: "col", colSpan: {key: keys[0].length}[name] ?? 1}));
    const scale = make("div", {className: "scale"}, make("span", {textContent: low}),
        make("span", {className: "track"}, dot), make("span", {textContent: high}));
    const caption = make("figcaption", {textContent: "Green: what a number of the key adds to its score; grey: what it takes away. "
        + "Below: the context vector between the smallest value and the largest."});
    mount(place, style, make("figure", {className: "live"}, ...sliders, sentence,
        make("table", {className: "keys"}, make("thead", {}, make("tr", {}, ...head)),
            make("tbody", {}, ...rows.map(({line}) => line))), scale, caption));
    for (const slider of sliders) slider.lastChild.oninput();
}
