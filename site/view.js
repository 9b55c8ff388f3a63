// A reading to look at: the words under the curves of the classes, a band to move over them, and what happened inside.
//
// A reading is {name, tokens, known, probabilities, parts, influence}, with a row a token: probabilities [T][K], parts
// a dictionary of [T][units], known and influence [T]. If the network started anew at a word or left one out, `from`
// or `without` says which, the rows that it did not read are null, and `whole` has the probabilities of the text as it
// stands. The reader page computes readings in the browser, `watch` in Python.

import {
    PARTS, SIGNED, css, fit, make, mean, paintLine, paintUnits, palette, percent, shade, shownParts,
} from "./draw.js";
import {best, bold, sentence} from "./sentences.js";

const DASHES = [[], [7, 4], [2, 4], [9, 4, 2, 4]];
const MOST_CLASSES = 6;
const classColour = k => `class-${k}`;

export class View {
    // partHeight is the most that the picture of a gate may take.
    constructor(root, classes, {onMove = () => {}, partHeight = 160} = {}) {
        Object.assign(this, {root, classes, onMove, partHeight});
        Object.assign(this, {at: 0, shown: Infinity, by: "none", unit: 0, widths: new Map()});
        const div = (className, ...children) => make("div", {className}, ...children);
        const button = (textContent, label, onclick) =>
            make("button", {type: "button", textContent, ariaLabel: label, title: label, onclick});
        this.sentence = make("p", {className: "sentence", role: "status"});
        const before = button("‹", "Word before", () => this.go(this.at - 1));
        const after = button("›", "Next word", () => this.go(this.at + 1));
        this.player = button("▶", "Read the text word by word", () => this.playing ? this.stop() : this.play());
        this.select = make("select", {onchange: () => this.colour(this.select.value, this.unit)});
        this.choice = make("label", {}, "Colour by ", this.select);
        this.number = make("input", {type: "number", min: 1});
        this.number.oninput = () => this.colour(this.by, this.number.value - 1);
        this.ofUnit = make("label", {}, "of unit ", this.number);
        [this.band, this.words, this.curves, this.inside] = [div("band"), div("words"), div(""), div("")];
        this.roll = div("roll", this.curves, this.words, this.inside, this.band);
        this.strip = make("div", {className: "strip", tabIndex: 0, role: "slider", ariaLabel: "Word"}, this.roll);
        this.answers = make("table", {className: "answers"});
        this.hint = make("p", {className: "hint"});
        root.replaceChildren(
            this.sentence,
            div("controls", make("span", {className: "group"}, before, this.player, after), this.choice, this.ofUnit),
            div("picture", this.strip, div("beside", this.answers, this.hint)),
        );
        this.strip.onkeydown = event => this.key(event);
        this.strip.onpointermove = event => (this.fits || event.pointerType !== "touch") && this.point(event);
        this.strip.onclick = event => this.point(event);
        this.strip.onscroll = () => this.draw();
        new ResizeObserver(() => this.layout()).observe(this.strip);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
            this.colours = null;
            this.draw();
        });
    }

    // Show one reading, or several networks' readings of one text side by side.
    show(readings) {
        const [{tokens, known, parts}] = readings;
        Object.assign(this, {readings, tokens, at: Math.max(0, Math.min(this.at, tokens.length - 1))});
        this.units = tokens.length ? (parts.h.find(row => row) ?? [0]).length : 1;
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
        const several = this.readings.length > 1;
        Object.assign(this, {names, rows: several ? [] : shownParts(parts)});
        const row = onclick => make("div", {className: "part"},
            make("span", {className: "label"}), make("canvas", {onclick}));
        this.curves.replaceChildren(...this.readings.map(() => row(null)));
        this.inside.replaceChildren(...this.rows.map(part => row(event => this.pick(part, event))));
        const options = {none: "nothing", influence: "influence on the last answer"};
        for (const part of this.rows) options[part] = PARTS[part].name;
        this.select.replaceChildren(
            ...Object.entries(options).map(([value, textContent]) => make("option", {value, textContent})));
        if (!(this.by in options) || several) this.by = "none";
        this.choice.hidden = several;
        this.hint.textContent = several ? "" : "Below the words a column is a word and a row a unit of the network. "
            + "No colour is 0, full colour 1, and grey is negative. Click on a row: the words take its colours.";
    }

    // A word's column is as wide as the word; a short text is spread, and one that nearly fits is pushed together.
    layout() {
        if (!this.readings) return;
        const {fontSize, fontFamily} = getComputedStyle(this.words);
        const ruler = this.ruler ??= make("canvas").getContext("2d");
        ruler.font = `600 ${fontSize} ${fontFamily}`;
        const widths = this.tokens.map(token => {
            if (!this.widths.has(token)) this.widths.set(token, Math.max(30, ruler.measureText(token).width + 16));
            return this.widths.get(token);
        });
        this.width = this.strip.clientWidth;
        const room = this.width / widths.reduce((a, b) => a + b, 0), stretch = room > 0.9 ? Math.min(1.8, room) : 1;
        this.edges = [0];
        widths.forEach((width, t) => {
            this.edges.push(this.edges[t] + width * stretch);
            this.words.children[t].style.width = `${width * stretch}px`;
        });
        this.roll.style.width = `${Math.max(this.width, this.edges.at(-1))}px`;
        this.roll.style.setProperty("--seen", `${this.width}px`);
        this.fits = this.edges.at(-1) <= this.width;
        this.strip.style.touchAction = this.fits ? "pan-y" : "auto";  // a finger moves the band, or a long text
        this.colour(this.by, this.unit);
    }

    // ------------------------------------------------------------------------------------------- pictures

    draw() {
        if (!this.readings) return;
        const roles = ["paper", "ink", "line", ...Object.values(PARTS).map(part => part.colour)];
        this.colours ??= palette(this.root, [...roles, ...this.classes.map((_, k) => classColour(k))]);
        const left = this.strip.scrollLeft, {edges, tokens} = this;
        let from = 0, to = tokens.length;  // only the columns that can be seen are drawn
        while (from < to - 1 && edges[from + 1] < left) from++;
        while (to > from + 1 && edges[to - 1] > left + this.width) to--;
        const canvas = (box, i) => box.children[i].lastChild;
        this.readings.forEach((reading, i) => this.drawCurves(canvas(this.curves, i), reading, from, to, left));
        this.rows.forEach((part, i) => this.drawPart(canvas(this.inside, i), part, from, to, left));
    }

    drawCurves(canvas, {probabilities, whole}, from, to, left) {
        const {edges, shown, colours} = this, height = this.readings.length > 1 ? 96 : 168;
        const context = fit(canvas, this.width, height);
        const x = t => (edges[t] + edges[t + 1]) / 2 - left, y = p => 8 + (1 - p) * (height - 22);
        const colour = (k, alpha) => css(colours[classColour(k)], alpha);
        for (const p of [0, 0.5, 1]) paintLine(context, [[0, y(p)], [this.width, y(p)]], css(colours.line), 1);
        const points = (rows, k, last) => {
            const points = [];
            for (let t = Math.max(0, from - 1); t < Math.min(to + 1, rows.length, last); t++) {
                if (rows[t]) points.push([x(t), y(rows[t][k])]);
            }
            return points;
        };
        this.classes.forEach((_, k) => {
            const dash = DASHES[Math.floor(k / 4) % 4];
            if (whole) paintLine(context, points(whole, k, Infinity), colour(k, 0.3), 1.5, dash);
            paintLine(context, points(probabilities, k, shown), colour(k), 2.4, dash);
            context.fillStyle = colour(k);
            for (const [px, py] of to - from < 80 ? points(probabilities, k, shown) : []) {
                context.beginPath();
                context.arc(px, py, 3, 0, 7);
                context.fill();
            }
        });
        for (let t = from; t < Math.min(to, shown); t++) {  // who leads, as a ribbon over the words
            if (!probabilities[t]) continue;
            context.fillStyle = colour(best(probabilities[t]));
            context.fillRect(edges[t] - left + 0.5, height - 5, edges[t + 1] - edges[t] - 1, 5);
        }
    }

    drawPart(canvas, part, from, to, left) {
        const {colours, edges, unit, unitHeight} = this, height = this.units * unitHeight;
        const context = fit(canvas, this.width, height), end = Math.min(this.width, edges.at(-1) - left);
        const {paper, ink: low, [PARTS[part].colour]: high} = colours;
        paintUnits(context, this.readings[0].parts[part],
            {edges, from, to: Math.min(to, this.shown), left, height, paper, low, high, shade: shade(part)});
        if (!(this.by in PARTS)) return;
        Object.assign(context, {strokeStyle: css(colours.ink), fillStyle: css(colours.ink), lineWidth: 1.5});
        if (this.by === part) context.strokeRect(0.75, unit * unitHeight - 0.75, end - 1.5, unitHeight + 1.5);
        else for (const x of [0, end - 6]) context.fillRect(x, unit * unitHeight, 6, unitHeight);  // the same unit
    }

    // ---------------------------------------------------------------------------------- words and figures

    // Colour the words by the influence, or by what a unit does in a part of the network.
    colour(by, unit) {
        Object.assign(this, {by, unit: Math.max(0, Math.min(this.units - 1, Math.round(unit) || 0))});
        this.select.value = by;
        this.ofUnit.hidden = !(by in PARTS);
        this.number.max = this.units;
        if (!this.number.matches(":focus")) this.number.value = this.unit + 1;
        const values = this.values(), gate = by in PARTS && !SIGNED.includes(by);
        const most = gate ? 1 : Math.max(...values.map(Math.abs), 1e-30);
        const colour = by === "influence" ? "x" : PARTS[by]?.colour;
        values.forEach((value, t) => {
            const share = Math.round(38 * Math.abs(value) / most), tint = value < 0 ? "ink" : colour;
            const mixed = `color-mix(in srgb, var(--${tint}) ${share}%, transparent)`;
            this.words.children[t].style.backgroundColor = share ? mixed : "";
        });
        this.draw();
        this.tell();
    }

    // What the words are coloured by, a number a word.
    values() {
        const [{parts, influence}] = this.readings;
        if (this.by === "influence") return influence;
        return this.tokens.map((_, t) => this.by in PARTS ? parts[this.by][t]?.[this.unit] ?? 0 : 0);
    }

    // Say everything about the word under the band.
    tell() {
        const {at, readings, edges, tokens, by, unit} = this, [{parts, known, from, without}] = readings;
        const values = this.values(), said = sentence(readings, at, this.classes);
        if (tokens.length && by === "influence") {
            said.push(` Its influence: ${percent(values[at] / Math.max(...values, 1e-30))} of the largest.`);
        }
        if (tokens.length && by in PARTS) {
            said.push(` Unit ${unit + 1} of the ${PARTS[by].name}: ${values[at].toFixed(2)}.`);
        }
        this.sentence.replaceChildren(...said);
        Object.assign(this.band.style, {left: `${edges[at]}px`, width: `${(edges[at + 1] ?? 0) - edges[at]}px`});
        Object.assign(this.strip, {ariaValueMin: 1, ariaValueMax: Math.max(1, tokens.length)});
        Object.assign(this.strip, {ariaValueNow: at + 1, ariaValueText: tokens[at] ?? "no word"});
        [...this.words.children].forEach((word, t) => {
            const marks = {unknown: !known[t], here: t === at, unread: t < from, "left-out": t === without};
            word.className = Object.keys(marks).filter(mark => marks[mark]).join(" ");
        });
        this.rows.forEach((part, i) => {
            const {name, meaning} = PARTS[part], row = parts[part][at];
            const now = !row || SIGNED.includes(part) ? "" : `, now ${percent(mean(row))}`;
            this.inside.children[i].firstChild.replaceChildren(make("b", {textContent: name}), `: ${meaning}${now}`);
        });
        readings.forEach(({name}, i) => {
            this.curves.children[i].firstChild.textContent = readings.length > 1 ? name : "";
        });
        this.tellAnswers(without === undefined ? at : tokens.length - 1);  // without a word: what comes of it
    }

    tellAnswers(t) {
        const rows = this.readings.map(({probabilities}) => probabilities[t] ?? this.classes.map(() => 0));
        const several = rows.length > 1, order = this.classes.map((_, k) => k);
        const highest = order.toSorted((a, b) => rows[0][b] - rows[0][a]).slice(0, MOST_CLASSES);
        const cell = (tag, ...children) => make(tag, {}, ...children);
        const line = k => {
            const [swatch, bar] = [make("i"), make("i", {className: "bar"})], leads = !several && best(rows[0]) === k;
            swatch.style.background = bar.style.background = `var(--${classColour(k)})`;
            bar.style.width = `${100 * rows[0][k]}%`;
            const track = several ? [] : [make("td", {className: "track"}, bar)];
            return make("tr", {className: leads ? "leads" : ""}, cell("th", swatch, this.classes[k]),
                ...rows.map(row => cell("td", percent(row[k]))), ...track);
        };
        const head = several ? [cell("tr", cell("td"), ...this.readings.map(({name}) => cell("th", name)))] : [];
        this.answers.replaceChildren(
            cell("caption", "Answer after ", bold(this.tokens[t] ?? "no word")),
            cell("tbody", ...head, ...order.filter(k => highest.includes(k)).map(line)));
    }

    // ------------------------------------------------------------------------------------------- moving

    move(t) {
        t = Math.max(0, Math.min(this.tokens.length - 1, t));
        if (t === this.at) return;
        this.at = t;
        this.onMove(t);
        this.tell();
    }

    // Bring the word under the band into sight.
    reveal() {
        const {edges, strip, at, width} = this, margin = 60, end = edges[at + 1] + margin - width;
        if (edges[at] - margin < strip.scrollLeft) strip.scrollLeft = edges[at] - margin;
        if (end > strip.scrollLeft) strip.scrollLeft = end;
    }

    go(t) {
        this.stop();
        this.move(t);
        this.reveal();
    }

    point(event) {
        if (!this.tokens.length) return;
        const box = this.roll.getBoundingClientRect(), zoom = box.width / this.roll.offsetWidth;  // as on a slide
        const x = (event.clientX - box.left) / zoom, next = this.edges.findIndex(edge => edge > x);
        this.stop();
        this.move(next < 0 ? this.tokens.length - 1 : next - 1);
    }

    pick(part, event) {
        const unit = Math.floor(event.offsetY / this.unitHeight), again = this.by === part && this.unit === unit;
        this.colour(again ? "none" : part, unit);
    }

    key(event) {
        const {at} = this, [back, on] = [at - 1, at + 1];
        const places = {ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on, Home: 0, End: Infinity};
        if (!(event.key in places)) return;
        event.preventDefault();
        this.go(places[event.key]);
    }

    // Read the text before the eyes of who looks on: the curves grow word by word.
    play(pause = 160) {
        if (!this.tokens.length) return;
        const show = shown => {
            this.shown = shown;
            this.move(shown - 1);
            this.reveal();
            this.draw();
        };
        this.player.textContent = "❚❚";
        this.sentence.ariaLive = "off";  // a screen reader could not keep up
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
