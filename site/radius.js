// Lesson 1's figure: the gradient on its way back through 40 steps of an RNN, at a spectral radius that is a slider.

import {css, fit, make, paintLine, palette, tenTo, writeEnds} from "../images/watch/draw.js";
import {linear, transposed} from "./cells.js";
import {mount} from "../images/watch/shadow.js";
import {makeSlider} from "./slider.js";

const H = 32, STEPS = 40, HEIGHT = 230, LEFT = 44, RIGHT = 112, HIGH = 6, LOW = -14;  // powers of ten

// Normally distributed numbers, the same ones for everybody.
function drawn(count, seed) {
    const uniform = () => {
        seed = Math.imul(seed ^ seed >>> 15, 0x2C1B3C6D) + 0x9E3779B9 | 0;
        return ((seed ^ seed >>> 13) >>> 0) / 2 ** 32 + 1e-12;
    };
    return Float64Array.from({length: count}, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

// The size of the largest eigenvalue: how much a step stretches, in the mean over very many steps.
function spectralRadius(W) {
    let power = W, log = 0;
    for (let doubled = 0; doubled < 12; doubled++) {
        const size = Math.hypot(...power), turned = transposed(power.map(number => number / size), H, H);
        power = Float64Array.from({length: H * H}, (_, i) => {
            let sum = 0;
            for (let k = 0; k < H; k++) sum += power[Math.floor(i / H) * H + k] / size * turned[i % H * H + k];
            return sum;
        });
        log = 2 * (log + Math.log(size));
    }
    return Math.exp((log + Math.log(Math.hypot(...power))) / 2 ** 12);
}

// How large the gradient is 0, 1, ... steps before the last state, as a share of what it is there.
export function wayBack(W, words, withTanh) {
    const states = [new Float64Array(H)], turned = transposed(W, H, H);
    for (const word of words) states.push(linear(states.at(-1), W, word).map(Math.tanh));
    let gradient = new Float64Array(H).fill(1 / Math.sqrt(H));
    const sizes = [1];
    for (let t = STEPS; t > 0; t--) {
        const slopes = states[t].map(h => withTanh ? 1 - h * h : 1);
        gradient = linear(gradient.map((g, i) => g * slopes[i]), turned, new Float64Array(H));
        sizes.push(Math.hypot(...gradient));
    }
    return sizes;
}

const said = size => size >= 0.01 && size < 1000 ? `${Number(size.toPrecision(2))}` : tenTo(Math.log10(size));

export function show(place, style) {
    const random = drawn(H * H, 1), own = spectralRadius(random);
    const words = Array.from({length: STEPS}, (_, t) => drawn(H, t + 2).map(number => 0.5 * number));
    const sentence = make("p", {className: "sentence", role: "status"}), canvas = make("canvas", {role: "img"});
    let lines, colours;

    function draw() {
        const width = canvas.parentElement.clientWidth, context = fit(canvas, width, HEIGHT);
        colours ??= palette(canvas.parentElement, ["paper", "soft", "line", "h", "guess"]);
        const face = getComputedStyle(canvas).fontFamily, x = k => LEFT + k / STEPS * (width - LEFT - RIGHT);
        const y = size => 10 + (HIGH - Math.log10(size)) / (HIGH - LOW) * (HEIGHT - 44);
        const write = (text, align, ...at) => {
            Object.assign(context, {font: `12px ${face}`, textAlign: align, textBaseline: "middle", fillStyle: css(colours.soft)});
            context.fillText(text, ...at);
        };
        for (const exponent of [5, 0, -5, -10]) {
            paintLine(context, [[LEFT, y(10 ** exponent)], [width - RIGHT, y(10 ** exponent)]], css(colours.line), exponent ? 1 : 2);
            write(exponent ? tenTo(exponent) : "1", "right", LEFT - 6, y(10 ** exponent));
        }
        for (const k of [0, 10, 20, 30, 40]) write(k, "center", x(k), HEIGHT - 24);
        write("steps back", "center", (LEFT + width - RIGHT) / 2, HEIGHT - 8);
        const within = sizes => sizes.map((size, k) => [x(k), y(Math.min(10 ** HIGH, Math.max(10 ** LOW, size)))]);
        const ends = [["all slopes 1", lines[1], "guess", [7, 4]], ["with tanh", lines[0], "h", []]].map(([name, sizes, colour, dash]) => {
            paintLine(context, within(sizes), css(colours[colour]), 2.4, dash);
            return {name, x: width - RIGHT + 8, y: within(sizes).at(-1)[1], colour: css(colours[colour])};
        });
        Object.assign(context, {font: `600 13px ${face}`, textAlign: "left"});
        writeEnds(context, ends, HEIGHT - 34, RIGHT - 8, css(colours.paper));
    }

    const slider = makeSlider("Spectral radius of W", {min: 0.5, max: 2.5, step: 0.05, value: 1}, radius => {
        const W = random.map(number => number * radius / own);
        lines = [true, false].map(withTanh => wayBack(W, words, withTanh));
        const [tanh, straight] = lines.map(sizes => sizes.at(-1));
        sentence.replaceChildren("Forty steps back the gradient is ", make("bdi", {textContent: said(tanh)}), " times as large as at the end. ",
            `With all slopes of tanh set to 1 it would be ${said(straight)} times as large.`);
        canvas.ariaLabel = sentence.textContent;
        draw();
        return radius.toFixed(2);
    });
    const caption = make("figcaption", {textContent: "Norm of the gradient with respect to earlier states, as a share of that at the last "
        + "state: one untrained RNN of 32 units over 40 random word vectors. Only its W is scaled."});
    const figure = make("figure", {className: "live"}, slider, sentence, make("div", {}, canvas), caption);
    mount(place, style, figure, () => { colours = null; if (lines) draw(); });
    new ResizeObserver(() => slider.lastChild.oninput()).observe(figure);
}
