// The rival that counts: lesson 6's 4-grams (modified Kneser-Ney). And which runs of a text stand in its training
// text.

const ORDER = 4, BASE = 2 ** 13;  // a run of up to four ids, each below BASE, is one whole number below 2 ** 53

export class FourGrams {
    // texts: lists of ids, each the end of its text included; V: how many words there are. Id V is the start token.
    constructor(texts, V) {
        Object.assign(this, {texts, V, tables: []});
        const endingAt = (text, end) => ({text, end, run: this.run(texts[text], end, ORDER)});
        const all = texts.flatMap((ids, text) => ids.map((_, i) => endingAt(text, i + 1)));
        this.places = Map.groupBy(all, ({run}) => run);
        let runs = [...this.places].map(([run, places]) => [run, places.length]);  // and how often
        for (let n = ORDER - 1; n >= 0; n--) {
            const followers = Map.groupBy(runs, ([run]) => Math.floor(run / BASE));  // by the context of n tokens
            const [, n1, n2, n3, n4] = [0, 1, 2, 3, 4].map(often => runs.filter(([, count]) => count === often).length);
            const y = n1 / (n1 + 2 * n2), off = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3];
            this.tables.unshift({followers, off});  // what is taken off a count of 0, 1, 2, and of 3 or more
            const shorter = Map.groupBy(runs, ([run]) => run % BASE ** n);
            runs = [...shorter].map(([run, longer]) => [run, longer.length]);  // once for each token before it
        }
    }

    // The n tokens before place `end` as one number; before a text stand start tokens.
    run(ids, end, n) {
        let number = 0;
        for (let i = end - n; i < end; i++) number = BASE * number + (ids[i] ?? this.V);
        return number;
    }

    // The probability of each word after the first `at` ids.
    next(ids, at = ids.length) {
        const p = new Float64Array(this.V).fill(1 / (this.V - 1));  // all tokens alike, but for <pad>
        for (const [n, {followers, off}] of this.tables.entries()) {
            const found = followers.get(this.run(ids, at, n));
            if (!found) break;  // a context never seen: the shorter one must do
            const sum = part => found.reduce((all, [, count]) => all + part(count), 0), total = sum(count => count);
            const taken = count => off[Math.min(count, 3)], left = sum(taken) / total;
            p.forEach((share, id) => { p[id] = share * left; });
            for (const [run, count] of found) p[run % BASE] += (count - taken(count)) / total;
        }
        return p;
    }

    // The runs of four tokens or more that stand in the training text, as [{from, to, text}], `to` excluded. Unknown
    // words (id 0) are no match: nobody can tell which they were.
    runs(ids) {
        const found = [];
        for (let from = 0; from + ORDER <= ids.length; from++) {
            let to = from, text;
            for (const place of this.places.get(this.run(ids, from + ORDER, ORDER)) ?? []) {
                const there = this.texts[place.text].slice(place.end - ORDER);
                const same = there.findIndex((id, i) => !id || id !== ids[from + i]);
                const end = from + (same < 0 ? there.length : same);
                if (end > to) [to, text] = [end, place.text];
            }
            if (to - from >= ORDER && to > (found.at(-1)?.to ?? 0)) found.push({from, to, text});
        }
        return found;
    }
}
