"""README.md and the pages to look things up: links and commands lead somewhere, also where a part was deleted."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), ROOT / "notebooks" / "project" / "notes.md"]
PARTS = {"teach", "web", "zh"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_or_a_heading_leads_there(page):
    for file, anchor in re.findall(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        target = (page.parent / file).resolve() if file else page
        part = target.relative_to(ROOT).parts[0]
        if part in PARTS and not (ROOT / part).is_dir():
            continue
        assert target.exists(), file
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.M)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            cells = "".join(lesson.read_text(encoding="utf-8") for lesson in ROOT.glob("notebooks/*.ipynb"))
            assert anchor in slugs or f'"id": "{anchor}"' in cells, anchor  # the site has a label for each cell


def test_the_readme_names_targets_of_the_core_alone_and_help_prints_them_all():
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", rules, flags=re.M))
    named = set(re.findall(r"`make ([a-z-]+)", PAGES[0].read_text(encoding="utf-8")))
    assert named <= targets, named - targets
    assert targets - {"help"} == set(re.findall(r"^([a-z-]+):.* # ", rules, flags=re.M))  # what `make help` prints
