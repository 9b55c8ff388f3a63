"""Grade a folder of submissions: a table, and a page of feedback for each student.

    python tools/grade.py submissions [--limit SECONDS] [--jobs N]

Every notebook in the folder and below it is checked as tools/check.py does it. Then there are submissions/grades.csv,
which any spreadsheet opens, and submissions/feedback with a page for each file. The columns `marks` and `remark` are
yours: a second run keeps them, and columns that you have added, and writes both onto the pages.
"""

import argparse
import csv
import html
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.check import LIMIT, RIGHT, judge  # noqa: E402

BEFORE = ["file", "name", "id", "lesson", "right", "of", "marks", "remark"]
AFTER = ["same answers", "status", "seconds"]
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }}
h2 {{ margin-bottom: 0 }} p {{ margin-top: 0; white-space: pre-line }}
.words {{ border-left: 3px solid; padding-left: 1rem }}
</style>
<h1>{title}</h1>
<p>{summary}</p>
{parts}
</html>
"""


def read_table(file: Path) -> tuple[list[str], dict[str, dict]]:
    """The columns of an earlier table, and its rows by file. A spreadsheet may have saved it with other separators."""
    if not file.is_file():
        return [], {}
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not in UTF-8. Save it as CSV in UTF-8, so that your marks can be kept.") from error
    separator = text[len("file") : len("file") + 1]
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=separator if separator in ",;\t" else ",")
    columns = list(rows.fieldnames or [])
    if "file" not in columns:
        raise ValueError(f"{file} has no column `file`. Move it away, or put the column back to keep your marks.")
    return columns, {row["file"]: {name: row[name] or "" for name in columns} for row in rows}


def same_answers(reports: dict[str, dict]) -> dict[str, str]:
    """For each file, those with the same code or the same words, as in "bob.ipynb (1, 3)". Comments do not count."""
    texts = {}
    for file, report in reports.items():
        for exercise, code in report["answers"].items():
            texts[file, exercise.split()[1]] = code
        for exercise, words in report["words"].items():
            texts[file, f"words on {exercise}"] = words.lower()
    found = {}
    for file in reports:
        mine = {what: text for (owner, what), text in texts.items() if owner == file and text.strip()}
        others = [
            (other, [what for what, text in mine.items() if texts.get((other, what)) == text])
            for other in reports
            if other != file and reports[other]["lesson"] == reports[file]["lesson"]
        ]
        found[file] = "; ".join(f"{other} ({', '.join(what)})" for other, what in others if what)
    return found


def score(report: dict) -> str:
    right = sum(verdict.startswith(RIGHT) for verdict in report["verdicts"].values())
    return report["problem"] or f"{right} of {len(report['verdicts'])} right"


def as_row(file: str, report: dict, same: str, old: dict) -> dict:
    verdicts = {name.split()[1]: verdict for name, verdict in report["verdicts"].items()}
    right = sum(verdict.startswith(RIGHT) for verdict in verdicts.values())
    row = {"file": file, "name": report["name"], "id": report["id"], "lesson": report["lesson"]}
    row |= {"right": right, "of": len(verdicts), **verdicts, "same answers": same}
    row |= {"status": report["problem"] or "checked", "seconds": report["seconds"]}
    return {**old, **row, "marks": old.get("marks", ""), "remark": old.get("remark", "")}


def harmless(value) -> str:
    """A spreadsheet would run a text that begins like a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_table(file: Path, rows: list[dict], old_columns: list[str]) -> None:
    exercises = {name for row in rows for name in row if re.fullmatch(r"\d+[a-z]?", name)}
    columns = [*BEFORE, *sorted(exercises, key=lambda name: (int(re.match(r"\d+", name)[0]), name)), *AFTER]
    columns += [column for column in old_columns if column not in columns]
    new = file.with_suffix(".new")
    with open(new, "w", encoding="utf-8-sig", newline="") as out:  # with the mark by which Excel knows UTF-8
        table = csv.DictWriter(out, columns)
        table.writeheader()
        table.writerows({name: harmless(row.get(name, "")) for name in columns} for row in rows)
    os.replace(new, file)


def write_page(folder: Path, row: dict, report: dict) -> None:
    said = [score(report)]
    said += [f"{column.capitalize()}: {row[column]}" for column in ("marks", "remark") if row[column]]
    parts = []
    for exercise, verdict in report["verdicts"].items():
        parts.append(f"<h2>{exercise}</h2>\n<p>{html.escape(verdict)}</p>")
    for exercise, words in report["words"].items():
        parts.append(f"<h2>Your words on exercise {exercise}</h2>\n<p class='words'>{html.escape(words) or '-'}</p>")
    title = " · ".join(html.escape(text) for text in (row["name"] or row["file"], row["lesson"]) if text)
    page = PAGE.format(title=title, summary=html.escape("\n".join(said)), parts="\n".join(parts))
    name = row["file"].removesuffix(".ipynb").replace("/", " - ")
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


def grade(folder: Path, limit: float = LIMIT, jobs: int = 2) -> list[dict]:
    """Check all notebooks in a folder, write the table and the pages; returns the rows."""
    files = [
        path for path in sorted(folder.rglob("*.ipynb")) if not re.search(r"/\.|^\.", str(path.relative_to(folder)))
    ]
    if not files:
        raise ValueError(f"There is no notebook in {folder}.")
    table = folder / "grades.csv"
    old_columns, old = read_table(table)  # before the long work: marks that cannot be kept stop it
    reports = {}
    with ThreadPoolExecutor(jobs) as pool:
        for path, report in zip(files, pool.map(lambda path: judge(path, limit), files)):
            reports[path.relative_to(folder).as_posix()] = report
            print(f"{path.name}: {score(report)}", flush=True)
    same = same_answers(reports)
    rows = [as_row(file, report, same[file], old.get(file, {})) for file, report in reports.items()]
    gone = [{**row, "status": "the file is gone"} for file, row in old.items() if file not in reports]
    write_table(table, rows + gone, old_columns)
    (folder / "feedback").mkdir(exist_ok=True)
    for row in rows:
        write_page(folder / "feedback", row, reports[row["file"]])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for each notebook ({LIMIT})")
    parser.add_argument("--jobs", type=int, default=2, help="submissions checked at the same time (2)")
    args = parser.parse_args()
    os.environ.setdefault("TORCHNLP_DATA", "sample")
    try:
        rows = grade(args.folder, args.limit, args.jobs)
    except (ValueError, OSError) as error:
        print(error)
        return 2
    print(f"{args.folder / 'grades.csv'}: {len(rows)} rows; a page for each in {args.folder / 'feedback'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
