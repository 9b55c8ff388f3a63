"""nbgrader's settings. Each term has a copy of this file in its folder, which is yours to change."""

import math
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties


class LateDays(LateSubmissionPlugin):
    """One point off for each day begun. After three days nothing is left: the solutions are discussed."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        days = math.ceil(total_seconds_late / (24 * 60 * 60))
        return days if days <= 3 else score


term = Path(__file__).resolve().parent
c = get_config()  # noqa: F821
c.CourseDirectory.root = str(term)
c.CourseDirectory.db_url = f"sqlite:///{term}/gradebook.db?timeout=60"  # two notebooks are graded at a time
c.ClearSolutions.enabled = False  # our stubs are written by hand: nothing takes their place
c.Execute.timeout = 300  # seconds for a cell, of which other load may take most
c.AssignLatePenalties.plugin_class = LateDays
# Anew for feedback, because autograde takes off no more than there was before words were read.
c.GenerateFeedback.preprocessors.insert(0, AssignLatePenalties)
