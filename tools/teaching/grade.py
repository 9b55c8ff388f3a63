"""Grade a folder of submissions: a table, a page of feedback for each file, a page of words for each exercise.

    python -m tools.teaching.grade term [--limit SECONDS]

Every notebook in the folder and below it is checked as check.py does it; other files get a row that says so. One
folder may hold one week or the whole term: what has not changed since the last run is not run again, unless the course
itself has changed. Ctrl-C stops the run and keeps what is done.

It writes grades.csv, term.csv, feedback and words. INSTRUCTORS.md says what stands in them, how the points are counted,
and what a class list, class.csv, is good for. What somebody typed into a table comes back letter for letter.
"""

import csv
import functools
import hashlib
import html
import io
import json
import math
import os
import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import combinations
from pathlib import Path

import nbformat

from tools.teaching import check
from tools.teaching.check import LESSONS, LIMIT, REPORT, RIGHT, ROOT, score
from tools.teaching.look import plain
from tools.teaching.plain_page import page

BEFORE = ["file", "name", "id", "lesson", "right", "of", "points", "days late", "remark"]
AFTER = ["look at this", "same answers", "status", "seconds"]
OURS = re.compile("|".join([*BEFORE, *AFTER, r"\d+[a-z]?"]))
YOURS = re.compile(r"days late|remark|words \d+")  # what an instructor types; other columns are the instructor's too
MADE = ["grades.csv", "term.csv", "class.csv", "feedback", "words"]
SOLUTION = "published solution of "
MOST_SIMILAR = 3
DAYS_LATE = 3  # after that the solutions are discussed


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Tables


def read_table(file: Path, key: str) -> tuple[list[str], dict[str, dict]]:
    """The columns of an earlier table, and its rows by their key. A spreadsheet may have changed the separator.

    Raises ValueError, before anything is overwritten, if something in it could not be kept.
    """
    if not file.is_file():
        return [], {}
    try:
        text = file.read_bytes().decode("utf-8-sig")
        separator = max(",;\t", key=text.partition("\n")[0].count)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        columns, *rows = [line for line in lines if any(line)] or [[]]
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not in UTF-8. Save it as CSV in UTF-8, so that your marks can be kept.") from error
    except csv.Error as error:
        raise ValueError(f"{file} is not a table: {error}. Mend it, or move it away.") from error
    while columns and not columns[-1] and not any(any(row[len(columns) - 1 :]) for row in rows):
        columns.pop()  # empty columns at the right, which spreadsheets add
    if key not in columns:
        raise ValueError(f"{file} has no column `{key}`. Put it back, or move the file away, so that nothing is lost.")
    for name in columns:
        if not name or columns.count(name) > 1:
            raise ValueError(f"{file} has two columns `{name}`, or one without a name: give each a name of its own.")
    found = {}
    for row in rows:
        named = dict(zip(columns, row + [""] * len(columns)))
        if any(row[len(columns) :]) or named[key] in found:
            raise ValueError(f"{file}: the row `{named[key]}` is there twice or is longer than the first. Mend it.")
        found[named[key]] = named
    return columns, found


def harmless(value) -> str:
    """A spreadsheet would run a text that begins like a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_file(file: Path, text: str) -> None:
    """Write it whole or not at all: whoever stops the run finds the earlier one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(".new")
    new.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")  # half a letter is written as \\ud83d
    os.replace(new, file)


def write_table(file: Path, columns: list[str], rows: list[dict]) -> None:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    table.writeheader()
    table.writerows(rows)
    write_file(file, "\ufeff" + text.getvalue())  # with the mark by which Excel knows UTF-8


def as_number(text: str, most: float) -> float:
    """What somebody typed, "0.5" or "0,5", as a number from 0 to most. Raises ValueError."""
    number = float(text.strip().replace(",", "."))
    if not 0 <= number <= most:
        raise ValueError
    return number


# Rows


def by_exercise(report: dict) -> dict[str, dict[str, str]]:
    """For each exercise with a check or a place for words, its verdicts: {"1": {"1a": "right", ...}, ...}"""
    found = {exercise: {} for exercise in report["words"]}
    for name, verdict in report["verdicts"].items():
        stage = name.removeprefix("Exercise ")
        found.setdefault(re.match(r"\d+", stage)[0], {})[stage] = verdict
    return dict(sorted(found.items(), key=lambda item: int(item[0])))


