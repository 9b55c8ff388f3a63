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
