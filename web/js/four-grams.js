// The rival that counts: lesson 6's 4-grams (modified Kneser-Ney).

const ORDER = 4, BASE = 2 ** 13;  // a run of up to four ids, each below BASE, is one whole number below 2 ** 53

export class FourGrams {
    // texts: lists of ids, each the end of its text included; V: how many words there are. Id V is the start token.
    constructor(texts, V) {
        Object.assign(this, {V, tables: []});
        const all = texts.flatMap(ids => ids.map((_, i) => this.run(ids, i + 1, ORDER)));
        let runs = [...Map.groupBy(all, run => run)].map(([run, places]) => [run, places.length]);  // and how often
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
}
