// A reading to look at: the words, in the colours of the answers, over the curves of the classes and what happened
// inside, with a band to move over them.
//
// A reading is {name, tokens, known, probabilities, parts, influence}, with a row a token: probabilities [T][K], parts
// a dictionary of [T][units], known and influence [T]. If the network started anew at a word, `from` says at which, the
// rows that it did not read are null, and `whole` has the probabilities of the text as it stands. With
// sums(part, t, unit) a click on a cell shows its formula; with output, the last layer {weight [K, H], bias [K]}, one
// sees what each unit adds to the answer; with without [T][K], the answer at the end without each word. The reader page
// computes readings in the browser, `watch` and the front page in Python.

import {byPush, classColour, effects, paintEffect, paintSums} from "./contributions.js";
import {
    PARTS, SIGNED, best, bold, css, fit, lessMotion, lettering, make, mean, onLight, paintAxes, paintLine, paintUnits,
    palette, percent, shade, shownParts, writeEnds,
} from "./draw.js";
import {formula, heard, notes, sentence, story, turnsOf} from "./sentences.js";
import {pieces, say} from "./words.js";

const DASHES = [[], [7, 4], [2, 4], [9, 4, 2, 4]];
const MOST_CLASSES = 6;
const NEAR = 5;  // units to choose from, side by side
const STAGE = 26;  // pixels: the letters of the words on the front page, where there is room
const GUTTER = 18;  // left of the columns, for the numbers of the curves' scale
const UPRIGHT = 22;  // pixels: the column of a word that stands upright, where there is room
const [point, click] = matchMedia("(hover: hover)").matches ? [say("move over"), say("Click")]
    : [say("tap"), say("Tap")];

function stripes(sizes, colours) {
    let end = 0;
    const stops = sizes.map((size, i) => `${colours[i]} ${100 * end}% ${100 * (end += size)}%`);
    return `linear-gradient(90deg, ${stops.join(", ")})`;
}

export class View {
    // onMove() is called when the band moves or a unit is lit, onEnd() when the show is over. compact: large words, the
    // input gate alone, and nothing to choose. colours: of the classes; the style has the first four. In a root of the
    // class `rows`, as all that is compact, each word is a row on a phone.
    constructor(root, classes, {onMove = () => {}, onEnd = () => {}, compact = false, colours = []} = {}) {
        for (const [k, colour] of [...colours.entries()].slice(4)) {
            const [light, dark] = ["black", "white"].map(other => `color-mix(in oklab, ${colour}, ${other} 40%)`);
            root.style.setProperty(`--class-${k}`, `light-dark(${light}, ${dark})`);
        }
        Object.assign(this, {root, classes, onMove, onEnd, compact, task: [], at: 0, shown: Infinity, by: "answer", unit: null});
        const div = (className, ...children) => make("div", {className}, ...children);
        const button = (textContent, label, onclick) =>
            make("button", {type: "button", textContent, ariaLabel: label, title: label, onclick});
        this.sentence = make("p", {className: "sentence", role: "status"});
        const before = button("‹", say("Word before"), () => this.go(this.at - 1));
        const after = button("›", say("Next word"), () => this.go(this.at + 1));
        this.player = button("", say("Read the text word by word"), () => this.playing ? this.stop() : this.play());
        const lit = () => this.stacked ? null : this.unit ?? this.order[0];
        this.select = make("select", {onchange: () => this.look(this.select.value, lit())});
        this.choice = make("label", {}, say("Colour by"), " ", this.select);
        [this.lit, this.formula] = [make("p", {role: "status"}), make("p", {className: "formula"})];
        this.near = Array.from({length: NEAR}, () => make("button", {type: "button"}));
        const close = button("×", say("Close"), () => this.look(this.stacked ? this.by : "answer", null));
        this.loupe = div("loupe", this.lit, close, ...this.near, this.formula);
        this.loupe.onclick = this.loupe.onpointermove = event => event.stopPropagation();  // no word is meant
        [this.words, this.curves, this.inside] = [div("words"), div(""), div("inside")];
        this.band = make("div", {className: "band", tabIndex: 0, role: "slider", ariaLabel: say("Word")});
        [this.effect, this.sums, this.columns] = [div("part effect"), div("part sums"), div("columns")];
        for (const part of [this.effect, this.sums]) part.append(make("span", {className: "label"}), make("canvas"));
        this.line = div("line", this.words);
        this.head = div("head", this.columns, this.line);
        this.roll = div("roll", this.curves, this.effect, this.inside, this.band);
        this.strip = make("div", {className: "strip", tabIndex: -1}, this.roll);
        this.answers = make("table", {className: "answers"});
        this.notes = make("ol", {className: "notes"});
        this.hint = make("p", {className: "hint", textContent: say("The sentence is about the word on grey. Each thin "
            + "stripe in a picture is a unit: without colour it is near 0, grey is negative. {click} one for its number.",
        {click})});
        this.side = div("side", this.notes, this.hint);
        root.classList.add(...compact ? ["compact", "rows"] : []);
        root.replaceChildren(
            this.sentence,
            div("controls", make("span", {className: "group"}, before, this.player, after), this.choice),
            div("picture", this.head, this.strip, this.sums, this.answers, this.side),
        );
        this.strip.onkeydown = event => this.key(event);
        for (const part of [this.head, this.strip]) {
            part.onpointermove = event => (this.fits || event.pointerType !== "touch") && this.point(event);
            part.onclick = event => {
                this.point(event);
                if (this.stacked && event.target.className === "gate") this.pick(this.part, event);
                if (event.pointerType !== "touch") this.strip.focus({preventScroll: true});  // for the arrow keys
            };
        }
        this.strip.onscroll = () => this.draw();
        new ResizeObserver(() => this.layout()).observe(root);
        this.rest();
        document.fonts.ready.then(() => this.layout());  // the typeface may come after the words
        onLight(() => this.draw());
    }

