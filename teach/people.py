"""Who is who: one student over the term, whatever a platform calls a file.

TERM/students.csv is the class list, as Moodle, Canvas or Google Classroom export it. Without one, whoever hands in is
taken into the class, by name. A file that may be several people's, or nobody's, is asked about once: on the screen, or
in TERM/who.csv, where the answers stay.
"""

import re
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from teach.term import add_to_table, read_table

NUMBERS = ["id number", "student id", "sis user id", "sis login id", "username", "email address", "email", "id"]
NAMES = ["first name", "given name", "last name", "surname", "student", "full name", "name"]
NO_STUDENTS = ("points possible", "student, test", "date", "points")  # rows that Canvas and Classroom add


@dataclass
class Student:
    id: str  # nbgrader's, and the name of a folder
    name: str
    known: set[str] = field(default_factory=set)  # numbers, logins and addresses
    given: dict[str, str] = field(default_factory=dict)  # of the class list: what says who it is, as it came


def letters(name: str) -> list[str]:
    """The words of a name, in small letters without accents."""
    flat = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return re.findall(r"\w+", flat.casefold().replace("_", " "))


def folder_of(name: str) -> str:
    """As the name of a folder on any system."""
    return re.sub(r"[^\w.@-]+", "-", name).strip("-.")[:60] or "unknown"


def class_list(file: Path) -> list[Student]:
    """The students of an export: names and numbers are found by the headings of their columns."""
    found = []
    for line in read_table(file):
        line = {key: value for key, value in line.items() if key and isinstance(value, str)}
        row = {key.strip().lower(): value.strip() for key, value in line.items()}
        parts, whole = [row.get(key, "") for key in NAMES[:4]], next(filter(None, map(row.get, NAMES[4:])), "")
        name = " ".join(filter(None, parts)) or " ".join(reversed(whole.split(", ", 1)))
        numbers = [row[key] for key in NUMBERS if row.get(key)]
        if name and (whole or name).lower() not in NO_STUDENTS:
            given = {key: line[key] for key in line if key.strip().lower() in (*NAMES, *NUMBERS, "section")}
            known = {number.casefold() for number in numbers}
            found.append(Student(folder_of((numbers or [name])[0]), name, known, given))
    return found


class People:
    """The class of a term."""

    def __init__(self, term: Path, gradebook):
        self.file, self.gradebook = term / "who.csv", gradebook
        self.listed = class_list(term / "students.csv")
        self.students = {student.id: student for student in self.listed}
        for known in gradebook.students:
            name = f"{known.first_name or ''} {known.last_name or ''}".strip()
            self.students.setdefault(known.id, Student(known.id, name))
        self.answers = {row["who is"]: row["student"] for row in read_table(self.file)}

    def enter(self, new: set[str]) -> None:
        """Put the class list, and who is new, into nbgrader's gradebook, where formgrader shows the names."""
        for student in [*self.listed, *map(self.students.get, new)]:
            first, _, last = student.name.rpartition(" ")
            self.gradebook.update_or_create_student(student.id, first_name=first, last_name=last)

    def find(self, name: str, number: str, typed: dict[str, str]) -> Student:
        """By the platform's name and number, and what was typed. Raises ValueError where nobody can say who it is."""
        names = list(filter(None, (name, typed.get("NAME"))))
        numbers = {each.casefold() for each in (number, typed.get("ID")) if each}
        named = []
        for each in names:
            named = named or [who for who in self.students.values() if is_called(who, letters(each))]
        numbered = [who for who in named or self.students.values() if numbers & {*who.known, who.id.casefold()}]
        fit = numbered if len(numbered) == 1 else named
        if len(fit) == 1:
            return fit[0]
        if not fit and not self.listed:
            called = name or typed.get("NAME") or typed.get("ID") or number
            new = Student(folder_of(called if name else typed.get("ID") or called), called)
            return self.students.setdefault(new.id, new)
        # Moodle's number is of one assignment, so it tells students apart only where nothing else does.
        parts = [*names, number if fit or not names else "", typed.get("ID", "")]
        return self.asked(" / ".join(filter(None, parts)), fit)

    def asked(self, who: str, fit: list[Student]) -> Student:
        """The student that a person says it is, now or earlier."""
        if who not in self.answers and sys.stdin and sys.stdin.isatty():
            choice = ", ".join(f"{student.id} ({student.name})" for student in fit or self.listed)
            self.answers[who] = input(f"Who is {who}? One of: {choice}\nThe id, or nothing to decide later: ").strip()
        add_to_table(self.file, [{"who is": who, "student": self.answers.setdefault(who, "")}], 1)
        if self.answers[who] in self.students:
            return self.students[self.answers[who]]
        reason = "may be several students" if fit else "is nobody in students.csv"
        raise ValueError(
            f"{who} {reason}: write the id of the student behind it in {self.file.name}, and collect again"
        )


def is_called(student: Student, wanted: list[str]) -> bool:
    """Is it the name, in any order? Canvas writes "kimlee" for Lee Kim."""
    words = letters(student.name)
    turned = ("".join(words[i:] + words[:i]) for i in range(len(words)))
    return sorted(words) == sorted(wanted) or len(wanted) == 1 and wanted[0] in turned
