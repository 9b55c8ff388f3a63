// Lesson 6's figure: what comes next after three beginnings, at a temperature that is a slider.

import {showBars} from "../../web/js/bars.js";
import {bold, make, percent} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {caption, makeSlider, mountFigure, toldAloud} from "../../web/js/figure.js";

// beginnings: {text, scores, names}: scores of all tokens, the likeliest first, and what the first ten are called.
export function show(place, style, {beginnings}) {
    const sentence = toldAloud(), lists = beginnings.map(() => make("ol", {className: "next"}));
    const charts = beginnings.map(({text}, i) =>
        make("section", {className: "lane"}, make("h3", {className: "first", textContent: `${text} …`}), lists[i]));

    const slider = makeSlider(say("Temperature"), {min: 0, max: 2, step: 0.05, value: 1}, temperature => {
        const shown = temperature.toFixed(2).replace(/0$/, "");
        const leads = beginnings.map(({scores, names}, i) =>
            showBars(lists[i], Float64Array.from(scores), {name: id => names[id], settings: {temperature}}));
        leads.forEach(({most}, i) => lists[i].style.setProperty("--most", most));
        const [{id, own, now}] = leads, {text, names} = beginnings[0];
        sentence.replaceChildren(...pieces(
            "At a temperature of {shown}, the probability of {next} after “{text}” is {now}. "
            + "At 1 it is {own}: the outline.",
            {shown, next: bold(names[id]), text, now: percent(now), own: percent(own)}));
        return shown;
    });
    mountFigure(place, style, [
        slider, sentence, make("div", {className: "lanes"}, ...charts),
        caption(say("The largest bar or outline of a list fills its row.")),
    ]);
}