    // Show one reading, or several networks' readings of one text side by side.
    show(readings) {
        const [{tokens, parts}] = readings;
        Object.assign(this, {readings, tokens, over: false, at: Math.max(0, Math.min(this.at, tokens.length - 1))});
        this.units = parts.h.find(row => row)?.length ?? 1;
        this.unitHeight = Math.min(4, (this.compact ? 64 : 96) / this.units);
        this.root.classList.toggle("empty", !tokens.length);
        const [{output, without, probabilities}] = readings, state = parts.h.at(-1), alone = readings.length === 1;
        const bars = [...readings.map(() => "bar"), ...alone ? ["gate"] : []];
        this.words.style.setProperty("--rows", tokens.length);
        this.words.replaceChildren(...tokens.map(token =>
            make("span", {style: `--letters: ${token.length}`}, bold(token), ...bars.map(className => make("i", {className})))));
        this.order = [...Array(this.units).keys()];
        if (output && state) this.order = byPush(output, state, best(probabilities.at(-1)));
        this.effect.hidden = !alone || !without?.length;
        this.sums.hidden = this.compact || !alone || !output || !state;
        const names = readings.map(reading => reading.name).join(", ");
        if (names !== this.names) this.furnish(names, parts);
        if (![...this.select.options].some(({value}) => value === this.by) || !alone) this.by = "answer";
        this.annotate();
        this.layout();
    }

    // Another network has other parts.
    furnish(names, parts) {
        const several = this.readings.length > 1, shown = this.compact ? ["input"] : shownParts(parts);
        Object.assign(this, {names, rows: several ? [] : shown});
        const row = (textContent, onclick) => make("div", {className: "part"},
            make("span", {className: "label", textContent}), make("canvas", {onclick}));
        const above = name => several ? say("{name}: probability of each class; {point} a word", {name, point})
            : say("probability of each class; {point} a word", {point});
        const pick = part => this.compact ? null : event => this.pick(part, event);
        this.curves.replaceChildren(...this.readings.map(({name}) => row(above(name), null)));
        this.inside.replaceChildren(...this.rows.map(part => row("", pick(part))));
        const options = {answer: say("answer so far"), influence: say("importance")};
        for (const part of this.rows) options[part] = PARTS[part].name;
        this.select.replaceChildren(
            ...Object.entries(options).map(([value, textContent]) => make("option", {value, textContent})));
        this.choice.hidden = this.hint.hidden = several || this.compact;
    }

