"""Make build/zh, the course in Chinese: the same cells, other words.

build/zh/course is the whole course with the texts of notebooks/zh/*.po in place of the English ones. Its own tools make
build/zh/student, build/zh/slides, and the site, which becomes build/site/zh. What has no translation, or other English
words than when it was translated, stays English; a cell says so.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.teaching.student import sets_up
from tools.zh.catalogues import FOLDER, NOTEBOOKS, ROOT, SITE, catalogue_of, entries_of, in_other_words, of_site, pieces

OUT = ROOT / "build" / "zh"
COURSE = OUT / "course"
STUDENT = "from tools.teaching.student import ROOT, make_handout; make_handout(ROOT / 'build' / 'student')"
STEPS = {"slides": "-m tools.teaching.slides", "site": "-m tools.site.build", "student": f"-c {STUDENT}"}
MARK = "\n\n（此处暂为英文：{}。）"
LANGUAGE = 'os.environ["TORCHNLP_LANGUAGE"] = "zh"\n'


class Words:
    """What a catalogue has for a text; the text itself, with a mark under a cell, where it has nothing."""

    def __init__(self, file: Path):
        self.said = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in entries_of(file) if entry.translated()}
        self.known = {entry.msgctxt for entry in entries_of(file) if entry.msgstr}
        self.lacking: list[str] = []  # contexts

    def __call__(self, context: str, text: str) -> str:
        if (context, text) in self.said:
            return self.said[context, text]
        self.lacking.append(context)
        why = "原文已改动，译文待更新" if context in self.known else "尚无译文"
        return text if " " in context or "/" in context else text + MARK.format(why)


def translate(notebook, words: Words):
    """A notebook in Chinese, changed in place: its ids, tags, outputs and code stay, but for comments and LANGUAGE."""
    for cell in notebook.cells:
        cell.source = in_other_words(cell, words)
        if sets_up(cell):
            cell.source = cell.source.replace("\nREPOSITORY = ", f"\n{LANGUAGE}REPOSITORY = ")
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(\.github\.io/[\w.-]+/)(?!zh/)", r"\1zh/", cell.source)
            cell.source = cell.source.replace("/blob/student/", "/blob/student-zh/").replace(
                "[含答案]", "[英文，含答案]"
            )
    return notebook


def make_course() -> None:
    """The course in build/zh/course. Prints how many of its texts are still English."""
    shutil.rmtree(COURSE, ignore_errors=True)
    shutil.copytree(ROOT, COURSE, ignore=shutil.ignore_patterns(".*", "build", "term", "__pycache__"))
    found = {path: Words(catalogue_of(path)) for path in NOTEBOOKS}
    for path, words in found.items():
        nbformat.write(translate(nbformat.read(path, as_version=4), words), COURSE / path.relative_to(ROOT))
    words, wanted = Words(FOLDER / "site.po"), set(of_site())
    for path in SITE:
        name = path.relative_to(ROOT).as_posix()
        page = "".join(words(name, part) if (name, part) in wanted else part for part in pieces(path))
        (COURSE / name).write_text(page.replace('<html lang="en">', '<html lang="zh-CN">'), encoding="utf-8")
    terms = re.findall(r"^[\u4e00-\u9fff]\S*$", (COURSE / "site" / "glossary.md").read_text("utf-8"), flags=re.M)
    (COURSE / "site" / "words.txt").write_text("\n".join(terms), encoding="utf-8")  # one word each, for the search
    own_data = COURSE / "site" / "own-data.md"
    start, *sections = own_data.read_text(encoding="utf-8").split("\n## ")
    sections.sort(key=lambda section: not section.startswith("不用空格"))  # what concerns Chinese texts comes first
    own_data.write_text("\n## ".join([start, *sections]), encoding="utf-8")
    print("English, because not translated or changed since:")
    for path, its in {**found, Path("site"): words}.items():
        print(f"{len(its.lacking):5d} {path.stem}", *its.lacking[:3])
    print(f"{sum(len(its.lacking) for its in found.values()):5d} in all notebooks")


def link(page: Path, other: Path, words: str, language: str) -> None:
    """Put a link to the same page in the other language at the top of a page."""
    there = Path(os.path.relpath(other, page.parent)).as_posix()
    anchor = f'<a class="language" href="{there}" lang="{language}" hreflang="{language}">{words}</a>'
    top = r'<div class="article-header-buttons">|<nav aria-label="(Pages|页面)">'
    text = re.sub(r'<a class="language".*?</a>', "", page.read_text(encoding="utf-8"))
    page.write_text(re.sub(top, rf"\g<0>{anchor}", text, count=1), encoding="utf-8")


def main() -> None:
    make_course()
    for name, step in STEPS.items():
        environment = {**os.environ, "TORCHNLP_LANGUAGE": "zh"}
        subprocess.run([sys.executable, *step.split(" ", 1)], cwd=COURSE, env=environment, check=True)
        shutil.rmtree(OUT / name, ignore_errors=True)
        shutil.move(COURSE / "build" / name, OUT / name)
    english, chinese = ROOT / "build" / "site", ROOT / "build" / "site" / "zh"
    shutil.rmtree(chinese, ignore_errors=True)
    shutil.move(OUT / "site", chinese)
    for page in chinese.rglob("*.html"):
        if (other := english / page.relative_to(chinese)).is_file():
            link(page, other, "English", "en")
            link(other, page, "中文", "zh-CN")
    print(f"{OUT}: course, student, slides. The site: {chinese / 'index.html'}")


if __name__ == "__main__":
    main()
