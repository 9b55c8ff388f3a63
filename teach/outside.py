"""nbgrader's autograde of one submission, with the checks out of its reach.

The checks run in this process, with our answers. The student's process is the kernel of the notebook, and it only
answers: a check gets a function that sends what it asks to the kernel and returns the values that come back. No name,
module, frame or variable that the submission can reach takes part in the verdict.
"""

import ast
import base64
import builtins
import functools
import io
import os
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import cloudpickle
import nbformat
import torch
from filelock import FileLock
from ipykernel.parentpoller import ParentPollerUnix
from nbformat.v4 import new_code_cell, new_output
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, SaveAutoGrades
from nbgrader.utils import is_grade

from teach.term import configuration
from tools.lesson import ROOT

sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]
import checks  # noqa: E402
from checks import checking  # noqa: E402
from teach import answering  # noqa: E402

for module in [module for name, module in sys.modules.items() if name.split(".")[0] == "checks"]:
    cloudpickle.register_pickle_by_value(module)  # a function that a check hands over goes as itself
TEXT = Path(answering.__file__).read_text(encoding="utf-8")
TEACH = f"exec({TEXT!r}, vars(__import__('sys').modules.setdefault('answering', __import__('types').ModuleType('a'))))"
ASK = "__import__('sys').modules['answering'].{}"


class Outside(Execute):
    """Runs a notebook as nbgrader does; a check is tried here, and its cell says what came out."""

    def preprocess(self, nb, resources, km=None):
        self.error_on_timeout = {"ename": "Stopped", "evalue": f"after {self.timeout} seconds", "traceback": []}
        language = re.search(r'"TORCHNLP_LANGUAGE"\] = "(\w+)"', "\n".join(cell.source for cell in nb.cells))
        os.environ["TORCHNLP_LANGUAGE"] = language[1] if language else ""  # the check speaks as the lesson does
        # Beside other load a kernel may take a minute to start, and longer than nbgrader's 4 seconds to say that it is
        # done: for that no submission may go without a grade.
        self.startup_timeout = self.iopub_timeout = 300
        self.taught = False
        self.lock.release()  # while the student's program runs, others may write into the gradebook
        try:
            return super().preprocess(nb, resources, km)
        finally:
            self.lock.acquire()

    def preprocess_cell(self, cell, resources, index):
        if not is_grade(cell) or cell.cell_type != "code":
            return super().preprocess_cell(cell, resources, index)
        call = next(node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
        check = getattr(checks, call.func.id)
        why = self.why(check, [argument.id for argument in call.args], cell.metadata.nbgrader["points"])
        cell.outputs = [new_output("stream", name="stderr" if why else "stdout", text=check.said(why) + "\n")]
        return cell, resources

    def why(self, check: Callable, names: list[str], points: float) -> str:
        """Why an answer is not right; nothing for a right one. What counts is tried with other numbers as well."""
        found, *given = [self.ask(f"look(globals(), {name!r})") for name in names]
        answer = self.stand_in(names[0]) if found.get("callable") else found.get("returned")
        reason = checking.reason_for_points if points else checking.reason
        return reason(check.__wrapped__, answer, *(each.get("returned") for each in given))

    def ask(self, call: str) -> dict:
        """What the student's process says to a call of a function of answering.py."""
        cell = new_code_cell(f"{'' if self.taught else TEACH}\n{ASK.format(call)}")
        self.taught = True
        first = self.nb.cells[0]
        self.execute_cell(cell, 0, store_history=False)
        self.nb.cells[0] = first  # execute_cell has put ours in its place
        for output in reversed(cell.outputs):
            if sent := output.get("data", {}).get(answering.VALUES):
                try:
                    return torch.load(io.BytesIO(base64.b64decode(sent)), weights_only=True)
                except Exception:  # values alone are read: no type of the student's own
                    return {"error": ("TypeError", "What came back holds more than values.")}
        errors = [output for output in cell.outputs if output.output_type == "error"]
        return {"error": (errors[-1].ename, errors[-1].evalue) if errors else ("RuntimeError", "nothing came back")}

    def stand_in(self, name: str) -> Callable:
        """A function that asks the student's process for what the answer of this name returns."""

        def answer(*given, **named):
            sent = base64.b64encode(cloudpickle.dumps((given, named, torch.initial_seed()))).decode()
            said = self.ask(f"answer(globals(), {name!r}, {sent!r})")
            if "error" in said:
                raise error_of(*said["error"])
            returned = layer_of(said["returned"])
            answer.changed[:] = [mine for mine, theirs in zip(given, said["given"]) if differs(mine, theirs)]
            for mine, theirs in zip(given, said["given"]):
                follow(mine, theirs, returned)
            for tensor in answering.tensors_in(returned) if said["stopped"] else ():
                tensor.register_hook(functools.partial(stop, said["stopped"]))
            return returned

        answer.changed = []  # what a check that asks for it (checks.untouched) is told
        # To a check it is a function of the student's cell: what goes wrong in it is told by its name.
        answer.__code__ = answer.__code__.replace(co_name=name, co_qualname=name, co_filename=checking.CELLS[-1])
        answer.__name__ = answer.__qualname__ = name
        return answer


def stop(why: tuple[str, str], gradient: torch.Tensor) -> None:
    """A gradient meets here what it met in the student's process. (A check may send one back, and not ask for it.)"""
    raise error_of(*why)


def differs(mine: object, theirs: object) -> bool:
    """Has an answer changed a tensor or list that it was given? (Not looked into: a list with tensors in it.)"""
    if isinstance(mine, torch.Tensor):
        return not mine.equal(theirs)
    if isinstance(mine, list) and not any(isinstance(part, (torch.Tensor, tuple)) for part in mine):
        return mine != theirs
    return False


def layer_of(value: object) -> object:
    """The nn.Embedding that came back as what it is made of; any other value as it is."""
    parts = value.get(answering.LAYER) if isinstance(value, dict) else None
    return torch.nn.Embedding(*parts["_weight"].shape, **parts) if parts else value


def follow(mine: object, theirs: object, returned: object) -> None:
    """What an answer trains, or draws from, goes on from where it left it; so does what shares memory with a layer."""
    if isinstance(mine, torch.nn.Module):
        weights = mine.state_dict()
        if any(not weights[name].equal(part) for name, part in theirs["weights"].items()):
            mine.load_state_dict(theirs["weights"])
        vars(mine.train(theirs["notes"]["training"])).update(theirs["notes"])
    elif hasattr(mine, "load_state_dict"):
        mine.load_state_dict(theirs)
    elif isinstance(mine, torch.Generator):
        mine.set_state(theirs)
    elif isinstance(mine, random.Random):
        mine.setstate(theirs)
    elif isinstance(mine, torch.Tensor) and isinstance(returned, torch.nn.Module):
        mine.data = theirs.detach()


def error_of(name: str, said: str) -> Exception:
    """An error of this name, with these words."""
    kind = getattr(builtins, name, None)
    known = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError)
    return kind(said) if known else type(name, (RuntimeError,), {})(said)


