// Weights as the files in networks hold them: the numbers' bytes, written as base64.

export const bytes = base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)).buffer;

// All of a network's weights, under PyTorch's names. Some are whole numbers, times a step: letters around H, which is
// 0, or a byte each; with `steps`, one or two bytes each, and a step for each row of a matrix.
export function unpacked(weights) {
    const rows = ({int8, int16, steps}) => {
        const whole = int8 ? new Int8Array(bytes(int8)) : new Int16Array(bytes(int16));
        const step = new Float32Array(bytes(steps));
        return Float64Array.from(whole, (number, i) => number * step[Math.floor(i * step.length / whole.length)]);
    };
    const whole = ({letters, int8, step}) => letters
        ? Float64Array.from(new TextEncoder().encode(letters), letter => step * (letter - 72))
        : Float64Array.from(new Int8Array(bytes(int8)), number => step * number);
    const read = packed => packed.float32 ? Float64Array.from(new Float32Array(bytes(packed.float32)))
        : packed.steps ? rows(packed) : whole(packed);
    return Object.fromEntries(Object.entries(weights).map(([name, packed]) => [name, read(packed)]));
}
