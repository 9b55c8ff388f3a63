"""The scripts to take home, plain.py in each room: plain PyTorch, short, and they run as they are."""

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
NAMES = ["News", "Games", "Money", "Machines"]
SCRIPTS = sorted(Path(__file__).resolve().parent.parent.glob("notebooks/*/plain.py"))


def run(script, folder) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", script, folder], cwd=script.parent, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_a_script_starts_anywhere_and_reaches_the_bar_that_it_states_above_the_rival_that_it_prints(script, tmp_path):
    source = script.read_text(encoding="utf-8")
    assert not re.search(r"\b(torchnlp|lessons|checks)\b", source) and len(source.splitlines()) <= 95
    printed = run(shutil.copy(script, tmp_path / "x.py"), SAMPLE)  # as in Colab's own folder: no corpus is near
    reached, rival = re.search(r"^test.* accuracy (\d\.\d+).*: (\d\.\d+)\)$", printed, flags=re.M).groups()
    assert float(reached) > float(re.search(r"above (\d\.\d+)", source)[1]) > float(rival)
    assert "validation" in printed and torch.load(next(tmp_path.glob("*.pt")))["weights"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_a_script_reads_a_header_a_bom_blank_lines_names_empty_and_endless_texts(script, tmp_path):
    for part, most in ("train", 260), ("test", 60):
        lines = (SAMPLE / f"{part}.csv").read_text(encoding="utf-8").splitlines()
        lines = random.Random(0).sample(lines, most)
        lines = [re.sub(r'^"(\d)"', lambda label: f'"{NAMES[int(label[1]) - 1]}"', line) for line in lines]
        odd = ["", f'"News","","{"no end " * 2_000}"', '"News","Nothing",""', ""]
        text = "\ufeff" + "\n".join(["label,title,description", *lines, *odd])
        (tmp_path / f"{part}.csv").write_text(text, encoding="utf-8")
    printed = run(shutil.copy(script, tmp_path / "x.py"), tmp_path)
    if re.search(r"classes", script.read_text(encoding="utf-8")):
        assert "header" in printed and any(name in printed.splitlines()[-1] for name in NAMES), printed
        assert set(torch.load(next(tmp_path.glob("*.pt")))["classes"]) == {*NAMES}
