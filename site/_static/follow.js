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

// The column of contents shows the entry of the section that one reads.

addEventListener("DOMContentLoaded", () => {
    const column = document.querySelector(".bd-sidebar-secondary .page-toc");
    if (!column) return;
    new MutationObserver(() => {
        const [entry] = [...column.querySelectorAll("a.active")].slice(-1);
        const box = entry?.getBoundingClientRect(), scroller = column.closest(".bd-sidebar-secondary");
        if (box && (box.top < 60 || box.bottom > innerHeight - 20)) scroller.scrollTop += box.top - innerHeight / 2;
    }).observe(column, {subtree: true, attributeFilter: ["class"]});
});

// On a phone a long cell shows its first lines. Its button opens it, and so does a word below them that one has found.
const unfold = (button, whole) => { if (button) button.ariaExpanded = whole; };
addEventListener("click", ({target}) => target.matches(".unfold") && unfold(target, target.ariaExpanded !== "true"));
document.addEventListener("selectionchange", () => {
    const rest = getSelection().anchorNode?.parentElement?.closest(".rest");
    unfold(rest?.closest(".highlight").querySelector(".unfold"), true);
});

// There, in which section one is, as a link to the next.
addEventListener("DOMContentLoaded", () => {
    const sections = [...document.querySelectorAll("article > section > section")];
    const next = Object.assign(document.createElement("a"), {className: "next-section", hidden: true});
    const observer = new IntersectionObserver(entries => {
        const now = sections.indexOf(entries.findLast(entry => entry.isIntersecting)?.target), after = sections[now + 1];
        if (now < 0) return;
        next.textContent = `${now + 1} / ${sections.length}`;
        next.hidden = !after;
        if (!after) return;
        next.href = `#${after.id}`;
        next.ariaLabel = `${next.textContent} → ${after.querySelector("h2").firstChild.textContent}`;
    }, {rootMargin: "-12% 0px -88%"});
    for (const section of sections) observer.observe(section);
    document.body.append(next);
});
