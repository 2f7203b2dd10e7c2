"""List every text that the dashboard's code can show: `python -m tests.page_words [FOLDER …]`.

Meant to be read through as a whole by somebody who writes well. Docstrings, keys, addresses, styles
and formats are left out; parts of a sentence that are computed stand as `{…}`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
_WORDY = re.compile(r"[A-Za-z’]{2,}[^/_=<>{}]*[ .…:?!]|^[A-Z][a-z]+$")
_CODE = re.compile(
    r"^(:material|https?:|<|\w+:[A-Z]$|[a-z]+(-[a-z]+)+$|[a-z_\d.%]+$)|:(int|float|time|bool)\b|D MMM"
)


def list_texts(path: Path) -> Iterator[tuple[int, str]]:
    """List the texts of a module with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(part) for node in ast.walk(tree) for part in _list_silent_parts(node)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if _WORDY.search(text) and not _CODE.search(text):
            yield node.lineno, text


def _list_silent_parts(node: ast.AST) -> Iterator[ast.AST]:
    """List what is no text of its own: statements that are docstrings, and parts of f-strings."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))


def main(folders: list[str]) -> None:
    """Print the texts of the folders, by file."""
    for folder in folders or ["dashboard"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            texts = sorted(set(list_texts(path)))
            for number, (line, text) in enumerate(texts):
                if number == 0:
                    sys.stdout.write(f"\n{path.relative_to(ROOT)}\n")
                sys.stdout.write(f"{line:5} {' '.join(text.split())}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
