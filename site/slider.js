// A named slider with its number. onMove(value) does what follows from it and returns the number's text.

import {make} from "../images/watch/draw.js";

export function makeSlider(name, range, onMove) {
    const number = make("b"), slider = make("input", {type: "range", ...range});
    slider.oninput = () => { number.textContent = slider.ariaValueText = onMove(Number(slider.value)); };
    return make("label", {className: "slider"}, make("span", {textContent: name}), number, slider);
}
