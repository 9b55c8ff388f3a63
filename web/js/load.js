// Numbers that a figure needs only once it is touched. They come as a script, for a page from the disk can fetch
// nothing else: web/pages.py writes `(window.numbers ??= {})["lstm.js"] = ...`.

import {make} from "./draw.js";

export const load = file => new Promise((done, failed) => {
    const onload = () => done(window.numbers[file.split("/").at(-1)]);
    document.head.append(make("script", {src: file, onload, onerror: failed}));
});
