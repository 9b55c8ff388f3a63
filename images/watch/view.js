// A reading to look at: the words under the curves of the classes, a band to move over them, and what happened inside.
//
// A reading is {name, tokens, known, probabilities, parts, influence}, with a row a token: probabilities [T][K], parts
// a dictionary of [T][units], known and influence [T]. If the network started anew at a word or left one out, `from`
// or `without` says which, the rows that it did not read are null, and `whole` has the probabilities of the text as it
// stands. With sums(part, t, unit) a click on a cell shows its formula. The reader page computes readings in the
// browser, `watch` and the front page in Python.

import {
    PARTS, SIGNED, best, bold, css, fit, make, mean, paintLine, paintUnits, palette, percent, shade, shownParts,
    writeEnds,
} from "./draw.js";
import {formula, notes, sentence} from "./sentences.js";

const DASHES = [[], [7, 4], [2, 4], [9, 4, 2, 4]];
const MOST_CLASSES = 6;
const LETTERING = "600 13px";
const classColour = k => `class-${k}`;

export class View {
    // onMove() is called when the band moves. compact: the input gate alone, and nothing to choose.
    constructor(root, classes, {onMove = () => {}, compact = false} = {}) {
        Object.assign(this, {root, classes, onMove, compact, at: 0, shown: Infinity, by: "none", unit: 0});
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
        this.formula = make("p", {className: "formula"});
        [this.band, this.words, this.curves, this.inside] = [div("band"), div("words"), div(""), div("")];
        this.marks = div("marks");
        this.roll = div("roll", this.marks, this.curves, this.words, this.inside, this.band);
        this.strip = make("div", {className: "strip", tabIndex: 0, role: "slider", ariaLabel: "Word"}, this.roll);
        this.answers = make("table", {className: "answers"});
        this.notes = make("ol", {className: "notes"});
        this.hint = make("p", {className: "hint", textContent: "The grey column is the word of the sentence above. "
            + "Below the words each row is a unit of the network: no colour is 0, grey is negative. "
            + "Click a cell to choose its row: a frame marks the row that colours the words."});
        this.side = div("side", this.notes, this.hint);
        root.classList.toggle("compact", compact);
        root.replaceChildren(
            this.sentence,
            div("controls", make("span", {className: "group"}, before, this.player, after), this.choice, this.ofUnit),
            this.formula,
            div("picture", this.strip, this.answers, this.side),
        );
        this.strip.onkeydown = event => this.key(event);
        this.strip.onpointermove = event => (this.fits || event.pointerType !== "touch") && this.point(event);
        this.strip.onclick = event => this.point(event);
        this.strip.onscroll = () => this.draw();
        new ResizeObserver(() => this.layout()).observe(this.strip);
        document.fonts.ready.then(() => this.layout());  // the typeface may come after the words
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
        matchMedia("print").addEventListener("change", () => this.layout());
    }

    // Show one reading, or several networks' readings of one text side by side.
    show(readings) {
        const [{tokens, parts}] = readings;
        Object.assign(this, {readings, tokens, at: Math.max(0, Math.min(this.at, tokens.length - 1))});
        this.units = parts.h.find(row => row)?.length ?? 1;
        const finger = matchMedia("(pointer: coarse)").matches && !this.compact;  // it needs rows that it can touch
        this.unitHeight = Math.min(finger ? 12 : 4, (finger ? 400 : this.compact ? 64 : 96) / this.units);
        this.root.classList.toggle("empty", !tokens.length);
        this.words.replaceChildren(...tokens.map(bold));
        const names = readings.map(reading => reading.name).join(", ");
        if (names !== this.names) this.furnish(names, parts);
        this.annotate();
        this.layout();
    }

    // Another network has other parts.
    furnish(names, parts) {
        const several = this.readings.length > 1, shown = this.compact ? ["input"] : shownParts(parts);
        Object.assign(this, {names, rows: several ? [] : shown});
        const row = (textContent, onclick) => make("div", {className: "part"},
            make("span", {className: "label", textContent}), make("canvas", {onclick}));
        const above = name => several ? `${name}: probability of each class` : "probability of each class";
        const pick = part => this.compact ? null : event => this.colour(part, event.offsetY / this.unitHeight);
        this.curves.replaceChildren(...this.readings.map(({name}) => row(above(name), null)));
        this.inside.replaceChildren(...this.rows.map(part => row("", pick(part))));
        const options = {none: "nothing", influence: "importance for the last answer"};
        for (const part of this.rows) options[part] = PARTS[part].name;
        this.select.replaceChildren(
            ...Object.entries(options).map(([value, textContent]) => make("option", {value, textContent})));
        if (!(this.by in options) || several) this.by = "none";
        this.choice.hidden = several || this.compact;
        this.hint.hidden = several || this.compact;
    }

