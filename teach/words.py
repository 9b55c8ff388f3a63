"""TERM/words-lesson2.html: what all students wrote about one exercise, then about the next, to be read in a row.

formgrader shows one student at a time. Each text here has a link to its place there, where points are given.
"""

from html import escape
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from teach.student import WORDS
from teach.term import LESSONS, configuration

FORMGRADER = "http://127.0.0.1:8888/formgrader/submissions/"  # where `make marks` opens it
PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body {{ font: 17px/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
p {{ margin-top: 0; white-space: pre-wrap; overflow-wrap: anywhere }}</style>
<h1>{title}</h1>
"""


def words_page(term: Path, number: str) -> None:
    """Write the page of a lesson."""
    lesson, texts, files = f"lesson{number}", {}, {}
    ours = code_of(nbformat.read(term / "release" / lesson / LESSONS[number].name, as_version=4).cells)
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(lesson):
            who, (notebook,) = submission.student, submission.notebooks
            path = term / "submitted" / who.id / lesson / LESSONS[number].name
            name = escape(f"{who.first_name or ''} {who.last_name or who.id}".strip())
            cells = nbformat.read(path, as_version=4).cells
            files.setdefault(code_of(cells), []).append(name)
            for cell in cells:
                if cell.id.startswith("words-"):
                    exercise = cell.id.removeprefix("words-")
                    said = cell.source.removeprefix(WORDS.format(exercise)).strip() or "(nothing)"
                    texts.setdefault(exercise, []).append(
                        f'<a href="{FORMGRADER}{notebook.id}">{name}</a><p>{escape(said)}</p>'
                    )
    parts = [part for exercise in sorted(texts) for part in (f"<h2>Exercise {exercise}</h2>", *texts[exercise])]
    same = [f"<p>The same code: {', '.join(who)}</p>" for code, who in files.items() if len(who) > 1 and code != ours]
    page = PAGE.format(title=f"Lesson {number}: the words") + "\n".join([*same, *parts])
    (term / f"words-{lesson}.html").write_text(page, encoding="utf-8")


def code_of(cells: list) -> tuple[str, ...]:
    return tuple(cell.source for cell in cells if cell.cell_type == "code")
