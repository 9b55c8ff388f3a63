// The likeliest next tokens as bars: on the page that writes, and in lesson 6.

import {make, percent} from "./draw.js";
import {say} from "./words.js";
import {reshaped} from "./language.js";

const BARS = 10;

export const written = share => share && share < 0.01 ? say("< 1\u00A0%") : percent(share);

// scores: of all tokens; name(id): what a bar is called; settings: of `reshaped`; onTake(id): what a click does, where
// it does something, but for the id `fixed`. A bar is the probability now, its outline the token's own, and both are
// written where they differ; one of --most fills its row. Returns the likeliest, {id, own, now}, and most, the largest.
export function showBars(list, scores, {name, settings, onTake, fixed}) {
    const own = reshaped(scores), now = reshaped(scores, settings);
    const ids = [...own.keys()].filter(id => own[id]).sort((a, b) => own[b] - own[a]).slice(0, BARS);
    const most = Math.max(...ids.map(id => Math.max(own[id], now[id])));
    const stretch = (className, share) =>
        make("i", {className, style: `width: calc(100% * ${share} / var(--most))`});
    list.replaceChildren(...ids.map(id => {
        const [before, after] = [own[id], now[id]].map(written), className = now[id] ? "row" : "row cut";
        const old = before === after ? "" : `${before} → `;
        const row = make(onTake ? "button" : "span", {className, type: "button", disabled: id === fixed},
            make("bdi", {textContent: name(id)}),
            make("span", {className: "track"}, stretch("bar", now[id]), stretch("own", own[id])),
            make("span", {className: "number"}, make("i", {textContent: old}), after));
        row.onclick = onTake && (() => onTake(id));
        return make("li", {}, row);
    }));
    return {id: ids[0], own: own[ids[0]], now: now[ids[0]], most};
}
