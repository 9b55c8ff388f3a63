// Weights as the files in networks hold them: the numbers' bytes, written as base64.

export const bytes = base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)).buffer;

// All of a network's weights, under PyTorch's names. Some are whole numbers, times a step: letters around H, which is
// 0, or a byte each; with `steps`, one or two bytes each, and a step for each row of a matrix.
export function unpacked(weights) {
    const read = ({float32, letters, int8, int16, step, steps}) => {
        if (float32) return Float64Array.from(new Float32Array(bytes(float32)));
        const whole = letters ? Int8Array.from(new TextEncoder().encode(letters), letter => letter - 72)
            : int8 ? new Int8Array(bytes(int8)) : new Int16Array(bytes(int16));
        const sizes = steps ? new Float32Array(bytes(steps)) : [step];
        return Float64Array.from(whole, (number, i) => number * sizes[Math.floor(i * sizes.length / whole.length)]);
    };
    return Object.fromEntries(Object.entries(weights).map(([name, packed]) => [name, read(packed)]));
}