    // What is worth a look, as numbers over the words and sentences beside them.
    annotate() {
        if (!this.tokens.length) return;  // an emptied field leaves all in its place
        const number = i => make("b", {className: "mark", textContent: i + 1});
        const noted = this.compact || this.readings.length > 1 ? [] : notes(this.readings[0], this.classes);
        this.notes.replaceChildren(...noted.map(({said}, i) => make("li", {}, number(i), make("span", {}, ...said))));
        noted.forEach(({at}, i) => {
            const word = this.words.children[at];
            (word.querySelector("small") ?? word.appendChild(make("small"))).append(number(i));
        });
    }

    // How wide each word's column is: as the word. A short text is spread, and one that nearly fits is pushed together,
    // with smaller letters; in a longer one the words stand upright. At the right there is room for the names of the
    // lines, but on a phone.
    widths(seen) {
        this.words.style.fontSize = this.compact && seen ? `${STAGE}px` : "";
        const {fontSize, fontFamily} = getComputedStyle(this.words), ruler = make("canvas").getContext("2d");
        const least = this.compact ? 0.62 : 0.8;  // of the letters' size
        ruler.font = `600 ${lettering(this.curves.querySelector("canvas"))}`;
        this.margin = 12 + Math.min(110, Math.max(...this.classes.map(name => ruler.measureText(name).width)));
        ruler.font = `600 ${fontSize} ${fontFamily}`;
        const own = this.tokens.map(token => Math.max(30, ruler.measureText(token).width + 16));
        const roomFor = widths => (seen - GUTTER - this.margin) / widths.reduce((a, b) => a + b, 0);
        const upright = seen && roomFor(own) < 0.9 * least;
        this.words.classList.toggle("upright", Boolean(upright));
        this.words.style.height = upright ? `${Math.min(110, Math.max(...own))}px` : "";
        if (upright && seen < 540) this.margin = 2;
        const whole = own.map(width => upright ? UPRIGHT : width);
        const smaller = seen ? Math.max(upright ? 0.7 : least, Math.min(1, roomFor(whole))) : 1;
        const letters = upright ? Math.min(16, parseFloat(fontSize)) : parseFloat(fontSize);
        if (smaller < 1 || upright) this.words.style.fontSize = `${letters * smaller}px`;
        const widths = whole.map(width => width * smaller), room = roomFor(widths);
        return widths.map(width => width * (room > 0.9 ? Math.min(1.8, room) : 1));
    }

    layout() {
        const seen = this.strip.clientWidth;
        if (!this.readings) return;
        this.stacked = !seen;  // on a phone, a row a word
        this.edges = [GUTTER];
        this.widths(seen).forEach((width, t) => {
            this.edges.push(this.edges[t] + width);
            Object.assign(this.words.children[t].style, {left: `${this.edges[t]}px`, width: `${width}px`});
        });
        this.width = seen;
        this.roll.style.width = `${Math.max(seen, this.edges.at(-1) + this.margin)}px`;
        this.roll.style.setProperty("--seen", `${seen}px`);
        this.choice.firstChild.data = this.stacked ? say("Show") : say("Colour by");
        this.select[0].hidden = this.stacked;
        this.fits = this.edges.at(-1) <= this.width;
        this.strip.style.touchAction = this.fits ? "pan-y" : "auto";  // a finger moves the band, or a long text
        this.colour(this.by, this.unit);
        const places = [seen, ...this.edges].join();
        if (places !== this.places) this.reveal();  // not where only a sentence has grown
        this.places = places;
    }

    // ------------------------------------------------------------------------------------------- pictures

    draw() {
        if (!this.readings) return;
        [...this.words.children].forEach((word, t) => word.classList.toggle("ahead", t >= this.shown));
        this.root.classList.toggle("playing", this.shown !== Infinity);
        const parts = this.rows.map(part => PARTS[part].colour);
        const roles = ["paper", "ink", "soft", "line", ...parts, ...this.classes.map((_, k) => classColour(k))];
        this.colours = palette(this.root, roles);
        this.line.style.transform = `translateX(${-this.strip.scrollLeft}px)`;
        if (this.stacked) return;
        this.readings.forEach((reading, i) => this.drawCurves(this.curves.children[i].lastChild, reading));
        this.rows.forEach((part, i) => this.drawPart(this.inside.children[i].children[1], part));
        if (this.effect.hidden) return;
        const edges = this.edges.map(edge => edge - this.strip.scrollLeft);
        paintEffect(this.effect.lastChild, this.readings[0], edges, this.width, this.colours);
    }

