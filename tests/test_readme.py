"""What tests/README.md says of the tests is so."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_tests_named_in_the_table_exist():
    named = set(re.findall(r"`(test_\w+)`", README))
    code = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("test_*.py"))
    written = set(re.findall(r"^def (test_\w+)", code, flags=re.M))
    assert len(named) > 20
    assert named <= written, named - written


def test_every_file_of_tests_says_in_its_first_line_what_it_promises():
    for file in FOLDER.glob("test_*.py"):
        assert re.match(r'"""[^"\n]{30,}', file.read_text(encoding="utf-8")), file.name