def points_of(report: dict, yours: dict) -> tuple[str, str]:
    """The points of a homework, "" until all words that were written have points; and what is no number, or ""."""
    exercises, waits, wrong = by_exercise(report), not report["verdicts"], ""
    shares = [[text.startswith(RIGHT) for text in verdicts.values()] for verdicts in exercises.values() if verdicts]
    points = sum(sum(share) / len(share) for share in shares)  # one for the code, shared by its checks
    for column in ["days late", *(f"words {exercise}" for exercise in exercises)]:
        most = 365 if column == "days late" else 1
        typed = yours.get(column, "")
        try:
            number = as_number(typed, most) if typed.strip() else 0.0
        except ValueError:
            wrong, waits = f"; `{typed}` in `{column}` is no number of 0 to {most}", True
            continue
        points += number if column != "days late" else -math.ceil(number) if number <= DAYS_LATE else -math.inf
        waits |= not typed.strip() and bool(report["words"].get(column.removeprefix("words ")))
    return f"{max(points, 0):.4g}" if not waits else "", wrong


def as_row(file: str, report: dict, same: str, student: str, old: dict) -> dict:
    """A row of grades.csv. What is yours in the old row stays as it is."""
    verdicts = {name.removeprefix("Exercise "): verdict for name, verdict in report["verdicts"].items()}
    points, wrong = points_of(report, old)
    row = {"file": file, "name": report["name"], "id": report["id"], "lesson": report["lesson"], "points": points}
    if verdicts:
        row |= {"right": sum(text.startswith(RIGHT) for text in verdicts.values()), "of": len(verdicts), **verdicts}
    row |= {"look at this": "; ".join(report["look"])[:2000], "same answers": same}
    row |= {"status": (report["problem"] or "checked") + wrong + student, "seconds": report["seconds"]}
    row |= {f"words {exercise}": "" for exercise in report["words"]}
    kept = {column: value for column, value in old.items() if YOURS.fullmatch(column) or not OURS.fullmatch(column)}
    return {column: harmless(value) for column, value in row.items()} | kept


def columns_of(rows: list[dict], old: list[str]) -> list[str]:
    """Ours, with each exercise's checks and the mark for its words together; then those that somebody added."""
    names = {name for row in rows for name in row if re.fullmatch(r"\d+[a-z]?|words \d+", name)}
    ordered = sorted(names, key=lambda name: (int(re.search(r"\d+", name)[0]), name.startswith("words"), name))
    columns = [*BEFORE, *ordered, *AFTER]
    return columns + [column for column in old if column not in columns]


def same_answers(reports: dict[str, dict]) -> dict[str, str]:
    """For each file, those that share rare answers, as in "bob.ipynb (8.3: 1a, words on 2)", at most three.

    An answer that n of N share weighs log2(N / n): what half of the class wrote weighs 1, what only two of forty wrote
    4.3. Named is who shares at least as much as two answers that nobody else has: less is often chance.
    """
    lessons: dict[str, dict[str, dict]] = {}
    for file, report in reports.items():
        texts = {name.removeprefix("Exercise "): code for name, code in report["answers"].items()}
        texts |= {f"words on {name}": words.casefold() for name, words in report["words"].items()}
        lessons.setdefault(report["lesson"], {})[file] = {what: text for what, text in texts.items() if text.strip()}
    found: dict[str, list] = {file: [] for file in reports}
    for files in lessons.values():
        frequent = Counter((what, text) for texts in files.values() for what, text in texts.items())
        for one, other in combinations(files, 2):
            shared = [what for what, text in files[one].items() if files[other].get(what) == text]
            weight = sum(math.log2(len(files) / frequent[what, files[one][what]]) for what in shared)
            if shared and weight >= 2 * math.log2(len(files) / 2):
                for file, named in ((one, other), (other, one)):
                    found[file].append((weight, f"{named} ({weight:.1f}: {', '.join(shared)})"))
    ranked = {file: sorted(pairs, key=lambda pair: -pair[0])[:MOST_SIMILAR] for file, pairs in found.items()}
    return {file: "; ".join(text for _, text in pairs) for file, pairs in ranked.items()}


