"""The workflow for forks is in step with the course; the versions that it installs are exact and allowed."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.teaching import bundle

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
JOBS = WORKFLOW["jobs"]
COMMANDS = {name: "\n".join(step.get("run", "") for step in job["steps"]) for name, job in JOBS.items()}


def test_the_oldest_torch_of_the_requirements_and_every_python_are_tried():
    matrix = JOBS["sample"]["strategy"]["matrix"]
    oldest = re.search(r"^torch>=(.*)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.M)[1]
    assert {run["torch"] for run in matrix["include"]} == {f"{oldest}.*"}
    assert matrix["torch"] == ["newest"]
    assert matrix["python"] == bundle.PYTHONS
    assert {run["python"] for run in matrix["include"]} == {matrix["python"][0], matrix["python"][-1]}


def test_every_make_target_of_the_workflow_exists():
    targets = re.findall(r"\bmake (\S+)", "\n".join(COMMANDS.values()))
    assert {"lint", "test-all", "site"} <= set(targets)
    for target in targets:
        dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert dry.returncode == 0, dry.stderr


def test_macos_and_windows_do_without_make_and_the_site_waits_for_the_tests():
    assert "python -m tools.upkeep.arithmetic plain" in COMMANDS["elsewhere"] and "make" not in COMMANDS["elsewhere"]
    assert WORKFLOW[True]["push"]["branches"] == ["main"]  # YAML 1.1 reads "on" as True
    assert JOBS["site"]["if"] == "github.event_name == 'push'" and JOBS["site"]["needs"] == "sample"
    assert JOBS["site"]["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}


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
