// What pages say. English stands where it is said; another language comes from a table, by the English. Here the table
// is empty: in the Chinese course each script begins with its own sentences (zh/edition.py).

export const WORDS = {};

// A sentence in pieces, with its gaps filled: pieces("After {word}: yes.", {word: bold("oil")}). A part may be a node,
// or several.
export const pieces = (sentence, parts = {}) =>
    (WORDS[sentence] ?? sentence).split(/\{(\w+)\}/).flatMap((piece, i) => i % 2 ? parts[piece] : piece);

export const say = (sentence, parts) => pieces(sentence, parts).join("");
