// The front page's figure: a field with a headline, read by the reader's LSTM, which comes when one first touches it.

import {make} from "../images/watch/draw.js";
import {load} from "./load.js";
import {Networks} from "./network.js";
import {lastTurn} from "../images/watch/sentences.js";
import {mount} from "../images/watch/shadow.js";
import {MOST_READ, tokenize} from "./tokenizer.js";
import {View} from "../images/watch/view.js";

// file: of the network; classes, and a reading of the text, so that there is something to see at once.
export function show(place, style, {file, megabytes, text, classes, ...reading}) {
    const field = make("textarea", {value: text, rows: 1, spellcheck: false, ariaLabel: "Type a headline"});
    const view = make("div", {className: "view"}), watched = new View(view, classes, {compact: true});
    const sign = make("p", {className: "hint sign", role: "status", textContent: "Type a headline of your own."});
    let networks;

    function read() {
        watched.at = tokenize(field.value.slice(0, field.selectionEnd)).length - 1;  // the word that is being typed
        watched.show([networks.read(tokenize(field.value).slice(0, MOST_READ), "LSTM")]);
        watched.reveal();
    }

    field.onfocus = async () => {
        watched.stop();
        field.select();
        if (networks) return;
        sign.textContent = `Loading the network (${megabytes} MB) …`;
        sign.classList.add("loading");
        try {
            networks = new Networks(await load(file));
            sign.textContent = "An LSTM reads along. What you type stays here.";
            if (field.value !== text) read();
        } catch {
            sign.textContent = "The network could not be loaded. Click into the field to try again.";
        }
        sign.classList.remove("loading");
    };
    field.oninput = () => { if (networks) read(); };

    mount(place, style, make("div", {}, field, sign, view), () => watched.draw());
    watched.at = lastTurn(reading.probabilities);
    watched.show([{name: "LSTM", ...reading}]);
    watched.reveal();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) watched.play();
}