@functools.cache
def solution(lesson: str) -> dict:
    """The published solutions of a lesson as a report, to compare with. The student edition has none."""
    path = ROOT / "notebooks" / f"{lesson}.ipynb"
    published = check.published(nbformat.read(path, as_version=4)) if path.is_file() else {}
    answers = {exercise: plain(code) for exercise, code in published.items()}
    return REPORT | {"lesson": lesson, "answers": answers, "problem": "for comparison"}


# A class


def student_of(row: dict, students: dict[str, dict]) -> tuple[str, str]:
    """The id in the class list of who handed in a row, or ""; and what is wrong with what stands in the notebook."""
    number, name = row["id"].removeprefix("'"), row["name"].removeprefix("'").casefold()
    if number in students:
        return number, ""
    # A learning platform begins the names of its folders or files with the student's name: "Anna Berg_123_..."
    names = {name, *(part.split("_")[0].casefold() for part in row["file"].split("/"))}
    found = [key for key, student in students.items() if student.get("name", "").casefold() in names - {""}]
    if len(found) == 1:
        return found[0], f"; the notebook has the id `{number}`, class.csv has {found[0]}" if number else ""
    unknown = f"neither the id `{number}` nor the name" if number else "not the name, and there is no id"
    return "", f"; class.csv has {unknown}" if students else ""


def term(rows: list[dict], students: dict[str, dict], old: dict[str, dict]) -> tuple[list[str], list[dict]]:
    """The columns and rows of term.csv: for each student the points of each lesson, or what there is in their place."""
    lessons = sorted({row["lesson"] for row in rows} - {""})
    found = {key: {"student": key, "id": key, "name": student.get("name", "")} for key, student in students.items()}
    for row in rows:
        if row["lesson"]:
            key = student_of(row, students)[0] or row["id"] or row["name"] or row["file"]
            mine = found.setdefault(key, {"student": key, "id": row["id"], "name": row["name"]})
            earlier = mine.get(row["lesson"], "")
            best = max((earlier, row["points"]), key=lambda text: float(text) if text not in ("", "to mark") else -1)
            mine[row["lesson"]] = best or "to mark"
    for mine in found.values():
        points = [mine.setdefault(lesson, "missing") for lesson in lessons]
        counted = sorted(float(text) for text in points if text not in ("missing", "to mark"))
        if len(counted) == len(LESSONS) > 1:
            counted[0] = counted[1]
        mine["total"] = f"{sum(counted):.4g}"
        mine["missing"] = points.count("missing")
    columns = ["student", "id", "name", *lessons, "total", "missing"]
    gone = [row for key, row in old.items() if key not in found]  # with what somebody typed beside them
    return columns, [old.get(key, {}) | mine for key, mine in found.items()] + gone


# Pages


def page_of_parts(title: str, parts: list[tuple[str, str, str]]) -> str:
    """A page of sections: a heading or "", a text, and what it is: said by us, or a student's words."""
    headings = [f"<h2>{html.escape(heading)}</h2>\n" if heading else "" for heading, *_ in parts]
    texts = [f'<p class="{kind}">{html.escape(text) or "-"}</p>' for _, text, kind in parts]
    return page(title, *map("".join, zip(headings, texts)))


def page_of(folder: Path, file: str) -> Path:
    """Beside the others of its folder, with a shorter name if the system would refuse it."""
    place, name = os.path.split(file)
    if len(name.encode()) > 240:
        name = f"{name[:40]}-{fingerprint(name.encode())[:16]}"
    return folder / "feedback" / place / f"{name}.html"


