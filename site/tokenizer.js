// The tokenizer of torchnlp.py (torchtext's "basic_english"), the same for every text: lower case, marks as tokens.

// What Python's str.lower() does, and what it calls a space, in full: browsers know another version of Unicode, and
// another \s. `make pages` writes unicode.js from the Python that it runs on.
import {CASED, IGNORABLE, LOWER, SPACES} from "./unicode.js";

const SPACE = new RegExp(`[${SPACES}]+`, "u");
const REPLACED = [
    [/'/g, " '  "], [/"/g, ""], [/\./g, " . "], [/<br \/>/g, " "], [/,/g, " , "], [/\(/g, " ( "], [/\)/g, " ) "],
    [/!/g, " ! "], [/\?/g, " ? "], [/[;:]/g, " "],
];

export function tokenize(text) {
    let line = lower(text);
    for (const [what, by] of REPLACED) line = line.replace(what, by);
    return line.split(SPACE).filter(token => token);
}

const inside = (ranges, character) => {
    const code = character.codePointAt(0);
    return ranges.some(([first, last]) => first <= code && code <= last);
};

function lower(text) {
    if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
    const characters = [...text];
    return characters.map((c, i) => c === "Σ" ? sigma(characters, i) : LOWER[c] ?? c).join("");
}

// A capital sigma becomes ς at the end of a word and σ elsewhere. Marks such as accents don't count.
function sigma(characters, i) {
    const counts = step => {
        let at = i + step;
        while (at in characters && inside(IGNORABLE, characters[at])) at += step;
        return at in characters && inside(CASED, characters[at]);
    };
    return counts(-1) && !counts(1) ? "ς" : "σ";
}
