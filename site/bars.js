// The likeliest next tokens as bars: on the page that writes, and in lesson 6.

import {make, percent} from "../images/watch/draw.js";
import {say} from "../images/watch/words.js";
import {reshaped} from "./language.js";

const BARS = 10;

export const written = share => share && share < 0.01 ? say("< 1\u00A0%") : percent(share);

// scores: of all tokens; name(id): what a bar is called; settings: of `reshaped`; onTake(id): what a click does, where
// it does something, but for the id `fixed`. A bar is the probability now, its outline the token's own, and both are
// written where they differ; a bar of --most fills its row. The largest of them is most.
// Returns the likeliest, {id, own, now}, and most.
export function showBars(list, scores, {name, settings, onTake, fixed}) {
    const own = reshaped(scores), now = reshaped(scores, settings);
    const ids = [...own.keys()].filter(id => own[id]).sort((a, b) => own[b] - own[a]).slice(0, BARS);
    while (list.children.length < ids.length) list.append(makeBar(onTake ? "button" : "span"));
    while (list.children.length > ids.length) list.lastChild.remove();
    const most = Math.max(...ids.map(id => Math.max(own[id], now[id])));
    const wide = share => `calc(100% * ${share} / var(--most))`;
    ids.forEach((id, i) => {
        const [row] = list.children[i].children, [word, track, number] = row.children, [bar, outline] = track.children;
        word.textContent = name(id);
        const [before, after] = [own[id], now[id]].map(written);
        number.replaceChildren(make("i", {textContent: before === after ? "" : `${before} → `}), after);
        bar.style.width = wide(now[id]);
        outline.style.width = wide(own[id]);
        row.classList.toggle("cut", !now[id]);
        if (onTake) Object.assign(row, {onclick: () => onTake(id), disabled: id === fixed});
    });
    return {id: ids[0], own: own[ids[0]], now: now[ids[0]], most};
}

function makeBar(tag) {
    const row = make(tag, {className: "row", type: "button"},
        make("bdi"),
        make("span", {className: "track"}, make("i", {className: "bar"}), make("i", {className: "own"})),
        make("span", {className: "number"}));
    return make("li", {}, row);
}
