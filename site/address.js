// The part of the address behind #, as a dictionary: #cell=LSTM&T=40. It keeps what is shown, so that a lesson or a
// slide can link to it.

export const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

let pending;

// Not at every key, for browsers allow a few changes a second.
export function writeAddress(values) {
    clearTimeout(pending);
    pending = setTimeout(() => history.replaceState(null, "", `#${new URLSearchParams(values)}`), 300);
}