    // What is worth a look, as numbers over the words and sentences beside them.
    annotate() {
        const number = i => make("span", {className: "mark", textContent: i + 1});
        this.noted = this.readings.length > 1 ? [] : notes(this.readings[0], this.classes);
        this.notes.replaceChildren(
            ...this.noted.map(({said}, i) => make("li", {}, number(i), make("span", {}, ...said))));
        this.marks.replaceChildren(...this.noted.map((_, i) => number(i)));
    }

    // A word's column is as wide as the word; a short text is spread, and one that nearly fits is pushed together. At
    // the right there is room for the names of the lines. On paper nothing scrolls: all of it is made to fit.
    layout() {
        if (!this.readings) return;
        const {fontSize, fontFamily} = getComputedStyle(this.words);
        const ruler = make("canvas").getContext("2d");
        ruler.font = `${LETTERING} ${fontFamily}`;
        this.margin = 12 + Math.min(110, Math.max(...this.classes.map(name => ruler.measureText(name).width)));
        ruler.font = `600 ${fontSize} ${fontFamily}`;
        const widths = this.tokens.map(token => Math.max(30, ruler.measureText(token).width + 16));
        const seen = this.strip.clientWidth, needed = widths.reduce((a, b) => a + b, 0);
        const room = (seen - this.margin) / needed, stretch = room > 0.9 ? Math.min(1.8, room) : 1;
        this.edges = [0];
        widths.forEach((width, t) => {
            this.edges.push(this.edges[t] + width * stretch);
            Object.assign(this.words.children[t].style, {left: `${this.edges[t]}px`, width: `${width * stretch}px`});
        });
        const all = Math.max(seen, this.edges.at(-1) + this.margin), printed = matchMedia("print").matches;
        this.width = printed ? all : seen;
        this.roll.style.width = `${all}px`;
        this.roll.style.zoom = printed ? seen / all : 1;
        this.roll.style.setProperty("--seen", `${this.width}px`);
        this.fits = this.edges.at(-1) <= this.width;
        this.strip.style.touchAction = this.fits ? "pan-y" : "auto";  // a finger moves the band, or a long text
        this.noted.forEach(({at}, i) => {
            const same = this.noted.filter(note => note.at === at), place = same.indexOf(this.noted[i]);
            const beside = 20 * (place - (same.length - 1) / 2);
            this.marks.children[i].style.left = `${(this.edges[at] + this.edges[at + 1]) / 2 + beside}px`;
        });
        this.colour(this.by, this.unit);
    }

    // ------------------------------------------------------------------------------------------- pictures

    draw() {
        if (!this.readings) return;
        const parts = this.rows.map(part => PARTS[part].colour);
        const roles = ["paper", "ink", "soft", "line", ...parts, ...this.classes.map((_, k) => classColour(k))];
        this.colours = palette(this.root, roles);
        this.readings.forEach((reading, i) => this.drawCurves(this.curves.children[i].lastChild, reading));
        this.rows.forEach((part, i) => this.drawPart(this.inside.children[i].lastChild, part));
        this.noted.forEach(({at}, i) => { this.marks.children[i].hidden = at >= this.shown; });
    }

