// What the figures of the lessons are made of.

import {make} from "./draw.js";
import {mount} from "./shadow.js";

// A named slider with its number. onMove(value) does what follows from it, first of all once the figure is made, and
// returns the number's text.
export function makeSlider(name, range, onMove) {
    const number = make("b"), slider = make("input", {type: "range", ...range});
    slider.oninput = () => { number.textContent = slider.ariaValueText = onMove(Number(slider.value)); };
    return make("label", {className: "slider"}, make("span", {textContent: name}), number, slider);
}

// A choice by its place in a list of names.
export function makeChoice(title, names, onChoose) {
    const options = names.map((textContent, value) => make("option", {value, textContent}));
    const select = make("select", {onchange: () => onChoose(Number(select.value))}, ...options);
    return make("p", {className: "controls"}, make("label", {}, `${title} `, select));
}

export const toldAloud = () => make("p", {className: "sentence", role: "status"});
export const caption = textContent => make("figcaption", {textContent});
export const track = bar => make("span", {className: "track"}, bar);

// draw() is called once the figure is in the page, when its width changes, and when the page turns light or dark.
export function mountFigure(place, style, parts, draw = () => {}) {
    const figure = make("figure", {className: "live"}, ...parts);
    figure.querySelectorAll("select").forEach(select => select.onchange());
    figure.querySelectorAll("[type=range]").forEach(slider => slider.oninput());
    mount(place, style, figure, draw);
    new ResizeObserver(draw).observe(figure);
}