def feedback(row: dict, report: dict) -> str:
    exercises, said = by_exercise(report), [score(report)]
    said += [f"Points: {row['points']} of {2 * len(exercises)}"] if row.get("points") else []
    said += [f"{column.capitalize()}: {row[column]}" for column in ("days late", "remark") if row.get(column)]
    parts = [("", "\n".join(said), "said")]
    for exercise, verdicts in exercises.items():
        mark = row.get(f"words {exercise}")
        if report["look"] and not check.wall():  # a verdict could hold a file of the instructor's
            hidden = "not yet. Ask your instructor what the check says."
            verdicts = {name: text if text.startswith(RIGHT) else hidden for name, text in verdicts.items()}
        lines = [f"{name}: {text}" for name, text in verdicts.items()] + ([f"Your words: {mark}"] if mark else [])
        parts.append((f"Exercise {exercise}", "\n".join(lines), "said"))
        parts += [("", report["words"][exercise], "words")] if report["words"].get(exercise) else []
    title = " · ".join(text for text in (report["name"] or row["file"], report["lesson"]) if text)
    return page_of_parts(title, parts)


def write_words(folder: Path, rows: list[dict], reports: dict[str, dict]) -> None:
    """A page for each exercise of a lesson: everybody's words, in the order of the table."""
    pages: dict[tuple[str, str], list] = {}
    for row in rows:
        report = reports.get(row["file"], REPORT)
        for exercise, verdicts in by_exercise(report).items():
            if words := report["words"].get(exercise):
                checks = ", ".join(f"{name} {verdict.partition('. ')[0]}" for name, verdict in verdicts.items())
                parts = pages.setdefault((report["lesson"], exercise), [])
                parts += [(report["name"] or row["file"], f"{checks} · {row['file']}", "small"), ("", words, "words")]
    for (lesson, exercise), parts in pages.items():
        title = f"{lesson}, words on exercise {exercise}"
        write_file(folder / "words" / f"{lesson} {exercise}.html", page_of_parts(title, parts))


# A run


def handed_in(folder: Path) -> dict[str, Path]:
    """The files of a folder by the name that the table has for them. What is not UTF-8 stands in it as \\xfc, say."""
    found = {}
    for place, folders, names in os.walk(folder):
        made = MADE if Path(place) == folder else []
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in made)
        for name in sorted(set(names) - set(made)):
            if not name.startswith((".", "~")):
                path = Path(place, name)
                shown = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")
                found[harmless(shown)] = path
    return found


def read(path: Path) -> tuple[bytes, str]:
    """What a file holds, and why it cannot be judged or ""."""
    if path.suffix.lower() != ".ipynb":
        return b"", f"A file {path.suffix or 'without an ending'} is not checked: ask for the notebook, .ipynb."
    try:
        return (path.read_bytes(), "") if path.is_file() else (b"", "It is no file.")
    except OSError as error:
        return b"", f"It cannot be read: {error.strerror}"


