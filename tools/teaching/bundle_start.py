"""Install the course from this folder, without a network, and open its first lesson.

    python3 start.py            (on Windows: py start.py)

It makes a folder .venv here, installs the packages of wheels/ into it, and starts JupyterLab. A second start is quick.
`make bundle` puts this file beside them.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
READY = HERE / ".venv" / "ready"


def python() -> Path:
    windows = HERE / ".venv" / "Scripts" / "python.exe"
    return windows if windows.is_file() else HERE / ".venv" / "bin" / "python"


def install() -> None:
    """Everything in requirements.txt, from wheels/ alone. Exits with a message if one for this Python is missing."""
    print("Installing the course into", HERE / ".venv", "- this takes some minutes, once.", flush=True)
    venv.create(HERE / ".venv", clear=True, with_pip=True)
    command = [python(), "-m", "pip", "install", "--no-index", "--find-links", HERE / "wheels"]
    command += ["--disable-pip-version-check", "--quiet", "-r", HERE / "requirements.txt"]
    if subprocess.run(list(map(str, command))).returncode != 0:
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"wheels/ has not all that Python {version} on {sys.platform} needs; index.html says what it has.")
    READY.touch()


def main() -> None:
    if not READY.is_file():
        install()
    news = HERE / "data"  # without it the lessons take the small corpus of the course
    data = str(news) if (news / "train.csv").is_file() else "sample"
    first = min((HERE / "course" / "notebooks").glob("*.ipynb"))
    command = [str(python()), "-m", "jupyter", "lab", str(first)]
    sys.exit(subprocess.run(command, cwd=HERE / "course", env={**os.environ, "TORCHNLP_DATA": data}).returncode)


if __name__ == "__main__":
    main()
