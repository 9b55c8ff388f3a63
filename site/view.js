// A reading to look at: the words under the curves of the classes, a band that moves over them, and what happened inside.
//
// A reading is {name, tokens, known, probabilities, parts, influence}, with a row a token: probabilities [T][K], parts a
// dictionary of [T][units], known and influence [T]. If the network started anew at a word or left one out, `from` or
// `without` says which, the rows that it did not read are null, and `whole` has the probabilities of the text as it
// stands. The reader page computes readings in the browser, `watch` in Python.

import {PARTS, SIGNED, css, fit, make, paintLine, paintUnits, palette, percent, shownParts} from "./draw.js";
import {best, sentence} from "./sentences.js";

const DASHES = [[], [7, 4], [2, 4], [9, 4, 2, 4]];
const MOST_CLASSES = 6;

export class View {
    // partHeight is the most that a gate's picture may take.
    constructor(root, classes, {onMove = () => {}, partHeight = 160} = {}) {
        Object.assign(this, {root, classes, onMove, partHeight, at: 0, shown: Infinity, by: "none", unit: 0, widths: new Map()});
        const button = (text, label, onclick) => make("button", {type: "button", textContent: text, ariaLabel: label, title: label, onclick});
        this.player = button("▶", "Read the text word by word", () => this.playing ? this.stop() : this.play());
        this.sentence = make("p", {className: "sentence", role: "status"});
        this.select = make("select", {onchange: () => this.colour(this.select.value, this.unit)});
        this.number = make("input", {type: "number", min: 1, oninput: () => this.colour(this.by, this.number.value - 1)});
        this.ofUnit = make("label", {}, "of unit ", this.number);
        this.band = make("div", {className: "band"});
        this.words = make("div", {className: "words"});
        this.curves = make("div");
        this.inside = make("div");
        this.roll = make("div", {className: "roll"}, this.curves, this.words, this.inside, this.band);
        this.strip = make("div", {className: "strip", tabIndex: 0, role: "slider", ariaLabel: "The word that is looked at"}, this.roll);
        this.answers = make("table", {className: "answers"});
        this.hint = make("p", {className: "hint"});
        root.replaceChildren(
            this.sentence,
            make("div", {className: "controls"},
                make("span", {className: "group"},
                    button("‹", "Word before", () => this.go(this.at - 1)), this.player, button("›", "Next word", () => this.go(this.at + 1))),
                this.choice = make("label", {}, "Colour by ", this.select), this.ofUnit),
            make("div", {className: "picture"}, this.strip, make("div", {className: "beside"}, this.answers, this.hint)),
        );
        this.strip.onkeydown = event => this.key(event);
        this.strip.onpointermove = event => { if (event.pointerType !== "touch") this.point(event); };
        this.strip.onclick = event => this.point(event);
        this.strip.onscroll = () => this.draw();
        new ResizeObserver(() => this.layout()).observe(this.strip);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.colours = null; this.draw(); });
    }

    // Show one reading, or several networks' readings of one text side by side.
    show(readings) {
        this.readings = readings;
        const {tokens, known, parts} = readings[0];
        this.tokens = tokens;
        this.at = Math.max(0, Math.min(this.at, tokens.length - 1));
        this.units = tokens.length ? parts.h.find(row => row).length : 1;
        this.unitHeight = Math.min(4, this.partHeight / this.units);
        while (this.words.children.length > tokens.length) this.words.lastChild.remove();
        tokens.forEach((token, t) => {
            const word = this.words.children[t] ?? this.words.appendChild(make("bdi"));
            if (word.textContent !== token) word.textContent = token;
            word.title = known[t] ? "" : "not among the words that the network knows";
        });
        const names = readings.map(reading => reading.name).join(", ");
        if (names !== this.names) this.furnish(names, parts);
        this.layout();
    }

    // Another network has other parts.
    furnish(names, parts) {
        this.names = names;
        this.rows = this.readings.length > 1 ? [] : shownParts(parts);
        const row = onclick => make("div", {className: "part"}, make("span", {className: "label"}), make("canvas", {onclick}));
        this.curves.replaceChildren(...this.readings.map(() => row(null)));
        this.inside.replaceChildren(...this.rows.map(part => row(event => this.pick(part, event))));
        const options = {none: "nothing", influence: "influence on the last answer"};
        for (const part of this.rows) options[part] = PARTS[part][0];
        this.select.replaceChildren(...Object.entries(options).map(([value, textContent]) => make("option", {value, textContent})));
        if (!(this.by in options) || this.readings.length > 1) this.by = "none";
        this.choice.hidden = this.readings.length > 1;
        this.hint.textContent = !this.rows.length ? "" : "Below the words a column is a word and a row a unit of the network. "
            + "Pale is 0, full colour 1, and grey is negative. Click on a row: the words take its colours.";
    }

    // A word's column is as wide as the word; a short text is spread a little.
    layout() {
        if (!this.readings) return;
        const {fontSize, fontFamily} = getComputedStyle(this.words), ruler = this.ruler ??= make("canvas").getContext("2d");
        ruler.font = `600 ${fontSize} ${fontFamily}`;
        const widths = this.tokens.map(token => {
            if (!this.widths.has(token)) this.widths.set(token, Math.max(30, Math.ceil(ruler.measureText(token).width) + 16));
            return this.widths.get(token);
        });
        this.width = this.strip.clientWidth;
        const total = widths.reduce((a, b) => a + b, 0), stretch = Math.max(1, Math.min(1.8, this.width / total));
        this.edges = [0];
        widths.forEach((width, t) => {
            this.edges.push(this.edges[t] + width * stretch);
            this.words.children[t].style.width = `${width * stretch}px`;
        });
        this.roll.style.width = `${Math.max(this.width, this.edges.at(-1))}px`;
        this.roll.style.setProperty("--seen", `${this.width}px`);
        this.colour(this.by, this.unit);
    }

    // ------------------------------------------------------------------------------------------- pictures

    draw() {
        if (!this.readings) return;
        const names = ["paper", "ink", "line", ...Object.values(PARTS).map(part => part[2]), ...this.classes.map((_, k) => classColour(k))];
        this.colours ??= palette(this.root, names);
        const left = this.strip.scrollLeft, {edges, tokens} = this;
        let from = 0, to = tokens.length;  // only the columns that can be seen are drawn
        while (from < to - 1 && edges[from + 1] < left) from++;
        while (to > from + 1 && edges[to - 1] > left + this.width) to--;
        this.readings.forEach((reading, i) => this.drawCurves(this.curves.children[i].lastChild, reading, from, to, left));
        this.rows.forEach((part, i) => this.drawPart(this.inside.children[i].lastChild, part, from, to, left));
    }

    drawCurves(canvas, {probabilities, whole}, from, to, left) {
        const height = this.readings.length > 1 ? 96 : 168, context = fit(canvas, this.width, height), {colours, edges} = this;
        const x = t => (edges[t] + edges[t + 1]) / 2 - left, y = p => 8 + (1 - p) * (height - 22);
        for (const level of [0, 0.5, 1]) paintLine(context, [[0, y(level)], [this.width, y(level)]], css(colours.line), 1);
        const line = (rows, k, alpha, width, last) => {
            const points = [], colour = css(colours[classColour(k)], alpha);
            for (let t = Math.max(0, from - 1); t < Math.min(rows.length, to + 1, last); t++) if (rows[t]) points.push([x(t), y(rows[t][k])]);
            paintLine(context, points, colour, width, DASHES[Math.floor(k / 4) % 4]);
            context.fillStyle = colour;
            if (alpha === 1 && to - from < 80) for (const point of points) { context.beginPath(); context.arc(...point, 3, 0, 7); context.fill(); }
        };
        for (let k = 0; k < this.classes.length; k++) {
            if (whole) line(whole, k, 0.3, 1.5, Infinity);
            line(probabilities, k, 1, 2.4, this.shown);
        }
        for (let t = from; t < Math.min(to, this.shown); t++) {  // who leads, as a ribbon over the words
            if (!probabilities[t]) continue;
            context.fillStyle = css(colours[classColour(best(probabilities[t]))]);
            context.fillRect(edges[t] - left + 0.5, height - 5, edges[t + 1] - edges[t] - 1, 5);
        }
    }

    drawPart(canvas, part, from, to, left) {
        const {colours, edges, unit, unitHeight} = this, height = this.units * unitHeight, context = fit(canvas, this.width, height);
        const {paper, ink: low, [PARTS[part][2]]: high} = colours, shade = part === "c" ? Math.tanh : undefined;
        paintUnits(context, this.readings[0].parts[part], {edges, from, to: Math.min(to, this.shown), left, height, paper, low, high, shade});
        const end = Math.min(this.width, edges.at(-1) - left);
        Object.assign(context, {strokeStyle: css(colours.ink), fillStyle: css(colours.ink), lineWidth: 1.5});
        if (this.by === part) context.strokeRect(0.75, unit * unitHeight - 0.75, end - 1.5, unitHeight + 1.5);
        else if (this.by in PARTS) for (const x of [0, end - 6]) context.fillRect(x, unit * unitHeight, 6, unitHeight);  // the same unit elsewhere
    }

    // ---------------------------------------------------------------------------------- words and figures

    // Colour the words by the influence, or by what a unit does in a part of the network.
    colour(by, unit) {
        this.by = by;
        this.unit = Math.max(0, Math.min(this.units - 1, Math.round(unit) || 0));
        this.select.value = by;
        this.ofUnit.hidden = !(by in PARTS);
        this.number.max = this.units;
        if (!this.number.matches(":focus")) this.number.value = this.unit + 1;
        const values = this.values(), most = SIGNED.includes(by) || by === "influence" ? Math.max(...values.map(Math.abs), 1e-30) : 1;
        this.tokens.forEach((_, t) => {
            const share = Math.round(45 * Math.abs(values[t]) / most);
            const colour = values[t] < 0 ? "ink" : by === "influence" ? "x" : PARTS[by]?.[2];
            this.words.children[t].style.backgroundColor = share ? `color-mix(in srgb, var(--${colour}) ${share}%, transparent)` : "";
        });
        this.draw();
        this.tell();
    }

    // A number a word: what the words are coloured by.
    values() {
        const [{parts, influence}] = this.readings;
        if (this.by === "influence") return influence;
        return this.tokens.map((_, t) => this.by in PARTS ? parts[this.by][t]?.[this.unit] ?? 0 : 0);
    }

    // Say everything about the word under the band.
    tell() {
        const {at, readings, edges, tokens} = this, [{parts, known, from, without}] = readings;
        this.band.style.left = `${edges[at]}px`;
        this.band.style.width = tokens.length ? `${edges[at + 1] - edges[at]}px` : 0;
        const said = sentence(readings, at, this.classes), value = this.values()[at];
        if (this.by === "influence" && tokens.length) said.push(` Its influence: ${percent(value / Math.max(...this.values(), 1e-30))} of the largest.`);
        if (this.by in PARTS && tokens.length) said.push(` Unit ${this.unit + 1} of the ${PARTS[this.by][0]}: ${value.toFixed(2)}.`);
        this.sentence.replaceChildren(...said);
        Object.assign(this.strip, {ariaValueMin: 1, ariaValueMax: Math.max(1, tokens.length), ariaValueNow: at + 1, ariaValueText: tokens[at] ?? "no word"});
        [...this.words.children].forEach((word, t) => {
            word.className = [!known[t] && "unknown", t === at && "here", t < from && "unread", t === without && "left-out"].filter(Boolean).join(" ");
        });
        this.rows.forEach((part, i) => {
            const [name, meaning] = PARTS[part], row = parts[part][at], label = this.inside.children[i].firstChild;
            const now = !row ? "" : SIGNED.includes(part) ? "" : `, now ${percent(row.reduce((a, b) => a + b) / row.length)}`;
            label.replaceChildren(make("b", {textContent: name}), `: ${meaning}${now}`);
        });
        readings.forEach(({name}, i) => { this.curves.children[i].firstChild.textContent = readings.length > 1 ? name : ""; });
        const where = without === undefined ? at : tokens.length - 1;  // without the word: what comes of it at the end
        this.tellAnswers(readings.map(reading => reading.probabilities[where] ?? this.classes.map(() => 0)), tokens[where] ?? "");
    }

    tellAnswers(rows, word) {
        const order = this.classes.map((_, k) => k).sort((a, b) => rows[0][b] - rows[0][a]).slice(0, MOST_CLASSES).sort((a, b) => a - b);
        const cell = (tag, ...children) => make(tag, {}, ...children);
        const head = rows.length > 1 ? [make("tr", {}, cell("td"), ...this.readings.map(({name}) => cell("th", name)))] : [];
        const caption = make("caption", {}, "Its answer after ", make("bdi", {textContent: word}));
        const rowOf = k => {
            const swatch = make("i"), bar = make("i", {className: "bar"});
            swatch.style.background = bar.style.background = `var(--${classColour(k)})`;
            bar.style.width = `${100 * rows[0][k]}%`;
            const leads = rows.length === 1 && best(rows[0]) === k;
            return make("tr", {className: leads ? "leads" : ""}, cell("th", swatch, this.classes[k]),
                ...rows.map(row => cell("td", percent(row[k]))), ...(rows.length > 1 ? [] : [make("td", {className: "track"}, bar)]));
        };
        this.answers.replaceChildren(caption, make("tbody", {}, ...head, ...order.map(rowOf)));
    }

    // ------------------------------------------------------------------------------------------- moving

    move(t) {
        t = Math.max(0, Math.min(this.tokens.length - 1, t));
        if (t === this.at) return;
        this.at = t;
        this.onMove(t);
        this.tell();
    }

    // Move, and bring the word into sight.
    follow(t) {
        this.move(t);
        this.reveal();
    }

    reveal() {
        const {edges, strip, at, width} = this, margin = 60;
        if (edges[at] - margin < strip.scrollLeft) strip.scrollLeft = edges[at] - margin;
        if (edges[at + 1] + margin > strip.scrollLeft + width) strip.scrollLeft = edges[at + 1] + margin - width;
    }

    go(t) {
        this.stop();
        this.follow(t);
    }

    point(event) {
        if (!this.tokens.length) return;
        const box = this.roll.getBoundingClientRect(), scale = this.roll.offsetWidth / box.width;  // on a slide the page is enlarged
        const x = (event.clientX - box.left) * scale, next = this.edges.findIndex(edge => edge > x);
        this.stop();
        this.move(next < 0 ? this.tokens.length - 1 : next - 1);
    }

    pick(part, event) {
        const unit = Math.floor(event.offsetY / this.unitHeight), again = this.by === part && this.unit === unit;
        this.colour(again ? "none" : part, unit);
    }

    key(event) {
        const places = {ArrowLeft: this.at - 1, ArrowDown: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at + 1, Home: 0, End: Infinity};
        if (!(event.key in places)) return;
        event.preventDefault();
        this.go(places[event.key]);
    }

    // Read the text before the eyes of who looks on: the curves grow word by word.
    play(pause = 160) {
        if (!this.tokens.length) return;
        this.player.textContent = "❚❚";
        this.sentence.ariaLive = "off";  // a screen reader could not keep up
        const show = shown => {
            this.shown = shown;
            this.follow(shown - 1);
            this.draw();
        };
        this.playing = setInterval(() => this.shown < this.tokens.length ? show(this.shown + 1) : this.stop(), pause);
        show(1);
    }

    stop() {
        if (!this.playing) return;
        clearInterval(this.playing);
        Object.assign(this, {playing: null, shown: Infinity});
        this.player.textContent = "▶";
        this.sentence.ariaLive = "polite";
        this.draw();
    }
}

const classColour = k => `class-${k}`;
