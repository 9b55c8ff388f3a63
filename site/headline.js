// The front page's figure: a field with a headline, read by the reader's LSTM, which comes when one first touches it.

import {best, make} from "../images/watch/draw.js";
import {load} from "./load.js";
import {Networks} from "./network.js";
import {mount} from "../images/watch/shadow.js";
import {tokenize} from "./tokenizer.js";
import {View} from "../images/watch/view.js";

// file: of the network; classes, and a reading of the text, so that there is something to see at once.
export function show(place, style, {file, megabytes, text, classes, ...reading}) {
    const field = make("textarea", {value: text, rows: 1, spellcheck: false, ariaLabel: "Type a headline"});
    const view = make("div", {className: "view"}), watched = new View(view, classes, {compact: true});
    const sign = make("p", {className: "hint sign", role: "status", textContent: "Type a headline of your own."});
    let networks = null, asked = false;

    function read() {
        const tokens = networks.tokens(field.value), ids = networks.encode(tokens);
        watched.at = tokenize(field.value.slice(0, field.selectionEnd)).length - 1;  // the word that is being typed
        watched.show([{...networks.read(ids, "LSTM"), tokens, known: ids.map(id => id > 0)}]);
        watched.reveal();
    }

    field.onfocus = async () => {
        watched.stop();
        field.select();
        if (asked) return;
        asked = true;
        sign.textContent = `Loading the network (${megabytes} MB) …`;
        sign.classList.add("loading");
        try {
            networks = new Networks(await load(file));
            sign.textContent = "An LSTM reads along. What you type stays here.";
            if (field.value !== text) read();
        } catch {
            sign.textContent = "The network could not be loaded. Click into the field to try again.";
            asked = false;
        }
        sign.classList.remove("loading");
    };
    field.oninput = () => { if (networks) read(); };

    mount(place, style, make("div", {}, field, sign, view), () => watched.draw());
    const answers = reading.probabilities;
    // The band stands on the word that decides.
    watched.at = answers.findLastIndex((row, t) => t > 0 && best(row) !== best(answers[t - 1]));
    watched.show([{name: "LSTM", ...reading}]);
    watched.reveal();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) watched.play();
}
