"""The versions that CI installs are exact, and they are among those that our requirements allow."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def lines(file):
    """What a file of requirements says, without its comments."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return [line.split(" #")[0] for line in text.splitlines() if line and not line.startswith("#")]


PINNED = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines(".ci/constraints.txt")}


def test_everything_that_the_course_needs_is_pinned_within_its_range():
    assert all(re.fullmatch(r"\d[\w.!]*", version) for version in PINNED.values())  # any build: no +cpu, no wildcard
    for line in lines("requirements.txt") + lines("site/requirements.txt"):
        needed = Requirement(line)
        version = PINNED.get(canonicalize_name(needed.name))
        assert version and needed.specifier.contains(version), f"{line}, pinned {version}: run `make lock`"


def test_ci_installs_with_the_pins():
    assert "export CONSTRAINTS=.ci/constraints.txt" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for file in ("requirements.txt", "site/requirements.txt"):
        assert f"-r {file} $(addprefix -c ,$(CONSTRAINTS))" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_page_on_versions_names_the_torch_that_ci_installs_and_the_oldest_allowed():
    page = (ROOT / "site" / "versions.md").read_text(encoding="utf-8")
    (oldest,) = (Requirement(line).specifier for line in lines("requirements.txt") if line.startswith("torch>"))
    for version in (PINNED["torch"], str(oldest).removeprefix(">=")):
        assert f"torch {'.'.join(version.split('.')[:2])}" in page
    assert f"torchtext is always {PINNED['torchtext']}" in page
