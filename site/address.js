// The part of the address behind #, as a dictionary: #cell=LSTM&T=40

export const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

let pending;

export function writeAddress(values) {
    clearTimeout(pending);
    history.replaceState(null, "", `#${new URLSearchParams(values)}`);
}

// While somebody types: not at every key, for browsers allow a few changes a second.
export function writeSoon(values) {
    clearTimeout(pending);
    pending = setTimeout(() => writeAddress(values), 300);
}
