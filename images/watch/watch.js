// The figure that torchnlp.watch shows in a notebook: a reading with its gates in per cent, and the classes' colours.

import {make} from "./draw.js";
import {lastTurn} from "./sentences.js";
import {mount} from "./shadow.js";
import {View} from "./view.js";

export function show(place, style, {percent: parts, classes, colours, ...reading}) {
    for (const [part, rows] of Object.entries(parts)) parts[part] = rows.map(row => row.map(value => value / 100));
    colours.forEach((colour, k) => {
        const onDark = `color-mix(in oklab, ${colour}, white 40%)`;
        if (k > 3) place.style.setProperty(`--class-${k}`, `light-dark(${colour}, ${onDark})`);
    });
    const view = make("div", {className: "view"}), watched = new View(view, classes);
    mount(place, style, view, () => watched.draw());
    watched.at = lastTurn(reading.probabilities);
    watched.show([{name: "network", ...reading, parts}]);
}
