"""Does a translation keep what must not change (a number word may become a figure), and is it set as Chinese is?

python -m tests.check_zh notebooks/zh/2-lstm-gates.po ...    (without names: all catalogues)
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator

import polib
from markdown_it import MarkdownIt

from tools.upkeep.cells import IN_WORDS, QUESTION
from tools.upkeep.zh import FOLDER

HAN = r"[\u4e00-\u9fff]"
FIGURES = "zero 0 one 1 first 1 once 1 two 2 second 2 twice 2 half 2 three 3 third 3 four 4 quarter 4 five 5 six 6 "
FIGURES += "seven 7 eight 8 nine 9 ten 10 tenth 10 eleven 11 twelve 12 dozen 12 fifteen 15 sixteen 16 twenty 20 "
FIGURES = dict(re.findall(r"(\w+) (\S+)", FIGURES + "thirty 30 forty 40 fifty 50 eighty 80 hundred 100 thousand 1,000"))
OURS = "隐藏状态 隐状态 令牌 词元 词汇表 词表 池化 汇聚 丢弃法 暂退法 随机失活 暂退法 教师强制 强制教学 集束搜索 束搜索"
OURS += " 贪婪 贪心 梯度弥散 梯度消失 沿时间反向传播 通过时间反向传播 随时间反向传播 通过时间反向传播 您 你"
OURS = dict(re.findall(r"(\S+) (\S+)", OURS))  # what other books say, and what we do
NUMBERED = {"课": "lesson", "节": "section", "练习": "exercise", "附录": "appendix", "答案": "solution"}
MARKDOWN = MarkdownIt("commonmark").enable("table")
TAG = r"</?(?:a|b|i|p|br|div|span|sub|sup|img|kbd|code|details|summary)\b[^>]*>"
ROLE = re.compile(r"\{(?:term|doc|ref)\}`(?:([^`<]*?)\s*<)?([^`>]*)>?`")  # Sphinx: a link by the name of its target
CODE, FORMULA, LINK = r"```.*?```|`[^`]*`", r"\$\$.*?\$\$|\$[^$]*\$", r"\]\([^)]*\)"
GAP = (
    r"(?<![A-Za-z])\{v\d+\}|\{(?!v\d)\w+\}|\[[\w *,/]+\](?!\()"  # {name} of a message, [B, T]: not the {v1} of a plural
)
NUMBER = r"(?<![A-Za-z_])\d[\d,]*(?:\.\d+)?(?<!,)"
WRONG = {  # what a Chinese page does not have
    "a space is missing between Chinese and Latin": rf"{HAN}\**[A-Za-z0-9`$]|[A-Za-z0-9`$%]\**{HAN}",
    "a space beside full-width punctuation": r" [，。；：？！、）”]|[，。；：、（“] (?=[^\s|*#])",
    "half-width punctuation": rf"{HAN}\**[,;:?!(\"]|[,;:?!)\"]\**{HAN}|{HAN}\**\.(?!\w)",
}


def plain(text: str) -> str:
    """Without what Sphinx alone reads: its links, and the one end of a block of code that a paragraph may have."""
    text = re.sub(r"^```.*\n?", "", text, flags=re.M) if text.count("```") % 2 else text
    return ROLE.sub(lambda role: role[1] or role[2], text)


def kept(text: str) -> dict:
    """What must be the same in both languages."""
    terms = sorted(" ".join(name.lower().split()) for _, name in ROLE.findall(text))
    code = [part for part in re.findall(CODE, plain(text), flags=re.S) if not part.startswith(("```text", "```{"))]
    text = re.sub(CODE, "`", plain(text), flags=re.S)
    return {
        "terms": terms,
        "code": sorted(code),
        "formulas": sorted(re.findall(FORMULA, text, flags=re.S)),
        "links, tags, gaps, shapes": sorted(found[0] for found in re.finditer(f"{TAG}|{LINK}|{GAP}", text)),
        "headings": re.findall(r"^#+ ", text, flags=re.M),
        "list items": len(re.findall(r"^ *(?:[-*]|\d+\.) ", text, flags=re.M)),
        "table": [line.count("|") for line in text.splitlines() if line.startswith("|")],
        "bold phrases": MARKDOWN.render(text).count("<strong>"),
        "bold questions": len(QUESTION.findall(text)),
        "caption": bool(IN_WORDS.match(text)),
    }


def prose(text: str) -> str:
    """Without code, formulas, links' targets and tags: the words and their punctuation."""
    text = re.sub(FORMULA, "$", re.sub(CODE, "`", plain(text), flags=re.S), flags=re.S)
    return re.sub(TAG, "", re.sub(LINK, "]", text))


def faults(english: str, chinese: str) -> Iterator[str]:
    """What is wrong with a translation, one line each."""
    ours, theirs, words, text = kept(english), kept(chinese), prose(english), prose(chinese)
    different = [name for name in ours if ours[name] != theirs[name]]
    yield from (f"{name}: {ours[name]} in English, {theirs[name]} in Chinese" for name in different)
    wanted = re.findall(rf"\b({'|'.join(NUMBERED.values())})\s+(\d+\w?)\b(?!\.\d)", words, flags=re.I)
    found = re.findall(r"第 (\d+) (课|节)|(练习|附录|答案) (\d+[a-z]?)", text)
    lost = {(kind.lower(), n) for kind, n in wanted} - {(NUMBERED[b or c], a or d) for a, b, c, d in found}
    yield from (f"no word of {kind} {number}" for kind, number in lost)
    here, there = (Counter(re.findall(NUMBER, part)) for part in (words, text))
    if here - there or there - here - Counter(FIGURES.get(word) for word in re.findall(r"[a-z]+", english.lower())):
        yield f"numbers: {list(here.elements())} in English, {list(there.elements())} in Chinese"
    for name, pattern in WRONG.items():
        places = [text[max(0, at.start() - 8) : at.end() + 8] for at in re.finditer(pattern, text)]
        yield from (f"{name}: ...{place!r}..." for place in places)
    yield from (f"{word}: here it is {own}" for word, own in OURS.items() if word in text)


def faults_of(file: str) -> Iterator[str]:
    """The faults of a catalogue, but for lines of programs: those have to run."""
    for entry in polib.pofile(file):
        if entry.translated() and not entry.msgctxt.endswith((".js", ".html", ".py")):
            yield from (f"{file}, {entry.msgctxt}: {fault}" for fault in faults(entry.msgid, entry.msgstr))


if __name__ == "__main__":
    found = [fault for file in sys.argv[1:] or sorted(map(str, FOLDER.glob("*.po"))) for fault in faults_of(file)]
    sys.exit("\n".join([*found, f"{len(found)} faults"]) if found else 0)
