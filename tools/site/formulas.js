// Sets formulas. Each line of the input is one in TeX, as JSON; each line of the output its drawing, and what a screen
// reader says. The argument is the folder of the packages.
const packages = require("path").resolve(process.argv[2]);
const speech = require(`${packages}/speech-rule-engine`);
const {init} = require(`${packages}/mathjax/es5/node-main.js`);

const NOISE = / (?:xmlns(?::xlink)?|data-[\w-]+|role|focusable)="[^"]*"/g;

(async () => {
    const tex = {formatError: (_, error) => { throw error; }};
    const MathJax = await init({loader: {load: ["input/tex", "output/svg"]}, tex, svg: {fontCache: "none"}});
    await speech.setupEngine({locale: "en", domain: "clearspeak"});
    const html = node => MathJax.startup.adaptor.outerHTML(node);
    for await (const line of require("readline").createInterface({input: process.stdin})) {
        const {tex, display} = JSON.parse(line);
        const svg = html(await MathJax.tex2svgPromise(tex, {display})).match(/<svg.*<\/svg>/s)[0].replace(NOISE, "");
        const words = speech.toSpeech(await MathJax.tex2mmlPromise(tex, {display}));
        console.log(JSON.stringify({svg, words}));
    }
})();