    drawCurves(canvas, {probabilities, whole}) {
        const {edges, shown, colours} = this, left = this.strip.scrollLeft;
        const height = this.readings.length > 1 ? 96 : 150;
        const context = fit(canvas, this.width, height), face = getComputedStyle(this.words).fontFamily;
        const x = t => (edges[t] + edges[t + 1]) / 2 - left, y = p => 8 + (1 - p) * (height - 22);
        const colour = (k, alpha) => css(colours[classColour(k)], alpha);
        const ticks = [[0, "0"], [0.5, "½"], [1, "1"]];
        for (const [p] of ticks) paintLine(context, [[0, y(p)], [this.width, y(p)]], css(colours.line), 1);
        const points = (rows, k) => rows.map((row, t) => [x(t), row ? y(row[k]) : NaN]);
        const read = probabilities.slice(0, shown);
        this.classes.forEach((_, k) => {
            const dash = DASHES[Math.floor(k / 4) % 4];
            if (whole) paintLine(context, points(whole, k), colour(k, 0.3), 1.5, dash);
            paintLine(context, points(read, k), colour(k), 2.4, dash);
            context.fillStyle = colour(k);
            for (const [px, py] of read.length < 80 ? points(read, k) : []) {
                context.beginPath();
                context.arc(px, py, 3, 0, 7);
                context.fill();
            }
        });
        const scale = ticks.map(([p, name]) => ({name, x: 1, y: y(p) + (p ? 8 : -7), colour: css(colours.soft)}));
        writeEnds(context, scale, height, 40, css(colours.paper));
        read.forEach((row, t) => {  // who leads, as a ribbon over the words
            if (!row) return;
            context.fillStyle = colour(best(row));
            context.fillRect(edges[t] - left + 0.5, height - 5, edges[t + 1] - edges[t] - 1, 5);
        });
        const end = read.findLastIndex(row => row);
        if (end < 0 || edges[end] > left + this.width) return;
        context.font = `${LETTERING} ${face}`;
        const names = this.highest(probabilities[end]).map(k =>
            ({name: this.classes[k], x: edges[end + 1] - left + 6, y: y(probabilities[end][k]), colour: colour(k)}));
        writeEnds(context, names, height - 14, this.margin - 8, css(colours.paper));  // beside the band, not on it
    }

    drawPart(canvas, part) {
        const {edges, unit, unitHeight} = this, {ink} = this.colours, left = this.strip.scrollLeft;
        const height = this.units * unitHeight, context = fit(canvas, this.width, height);
        const end = Math.min(this.width, edges.at(-1) - left);
        const from = Math.max(0, edges.findIndex(edge => edge > left) - 1);  // only columns that can be seen are drawn
        const to = edges.filter(edge => edge < left + this.width).length;
        const rows = this.readings[0].parts[part].slice(from, Math.min(to, this.shown));
        paintUnits(context, rows, part, this.colours, height, edges.slice(from).map(edge => edge - left));
        if (!(this.by in PARTS)) return;
        Object.assign(context, {strokeStyle: css(ink), fillStyle: css(ink), lineWidth: 1.5});
        if (this.by === part) context.strokeRect(0.75, unit * unitHeight - 0.75, end - 1.5, unitHeight + 1.5);
        else for (const x of [0, end - 6]) context.fillRect(x, unit * unitHeight, 6, unitHeight);  // the same unit
    }

    // ---------------------------------------------------------------------------------- words and figures

    // Colour the words by their importance, or by what a unit does in a part of the network.
    colour(by, unit) {
        Object.assign(this, {by, unit: Math.max(0, Math.min(this.units - 1, Math.floor(unit) || 0))});
        this.select.value = by;
        this.ofUnit.hidden = !(by in PARTS);
        this.number.max = this.units;
        if (!this.number.matches(":focus")) this.number.value = this.unit + 1;
        const shades = this.values().map(value => value === undefined ? 0 : shade(by)(value));
        const gate = by in PARTS && !SIGNED.includes(by), most = gate ? 1 : Math.max(...shades.map(Math.abs), 1e-30);
        shades.forEach((value, t) => {
            const share = Math.round(38 * Math.abs(value) / most), tint = value < 0 ? "ink" : PARTS[by]?.colour ?? "x";
            const mixed = `color-mix(in srgb, var(--${tint}) ${share}%, transparent)`;
            this.words.children[t].style.backgroundColor = share ? mixed : "";
        });
        this.draw();
        this.tell();
    }

    // What the words are coloured by, a number a word; undefined where the network did not read.
    values() {
        const [{parts, influence}] = this.readings;
        if (this.by in PARTS) return this.tokens.map((_, t) => parts[this.by][t]?.[this.unit]);
        return this.by === "influence" ? influence : this.tokens.map(() => 0);
    }

