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
