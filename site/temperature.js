// Lesson 6's figure: what comes next after three beginnings, at a temperature that is a slider.

import {showBars} from "./bars.js";
import {make, percent} from "../images/watch/draw.js";
import {mount} from "../images/watch/shadow.js";

// beginnings: {text, scores, names}: scores of all tokens, the likeliest first, and what the first ten are called.
export function show(place, style, {beginnings}) {
    const number = make("b"), sentence = make("p", {className: "sentence", role: "status"});
    const slider = make("input", {type: "range", min: 0, max: 2, step: 0.05, value: 1});
    const lists = beginnings.map(() => make("ol", {className: "next"}));
    const charts = beginnings.map(({text}, i) =>
        make("section", {className: "lane"}, make("h3", {className: "first", textContent: `${text} …`}), lists[i]));

    slider.oninput = () => {
        const temperature = Number(slider.value), shown = temperature.toFixed(2).replace(/0$/, "");
        const leads = beginnings.map(({scores, names}, i) =>
            showBars(lists[i], Float64Array.from(scores), {name: id => names[id], settings: {temperature}}));
        number.textContent = slider.ariaValueText = shown;
        const [{id, own, now}] = leads, {text, names} = beginnings[0];
        sentence.replaceChildren(
            `At a temperature of ${shown}, the probability of `, make("bdi", {textContent: names[id]}),
            ` after “${text}” is ${percent(now)}. At 1 it is ${percent(own)}: the fine line.`);
    };
    const label = make("label", {className: "slider"}, make("span", {textContent: "Temperature"}), number, slider);
    const figure = make("figure", {className: "live"}, label, sentence, make("div", {className: "lanes"}, ...charts));
    mount(place, style, figure);
    slider.oninput();
}
