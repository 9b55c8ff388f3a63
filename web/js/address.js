// The part of the address behind #, as a dictionary: #cell=LSTM&T=40. It keeps what is shown, so that a lesson or a
// slide can link to it.

export const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

// A form's settings as at first, and as the address has them, where it does.
export function restoreForm(form) {
    const given = readAddress();
    form.reset();
    for (const {name} of form.elements) if (name && name in given) form.elements[name].value = given[name];
    return given;
}

let pending, replace = () => {};

// Not at every key, for browsers allow a few changes a second.
export function writeAddress(values) {
    clearTimeout(pending);
    replace = () => history.replaceState(null, "", `#${new URLSearchParams(values)}`);
    pending = setTimeout(flushAddress, 300);
}

export function flushAddress() {
    clearTimeout(pending);
    replace();
    replace = () => {};
}

// What is shown now stays one step back in the history: what comes is a new page, so to speak.
export function turnPage() {
    flushAddress();
    history.pushState(null, "", location.href);
}
