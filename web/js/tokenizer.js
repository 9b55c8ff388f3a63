// The tokenizer of torchnlp.py: lower case, marks as tokens, a script without spaces by characters. It agrees with
// Python on every text, but for letters that came into Unicode after the Python or the browser, and U+0295 before or
// after a capital sigma.

export const MOST_READ = 1000;  // tokens of a text
const SPACE = /(?:[^\S\ufeff]|[\x1c-\x1f\x85])+/u; // what Python calls a space
const REPLACED = [
    [/'/g, " '  "], [/"/g, ""], [/\./g, " . "], [/<br \/>/g, " "], [/,/g, " , "], [/\(/g, " ( "], [/\)/g, " ) "],
    [/!/g, " ! "], [/\?/g, " ? "], [/[;:]/g, " "],
];

const MARKS = /[¡«»¿\u2010-\u2027\u2030-\u205e\u3001-\u3004\uff01-\uff0f\uff1a-\uff20]/g;
const UNSPACED = /[\u0e00-\u109f\u1780-\u17ff\u3005-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
const words = line => line.split(SPACE).filter(token => token);

export function tokenize(text) {
    let line = text.normalize("NFC").replaceAll("İ", "i").replace(MARKS, " $& ");
    if ([...line.matchAll(UNSPACED)].length > words(line.replace(UNSPACED, " ")).length)
        line = line.replace(UNSPACED, " $& ");
    line = line.toLowerCase();
    for (const [what, by] of REPLACED) line = line.replace(what, by);
    return words(line);
}
