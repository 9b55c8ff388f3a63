// The recurrent layers by hand, forward and backward, as lesson 2 builds them. One text or many at once.
//
// Numbers lie in flat arrays, row behind row: "[B, H]" is B rows of H numbers. The parts of a layer have PyTorch's
// names and PyTorch's order: i, f, g, o in an LSTM, r, z, n in a GRU.

const sigmoid = z => 1 / (1 + Math.exp(-z));

// A cell's step is forward(t) and backward(t) for all rows; x is what comes from the word, s what comes from the state.
export const CELLS = {
    RNN: {
        parts: ["h"],
        forward({h, a}, x, s, B, H, t) {
            for (let j = 0, at = t * B * H, next = at + B * H; j < B * H; j++) {
                h[next + j] = a[at + j] = Math.tanh(x[at + j] + s[j]);
            }
        },
        backward({a}, dh, dc, dx, ds, B, H, t) {
            for (let j = 0, at = t * B * H; j < B * H; j++) {
                dx[at + j] = ds[j] = dh[j] * (1 - a[at + j] ** 2);
                dh[j] = 0;
            }
        },
    },

    LSTM: {
        parts: ["input", "forget", "candidate", "output"],
        forward({h, c, a, tanh_c}, x, s, B, H, t) {
            for (let here = 0; here < B * H; here++) {
                const row = here + 3 * H * Math.floor(here / H), at = t * B * 4 * H + row, unit = t * B * H + here;
                const i = a[at] = sigmoid(x[at] + s[row]);
                const f = a[at + H] = sigmoid(x[at + H] + s[row + H]);
                const g = a[at + 2 * H] = Math.tanh(x[at + 2 * H] + s[row + 2 * H]);
                const o = a[at + 3 * H] = sigmoid(x[at + 3 * H] + s[row + 3 * H]);
                const memory = c[unit + B * H] = f * c[unit] + i * g;
                h[unit + B * H] = o * (tanh_c[unit] = Math.tanh(memory));
            }
        },
        backward({c, a, tanh_c}, dh, dc, dx, ds, B, H, t) {
            for (let here = 0; here < B * H; here++) {
                const row = here + 3 * H * Math.floor(here / H), at = t * B * 4 * H + row, unit = t * B * H + here;
                const i = a[at], f = a[at + H], g = a[at + 2 * H], o = a[at + 3 * H], tanh = tanh_c[unit];
                const memory = dc[here] + dh[here] * o * (1 - tanh * tanh);
                dx[at] = ds[row] = memory * g * i * (1 - i);
                dx[at + H] = ds[row + H] = memory * c[unit] * f * (1 - f);
                dx[at + 2 * H] = ds[row + 2 * H] = memory * i * (1 - g * g);
                dx[at + 3 * H] = ds[row + 3 * H] = dh[here] * tanh * o * (1 - o);
                dc[here] = memory * f;
                dh[here] = 0;
            }
        },
    },

    GRU: {
        parts: ["reset", "update", "candidate"],
        forward({h, a, fresh}, x, s, B, H, t) {
            for (let here = 0; here < B * H; here++) {
                const row = here + 2 * H * Math.floor(here / H), at = t * B * 3 * H + row, unit = t * B * H + here;
                const r = a[at] = sigmoid(x[at] + s[row]);
                const z = a[at + H] = sigmoid(x[at + H] + s[row + H]);
                fresh[unit] = s[row + 2 * H];
                const n = a[at + 2 * H] = Math.tanh(x[at + 2 * H] + r * s[row + 2 * H]);
                h[unit + B * H] = (1 - z) * n + z * h[unit];
            }
        },
        backward({h, a, fresh}, dh, dc, dx, ds, B, H, t) {
            for (let here = 0; here < B * H; here++) {
                const row = here + 2 * H * Math.floor(here / H), at = t * B * 3 * H + row, unit = t * B * H + here;
                const r = a[at], z = a[at + H], n = a[at + 2 * H];
                const dn = dh[here] * (1 - z) * (1 - n * n);
                dx[at] = ds[row] = dn * fresh[unit] * r * (1 - r);
                dx[at + H] = ds[row + H] = dh[here] * (h[unit] - n) * z * (1 - z);
                dx[at + 2 * H] = dn;
                ds[row + 2 * H] = dn * r;
                dh[here] *= z;
            }
        },
    },
};

// out [N, M] += a [N, K] · w [M, K]ᵀ for an M that is a multiple of 4. Two rows by four columns at a time, so that
// what is added up stays in the processor's registers: five times as fast as one by one.
export function addProduct(out, a, w, N, K, M, from = 0, to = 0) {
    for (let n = 0; n < N; n += 2) {
        const alone = n + 1 === N;
        const a0 = from + n * K, a1 = alone ? a0 : a0 + K;
        for (let m = 0; m < M; m += 4) {
            const w0 = m * K, w1 = w0 + K, w2 = w1 + K, w3 = w2 + K;
            let p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
            for (let k = 0; k < K; k++) {
                const p = a[a0 + k], q = a[a1 + k], v0 = w[w0 + k], v1 = w[w1 + k], v2 = w[w2 + k], v3 = w[w3 + k];
                p0 += p * v0, p1 += p * v1, p2 += p * v2, p3 += p * v3;
                q0 += q * v0, q1 += q * v1, q2 += q * v2, q3 += q * v3;
            }
            const o = to + n * M + m;
            out[o] += p0, out[o + 1] += p1, out[o + 2] += p2, out[o + 3] += p3;
            if (alone) continue;
            out[o + M] += q0, out[o + M + 1] += q1, out[o + M + 2] += q2, out[o + M + 3] += q3;
        }
    }
}

