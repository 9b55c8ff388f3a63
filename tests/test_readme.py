"""What tests/README.md says of the tests is so."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def test_every_file_of_tests_says_in_its_first_line_what_it_promises():
    for file in FOLDER.glob("test_*.py"):
        assert re.match(r'"""[^"\n]{30,}', file.read_text(encoding="utf-8")), file.name


def test_the_sections_of_test_data_that_the_table_names_are_there():
    page, data = ((FOLDER / name).read_text(encoding="utf-8") for name in ("README.md", "test_data.py"))
    table = re.search(r"^\| fault \|(.*?)^$", page, flags=re.M | re.S)[1]
    named = re.findall(r'"([^"]+)"', " ".join(re.findall(r"\| ([^|]*) \|$", table, flags=re.M)))
    assert len(named) >= 5 and all(re.search(rf"^# -+ {name}$", data, flags=re.M) for name in named), named
