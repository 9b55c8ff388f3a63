"""tests/arithmetic.py runs the course under other arithmetic: the settings do what they say."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tests import arithmetic

pytestmark = pytest.mark.slow

FRESH = """
import json, torch, torchnlp
from torch import nn
torch.manual_seed(0)
nets = [nn.Linear(30, 20), nn.LSTM(30, 20), nn.Embedding(30, 20, padding_idx=1), nn.MultiheadAttention(30, 2)]
weights = [torch.cat([p.detach().flatten() for p in net.parameters()]).tolist() for net in nets]
drawn = torch.rand(3).tolist()
torch.manual_seed(0)
again = nn.Linear(30, 20).weight.detach().flatten().tolist() == weights[0][:600]
words, vectors = torchnlp.load_vectors()
print(json.dumps([weights, drawn, again, torch.get_num_threads(), words[::1000], vectors[::1000].tolist()]))
"""


@pytest.fixture(scope="module")
def fresh_under(tmp_path_factory):
    """What a Python finds under some configurations: fresh weights, what is drawn next, ..."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arithmetic, "BUILD", tmp_path_factory.mktemp("build"))
        found = {}
        for name in ("plain", "moved", "two-threads"):
            settings = arithmetic.environment_of(name)
            run = subprocess.run(
                [sys.executable, "-c", FRESH], env=settings, capture_output=True, text=True, check=True
            )
            found[name] = json.loads(run.stdout)
    return found


def steps(before, after):
    """By how much of itself each number has moved."""
    before, after = np.array(before), np.array(after)
    assert ((before == 0) == (after == 0)).all()  # what was not drawn: padding, and biases that start at zero
    return after[before != 0] / before[before != 0] - 1


def test_what_is_moved_is_moved_by_a_millionth_and_a_seed_still_repeats_all(fresh_under):
    weights, drawn, again, _, words, vectors = fresh_under["plain"]
    moved_weights, drawn_too, moved_again, _, same_words, moved_vectors = fresh_under["moved"]
    assert drawn == drawn_too and again and moved_again and words == same_words
    for before, after in zip([*weights, vectors], [*moved_weights, moved_vectors]):
        moved = steps(before, after)
        assert np.allclose(np.abs(moved), 1e-6, atol=2e-7) and (moved > 0).any() and (moved < 0).any()


def test_two_threads_stay_two_whatever_the_course_asks_for(fresh_under):
    assert fresh_under["plain"][3] == 1 and fresh_under["two-threads"][3] == 2


@pytest.mark.skipif(arithmetic.missing_here("avx2"), reason="this processor has no AVX2")
@pytest.mark.parametrize("name", ["sse4", "avx2"])
def test_the_libraries_use_the_instructions_that_they_are_told(name):
    by = arithmetic.used(arithmetic.environment_of(name))
    aten, onednn, _, openblas = arithmetic.INSTRUCTIONS[name]
    assert f"ATen {aten.upper()}, OpenBLAS {openblas}, threads 1" in by
    assert by.replace(".", "").endswith(f"Intel {onednn}")


def test_what_failed_is_named_and_a_run_without_a_test_is_a_failure(tmp_path, monkeypatch):
    (tmp_path / "test_sum.py").write_text("def test_right(): pass\ndef test_wrong(): assert 0.1 + 0.2 == 0.3\n")
    monkeypatch.setattr(arithmetic, "BUILD", tmp_path)
    monkeypatch.setattr(arithmetic, "used", lambda *_: "this machine")
    passed, said = arithmetic.run("plain", 1, ["--rootdir", str(tmp_path), str(tmp_path / "test_sum.py")])
    assert not passed and "::test_wrong" in said and "1 failed, 1 passed" in said and "this machine" in said
    passed, said = arithmetic.run("plain", 1, [str(tmp_path / "test_missing.py")])
    assert not passed and "no tests ran" in said
