"""Decks: each slide has its notes, and a page asks for nothing from a network."""

import re

import nbformat
import pytest

from tools import slides
from tools.check import LESSONS

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)


@each_lesson
def test_every_slide_has_notes_and_every_note_has_a_slide(path):
    shown = slides.first_cells(nbformat.read(path, as_version=4))
    notes = slides.read_notes(slides.NOTES / f"{path.stem}.md")
    assert [cell for cell in shown if cell not in notes] == [], "slides without notes"
    assert [cell for cell in notes if cell not in shown] == [], "notes without a slide"
    for cell, note in notes.items():
        title, _, text = note.partition("\n")
        assert re.match(r"\d+(\.\d+)? min · \S", title), f"{cell}: minutes and a title are missing"
        assert len(text.split()) >= 10, f"{cell}: nothing to say"


@each_lesson
def test_the_minutes_of_a_short_class_add_up(path):
    """What INSTRUCTORS.md promises: without the slides marked as not for the 90-minute class, the minutes are 90."""
    notes = slides.read_notes(slides.NOTES / f"{path.stem}.md").values()
    assert sum(float(note.split(" min")[0]) for note in notes if "*Not in the 90-minute class.*" not in note) == 90


def test_the_page_carries_its_notes_and_names_no_server(tmp_path, monkeypatch):
    path = LESSONS[0]
    monkeypatch.setattr(slides, "DECKS", tmp_path)
    monkeypatch.setattr(slides, "ROOT", tmp_path)
    before = path.read_bytes()
    page = slides.make_deck(path).read_text(encoding="utf-8")
    notes = slides.read_notes(slides.NOTES / f"{path.stem}.md")
    assert page.count('<aside class="notes">') == len(notes) > 10
    assert re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*', page) == []
    assert "import mermaid" not in page
    assert path.read_bytes() == before  # the notes are in the deck, not in the students' notebook
