// Lesson 5's figure: a word with its neighbours, and an analogy as two arrows: the step from a to b, made again from c.

import {bold, css, fit, make, paintLine, palette} from "../../web/js/draw.js";
import {pieces, say} from "../../web/js/words.js";
import {caption, mountFigure, toldAloud, track} from "../../web/js/figure.js";
import {unpacked} from "../../web/js/weights.js";

const PRESETS = ["good bad rich", "man king woman", "france french italy", "mouse mice child", "man doctor woman"];
const HEIGHT = 220, SHOWN = 6;
const SIDES = [[6, -3], [6, 3], [-6, 3], [-6, -3]];  // of a point, where its name may stand
const upon = ([x, y, w, h], [p, q, m, n]) => x < p + m && p < x + w && y < q + n && q < y + h;
const plus = (a, b, times = 1) => a.map((number, i) => number + times * b[i]);
const dot = (a, b) => a.reduce((sum, number, i) => sum + number * b[i], 0);
const unit = a => a.map(number => number / Math.max(1e-9, Math.hypot(...a)));

// words, and the table of their vectors, packed as a network's weights are.
export function show(place, style, {words, table}) {
    const flat = unpacked({table}).table, D = table.shape[1];
    const vectors = words.map((_, row) => unit([...flat.subarray(row * D, (row + 1) * D)]));
    const sentence = toldAloud(), canvas = make("canvas", {role: "img"}), picture = make("div", {}, canvas);
    const known = make("datalist", {id: "words"}, ...words.toSorted().map(word => make("option", {value: word})));
    const fields = ["a", "b", "c"].map(name =>
        make("input", {type: "text", ariaLabel: say("Word {name}", {name}), spellcheck: false, oninput: answer}));
    for (const field of fields) field.setAttribute("list", "words");
    const lanes = make("div", {className: "lanes"});
    let drawing;
    // The words nearest to a vector, by the cosine: [row, cosine].
    const near = vector => vectors.map((other, row) => [row, dot(unit(vector), other)]).sort((a, b) => b[1] - a[1]);

    function laneOf(title, found, asked) {
        const items = found.slice(0, SHOWN).map(([row, cosine]) => make("li", {},
            make("span", {className: asked.includes(row) ? "row cut" : "row"},
                make("bdi", {textContent: words[row]}),
                track(make("i", {className: "bar", style: `width: ${100 * Math.max(0, cosine)}%`})),
                make("span", {className: "number", textContent: cosine.toFixed(2)}))));
        return make("section", {className: "lane"},
            make("h3", {className: "first", textContent: title}), make("ol", {className: "next"}, ...items));
    }

    function answer() {
        const said = fields.map(field => field.value.trim().toLowerCase());
        const asked = said.map(word => words.indexOf(word)), strange = said.filter((_, i) => asked[i] < 0).join(", ");
        if (asked.includes(-1)) {
            return sentence.replaceChildren(strange ? say("Not in this small table: {strange}.", {strange})
                : say("Not in this small table: nothing typed."));
        }
        const [a, b, c] = asked.map(row => vectors[row]), target = plus(plus(c, b), a, -1), found = near(target);
        const others = found.map(([row]) => row).filter(row => !asked.includes(row)).slice(0, 4), first = found[0][0];
        const names = {a: said[0], b: said[1], c: said[2]};
        lanes.replaceChildren(
            laneOf(say("near {c}", names), near(c).slice(1), []),
            laneOf(say("near {c} + {b} − {a}", names), found, asked));
        const parts = {...names, d: bold(words[others[0]]), nearest: words[first]};
        sentence.replaceChildren(...first === others[0]
            ? pieces("{a} is to {b} as {c} is to {d}; it is the nearest of all.", parts)
            : pieces("{a} is to {b} as {c} is to {d}, but the nearest word is {nearest}. "
                + "The rule excludes the three words of the question.", parts));
        drawing = {names: [...said, "", ...others.map(row => words[row])],
            vectors: [a, b, c, target, ...others.map(row => vectors[row])]};
        canvas.ariaLabel = sentence.textContent;
        draw();
    }

    // The plane through the three words; of all others, what of them lies in it.
    function draw() {
        const {names, vectors} = drawing, [a, b, c] = vectors, step = unit(plus(b, a, -1)), aside = plus(c, a, -1);
        const across = unit(plus(aside, step, -dot(aside, step)));
        const flat = vectors.map(vector => [across, step].map(axis => dot(plus(vector, a, -1), axis)));
        const width = picture.clientWidth, context = fit(canvas, width, HEIGHT);
        const [xs, ys] = [0, 1].map(axis => flat.map(point => point[axis]));
        const left = Math.min(...xs), low = Math.min(...ys);
        const scale = Math.min((width - 150) / (Math.max(...xs) - left), (HEIGHT - 60) / (Math.max(...ys) - low));
        const points = flat.map(([x, y]) => [50 + (x - left) * scale, HEIGHT - 30 - (y - low) * scale]);
        const colours = palette(picture, ["paper", "ink", "ours", "x"]);
        const arrow = ([x0, y0], [x1, y1], dash) => {
            const turn = Math.atan2(y1 - y0, x1 - x0);
            const barb = side => [x1 - 11 * Math.cos(turn + side), y1 - 11 * Math.sin(turn + side)];
            paintLine(context, [[x0, y0], [x1, y1]], css(colours.ours), 2.4, dash);
            paintLine(context, [barb(-0.4), [x1, y1], barb(0.4)], css(colours.ours), 2.4);
        };
        arrow(points[0], points[1], []);
        arrow(points[2], points[3], [7, 4]);
        const font = `600 16px ${getComputedStyle(canvas).fontFamily}`;
        Object.assign(context, {font, textBaseline: "bottom", lineWidth: 5, strokeStyle: css(colours.paper)});
        const taken = [0, 2].map(k => [points[k][0] - 2, 0, 4, HEIGHT]);  // by the arrows, then by names: [x, y, width, height]
        names.forEach((name, i) => {
            const [x, y] = points[i];
            context.fillStyle = css(i < 3 ? colours.ink : colours.x);
            context.beginPath();
            context.arc(x, y, i === 3 ? 0 : 4, 0, 7);
            context.fill();
            const wide = context.measureText(name).width, side = SIDES.find(([dx, dy]) => {
                const box = [x + dx - (dx < 0 && wide), y + dy - (dy < 0 && 16), wide, 16];
                return !taken.some(other => upon(box, other)) && (taken.push(box), true);
            }) ?? SIDES[0];
            context.textAlign = side[0] < 0 ? "right" : "left";
            context.textBaseline = side[1] < 0 ? "bottom" : "top";
            context.strokeText(name, x + side[0], y + side[1]);
            context.fillText(name, x + side[0], y + side[1]);
        });
    }

    const ask = preset => {
        preset.split(" ").forEach((word, i) => { fields[i].value = word; });
        answer();
    };
    const buttons = PRESETS.map(preset =>
        make("button", {type: "button", textContent: preset, onclick: () => ask(preset)}));
    ask(PRESETS[0]);
    mountFigure(place, style, [
        make("p", {className: "examples"}, ...buttons),
        make("p", {className: "controls question"},
            known, ...pieces("{a} is to {b} as {c} is to …", {a: fields[0], b: fields[1], c: fields[2]})),
        sentence, picture, lanes,
        caption(say("Cosines of GloVe's vectors, among {count} words. The picture is "
            + "the plane of the three: the step from a to b, and again from c (dashed). "
            + "Struck through: excluded by the rule.", {count: words.length})),
    ], draw);
}
