// A figure in a page of somebody else's making: a notebook, a lesson on the site. What stands in the shadow is drawn in
// place of what stood there, with a style of its own.

import {make} from "./draw.js";

// It is as light or dark as the page around it, also when somebody turns a switch; then repaint() is called.
export function mount(place, style, content, repaint = () => {}) {
    place.dataset.lmSuppressShortcuts = true;  // or JupyterLab takes the keys for its own
    const sheet = make("div", {className: "sheet"}, make("style", {textContent: style}), content);
    place.attachShadow({mode: "open"}).append(sheet);
    const switches = new MutationObserver(followPage);
    function followPage() {
        if (!place.isConnected) return switches.disconnect();  // the cell was run again
        const [red, green, blue] = getComputedStyle(place).color.match(/\d+/g).map(Number);
        place.style.colorScheme = red + green + blue > 380 ? "dark" : "light";
        repaint();
    }
    for (const part of [document.documentElement, document.body]) switches.observe(part, {attributes: true});
    followPage();
}
