"""The scripts to take home, plain.py in each room: plain PyTorch, short, and they run as they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPTS = sorted(Path(__file__).resolve().parent.parent.glob("notebooks/*/plain.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_a_script_needs_no_module_of_the_course_and_reaches_the_accuracy_that_its_first_lines_state(script, tmp_path):
    source = script.read_text(encoding="utf-8")
    assert not re.search(r"\b(torchnlp|lessons|checks)\b", source) and len(source.splitlines()) <= 80
    run = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    reached = [float(figure) for figure in re.findall(r"accuracy:? +(\d\.\d+)", run.stdout)]
    stated = re.findall(r"above (\d\.\d+)", source.split('"""')[1])
    assert reached[-1] > (float(stated[0]) if stated else 0.5), run.stdout