    drawCurves(canvas, {probabilities, whole}) {
        const {edges, shown, colours} = this, left = this.strip.scrollLeft;
        const lower = parseFloat(getComputedStyle(canvas).getPropertyValue("--curves"));  // on a slide
        const height = lower || (this.compact ? 180 : this.readings.length > 1 ? 96 : 140);
        const context = fit(canvas, this.width, height);
        const x = t => (edges[t] + edges[t + 1]) / 2 - left, y = p => 8 + (1 - p) * (height - 16);
        const colour = (k, alpha) => css(colours[classColour(k)], alpha);
        const across = [[0, "0"], [0.5, "½"], [1, "1"]].map(([p, name]) => [y(p), name]);
        paintAxes(context, colours, {left: GUTTER, right: this.width, across});
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
        const end = read.findLastIndex(row => row);
        if (end < 0 || edges[end] > left + this.width || this.margin === 2) return;
        Object.assign(context, {font: `600 ${lettering(canvas)}`, textAlign: "left"});
        const names = this.highest(probabilities[end]).map(k =>
            ({name: this.classes[k], x: edges[end + 1] - left + 6, y: y(probabilities[end][k]), colour: colour(k)}));
        writeEnds(context, names, height - 14, this.margin - 8, css(colours.paper));  // beside the band, not on it
    }

    drawPart(canvas, part) {
        const {edges, unit, unitHeight} = this, {ink} = this.colours, left = this.strip.scrollLeft;
        const height = this.units * unitHeight, context = fit(canvas, this.width, height);
        const end = Math.min(this.width, edges.at(-1) - left);
        const from = Math.max(0, edges.findIndex(edge => edge > left) - 1);  // only columns that can be seen are drawn
        const to = edges.filter(edge => edge < left + this.width).length, row = this.order.indexOf(unit);
        const rows = this.readings[0].parts[part].slice(from, Math.min(to, this.shown))
            .map(numbers => numbers && this.order.map(unit => numbers[unit]));
        paintUnits(context, rows, part, this.colours, height, edges.slice(from).map(edge => edge - left));
        if (!(this.by in PARTS) || row < 0) return;
        Object.assign(context, {strokeStyle: css(ink), fillStyle: css(ink), lineWidth: 1.5});
        if (this.by === part) context.strokeRect(0.75, row * unitHeight - 0.75, end - 1.5, unitHeight + 1.5);
        else for (const x of [0, end - 6]) context.fillRect(x, row * unitHeight, 6, unitHeight);  // the same unit
    }

    // ---------------------------------------------------------------------------------- words and figures

    // Colour the words by their importance, by what a unit does in a part of the network, or, where no unit is lit, by
    // the answer.
    colour(by, unit) {
        const [{probabilities}] = this.readings, place = Math.min(this.units - 1, Math.floor(unit) || 0);
        Object.assign(this, {by, unit: unit === null ? null : Math.max(0, place)});
        this.part = by in PARTS ? by : this.rows[0];
        this.select.value = this.stacked && by === "answer" ? this.part : by;
        const shades = this.values().map(value => value === undefined ? 0 : shade(by)(value));
        const keeps = by === "answer" || by in PARTS && (this.unit === null || this.stacked);  // a row shows its unit
        const byAnswer = this.readings.length === 1 && keeps;
        const gate = by in PARTS && !SIGNED.includes(by), most = gate ? 1 : Math.max(...shades.map(Math.abs), 1e-30);
        shades.forEach((value, t) => {
            const leads = byAnswer && probabilities[t] && classColour(best(probabilities[t]));
            const share = leads ? 22 : Math.round(38 * Math.abs(value) / most);
            const tint = leads || (value < 0 ? "ink" : PARTS[by]?.colour ?? "x");
            Object.assign(this.words.children[t].firstChild.style, {
                backgroundColor: share ? `color-mix(in srgb, var(--${tint}) ${share}%, transparent)` : "",
                boxShadow: leads ? `inset 0 -3px var(--${leads})` : "",
            });
        });
        if (this.stacked) this.paintRows();
        this.draw();
        this.tell();
    }

    // The visitor has chosen what to look at.
    look(by, unit) {
        this.over = false;
        this.colour(by, unit);
        this.onMove(this.at);
    }

