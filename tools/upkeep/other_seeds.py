"""Runs lessons with other seeds and another draw of the articles: does every sentence still hold?

    TORCHNLP_DATA=<folder with AG News> python -m tools.upkeep.other_seeds 100 notebooks/2-lstm-gates.ipynb

Every seed of the lesson is moved by the number: of networks, batches, splits, and of the draw of the articles. What
the run prints goes to build/seeds-100/; each result outside of its range, and each cell that fails, is listed. Read
the new outputs beside the sentences: a range may hold where a sentence does not.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

MOVE = """
import inspect, random, numpy, torch, torchnlp
def moved(function, name="seed", by={by}):
    parameters = list(inspect.signature(function).parameters)
    def call(*args, **options):
        bound = inspect.signature(function).bind(*args, **options)
        bound.apply_defaults()
        if isinstance(bound.arguments[name], int):
            bound.arguments[name] += by
        return function(*bound.args, **bound.kwargs)
    return call
for name in ("seed_all", "load_dataset", "train_valid_split"):
    setattr(torchnlp, name, moved(getattr(torchnlp, name)))
torchnlp.LengthBatchSampler.__init__ = moved(torchnlp.LengthBatchSampler.__init__)
torch.manual_seed = moved(torch.manual_seed)
"""


if __name__ == "__main__":
    by = int(sys.argv[1])
    folder = Path("build") / f"seeds-{by}"
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, sys.argv[2:]):
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        code[0].source += MOVE.format(by=by)
        for cell in code[1:]:  # what draws by itself
            cell.source = re.sub(r"(manual_seed|Random|default_rng)\((\w+)\)", rf"\1(\2 + {by})", cell.source)
        place = {"metadata": {"path": path.parent}}
        NotebookClient(notebook, timeout=3600, allow_errors=True, resources=place).execute()
        nbformat.write(notebook, folder / path.name)
        for cell in code:
            for output in cell.outputs:
                for line in re.findall(".*OUTSIDE.*", output.get("text", "")):
                    print(f"{path.name} {cell.id}: {line}")
                if output.output_type == "error":
                    print(f"{path.name} {cell.id}: {output.ename}: {output.evalue}")
        print(f"{path.name}: run with its seeds moved by {by}: {folder / path.name}", flush=True)
