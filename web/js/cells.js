// The recurrent layers by hand, forward and backward, as lesson 2 builds them. One text or many at once.
//
// Numbers lie in flat arrays, row behind row: "[B, H]" is B rows of H numbers. The parts of a layer have PyTorch's
// names and PyTorch's order: i, f, g, o in an LSTM, r, z, n in a GRU.

const sigmoid = z => 1 / (1 + Math.exp(-z));

// What each unit does in a step. x is what comes from the word, s what comes from the state; in these, and in what it
// makes of them, a, the unit's first part stands at `at`. Its states stand at `before` and at `after`.
export const CELLS = {
    RNN: {
        parts: ["h"],
        forward({x, s, a, h}, at, before, after) {
            h[after] = a[at] = Math.tanh(x[at] + s[at]);
        },
        backward({a, dx, ds, dh}, at, before, after, unit) {
            dx[at] = ds[at] = dh[unit] * (1 - a[at] ** 2);
            dh[unit] = 0;
        },
    },

    LSTM: {
        parts: ["input", "forget", "candidate", "output"],
        forward({x, s, a, h, c, H}, at, before, after) {
            const i = a[at] = sigmoid(x[at] + s[at]);
            const f = a[at + H] = sigmoid(x[at + H] + s[at + H]);
            const g = a[at + 2 * H] = Math.tanh(x[at + 2 * H] + s[at + 2 * H]);
            const o = a[at + 3 * H] = sigmoid(x[at + 3 * H] + s[at + 3 * H]);
            c[after] = f * c[before] + i * g;
            h[after] = o * Math.tanh(c[after]);
        },
        backward({a, c, dx, ds, dh, dc, H}, at, before, after, unit) {
            const i = a[at], f = a[at + H], g = a[at + 2 * H], o = a[at + 3 * H], tanh = Math.tanh(c[after]);
            const memory = dc[unit] + dh[unit] * o * (1 - tanh * tanh);
            dx[at] = ds[at] = memory * g * i * (1 - i);
            dx[at + H] = ds[at + H] = memory * c[before] * f * (1 - f);
            dx[at + 2 * H] = ds[at + 2 * H] = memory * i * (1 - g * g);
            dx[at + 3 * H] = ds[at + 3 * H] = dh[unit] * tanh * o * (1 - o);
            dc[unit] = memory * f;
            dh[unit] = 0;
        },
    },

    GRU: {
        parts: ["reset", "update", "candidate"],
        forward({x, s, a, h, H}, at, before, after) {
            const r = a[at] = sigmoid(x[at] + s[at]);
            const z = a[at + H] = sigmoid(x[at + H] + s[at + H]);
            const n = a[at + 2 * H] = Math.tanh(x[at + 2 * H] + r * s[at + 2 * H]);
            h[after] = (1 - z) * n + z * h[before];
        },
        backward({s, a, h, dx, ds, dh, H}, at, before, after, unit) {
            const r = a[at], z = a[at + H], n = a[at + 2 * H];
            const dn = dh[unit] * (1 - z) * (1 - n * n);
            dx[at] = ds[at] = dn * s[at + 2 * H] * r * (1 - r);
            dx[at + H] = ds[at + H] = dh[unit] * (h[before] - n) * z * (1 - z);
            dx[at + 2 * H] = dn;
            ds[at + 2 * H] = dn * r;
            dh[unit] *= z;
        },
    },
};

function eachUnit(act, trace, t) {
    const {B, H, G} = trace;
    for (let unit = 0; unit < B * H; unit++) {
        const before = t * B * H + unit, text = t * B + Math.floor(unit / H);
        act(trace, text * G + unit % H, before, before + B * H, unit);
    }
}

// out [N, M] += a [N, K] · w [M, K]ᵀ: four columns at a time, so that what is added up stays in the processor's
// registers, which is twice as fast as one by one.
export function addProduct(out, a, w, N) {
    const K = a.length / N, M = w.length / K, fours = M - M % 4;
    for (let n = 0; n < N; n++) {
        const row = n * K;
        for (let m = 0; m < fours; m += 4) {
            const w0 = m * K, w1 = w0 + K, w2 = w1 + K, w3 = w2 + K;
            let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (let k = 0; k < K; k++) {
                const number = a[row + k];
                sum0 += number * w[w0 + k];
                sum1 += number * w[w1 + k];
                sum2 += number * w[w2 + k];
                sum3 += number * w[w3 + k];
            }
            const to = n * M + m;
            out[to] += sum0;
            out[to + 1] += sum1;
            out[to + 2] += sum2;
            out[to + 3] += sum3;
        }
        for (let m = fours; m < M; m++) {
            for (let k = 0; k < K; k++) out[n * M + m] += a[row + k] * w[m * K + k];
        }
    }
}

// out [M, K] += a [N, M]ᵀ · b [N, K]
export const addOuter = (out, a, b, N) => addProduct(out, transposed(a, N), transposed(b, N), a.length / N);