    // On a phone: beside each word the probabilities of the classes, and the units of a part as stripes, or what the
    // word adds to the last answer.
    paintRows() {
        const {readings, order, part, by, unit} = this, [reading] = readings, {parts, influence, without} = reading;
        const mixed = value => `color-mix(in srgb, var(--${value < 0 ? "ink" : PARTS[part].colour}) `
            + `${Math.round(100 * Math.abs(value))}%, transparent)`;
        const ofClasses = this.classes.map((_, k) => `var(--${classColour(k)})`);
        const added = by === "influence" && without?.length && effects(reading);
        const third = t => {
            if (added) return [[0.5 + Math.min(0, added[t].share) / 2, Math.abs(added[t].share) / 2],
                ["transparent", ofClasses[added[t].other]]];
            if (by === "influence") return [[influence[t] / Math.max(...influence, 1e-30)], ["var(--x)"]];
            const units = parts[part][t] ?? [];
            return [units.map(() => 1 / units.length), order.map(unit => mixed(shade(part)(units[unit])))];
        };
        [...this.words.children].forEach((word, t) => word.querySelectorAll("i").forEach((bar, i) => {
            const row = readings[i]?.probabilities[t];
            const [sizes, colours] = bar.className === "gate" ? third(t) : [row ?? [], ofClasses];
            bar.style.backgroundImage = stripes([...sizes, 1], [...colours.slice(0, sizes.length), "transparent"]);
        }));
        const place = added ? 0.5 : by in PARTS && unit !== null ? order.indexOf(unit) / order.length : NaN;
        this.words.classList.toggle("lit", place >= 0);
        this.words.style.setProperty("--lit", `${100 * place}%`);
        this.words.style.setProperty("--wide", added ? "0px" : `${100 / order.length}%`);
        const names = readings.length > 1 ? readings.map(({name}) => name) : [say("answer after it"), this.heading(added)];
        this.columns.replaceChildren(...[say("word"), ...names].map(textContent => make("span", {textContent})));
    }

    heading(added) {
        if (this.by !== "influence") return PARTS[this.part].name;
        const lead = this.classes[best(this.readings[0].probabilities.at(-1) ?? [])];
        return added ? say("adds to {lead}", {lead}) : say("importance");
    }

    // What the words are coloured by, a number a word; undefined where the network did not read.
    values() {
        const [{parts, influence}] = this.readings;
        if (this.by in PARTS) return this.tokens.map((_, t) => parts[this.by][t]?.[this.unit]);
        return this.by === "influence" ? influence : this.tokens.map(() => 0);
    }

    // Say everything about the word under the band.
    tell() {
        const {at, readings, edges, tokens, by, over} = this, [{parts, known, from, without}] = readings;
        const values = this.values(), said = over ? story(readings[0], this.classes)
            : sentence(readings, at, this.classes, this.compact);
        if (tokens.length && !over && by === "influence") {
            const share = percent(values[at] / Math.max(...values, 1e-30)), ends = without?.length && without[at];
            said.push(this.stacked && ends ? say(" Without it the text ends at {answer}.", {answer: this.answer(ends)})
                : say(" Its importance: {share} of the largest.", {share}));
        }
        this.sentence.replaceChildren(...this.task, ...said);
        this.tellUnit(values[at]);
        Object.assign(this.band.style, {left: `${edges[at]}px`, width: `${(edges[at + 1] ?? 0) - edges[at]}px`});
        Object.assign(this.band, {ariaValueMin: 1, ariaValueMax: Math.max(1, tokens.length)});
        Object.assign(this.band, {ariaValueNow: at + 1, ariaValueText: tokens[at] ?? say("no word")});
        [...this.words.children].forEach((word, t) => {
            const marks = {unknown: !known[t], here: t === at, unread: t < from};
            word.firstChild.className = Object.keys(marks).filter(mark => marks[mark]).join(" ");
        });
        this.rows.forEach((part, i) => {
            const {name, meaning} = PARTS[part], row = parts[part][at];
            const words = {name: this.legend(part, name), meaning}, share = row && percent(mean(row.map(shade(part))));
            this.inside.children[i].firstChild.replaceChildren(...!row || SIGNED.includes(part)
                ? pieces("{name}: {meaning}", words)
                : pieces("{name}: {meaning}; now {share} on average", {...words, share}));
        });
        this.tellAnswers();
    }