def course_files() -> dict[str, str]:
    """A fingerprint of each file of the course that a verdict hangs on."""
    names = ("torchnlp.py", "tools", "notebooks", "tests/answers", "data/sample")
    files = [path for name in names for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    return {str(path): fingerprint(path.read_bytes()) for path in files if path.is_file() and path.suffix != ".pyc"}


def earlier_report(store: Path, made_of: str) -> dict | None:
    """The report of an earlier run, if nothing has changed since: the submission, the course, limit, data and wall."""
    try:
        kept = json.loads(store.read_text(encoding="utf-8"))
        check.jsonschema.validate(kept["report"], check.SCHEMA)
        return REPORT | kept["report"] if kept["made of"] == made_of else None
    except (OSError, ValueError, KeyError, TypeError, check.jsonschema.ValidationError):
        return None


class Run:
    """A folder, what is known of its files so far, and the tables that are made of it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.old_columns, self.old = read_table(folder / "grades.csv", "file")  # before the long work: what cannot
        self.old_term_columns, self.old_term = read_table(folder / "term.csv", "student")  # be kept stops it
        self.students = read_table(folder / "class.csv", "id")[1]
        self.reports: dict[str, dict] = {}

    def write_tables(self, at_work: set[str]) -> list[dict]:
        """Write both tables; returns the rows of grades.csv. at_work: the files that are still to be checked."""
        lessons = {report["lesson"] for report in self.reports.values()} - {""}
        solutions = {f"{SOLUTION}{lesson}": solution(lesson) for lesson in lessons}
        reports = self.reports | {name: report for name, report in solutions.items() if any(report["answers"].values())}
        same, rows = same_answers(reports), []
        for file, report in sorted(reports.items()):
            handed_in = file in self.reports and report["lesson"]
            wrong = student_of({**report, "file": file}, self.students)[1] if handed_in else ""
            rows.append(as_row(file, report, same[file], wrong, self.old.get(file, {})))
        for file in sorted((at_work | self.old.keys()) - reports.keys()):
            status = "not checked yet" if file in at_work else "the file is gone"
            rows.append({"file": file} | self.old.get(file, {}) | {"status": status})
        write_table(self.folder / "grades.csv", columns_of(rows, self.old_columns), rows)
        columns, students = term([row for row in rows if row["file"] in self.reports], self.students, self.old_term)
        columns += [column for column in self.old_term_columns if column not in columns]
        write_table(self.folder / "term.csv", columns, students)
        return rows

    def write_pages(self, rows: list[dict]) -> None:
        for row in rows:
            if row["file"] in self.reports:
                try:
                    write_file(page_of(self.folder, row["file"]), feedback(row, self.reports[row["file"]]))
                except OSError as error:
                    print(f"{row['file']}: its page cannot be written: {error.strerror}")
        write_words(self.folder, rows, self.reports)


def judge_all(run: Run, held: dict[str, bytes], limit: float) -> None:
    """Judge what no earlier run has; after each one the tables are written. Raises ValueError if the course changes."""
    check.STOPPED.clear()
    course, at_work = course_files(), set(held)
    made_of = fingerprint(f"{course} {limit} {os.environ['TORCHNLP_DATA']} {bool(check.wall())}".encode())
    twins: dict[Path, list[str]] = {}  # files with the same bytes are judged once
    for file, data in held.items():
        twins.setdefault(run.folder / ".reports" / f"{fingerprint(data)}.json", []).append(file)

    def done(files: list[str], report: dict, note: str = "") -> None:
        for file in files:
            run.reports[file] = report
            at_work.discard(file)
            look = " - look at this" if report["look"] else ""
            print(f"{file}: {score(report)}{note}{look}", flush=True)

    with ThreadPoolExecutor(2) as pool:
        futures = {}
        try:
            for store, files in twins.items():
                if report := earlier_report(store, made_of):
                    done(files, report, " (as before)")
                else:
                    futures[pool.submit(check.judge, held[files[0]], limit)] = store
            for future in as_completed(futures):
                store, report = futures[future], future.result()
                if changed := [Path(path).name for path, mark in course_files().items() if course.get(path) != mark]:
                    raise ValueError(
                        f"The course has changed while {twins[store][0]} and others were checked: {', '.join(changed)}."
                        " Put it back, look at the files that are not checked yet, and run this again."
                    )
                done(twins[store], report)
                if not report["problem"].startswith("Its run broke off"):
                    write_file(store, json.dumps({"made of": made_of, "report": report}))
                run.write_tables(at_work)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            check.stop()
            raise
        finally:
            run.write_pages(run.write_tables(at_work))


def grade(folder: Path, limit: float = LIMIT) -> int:
    """Check all notebooks in a folder, write the tables and the pages; returns how many files there are."""
    run, files, held = Run(folder), handed_in(folder), {}
    if not any(path.suffix.lower() == ".ipynb" for path in files.values()):
        raise ValueError(f"There is no notebook in {folder}.")
    for file, path in files.items():
        data, problem = read(path)
        if problem:
            run.reports[file] = REPORT | {"problem": problem}
        else:
            held[file] = data
    judge_all(run, held, limit)
    if changed := [file for file, data in held.items() if read(files[file])[0] != data]:
        print(f"Changed while this ran, though judged as they were before: {', '.join(changed)}")
    return len(files)


def main() -> int:
    args = check.arguments(__doc__, "folder")
    sys.stdout.reconfigure(errors="backslashreplace")
    os.environ.setdefault("TORCHNLP_DATA", "sample")
    try:
        with check.nothing_stays():
            if missing := check.missing_here():
                print(missing)
            files = grade(args.folder, args.limit)
    except (ValueError, OSError) as error:
        print(error)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What was done is in the table; run this again to go on.")
        return 130
    print(f"{args.folder / 'grades.csv'}: {files} files; term.csv, feedback and words lie beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
