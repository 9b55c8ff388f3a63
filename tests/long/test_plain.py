"""The scripts to take home, plain.py in each room: plain PyTorch, short, and they run as they are."""

import random
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from torchnlp import PAD, run_rnn

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
NAMES = ["News", "Games", "Money", "Machines"]
SCRIPTS = sorted(ROOT.glob("notebooks/*/plain.py"))


@pytest.mark.parametrize("room, name", [("2-lstm-gates", "Classifier"), ("3-packed-sequences", "PackedLSTM")])
def test_an_lstm_to_take_home_is_that_of_the_module_with_its_biases_set(room, name):
    net = runpy.run_path(str(ROOT / "notebooks" / room / "plain.py"))[name](words=20, classes=4).eval()
    ids, lengths = torch.randint(2, 20, (4, 6)), torch.tensor([2, 6, 1, 4])
    ids[torch.arange(6) >= lengths[:, None]] = PAD
    _, last = run_rnn(net.rnn, net.embedding(ids), lengths)
    assert torch.allclose(net(ids, lengths), net.fc(last), atol=1e-6)
    write, keep, *_ = (net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0).chunk(4)
    assert write.eq(-2).all() and keep.eq(5).all()


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
