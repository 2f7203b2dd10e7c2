"""The site of the docs: `python -m sphinx -W -c docs . build`, strict and without network.

Its source is the whole tree, so that links between pages are the same here and in the repository.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

ROOT = Path(__file__).parent.parent

project = "Scenario tracker"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md"]
include_patterns += [
    f"{f}/README.md" for f in ("forecasts", "tests/acceptance", "tracker/matching/table")
]
exclude_patterns = ["docs/essays"]
html_theme = "alabaster"
html_theme_options = {"description": "From predictions to scores", "page_width": "70em"}
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 4
suppress_warnings = ["ref.python"]  # a name that is imported elsewhere has two targets
default_role = "code"
autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": False}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True


def setup(app: Any) -> None:
    """Register what pages need beside Markdown."""
    app.add_lexer("mermaid", TextLexer)  # shown as text, as nothing here draws it
    app.connect("source-read", insert_modules)
    app.connect("autodoc-process-docstring", escape_docstring)
    app.connect("build-finished", copy_pictures)


def insert_modules(app: Any, page: str, source: list[str]) -> None:
    """Replace a line `@modules PACKAGE` by a reference of its modules."""
    pattern = r"^@modules (\S+)$"
    source[0] = re.sub(pattern, lambda match: list_modules(match[1]), source[0], flags=re.M)


def list_modules(package: str) -> str:
    """Headings and directives for the public modules of a package."""
    path = ROOT / package.replace(".", "/")
    files = sorted(path.rglob("*.py")) or [path.with_suffix(".py")]
    names = [".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files if f.stem[0] != "_"]
    block = "### `{0}`\n\n```{{eval-rst}}\n.. automodule:: {0}\n```\n"
    return "\n".join(block.format(name) for name in names)


def escape_docstring(*event: Any) -> None:
    """Escape what is markup to Sphinx alone: docstrings are plain text with code in backticks."""
    lines: list[str] = event[-1]
    paragraphs = "\n".join(lines).split("\n\n")
    escaped = [p if p.lstrip().startswith(">>>") else escape(p) for p in paragraphs]
    lines[:] = "\n\n".join(escaped).split("\n")


def escape(text: str) -> str:
    """Escape outside of backticks; an indented paragraph is a formula or a drawing."""
    if text.startswith("    "):
        return "::\n\n" + text
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(p if n % 2 else re.sub(r"([*_|\\])", r"\\\1", p) for n, p in enumerate(parts))


def copy_pictures(app: Any, error: Exception | None) -> None:
    """Copy the pictures that pages show by HTML, which Sphinx does not follow."""
    if not error and app.builder.format == "html":
        pictures = Path("docs", "pictures")
        shutil.copytree(ROOT / pictures, Path(app.outdir) / pictures, dirs_exist_ok=True)
