// Weights as the files in networks hold them: the numbers' bytes, written as base64.

export function bytes(base64) {
    const text = atob(base64), numbers = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) numbers[i] = text.charCodeAt(i);
    return numbers.buffer;
}

// All of a network's weights, under PyTorch's names. Some are whole numbers from -127 to 127, times a step.
export function unpacked(weights) {
    const read = ({int8, step, float32}) => int8
        ? Float64Array.from(new Int8Array(bytes(int8)), number => step * number)
        : Float64Array.from(new Float32Array(bytes(float32)));
    return Object.fromEntries(Object.entries(weights).map(([name, packed]) => [name, read(packed)]));
}