    // Say everything about the word under the band.
    tell() {
        const {at, readings, edges, tokens, by, unit} = this, [{parts, known, from, without}] = readings;
        const values = this.values(), said = sentence(readings, at, this.classes);
        const ofUnit = by in PARTS && values[at] !== undefined;
        if (tokens.length && by === "influence") {
            said.push(` Its importance: ${percent(values[at] / Math.max(...values, 1e-30))} of the largest.`);
        }
        if (ofUnit) said.push(` Unit ${unit + 1} of the ${PARTS[by].name}: ${values[at].toFixed(2)}.`);
        this.sentence.replaceChildren(...said);
        this.formula.replaceChildren(...(ofUnit && readings[0].sums ? formula(readings[0], by, at, unit) : []));
        this.formula.hidden = !this.formula.textContent;
        Object.assign(this.band.style, {left: `${edges[at]}px`, width: `${(edges[at + 1] ?? 0) - edges[at]}px`});
        Object.assign(this.strip, {ariaValueMin: 1, ariaValueMax: Math.max(1, tokens.length)});
        Object.assign(this.strip, {ariaValueNow: at + 1, ariaValueText: tokens[at] ?? "no word"});
        [...this.words.children].forEach((word, t) => {
            const marks = {unknown: !known[t], here: t === at, unread: t < from, "left-out": t === without};
            word.className = Object.keys(marks).filter(mark => marks[mark]).join(" ");
        });
        this.rows.forEach((part, i) => {
            const {name, meaning} = PARTS[part], row = parts[part][at];
            const now = !row || SIGNED.includes(part) ? "" : `; now ${percent(mean(row.map(shade(part))))}`;
            this.inside.children[i].firstChild.replaceChildren(make("b", {textContent: name}), `: ${meaning}${now}`);
        });
        this.tellAnswers();
    }

    // The answer after the word under the band; without a word: what it comes to at the end. Nothing read, no answer.
    tellAnswers() {
        const [{without, probabilities}] = this.readings, word = bold(this.tokens[this.at] ?? "");
        const t = without === undefined ? this.at : probabilities.findLastIndex(row => row);
        const rows = this.readings.map(({probabilities}) => probabilities[t]);
        if (!rows[0]) return this.answers.replaceChildren();
        const several = rows.length > 1, highest = this.highest(rows[0]);
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
        const title = without === undefined ? "Answer after " : "Answer at the end, without ";
        this.answers.replaceChildren(
            cell("caption", title, word),
            cell("tbody", ...head, ...this.classes.map((_, k) => k).filter(k => highest.includes(k)).map(line)));
    }

    // The classes of the largest numbers of a row, the largest first.
    highest(row) {
        return this.classes.map((_, k) => k).toSorted((a, b) => row[b] - row[a]).slice(0, MOST_CLASSES);
    }

    // ------------------------------------------------------------------------------------------- moving

    move(t) {
        t = Math.max(0, Math.min(this.tokens.length - 1, t));
        if (t === this.at) return;
        this.at = t;
        this.onMove(t);
        this.tell();
    }

    // Bring the word under the band into sight, and near the end the names of the lines.
    reveal() {
        if (!this.readings) return;
        const {edges, strip, at, width} = this, margin = Math.max(60, this.margin), end = edges.at(-1) + this.margin;
        const right = end - edges[at + 1] < 2 * margin ? end : edges[at + 1] + margin;
        if (edges[at] - margin < strip.scrollLeft) strip.scrollLeft = edges[at] - margin;
        if (right - width > strip.scrollLeft) strip.scrollLeft = right - width;
    }

    go(t) {
        this.stop();
        this.move(t);
        this.reveal();
    }

    // The word at a place of the screen.
    wordAt(event) {
        const box = this.roll.getBoundingClientRect(), zoom = box.width / this.roll.offsetWidth;  // as on a slide
        const x = (event.clientX - box.left) / zoom, next = this.edges.findIndex(edge => edge > x);
        return next < 0 ? this.tokens.length - 1 : next - 1;
    }

    point(event) {
        if (!this.tokens.length) return;
        this.stop();
        this.move(this.wordAt(event));
    }

    key(event) {
        const {at} = this, [back, on] = [at - 1, at + 1];
        const places = {ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on, Home: 0, End: Infinity};
        if (!(event.key in places)) return;
        event.preventDefault();
        this.go(places[event.key]);
    }

    // Read the text before the eyes of who looks on: the curves grow word by word.
    play() {
        if (!this.tokens?.length) return;
        const show = shown => {
            this.shown = shown;
            this.move(shown - 1);
            this.reveal();
            this.draw();
        };
        this.player.textContent = "❚❚";
        this.sentence.ariaLive = "off";  // a screen reader could not keep up
        this.playing = setInterval(() => this.shown < this.tokens.length ? show(this.shown + 1) : this.stop(), 160);
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
