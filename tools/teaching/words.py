"""TERM/words-lesson2.html: what all students wrote about one exercise, then about the next, to be read in a row.

formgrader shows one student at a time. Each text here has a link to its place there, where points are given.
"""

from html import escape
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tools.teaching.exercises import LESSONS
from tools.teaching.plain_page import page
from tools.teaching.student import WORDS
from tools.teaching.term import configuration

FORMGRADER = "http://127.0.0.1:8888/formgrader/submissions/"  # where `make marks` opens it


def words_page(term: Path, number: str) -> None:
    """Write the page of a lesson."""
    lesson, texts = f"lesson{number}", {}
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(lesson):
            who, (notebook,) = submission.student, submission.notebooks
            path = term / "submitted" / who.id / lesson / LESSONS[number].name
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.id.startswith("words-"):
                    exercise = cell.id.removeprefix("words-")
                    said = escape(cell.source.removeprefix(WORDS.format(exercise)).strip() or "(nothing)")
                    name = escape(f"{who.first_name or ''} {who.last_name or who.id}".strip())
                    link = f'<a href="{FORMGRADER}{notebook.id}">{name}</a>'
                    texts.setdefault(exercise, []).append(
                        f'<section>{link}<p style="white-space: pre-wrap">{said}</p></section>'
                    )
    parts = [part for exercise in sorted(texts) for part in (f"<h2>Exercise {exercise}</h2>", *texts[exercise])]
    (term / f"words-{lesson}.html").write_text(page(f"Lesson {number}: the words", *parts), encoding="utf-8")