class Save(SaveAutoGrades):
    """nbgrader asks a person to look again at all points that a person gave: here only where the text has changed."""

    before = {}  # texts_of the notebook that was graded last

    def preprocess(self, nb, resources):
        self.now = texts_of(nb.cells)
        return super().preprocess(nb, resources)

    def _add_score(self, cell, resources):
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        settled = grade.manual_score is not None and not grade.needs_manual_grade
        super()._add_score(cell, resources)
        if settled and self.now[name] == self.before.get(name):
            grade.needs_manual_grade = False
            self.gradebook.db.commit()


def texts_of(cells: list) -> dict[str, list[str]]:
    """What the points of each cell are for: its words, or all the code."""
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    ours = [cell for cell in cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: code if cell.cell_type == "code" else [cell.source] for cell in ours}


def main() -> None:
    """TERM, lesson2, a student: the log goes to the screen, and an error ends it."""
    ParentPollerUnix(os.getppid()).start()  # a grading that was killed leaves nothing behind that goes on
    term, (lesson, student) = Path(sys.argv[1]), sys.argv[2:]
    config = configuration(term)
    (usual,) = Autograde.class_traits()["autograde_preprocessors"].default_args
    ours = {Execute: Outside, SaveAutoGrades: Save}
    config.Autograde.autograde_preprocessors = [ours.get(each, each) for each in usual]
    Outside.lock = FileLock(term / "gradebook.lock")
    with Outside.lock:
        for file in term.glob(f"autograded/{student}/{lesson}/*.ipynb"):
            Save.before = texts_of(nbformat.read(file, as_version=4).cells)
        done = NbGraderAPI(config=config).autograde(lesson, student)
    print(done.get("log", ""), done.get("error", ""))
    sys.exit(not done["success"])


if __name__ == "__main__":
    main()
