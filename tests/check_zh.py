"""Does a translation keep what must not change, and is it set as Chinese is?

    python -m tests.check_zh notebooks/zh/2-lstm-gates.po ...    (without names: all catalogues)

Looks at what is translated and prints what is wrong. Where a Chinese sentence needs it, an English number word may
become a figure; every other number, formula, code span, link, heading, row, bold phrase and question has to stay.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import polib
from markdown_it import MarkdownIt

from tools.upkeep.cells import IN_WORDS, QUESTION
from tools.zh.catalogues import FOLDER

HAN = r"[\u4e00-\u9fff]"
FIGURES = {  # number words, each of which may be a figure in Chinese
    "zero": "0", "one": "1", "first": "1", "once": "1", "two": "2", "second": "2", "twice": "2", "half": "2",
    "three": "3", "third": "3", "four": "4", "quarter": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "tenth": "10", "eleven": "11", "twelve": "12", "dozen": "12", "fifteen": "15",
    "sixteen": "16", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "eighty": "80", "hundred": "100",
    "thousand": "1,000",
}  # fmt: skip
MISTAKEN = {  # what other books say for a word of ours
    "隐藏状态": "隐状态", "令牌": "词元", "词汇表": "词表", "池化": "汇聚", "丢弃法": "暂退法", "随机失活": "暂退法",
    "教师强制": "强制教学", "集束搜索": "束搜索", "贪婪": "贪心", "梯度弥散": "梯度消失", "您": "你",
    "沿时间反向传播": "通过时间反向传播", "随时间反向传播": "通过时间反向传播",
}  # fmt: skip
MARKDOWN = MarkdownIt("commonmark").enable("table")
TAG = r"</?(?:a|b|i|p|br|div|span|sub|sup|img|kbd|code|details|summary)\b[^>]*>"
ROLE = re.compile(r"\{(?:term|doc|ref)\}`(?:([^`<]*?)\s*<)?([^`>]*)>?`")  # Sphinx: a link by the name of its target
CODE, FORMULA, LINK = r"```.*?```|`[^`]*`", r"\$\$.*?\$\$|\$[^$]*\$", r"\]\(([^)]*)\)"


def without_code(text: str) -> str:
    return re.sub(CODE, "`", text, flags=re.S)


def prose(text: str) -> str:
    """Without code, formulas, links' targets and tags: the words and their punctuation."""
    return re.sub(TAG, "", re.sub(LINK, "]", re.sub(FORMULA, "$", without_code(text), flags=re.S)))


def numbers(text: str) -> Counter:
    return Counter(re.findall(r"(?<![A-Za-z_])\d[\d,]*(?:\.\d+)?(?<!,)", prose(text)))


def questions(text: str) -> int:
    return len(QUESTION.findall(without_code(text)))


def references(text: str) -> set[str]:
    """What the text refers to by number, in either language."""
    names = {"课": "lesson", "节": "section", "练习": "exercise", "附录": "appendix", "答案": "solution"}
    english = re.findall(r"\b(lesson|section|exercise|appendix|solution)\s+(\d+\w?)\b(?!\.\d)", prose(text), flags=re.I)
    chinese = re.findall(r"第 (\d+) (课|节)|(练习|附录|答案) (\d+[a-z]?)", prose(text))
    return {f"{k.lower()} {n}" for k, n in english} | {f"{names[b or c]} {a or d}" for a, b, c, d in chinese}


