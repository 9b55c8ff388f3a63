// The rival that counts: lesson 6's 4-grams (interpolated Kneser-Ney). And which runs of a text stand in its training
// text.

const ORDER = 4, BASE = 2 ** 13;  // a run of up to four ids, each below BASE, is one whole number below 2 ** 53

export class FourGrams {
    // texts: lists of ids, each the end of its text included; V: how many words there are. Id V is the start token.
    constructor(texts, V) {
        Object.assign(this, {texts, V, tables: [], places: new Map()});
        let runs = new Map();  // run -> how often
        texts.forEach((ids, text) => ids.forEach((_, at) => {
            const run = BASE * this.context(ids, at, ORDER - 1) + ids[at];
            runs.set(run, (runs.get(run) ?? 0) + 1);
            if (at + 1 < ORDER) return;
            if (this.places.has(run)) this.places.get(run).push([text, at + 1 - ORDER]);
            else this.places.set(run, [[text, at + 1 - ORDER]]);
        }));
        for (let n = ORDER - 1; n >= 0; n--) {
            const followers = new Map();  // context of n tokens -> the words after it, behind each how often
            const often = [0, 0, 0], shorter = new Map();
            for (const [run, count] of runs) {
                const context = Math.floor(run / BASE), rest = run % BASE ** n;
                if (!followers.has(context)) followers.set(context, []);
                followers.get(context).push(run % BASE, count);
                if (count < 3) often[count]++;
                shorter.set(rest, (shorter.get(rest) ?? 0) + 1);  // once for each token before it, not how often
            }
            this.tables.unshift({followers, discount: often[1] / (often[1] + 2 * often[2])});
            runs = shorter;
        }
    }

    // The n tokens before place `at` as one number; before a text stand start tokens.
    context(ids, at, n) {
        let number = 0;
        for (let i = at - n; i < at; i++) number = BASE * number + (ids[i] ?? this.V);
        return number;
    }

    // The probability of each word after the first `at` ids.
    next(ids, at = ids.length) {
        const p = new Float64Array(this.V).fill(1 / this.V);
        for (const [n, {followers, discount}] of this.tables.entries()) {
            const found = followers.get(this.context(ids, at, n));
            if (!found) break;  // a context never seen: the shorter one must do
            let total = 0;
            for (let i = 1; i < found.length; i += 2) total += found[i];
            const left = discount * found.length / 2 / total;
            for (let id = 0; id < p.length; id++) p[id] *= left;
            for (let i = 0; i < found.length; i += 2) p[found[i]] += (found[i + 1] - discount) / total;
        }
        return p;
    }

    // The runs of four tokens or more that stand in the training text, as [{from, to, text}], `to` excluded. Unknown
    // words (id 0) are no match: nobody can tell which they were.
    runs(ids) {
        const found = [];
        for (let from = 0; from + ORDER <= ids.length; from++) {
            const places = this.places.get(this.context(ids, from + ORDER, ORDER)) ?? [];
            let [to, text] = [from, null];
            for (const [k, at] of places) {
                let end = from;
                while (end < ids.length && ids[end] && ids[end] === this.texts[k][at + end - from]) end++;
                if (end > to) [to, text] = [end, k];
            }
            if (to - from >= ORDER && to > (found.at(-1)?.to ?? 0)) found.push({from, to, text});
        }
        return found;
    }
}
