// Lesson 6's figure: what comes next after three beginnings, at a temperature that is a slider.

import {showBars} from "../../site/bars.js";
import {bold, make, percent} from "../../images/watch/draw.js";
import {caption, makeSlider, mountFigure, toldAloud} from "../../site/figure.js";

// beginnings: {text, scores, names}: scores of all tokens, the likeliest first, and what the first ten are called.
export function show(place, style, {beginnings}) {
    const sentence = toldAloud(), lists = beginnings.map(() => make("ol", {className: "next"}));
    const charts = beginnings.map(({text}, i) =>
        make("section", {className: "lane"}, make("h3", {className: "first", textContent: `${text} …`}), lists[i]));

    const slider = makeSlider("Temperature", {min: 0, max: 2, step: 0.05, value: 1}, temperature => {
        const shown = temperature.toFixed(2).replace(/0$/, "");
        const leads = beginnings.map(({scores, names}, i) =>
            showBars(lists[i], Float64Array.from(scores), {name: id => names[id], settings: {temperature}}));
        const [{id, own, now}] = leads, {text, names} = beginnings[0];
        sentence.replaceChildren(
            `At a temperature of ${shown}, the probability of `, bold(names[id]),
            ` after “${text}” is ${percent(now)}. At 1 it is ${percent(own)}: the outline.`);
        return shown;
    });
    mountFigure(place, style, [
        slider, sentence, make("div", {className: "lanes"}, ...charts),
        caption("The largest bar or outline of a list fills its row."),
    ]);
}
