// How an answer comes about: what each word adds to it, and what each unit adds to the scores of the classes.

import {best, css, fit, paintLine} from "./draw.js";

const ROW = 22, NAME = 70;  // pixels: a class's row, and the room for its name

export const classColour = k => `class-${k}`;

// How much each word adds to the probability of the last answer: without [T][K] has the answers without it, other is
// the class that would lead there. A share of 1 is the largest, but at least 0.2 of the probability.
export function effects({without, probabilities}) {
    const last = probabilities.at(-1), k = best(last), added = without.map(row => last[k] - row[k]);
    const most = Math.max(0.2, ...added.map(Math.abs));
    return without.map((row, t) => ({other: best(row), share: added[t] / most}));
}

// The same as bars that stand or hang: where the answer would be another, in the other's colour. edges are the
// columns' borders.
export function paintEffect(canvas, reading, edges, width, colours) {
    const middle = 22, context = fit(canvas, width, 2 * middle), lead = best(reading.probabilities.at(-1));
    paintLine(context, [[edges[0], middle], [edges.at(-1), middle]], css(colours.line), 1);
    effects(reading).forEach(({other, share}, t) => {
        context.fillStyle = css(colours[classColour(other)], other === lead ? 0.6 : 1);
        const size = Math.max(1.5, Math.abs(share) * (middle - 2));
        context.fillRect(edges[t] + 3, share > 0 ? middle - size : middle, edges[t + 1] - edges[t] - 6, size);
    });
}

// What each unit adds to each class's score, in the order given: at the right of the line what adds, at its left what
// takes away, and a tick where the sum stands. The bias comes last. The lit unit is framed.
export function paintSums(canvas, {weight, bias}, state, {classes, order, lit, width, colours, face}) {
    const context = fit(canvas, width, ROW * classes.length), H = state.length;
    const added = classes.map((_, k) =>
        [...order.map(unit => [unit, weight[k * H + unit] * state[unit]]), [-1, bias[k]]]);
    const reach = sign => Math.max(...added.map(all => total(all, size => Math.max(0, sign * size))));
    const [less, more] = [reach(-1), reach(1)], scale = (width - NAME - 50) / (less + more), zero = NAME + scale * less;
    added.forEach((all, k) => {
        const own = colours[classColour(k)], top = ROW * k + 3, ends = {false: zero, true: zero};
        for (const [unit, size] of all) {
            const from = ends[size > 0], wide = Math.abs(scale * size), framed = unit === lit;
            ends[size > 0] += scale * size;
            const left = Math.min(from, ends[size > 0]);
            context.fillStyle = css(own, lit === undefined || framed ? 0.85 : 0.3);
            context.fillRect(left, top, Math.max(0.5, wide - 1), 14);
            Object.assign(context, {strokeStyle: css(colours.ink), lineWidth: 2});
            if (framed) context.strokeRect(left, top - 1, wide, 16);
        }
        const score = total(all, size => size), tick = zero + scale * score;
        paintLine(context, [[tick, top - 2], [tick, top + 16]], css(colours.ink), 2.5);
        Object.assign(context, {font: `600 13px ${face}`, textBaseline: "middle", textAlign: "left"});
        context.fillStyle = css(own);
        context.fillText(classes[k], 0, top + 8, NAME - 6);
        context.textAlign = "right";
        context.fillText(score.toFixed(1).replace("-", "−"), width - 2, top + 8);
    });
    paintLine(context, [[zero, 0], [zero, ROW * classes.length]], css(colours.soft), 1);
}

const total = (all, count) => all.reduce((sum, [, size]) => sum + count(size), 0);

// The units, those first that push most towards a class, beyond what they add to the average one.
export function byPush({weight, bias}, state, lead) {
    const H = state.length, K = bias.length, average = new Float64Array(H);
    weight.forEach((number, i) => { average[i % H] += number / K; });
    const push = unit => state[unit] * (weight[lead * H + unit] - average[unit]);
    return [...state.keys()].sort((a, b) => push(b) - push(a));
}
