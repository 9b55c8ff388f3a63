// Search: lessons come first, and a result quotes the text of its page, not the buttons around it.

if (typeof Search !== "undefined") {
    if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;  // no page can be fetched
    Scorer.score = ([page, , , , score]) => score + (/^notebooks\/\d/.test(page) ? 30 : 0);
    Search.htmlToText = (html, anchor) => {
        const article = new DOMParser().parseFromString(html, "text/html").querySelector("article");
        article.querySelectorAll(".headerlink, script, style, summary").forEach(part => part.remove());
        return ((anchor && article.querySelector(anchor)) || article).textContent.replace(/\s+/g, " ");
    };
}
