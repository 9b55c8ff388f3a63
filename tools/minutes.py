"""How long the core of a lesson takes a careful reader.

The core is what stands outside the sections with the tag "further". Whoever tried the lessons as a new student
would, with a clock, took about as long as this says, or a sixth longer.
"""

from dataclasses import dataclass

from tools.lesson import exercises_of, folded_as, has, is_picture, lessons, opening, with_further

# In minutes, for a careful reader whose second language is English.
WORD, OPEN_LINE, FOLDED_LINE, STOP, KNOB, EXERCISE = 1 / 165, 9 / 60, 3 / 60, 35 / 60, 1, 15


@dataclass
class Core:
    """What there is to do in the core of a lesson."""

    exercises: int
    reading: float = 0.0  # minutes for the words, and to stop at each bold question and each picture
    code: float = 0.0  # minutes, with those for what one changes and runs again

    @property
    def minutes(self) -> float:
        return self.reading + self.code + self.exercises * EXERCISE


def core_of(lesson) -> Core:
    """Count what the core of a notebook holds."""
    found = Core(sum(exercise.counts for exercise in exercises_of(lesson)))
    free = opening(lesson)  # each lesson begins with these cells
    for cell in (cell for cell, further in with_further(lesson) if not further and folded_as(cell) != "solution"):
        if cell.cell_type == "markdown":
            found.reading += len(cell.source.split()) * WORD + has(cell, "question") * STOP
            continue
        found.reading += sum(map(is_picture, cell.outputs)) * STOP
        found.code += has(cell, "yours", "stub") * KNOB
        lines = sum(bool(line.strip()) for line in cell.source.splitlines())
        if not has(cell, "hide-input"):
            found.code += lines * OPEN_LINE
        elif folded_as(cell) == "set-up" and cell not in free:
            found.code += lines * FOLDED_LINE  # somebody has to skim it
    return found


if __name__ == "__main__":
    for lesson in lessons():
        found = core_of(lesson.notebook)
        parts = f"{found.reading:.0f} to read, {found.code:.0f} code, {found.exercises} × {EXERCISE} exercises"
        print(f"{found.minutes:4.0f} minutes ({parts}): {lesson.name}")