// out [M, K] += a [N, M]ᵀ · b [N, K] for an even M and a K that is a multiple of 4.
export function addOuter(out, a, b, N, M, K, fromA = 0, fromB = 0) {
    for (let m = 0; m < M; m += 2) {
        for (let k = 0; k < K; k += 4) {
            let p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
            for (let n = 0, i = fromA + m, j = fromB + k; n < N; n++, i += M, j += K) {
                const p = a[i], q = a[i + 1], v0 = b[j], v1 = b[j + 1], v2 = b[j + 2], v3 = b[j + 3];
                p0 += p * v0, p1 += p * v1, p2 += p * v2, p3 += p * v3;
                q0 += q * v0, q1 += q * v1, q2 += q * v2, q3 += q * v3;
            }
            const o = m * K + k;
            out[o] += p0, out[o + 1] += p1, out[o + 2] += p2, out[o + 3] += p3;
            out[o + K] += q0, out[o + K + 1] += q1, out[o + K + 2] += q2, out[o + K + 3] += q3;
        }
    }
}

// out [M] += the sum of the N rows of a [N, M].
export function addRows(out, a, N, M, from = 0) {
    for (let n = 0, i = from; n < N; n++) for (let m = 0; m < M; m++, i++) out[m] += a[i];
}

export function transposed(w, M, K) {
    const turned = new Float64Array(M * K);
    for (let m = 0; m < M; m++) for (let k = 0; k < K; k++) turned[k * M + m] = w[m * K + k];
    return turned;
}

// Room for what a layer of width H computes over T steps of B texts. h and c hold one step more: what it starts from.
export function makeTrace(cell, T, B, H) {
    const G = CELLS[cell].parts.length * H, room = size => new Float64Array(size);
    const trace = {T, B, H, G, x: room(T * B * G), a: room(T * B * G), h: room((T + 1) * B * H), s: room(B * G)};
    if (cell === "LSTM") Object.assign(trace, {c: room((T + 1) * B * H), tanh_c: room(T * B * H)});
    if (cell === "GRU") trace.fresh = room(T * B * H);
    return trace;
}

// What a layer did with one text, the first of many: each gate, and the states, a row a step.
export function insideOf(cell, {T, B, H, G, a, h, c}) {
    const rows = (flat, width, from) =>
        Array.from({length: T}, (_, t) => flat.slice(from + t * B * width, from + t * B * width + H));
    const gates = CELLS[cell].parts.map((part, p) => [part, rows(a, G, p * H)]);
    return {...Object.fromEntries(gates), ...c && {c: rows(c, H, B * H)}, h: rows(h, H, B * H)};
}

// Read: trace.x [T, B, G] holds each word's part, W_ih x + b_ih. What comes out is in the trace: h, c, and in a the
// gates.
export function forward(cell, weights, trace) {
    const {T, B, H, G, x, h, s} = trace, bias = weights["rnn.bias_hh_l0"];
    for (let t = 0; t < T; t++) {
        for (let at = 0; at < B * G; at += G) s.set(bias, at);
        addProduct(s, h, weights["rnn.weight_hh_l0"], B, H, G, t * B * H);
        CELLS[cell].forward(trace, x, s, B, H, t);
    }
}

// The state {h, c} of an LSTM after one more vector; before: the state that it starts from, if there is one.
export function oneStep(weights, vector, before) {
    const trace = makeTrace("LSTM", 1, 1, weights["rnn.bias_hh_l0"].length / 4), {H, G, x, h, c} = trace;
    if (before) {
        h.set(before.h);
        c.set(before.c);
    }
    x.set(weights["rnn.bias_ih_l0"]);
    addProduct(x, vector, weights["rnn.weight_ih_l0"], 1, vector.length, G);
    forward("LSTM", weights, trace);
    return {h: h.slice(H), c: c.slice(H)};
}

// weight [M, K] · vector [K] + bias [M], for any M
export const linear = (vector, weight, bias) => bias.map((sum, m) => {
    for (let k = 0, at = m * vector.length; k < vector.length; k++, at++) sum += vector[k] * weight[at];
    return sum;
});

export function softmax(scores) {
    const largest = scores.reduce((a, b) => Math.max(a, b)), odds = scores.map(score => Math.exp(score - largest));
    const sum = odds.reduce((a, b) => a + b);
    return odds.map(odd => odd / sum);
}

// Walk back from dh [B, H], what is asked of the last state. Returns dx [T, B, G], what is asked of each word's part;
// what is asked of W_hh and b_hh is added to gradients, where there are some.
export function backward(cell, weights, trace, dh, gradients) {
    const {T, B, H, G, h, s} = trace, dx = new Float64Array(T * B * G), dc = new Float64Array(B * H);
    const turned = transposed(weights["rnn.weight_hh_l0"], G, H);
    for (let t = T - 1; t >= 0; t--) {
        CELLS[cell].backward(trace, dh, dc, dx, s, B, H, t);
        if (gradients) {
            addOuter(gradients["rnn.weight_hh_l0"], s, h, B, G, H, 0, t * B * H);
            addRows(gradients["rnn.bias_hh_l0"], s, B, G);
        }
        addProduct(dh, s, turned, B, G, H);
    }
    return dx;
}

// How large the gradient is with respect to each vector that was read, of E numbers: [T, B]; dh as in `backward`.
export function influences(cell, weights, trace, dh, E) {
    const {T, B, G} = trace, slopes = new Float64Array(T * B * E);
    addProduct(slopes, backward(cell, weights, trace, dh), transposed(weights["rnn.weight_ih_l0"], G, E), T * B, G, E);
    return Array.from({length: T * B}, (_, i) => Math.hypot(...slopes.subarray(i * E, (i + 1) * E)));
}
