// The front page's figure: a field with a headline, read by the reader's LSTM, which comes when one first touches it.

import {best, bold, make} from "./draw.js";
import {load} from "./load.js";
import {Networks} from "./network.js";
import {mount} from "./shadow.js";
import {MOST_READ, tokenize} from "./tokenizer.js";
import {View} from "./view.js";
import {pieces, say} from "./words.js";

const CHIPS = [  // each a name, a headline, and what is asked of whoever chooses it
    [say("it knows only 2004"), "ChatGPT passes bar exam", ""],
    [say("make it say Sports"), "Bank signs", say("Go on until it says Sports.")],
    [say("a club on the stock market"), "Manchester United shares fall on stock market", ""],
];
const READS = say("It read the news of 2004. What you type stays here.");

// file: of the network; classes, and a reading of the text, so that there is something to see at once.
export function show(place, style, {file, megabytes, text, classes, ...reading}) {
    const ariaLabel = say("Type a headline");
    const field = make("textarea", {value: text, rows: 1, spellcheck: false, ariaLabel, placeholder: ariaLabel});
    const view = make("div", {className: "view"});
    const sign = make("p", {className: "hint sign", role: "status", textContent: READS});
    const chips = CHIPS.map(([name, headline, task]) =>
        make("button", {type: "button", textContent: name, onclick: () => choose(headline, task)}));
    const turn = make("p", {className: "examples"}, make("b", {textContent: say("Your turn")}), ...chips);
    const watched = new View(view, classes, {compact: true, onEnd: () => field.classList.add("calls")});
    const gates = make("button", {className: "inside-too", textContent: say("Look inside"), ariaPressed: false});
    gates.onclick = () => { gates.ariaPressed = place.classList.toggle("opened"); watched.layout(); };
    watched.player.after(gates);
    let networks;

    function read() {
        const reading = networks.read(tokenize(field.value).slice(0, MOST_READ), "LSTM", false), {tokens, known} = reading;
        watched.at = tokenize(field.value.slice(0, field.selectionEnd)).length - 1;  // the word that is being typed
        const says = tokens.length && classes[best(reading.probabilities.at(-1))];
        const [, , task] = CHIPS.find(([, headline, task]) => task && field.value.startsWith(headline)) ?? [];
        const asked = says === "Sports" ? say("Done: it says Sports.") : task;
        watched.task = task ? [make("b", {textContent: asked}), " "] : [];
        watched.show([reading]);
        watched.reveal();
        const strangers = tokens.filter((token, t) => !known[t] && /\p{L}/u.test(token)).join(", ");
        sign.replaceChildren(...strangers ? pieces(
            "It read the news of 2004, and has never met: {strangers}.", {strangers: bold(strangers)}) : [READS]);
    }

    async function fetched() {
        watched.stop();
        field.classList.remove("calls");
        if (networks) return true;
        sign.textContent = say("Loading the network ({megabytes} MB) …", {megabytes});
        sign.classList.add("loading");
        networks = await load(file).then(data => new Networks(data), () => undefined);
        sign.textContent = networks ? READS
            : say("The network could not be loaded. Click into the field to try again.");
        sign.classList.remove("loading");
        return Boolean(networks);
    }

    async function choose(headline, task) {
        field.value = task ? `${headline} ` : headline;
        if (!await fetched()) return;
        read();
        if (task) field.focus({preventScroll: true});
        else watched.playWhenSeen();
    }

    field.onfocus = async () => {
        if (!networks) field.select();
        if (await fetched() && field.value !== text) read();
    };
    field.oninput = () => { if (networks) read(); };

    mount(place, style, make("div", {className: "stage"}, field, turn, sign, view), () => watched.draw());
    watched.at = reading.tokens.length - 1;
    watched.show([{name: "LSTM", ...reading}]);
    watched.playWhenSeen();
}
