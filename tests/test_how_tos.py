"""The how-tos are true: their steps, followed in a copy of the tree, end in tests that pass."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkouts import ROOT

PAGES = sorted(path.stem for path in (ROOT / "docs" / "how-to").glob("*.md"))
PAGES.remove("index")
STEP = re.compile(
    r"^(?:(?P<where>Create|At the end of|In) `(?P<file>[^`]+)`"
    r"(?:, (?P<how>after|before|replace|remove) (?P<tick>``?)(?P<line>.+?)(?P=tick))?(?: by)?"
    r"(?::\n\n```\w+\n(?P<text>.*?)```$|\.$))|^```console\n(?P<commands>.*?)```$",
    re.DOTALL | re.MULTILINE,
)
"""`Create FILE:`, `At the end of FILE:` or `In FILE, after|before|replace LINE:` and a block, or
commands. LINE is the beginning of one line of the file.
"""


def copy_tree(folder: Path) -> Path:
    """A copy of what is in the repository, without its caches and what is made in it."""
    return Path(shutil.copytree(ROOT, folder, ignore=select_ignored))


def select_ignored(folder: str, names: list[str]) -> set[str]:
    """Those names of a folder that belong to no copy."""
    made = {"build", "data"} if Path(folder) == ROOT else set()
    return {name for name in names if name[0] == "." or name == "__pycache__" or name in made}


def change(folder: Path, step: re.Match[str]) -> None:
    """Make the change of a step."""
    path, text = folder / step["file"], step["text"] or ""
    if step["where"] == "Create":
        assert not path.exists(), f"{path} is there already"
        path.write_text(text, "utf-8")
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if step["where"] == "At the end of":
        path.write_text("".join([*lines, "\n\n", text]), "utf-8")
        return
    places = [n for n, line in enumerate(lines) if line.lstrip().startswith(step["line"].lstrip())]
    assert len(places) == 1, f"{step['line']!r} stands {len(places)} times in {step['file']}"
    (place,) = places
    keep_before, keep_after = {"after": (1, 1), "before": (0, 0)}.get(step["how"], (0, 1))
    lines[place + keep_before : place + keep_after] = [text]
    path.write_text("".join(lines), "utf-8")


def read_steps(page: str) -> list[re.Match[str]]:
    """The steps of a page; every block of it but those in `sh` belongs to one."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    steps = [*STEP.finditer(text)]
    with_block = [step for step in steps if step["text"] or step["commands"]]
    assert len(with_block) == len(re.findall(r"^```(?!sh)\w+$", text, re.MULTILINE)) >= 4
    return steps


@pytest.mark.parametrize("page", PAGES)
def test_the_steps_of_a_how_to_fit_the_code(page: str, tmp_path: Path) -> None:
    for step in read_steps(page):
        if step["commands"] is None:
            path = tmp_path / step["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if step["where"] != "Create" and not path.exists():
                shutil.copy(ROOT / step["file"], path)
            change(tmp_path, step)


@pytest.mark.slow
def test_the_steps_of_all_how_tos_lead_to_tests_that_pass(tmp_path: Path) -> None:
    folder = copy_tree(tmp_path / "tree")
    files, in_part, words = list[str](), list[str](), list[str]()
    for step in [step for page in PAGES for step in read_steps(page)]:
        if step["commands"] is None:
            change(folder, step)
            continue
        for command in step["commands"].strip().splitlines():
            assert command.startswith("$ ./test ")
            named, _, word = command.removeprefix("$ ./test ").partition(" -k ")
            (in_part if word else files).extend(shlex.split(named.partition(" -m ")[0]))
            words.extend(shlex.split(word))
    run_tests(folder, [*files, "-m", "not postgres"])
    run_tests(folder, [*in_part, "-k", " or ".join(words)])


def run_tests(folder: Path, options: list[str]) -> None:
    """Run tests of the copy with the Python of this one."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
