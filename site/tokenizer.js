// The tokenizer of torchnlp.py (torchtext's "basic_english"): lower case, marks as tokens. It agrees with Python on
// every text, but for letters that came into Unicode after the Python or the browser, and U+0295 before or after a
// capital sigma.

export const MOST_READ = 1000;  // tokens of a text
const SPACE = /(?:[^\S\ufeff]|[\x1c-\x1f\x85])+/u; // what Python calls a space
const REPLACED = [
    [/'/g, " '  "], [/"/g, ""], [/\./g, " . "], [/<br \/>/g, " "], [/,/g, " , "], [/\(/g, " ( "], [/\)/g, " ) "],
    [/!/g, " ! "], [/\?/g, " ? "], [/[;:]/g, " "],
];

export function tokenize(text) {
    let line = text.toLowerCase();
    for (const [what, by] of REPLACED) line = line.replace(what, by);
    return line.split(SPACE).filter(token => token);
}