    // The answer after the word under the band, and how it comes about. Nothing read, no answer.
    tellAnswers() {
        const {at} = this, word = bold(this.tokens[at] ?? ""), [{without, probabilities}] = this.readings;
        const rows = this.readings.map(({probabilities}) => probabilities[at] ?? this.classes.map(() => NaN));
        if (!this.effect.hidden) {
            const left = make("b", {textContent: say("without this word")});
            const [now, then] = [without[at], probabilities.at(-1)].map(this.answer);
            this.effect.firstChild.replaceChildren(
                ...pieces("{left} the text ends at {now}; bars: what each word adds to {then}; colour: the answer without it",
                    {left, now, then}));
        }
        if (!this.sums.hidden && this.colours) this.tellSums(this.readings[0]);
        const several = rows.length > 1, highest = this.highest(rows[0]);
        const cell = (tag, ...children) => make(tag, {}, ...children);
        const line = k => {
            const [swatch, bar] = [make("i"), make("i", {className: "bar"})], leads = !several && best(rows[0]) === k;
            swatch.style.background = bar.style.background = `var(--${classColour(k)})`;
            bar.style.width = `${100 * rows[0][k] || 0}%`;
            const track = several ? [] : [make("td", {className: "track"}, bar)];
            return make("tr", {className: leads ? "leads" : ""}, cell("th", swatch, this.classes[k]),
                ...rows.map(row => cell("td", row[k] >= 0 ? percent(row[k]) : "–")), ...track);
        };
        const head = several ? [cell("tr", cell("td"), ...this.readings.map(({name}) => cell("th", name)))] : [];
        this.answers.replaceChildren(
            cell("caption", ...pieces("Answer after {word}", {word})),
            cell("tbody", ...head, ...this.classes.map((_, k) => k).filter(k => highest.includes(k)).map(line)));
        this.root.style.setProperty("--answers", `${this.answers.offsetHeight}px`);
        this.root.style.setProperty("--told", `${this.sentence.offsetHeight}px`);
    }

    answer = row => say("{name} ({share})", {name: this.classes[best(row)], share: percent(Math.max(...row))});

    // The unit that is lit: its number at this word, how it comes about, and the units drawn beside it, to choose.
    tellUnit(value) {
        const {at, by, unit, order, words, rows, units, stacked, loupe, readings: [reading]} = this;
        if (!(by in PARTS) || value === undefined) return loupe.remove();
        const first = Math.max(0, Math.min(units - NEAR, order.indexOf(unit) - 2)), row = reading.parts[by][at];
        const {name, meaning} = PARTS[by];
        const named = {unit: unit + 1, part: this.legend(by, name), meaning, value: value.toFixed(2)};
        this.lit.replaceChildren(...stacked
            ? pieces("Unit {unit} of the {part}, {meaning}: {value}.", named)
            : pieces("Unit {unit} of the {part}: {value}. It gives the words their colour now. Those beside it:", named));
        this.formula.replaceChildren(...reading.sums ? formula(reading, by, at, unit) : []);
        order.slice(first, first + NEAR).forEach((unit, i) => Object.assign(this.near[i], {
            textContent: `${unit + 1}: ${row[unit].toFixed(2)}`, ariaPressed: unit === this.unit,
            onclick: () => this.look(by, unit),
        }));
        const beside = stacked ? words.children[at] : this.inside.children[rows.indexOf(by)];
        if (loupe.parentElement !== beside) beside.append(loupe);  // or its buttons would lose the keyboard
    }

    legend = (part, textContent) =>
        make("b", {textContent, className: "swatch", style: `--own: var(--${PARTS[part].colour})`});

    tellSums({output, parts}) {
        const {at, by, unit, classes, order, colours} = this, [name, canvas] = this.sums.children;
        const face = getComputedStyle(this.words).fontFamily, lit = by in PARTS ? unit ?? undefined : undefined;
        const why = make("b", {textContent: say("for and against each class")});
        name.replaceChildren(...pieces("{why}: a stripe is a unit, its output weight times h. Right of the grey line it "
            + "speaks for the class, left against it; tick: the sum.", {why}));
        const state = parts.h[at] ?? parts.h.at(-1);
        paintSums(canvas, output, state, {classes, order, lit, width: this.sums.clientWidth, colours, face});
    }

