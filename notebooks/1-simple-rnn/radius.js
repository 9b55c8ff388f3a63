// Lesson 1's figure: the gradient on its way back through 40 steps of an RNN, at a spectral radius that is a slider.

import {bold, css, fit, lettering, make, paintAxes, paintLine, palette, tenTo, writeEnds} from "../../web/js/draw.js";
import {addProduct, linear, transposed} from "../../web/js/cells.js";
import {caption, makeSlider, mountFigure, toldAloud} from "../../web/js/figure.js";
import {makeRandom, normal} from "../../web/js/random.js";
import {pieces, say} from "../../web/js/words.js";

const H = 32, STEPS = 40, HEIGHT = 185, LEFT = 52, RIGHT = 112, HIGH = 6, LOW = -14;  // powers of ten

// The size of the largest eigenvalue: how much a step stretches, in the mean over very many steps.
function spectralRadius(W) {
    let power = W, log = 0;
    for (let doubled = 0; doubled < 12; doubled++) {
        const size = Math.hypot(...power), scaled = power.map(number => number / size);
        power = new Float64Array(H * H);
        addProduct(power, scaled, transposed(scaled, H), H);
        log = 2 * (log + Math.log(size));
    }
    return Math.exp((log + Math.log(Math.hypot(...power))) / 2 ** 12);
}

// How large the gradient is 0, 1, ... steps before the last state, as a share of what it is there.
function wayBack(W, words, withTanh) {
    const states = [new Float64Array(H)], turned = transposed(W, H);
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
    const random = makeRandom(1), drawn = count => Float64Array.from({length: count}, () => normal(random));
    const drawnW = drawn(H * H), own = spectralRadius(drawnW);
    const words = Array.from({length: STEPS}, () => drawn(H).map(number => 0.5 * number));
    const sentence = toldAloud(), canvas = make("canvas", {role: "img"});
    let lines;

    function draw() {
        const width = canvas.parentElement.clientWidth, right = width - RIGHT, context = fit(canvas, width, HEIGHT);
        const colours = palette(canvas.parentElement, ["paper", "soft", "line", "h", "guess"]);
        const x = k => LEFT + k / STEPS * (right - LEFT);
        const y = size => 10 + (HIGH - Math.log10(size)) / (HIGH - LOW) * (HEIGHT - 52);
        const across = [5, 0, -5, -10].map(exponent => [y(10 ** exponent), exponent ? tenTo(exponent) : "1"]);
        const below = [0, 10, 20, 30, STEPS].map(k => [x(k), k]);
        paintAxes(context, colours, {left: LEFT, right, across, below, bottom: HEIGHT - 28});
        context.fillText(say("steps back"), x(STEPS / 2), HEIGHT - 8);
        const within = sizes => sizes.map((size, k) => [x(k), y(Math.min(10 ** HIGH, Math.max(10 ** LOW, size)))]);
        const [withTanh, straight] = lines.map(within), [blue, grey] = [css(colours.h), css(colours.guess)];
        paintLine(context, straight, grey, 2.4, [7, 4]);
        paintLine(context, withTanh, blue, 2.4);
        Object.assign(context, {font: `600 ${lettering(canvas)}`, textAlign: "left"});
        writeEnds(context, [
            {name: say("all slopes 1"), x: right + 8, y: straight.at(-1)[1], colour: grey},
            {name: say("with tanh"), x: right + 8, y: withTanh.at(-1)[1], colour: blue},
        ], HEIGHT - 42, RIGHT - 8, css(colours.paper));
    }

    const slider = makeSlider(say("Spectral radius of W"), {min: 0.5, max: 2.5, step: 0.05, value: 1}, radius => {
        const W = drawnW.map(number => number * radius / own);
        lines = [true, false].map(withTanh => wayBack(W, words, withTanh));
        const [tanh, straight] = lines.map(sizes => said(sizes.at(-1)));
        sentence.replaceChildren(...pieces("Forty steps back the gradient is {tanh} times as large as at the end. "
            + "With all slopes of tanh set to 1 it would be {straight} times as large.", {tanh: bold(tanh), straight}));
        canvas.ariaLabel = sentence.textContent;
        draw();
        return radius.toFixed(2);
    });
    mountFigure(place, style, [
        slider, sentence, make("div", {}, canvas),
        caption(say("Norm of the gradient with respect to earlier states, as a share of that at the last "
            + "state: one untrained RNN of 32 units over 40 random word vectors. Only its W is scaled.")),
    ], draw);
}