// out [M] += the sum of the rows of a [N, M].
export function addRows(out, a) {
    for (let i = 0; i < a.length; i++) out[i % out.length] += a[i];
}

export function transposed(w, M) {
    const K = w.length / M, turned = new Float64Array(w.length);
    for (let m = 0; m < M; m++) for (let k = 0; k < K; k++) turned[k * M + m] = w[m * K + k];
    return turned;
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

// One behind the other: of each id its row of the table, of E numbers.
export function rowsOf(table, ids, E) {
    const rows = new Float64Array(ids.length * E);
    ids.forEach((id, i) => rows.set(table.subarray(id * E, (id + 1) * E), i * E));
    return rows;
}

// Read the ids of B texts, [T, B], from a state {h, c} on, if there is one. Returns what `readVectors` does, and the ids.
export function forward(cell, weights, ids, B = 1, first) {
    const E = weights["rnn.weight_ih_l0"].length / weights["rnn.bias_ih_l0"].length;
    return {...readVectors(cell, weights, rowsOf(weights["embedding.weight"], ids, E), B, {first}), ids};
}

// Let a layer, "l0" or "l1_reverse" by PyTorch's names, read vectors [T, B, E]. Returns what happened: in x [T, B, G]
// each vector's part, W_ih x + b_ih; in a [T, B, G] the gates; and h and c [T + 1, B, H], which begin with the first
// state.
export function readVectors(cell, weights, vectors, B, {first, layer = "l0"} = {}) {
    const [bias, stateBias] = ["ih", "hh"].map(kind => weights[`rnn.bias_${kind}_${layer}`]);
    const G = bias.length, H = G / CELLS[cell].parts.length, E = weights[`rnn.weight_ih_${layer}`].length / G;
    const N = vectors.length / E, T = N / B, zeros = new Uint8Array(N);
    const [h, c] = [1, 2].map(() => new Float64Array((T + 1) * B * H)), a = new Float64Array(N * G);
    const x = rowsOf(bias, zeros, G), s = rowsOf(stateBias, zeros, G);
    const trace = {cell, weights, layer, vectors, T, B, E, H, G, x, s, a, h, c};
    if (first) {
        h.set(first.h);
        c.set(first.c);
    }
    if (N) addProduct(x, vectors, weights[`rnn.weight_ih_${layer}`], N);
    for (let t = 0; t < T; t++) {
        const state = h.subarray(t * B * H, (t + 1) * B * H);
        addProduct(s.subarray(t * B * G, (t + 1) * B * G), state, weights[`rnn.weight_hh_${layer}`], B);
        eachUnit(CELLS[cell].forward, trace, t);
    }
    return trace;
}

// The state {h, c} of an LSTM after one more id.
export function oneStep(weights, id, before) {
    const {H, h, c} = forward("LSTM", weights, [id], 1, before);
    return {h: h.subarray(H), c: c.subarray(H)};
}

// What a layer did with one text, the first of many: each gate, and the states, a row a step.
export function insideOf({cell, T, B, H, G, a, h, c}) {
    const rows = (flat, width, from) =>
        Array.from({length: T}, (_, t) => [...flat.subarray(from + t * B * width, from + t * B * width + H)]);
    const gates = CELLS[cell].parts.map((part, p) => [part, rows(a, G, p * H)]);
    return {...Object.fromEntries(gates), ...cell === "LSTM" && {c: rows(c, H, B * H)}, h: rows(h, H, B * H)};
}

// Walk back from dh [B, H], what is asked of the last state. Returns what is asked of each vector that was read, of E
// numbers: [T, B, E]. What is asked of the weights is added to gradients, where there are some.
export function backward(trace, dh, gradients) {
    const {cell, weights, ids, vectors, T, B, E, H, G, h} = trace, N = T * B;
    const [dx, ds] = [1, 2].map(() => new Float64Array(N * G)), dc = new Float64Array(B * H);
    const turned = transposed(weights["rnn.weight_hh_l0"], G), asked = new Float64Array(N * E);
    const asks = {...trace, dx, ds, dh, dc};
    for (let t = T - 1; t >= 0; t--) {
        eachUnit(CELLS[cell].backward, asks, t);
        addProduct(dh, ds.subarray(t * B * G, (t + 1) * B * G), turned, B);
    }
    addProduct(asked, dx, transposed(weights["rnn.weight_ih_l0"], G), N);
    if (gradients) {
        addOuter(gradients["rnn.weight_ih_l0"], dx, vectors, N);
        addOuter(gradients["rnn.weight_hh_l0"], ds, h.subarray(0, N * H), N);
        addRows(gradients["rnn.bias_ih_l0"], dx);
        addRows(gradients["rnn.bias_hh_l0"], ds);
        const table = gradients["embedding.weight"];
        asked.forEach((number, i) => { table[ids[Math.floor(i / E)] * E + i % E] += number; });
    }
    return asked;
}
