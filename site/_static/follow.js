// A tap on a term shows what the glossary says of it; the term in front of that leads there.
const said = Object.assign(document.createElement("div"), {popover: "auto", className: "said"});
const TERMS = new URL("terms.js", document.currentScript.src).href;  // comes when one first asks: window.terms
addEventListener("click", async event => {
    const link = event.target.closest("article a:has(> .std-term)");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!window.terms) {
        const script = Object.assign(document.createElement("script"), {src: TERMS});
        document.body.append(script, said);
        await new Promise(done => Object.assign(script, {onload: done, onerror: () => location.assign(link.href)}));
    }
    said.innerHTML = window.terms[link.hash.slice(1)];
    said.firstChild.prepend(link.cloneNode(true), ": ");
    said.showPopover({source: link});
    const word = link.getBoundingClientRect(), below = word.bottom + said.offsetHeight + 20 < innerHeight;
    const left = Math.max(16, Math.min(word.left, document.documentElement.clientWidth - said.offsetWidth - 16));
    said.style.left = `${left + scrollX}px`;
    said.style.top = `${scrollY + (below ? word.bottom + 6 : word.top - 6 - said.offsetHeight)}px`;
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
