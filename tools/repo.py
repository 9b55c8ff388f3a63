"""Write your repository's address into every badge, link and set-up cell. Do this once in a fork, then commit.

    python -m tools.repo https://github.com/me/my-course

Without it a notebook opened alone (in Colab, say) would fetch the course from somewhere else.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"https://github\.com/([A-Za-z0-9-]+)/([A-Za-z0-9_.-]+?)(?:\.git)?/?")
PLACES = ["github.com/{}/{}", "/github/{}/{}", "https://{}.github.io/{}"]


def files(root: Path) -> list[Path]:
    """Those that name the repository, in all folders that people write in."""
    owner = current(root).partition("/")[0]
    names = current(root).encode(), f"{owner}.github.io".encode()
    parts = [*root.glob("[!.b]*"), *root.glob(".github/**/*"), *root.glob("[!.b]*/**/[!.]*")]  # b: build
    found = [part for part in parts if part.is_file() and ".ipynb_checkpoints" not in part.parts]
    return [file for file in found if any(name in file.read_bytes() for name in names)]


def current(root: Path) -> str:
    """owner/name, as the set-up cell of lesson 1 has it."""
    first = min(root.glob("notebooks/*.ipynb"))
    return re.search(r'REPOSITORY = \\"https://github\.com/([^"\\]+)', first.read_text(encoding="utf-8"))[1]


def set_address(root: Path, owner: str, name: str) -> None:
    """Change owner and name in each of PLACES, and say in which files."""
    # The text of the files, not their JSON: the diff shows these lines and no others.
    new_of = {place.format(*current(root).split("/")): place.format(owner, name) for place in PLACES}
    for file in files(root):
        before = after = file.read_text(encoding="utf-8")
        for old, new in new_of.items():
            after = re.sub(rf"{re.escape(old)}(?![\w-])", new, after)
        if after != before:
            file.write_text(after, encoding="utf-8", newline="\n")
            print("changed", file.relative_to(root))


def main() -> None:
    url = ADDRESS.fullmatch(" ".join(sys.argv[1:]))
    if not url:
        sys.exit("The address has the form https://github.com/me/my-course (Colab opens notebooks from GitHub).")
    set_address(ROOT, *url.groups())
    print(f"The address is {url[0]}.")


if __name__ == "__main__":
    main()