KEPT: dict[str, Callable] = {  # what has to be alike
    "code": lambda text: sorted(c for c in re.findall(CODE, text, flags=re.S) if not c.startswith(("```text", "```{"))),
    "formulas": lambda text: sorted(re.findall(FORMULA, without_code(text), flags=re.S)),
    "links": lambda text: sorted(re.findall(LINK, without_code(text))),
    "tags": lambda text: sorted(re.findall(TAG, without_code(text))),
    "gaps or shapes": lambda text: sorted(
        re.findall(r"(?<![A-Za-z])\{v\d+\}|\{(?!v\d)\w+\}|\[[\w *,/]+\](?!\()", without_code(text))
    ),
    "headings": lambda text: re.findall(r"^#+ ", text, flags=re.M),
    "list items": lambda text: len(re.findall(r"^ *(?:[-*]|\d+\.) ", text, flags=re.M)),
    "table": lambda text: [line.count("|") for line in without_code(text).splitlines() if line.startswith("|")],
    "cells": lambda text: sorted(re.findall(r"\b[la]\d\w*-[a-z]\w+\b", text)),
    "bold phrases": lambda text: MARKDOWN.render(text).count("<strong>"),
    "bold questions": questions,
    "caption": lambda text: bool(IN_WORDS.match(text)),
}
WRONG = {  # what a Chinese page does not have
    "a space is missing between Chinese and Latin": rf"{HAN}\**[A-Za-z0-9`$]|[A-Za-z0-9`$%]\**{HAN}",
    "a space beside full-width punctuation": r" [，。；：？！、）”]|[，。；：、（“] (?=[^\s|*#])",
    "half-width punctuation": rf"{HAN}\**[,;:?!(\"]|[,;:?!)\"]\**{HAN}|{HAN}\**\.(?!\w)",
    "two spaces": r"(?<=\S)  +(?=\S)",
}


def faults(english: str, chinese: str) -> Iterator[str]:
    """What is wrong with a translation, one line each."""
    if english.count("```") % 2:  # a paragraph with one end of a block of code
        english, chinese = (re.sub(r"^```.*\n?", "", text, flags=re.M) for text in (english, chinese))
    here, there = ([" ".join(role[1].lower().split()) for role in ROLE.findall(text)] for text in (english, chinese))
    if sorted(here) != sorted(there):
        yield f"roles: {sorted(here)} in English, {sorted(there)} in Chinese"
    english, chinese = (ROLE.sub(lambda role: role[1] or role[2], text) for text in (english, chinese))
    for name, find in KEPT.items():
        if find(english) != find(chinese):
            yield f"{name}: {find(english)} in English, {find(chinese)} in Chinese"
    if lost := references(english) - references(chinese):
        yield f"references: {', '.join(sorted(lost))}"
    said = Counter(FIGURES.get(word, "") for word in re.findall(r"[a-z]+", english.lower()))
    missing, more = numbers(english) - numbers(chinese), numbers(chinese) - numbers(english) - said
    if missing or more:
        yield f"numbers: {list(missing)} missing, {list(more)} added"
    text = prose(chinese)
    for name, pattern in WRONG.items():
        if name != "two spaces" or not re.search(pattern, prose(english)):
            for found in re.finditer(pattern, text):
                yield f"{name}: ...{text[max(0, found.start() - 8) : found.end() + 8]!r}..."
    for word, ours in MISTAKEN.items():
        if word in text:
            yield f"{word}: here it is {ours}"
    if not re.search(HAN, chinese) and chinese != english and len(re.findall(r"\b[a-z]{3,}\b", prose(english))) > 2:
        yield "no Chinese in it"
    if "**" in re.sub(r"<code>.*?</code>", "", MARKDOWN.render(chinese), flags=re.S):
        yield "** shows as it is: no punctuation inside at its end, or a space after it"


def faults_of(file: str) -> Iterator[str]:
    """The faults of a catalogue, but for lines of programs: those have to run."""
    for entry in polib.pofile(file):
        if entry.translated() and not entry.msgctxt.endswith((".js", ".html", ".py")):
            yield from (f"{file}, {entry.msgctxt}: {fault}" for fault in faults(entry.msgid, entry.msgstr))


def main() -> None:
    files = sys.argv[1:] or sorted(map(str, FOLDER.glob("*.po")))
    found = [fault for file in files for fault in faults_of(file)]
    print(*found, sep="\n")
    sys.exit(f"{len(found)} faults" if found else 0)


if __name__ == "__main__":
    main()
