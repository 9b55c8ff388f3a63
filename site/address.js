// The part of the address behind #, as a dictionary: #cell=LSTM&T=40

export const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

export function writeAddress(values) {
    history.replaceState(null, "", `#${new URLSearchParams(values)}`);
}
