// A tap on a term shows what the glossary says of it; the term in front of that leads there.
const said = Object.assign(document.createElement("div"), {popover: "auto", className: "said"});
addEventListener("click", event => {
    const link = event.target.closest("article a:has(> .std-term)");
    if (!link || !window.terms || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    said.innerHTML = window.terms[link.hash.slice(1)];
    said.firstChild.prepend(link.cloneNode(true), ": ");
    document.body.append(said);
    said.showPopover({source: link});
});

// On a phone a long cell shows its first lines, and what is extra its heading: see course.css. Its button opens it, and
// so does a word of the cell that one has found, and a link to what is inside.
const MOST_LINES = 8;
addEventListener("DOMContentLoaded", () => {
    for (const code of document.querySelectorAll(".cell_input:not(details *, .tag_yours *, .tag_stub *) pre")) {
        const button = Object.assign(document.createElement("button"), {className: "unfold", ariaExpanded: false});
        if (code.querySelectorAll(".line").length > MOST_LINES) code.after(button);
    }
});
const unfoldAround = part => {
    const button = part?.closest(":has(> .unfold)")?.querySelector(":scope > .unfold");
    if (button) button.ariaExpanded = true;
};
addEventListener("click", ({target}) => {
    if (target.matches(".unfold")) target.ariaExpanded = target.ariaExpanded !== "true";
});
document.addEventListener("selectionchange", () =>
    unfoldAround(getSelection().anchorNode?.parentElement?.closest("pre")));
for (const event of ["DOMContentLoaded", "hashchange"]) addEventListener(event, () => {
    const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    unfoldAround(part);
    part?.scrollIntoView();
});

// The section that one reads: its entry in the middle of the contents, and on a phone a link to the next one.
addEventListener("DOMContentLoaded", () => {
    const sections = [...document.querySelectorAll("article > section > section")];
    const next = Object.assign(document.createElement("a"), {className: "next-section d-print-none", hidden: true});
    const observer = new IntersectionObserver(() => {
        const number = 1 + sections.findLastIndex(section => section.getBoundingClientRect().top < 0.12 * innerHeight);
        const now = sections[number - 1];
        next.hidden = number === 0 || number === sections.length;
        if (!now) return;
        const entry = document.querySelector(`.page-toc [href="#${now.id}"]`), after = sections[number];
        const above = entry?.getBoundingClientRect().top - innerHeight / 2;
        entry?.closest(".bd-sidebar-secondary").scrollBy(0, above);
        const marked = entry?.parentElement.querySelector("[aria-current=true]");  // the theme misses a jump
        if (!marked) for (const link of document.querySelectorAll(".page-toc a"))
            link.ariaCurrent = link.classList.toggle("active", link === entry);
        next.textContent = `${number} / ${sections.length}`;
        next.href = `#${after?.id}`;
        next.ariaLabel = `${next.textContent} → ${after?.querySelector("h2").firstChild.textContent}`;
    }, {rootMargin: "-12% 0px -88%"});
    for (const section of sections) observer.observe(section);
    document.body.append(next);
    // It makes way for the text under it, some seconds after one has scrolled.
    const shown = [{visibility: "visible"}, {visibility: "hidden"}], time = {duration: 4000, fill: "forwards"};
    const stays = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!stays) addEventListener("scroll", () => next.animate(shown, time));
});
