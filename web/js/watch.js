// The figure that torchnlp.watch shows in a notebook: a reading with its gates in per cent, and the classes' colours.

import {make} from "./draw.js";
import {turnsOf} from "./sentences.js";
import {mount} from "./shadow.js";
import {View} from "./view.js";

export function show(place, style, {percent: parts, classes, colours, ...reading}) {
    for (const [part, rows] of Object.entries(parts)) parts[part] = rows.map(row => row.map(value => value / 100));
    const view = make("div", {className: "view"}), watched = new View(view, classes, {colours});
    mount(place, style, view, () => watched.draw());
    watched.at = turnsOf(reading.probabilities).at(-1) ?? -1;
    watched.show([{name: "network", ...reading, parts}]);
}