    // The classes of the largest numbers of a row, the largest first.
    highest(row) {
        return this.classes.map((_, k) => k).toSorted((a, b) => row[b] - row[a]).slice(0, MOST_CLASSES);
    }

    // ------------------------------------------------------------------------------------------- moving

    move(t) {
        t = Math.max(0, Math.min(this.tokens.length - 1, t));
        if (t === this.at && !this.over) return;
        Object.assign(this, {at: t, over: false});
        this.onMove(t);
        this.tell();
    }

    // Bring the word under the band into sight, and near the end the names of the lines.
    reveal() {
        if (!this.readings || this.stacked) return;
        const {edges, strip, at, width} = this, margin = Math.max(60, this.margin), end = edges.at(-1) + this.margin;
        const right = end - edges[at + 1] < 2 * margin ? end : edges[at + 1] + margin;
        if (edges[at] - margin < strip.scrollLeft) strip.scrollLeft = edges[at] - margin;
        if (right - width > strip.scrollLeft) strip.scrollLeft = right - width;
    }

    go(t) {
        this.stop();
        this.move(t);
        this.reveal();
        if (this.stacked) this.words.children[this.at]?.scrollIntoView({block: "nearest"});
    }

    // The word at a place of the screen.
    wordAt(event) {
        if (this.stacked) return [...this.words.children].findIndex(word => word.contains(event.target));
        const box = this.roll.getBoundingClientRect(), zoom = box.width / this.roll.offsetWidth;  // as on a slide
        const x = (event.clientX - box.left) / zoom, next = this.edges.findIndex(edge => edge > x);
        return next < 0 ? this.tokens.length - 1 : next - 1;
    }

    // Light the unit under the pointer, or near a finger, which is wider than a unit.
    pick(part, event) {
        const {target, offsetX, offsetY} = event, {clientWidth, clientHeight} = target;
        const share = this.stacked ? offsetX / clientWidth : offsetY / clientHeight;
        this.point(event);
        this.look(part, this.order[Math.max(0, Math.min(this.units - 1, Math.floor(share * this.units)))]);
    }

    point(event) {
        if (!this.tokens.length) return;
        this.stop();
        const t = this.wordAt(event);
        if (t >= 0) this.move(t);
    }

    key(event) {
        const {at} = this, [back, on] = [at - 1, at + 1];
        const places = {ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on, Home: 0, End: Infinity};
        if (!(event.key in places)) return;
        event.preventDefault();
        this.go(places[event.key]);
    }

    // Read the text before the eyes of who looks on: the curves grow word by word, and it rests where the answer turns.
    play() {
        if (!this.tokens?.length) return;
        const pace = this.compact ? 600 : 300, [{probabilities}] = this.readings;
        const turns = turnsOf(probabilities.map(row => row ?? []));
        const show = shown => {
            if (shown > this.tokens.length) return this.end();
            this.shown = shown;
            this.move(shown - 1);
            this.reveal();
            this.draw();
            this.playing = setTimeout(show, turns.includes(shown - 1) ? 2 * pace : pace, shown + 1);
        };
        this.player.textContent = "❚❚";
        this.sentence.ariaLive = "off";  // a screen reader could not keep up
        show(1);
    }

    // Play once most of the words can be seen; at once for who wants less motion, which is not at all.
    playWhenSeen() {
        if (lessMotion) return this.end();
        Object.assign(this, {shown: 0});
        this.draw();
        this.waiting = new IntersectionObserver(([{intersectionRatio}]) => {
            if (intersectionRatio < 0.6) return;
            this.waiting.disconnect();
            this.play();
        }, {threshold: 0.6});
        this.waiting.observe(this.head);
    }

    stop() {
        this.waiting?.disconnect();
        clearTimeout(this.playing);
        if (this.shown === Infinity) return;
        Object.assign(this, {playing: null, shown: Infinity});
        this.sentence.ariaLive = "polite";
        this.rest();
        this.draw();
        this.onEnd();
    }

    // Say what the answer did over the whole text, until one looks at a word.
    end() {
        this.stop();
        this.onEnd();
        const {readings, tokens} = this, [reading] = readings;
        this.over = readings.length === 1 && reading.from === undefined && tokens.length > 1 && heard(reading);
        this.tell();
    }

    rest() {
        this.player.textContent = this.compact ? say("▶ Replay") : "▶";
    }
}
