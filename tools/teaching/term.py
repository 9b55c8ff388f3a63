"""nbgrader's settings for a term: the folder that holds source/, release/, submitted/, autograded/, feedback/."""

import math
import os
import sys
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
CONFIG = """\
# Made by the course. nbgrader and formgrader read it; formgrader opens from JupyterLab started in this folder.
import sys
from pathlib import Path

folder = Path(__file__).resolve().parent
sys.path.insert(0, str(next(place for place in folder.parents if (place / "torchnlp.py").is_file())))
from tools.teaching.term import configuration

c = get_config()  # noqa
c.merge(configuration(folder))
"""


class LateDays(LateSubmissionPlugin):
    """One point off for each day begun. A lesson has 4 points: after three days the solutions are discussed."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return min(4, math.ceil(total_seconds_late / (24 * 60 * 60)))


def configuration(term: Path | str) -> Config:
    """The settings, as nbgrader's API takes them; written down as nbgrader_config.py too, for its own programs."""
    term = Path(term).resolve()
    root = Path(__file__).resolve().parents[2]
    if root not in term.parents:
        sys.exit(f"The folder of the term must lie in the course's folder {root}: its notebooks use the course.")
    term.mkdir(parents=True, exist_ok=True)
    file = term / "nbgrader_config.py"
    if not file.is_file():
        file.write_text(CONFIG, encoding="utf-8")
    c = Config()
    c.CourseDirectory.root = str(term)
    c.CourseDirectory.course_id = "rnn-for-text"
    c.CourseDirectory.db_url = f"sqlite:///{term}/gradebook.db?timeout=60"  # two notebooks are graded at a time
    c.ClearSolutions.enforce_metadata = False
    # Our stubs are written by hand: nothing takes their place.
    names = "IncludeHeaderFooter LockCells ClearOutput CheckCellMetadata ComputeChecksums SaveCells ClearHiddenTests"
    names = [*names.split(), "ComputeChecksums", "CheckCellMetadata"]
    c.GenerateAssignment.preprocessors = [f"nbgrader.preprocessors.{name}" for name in names]
    c.Execute.timeout = 120  # seconds for a cell
    late = "This cell ran for more than 120 seconds."
    c.Execute.error_on_timeout = {"ename": "TimeoutError", "evalue": late, "traceback": []}
    c.AssignLatePenalties.plugin_class = LateDays
    return c
