"""The documentation is true: its examples run, and every verb, setting and score stands in it."""

import ast
import doctest
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from forecasts.forecaster import COMPUTED
from forecasts.question import Kind
from forecasts.question_set import FILES, read_question_set
from forecasts.scoring.rulebook import RULES
from tests.forecasts import small_set
from tests.test_cli import Shell
from tracker import cli
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LIBRARY = ROOT / "forecasts"


def text(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


def fenced(language: str, page: str) -> list[str]:
    """The blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def steps(page: str) -> list[tuple[list[str], list[str]]]:
    """The commands of a page, each with the lines that it is said to print."""
    found: list[tuple[list[str], list[str]]] = []
    for block in fenced("console", page):
        for line in block.strip().splitlines():
            if line.startswith("$ tracker "):
                found.append((shlex.split(line)[2:], []))
            else:
                found[-1][1].append(line)
    return found


def test_every_command_of_the_tutorial_runs_and_prints_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    shell = Shell(tmp_path / "data", capsys, monkeypatch)
    commands = steps(text("tutorial.md"))
    assert len(commands) >= 10
    for argv, expected in commands:
        printed = " ".join(shell(*argv).split())
        for line in expected:
            assert line in printed, f"tracker {' '.join(argv)}"


def test_every_command_is_documented_and_has_help() -> None:
    page = text("commands.md")
    for name, command in cli.cli.commands.items():
        assert f"`tracker {name}" in page
        assert command.help


def test_every_setting_is_documented_with_its_environment_variable() -> None:
    page = text("settings.md")
    for field in fields(Settings):
        assert f"TRACKER_{field.name.upper()}" in page
        assert f"`{field.name}`" in page or field.name == "data_dir"


def test_every_score_and_computed_forecaster_is_documented() -> None:
    page = text("scoring.md")
    for rule in RULES.values():
        assert f"(`{rule.name}`)" in page
    for forecaster in COMPUTED:
        assert forecaster.kind in page


def test_the_theory_page_computes_what_it_says() -> None:
    blocks = fenced("python", (LIBRARY / "README.md").read_text(encoding="utf-8"))
    example = doctest.DocTestParser().get_doctest("\n\n".join(blocks), {}, "forecasts/README.md", None, None)
    assert len(example.examples) >= 50
    differences: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        example, out=differences.append
    )
    assert not differences, "".join(differences)


def test_the_map_of_the_library_has_every_module_and_points_one_way() -> None:
    page = (LIBRARY / "README.md").read_text(encoding="utf-8")
    rows = [set(re.findall(r"`(\w+)\.py`", line)) for line in page.splitlines() if re.match(r"\|.*`\w+\.py`", line)]
    row_of = {module: row for row, modules in reversed(list(enumerate(rows))) for module in modules}
    for path in LIBRARY.rglob("*.py"):
        if path.stem != "__init__":
            assert path.stem in row_of, f"{path.name} has no place in the map of forecasts/README.md"
            for needed in imported(path) & row_of.keys():
                assert row_of[needed] <= row_of[path.stem], f"{path.stem} uses {needed}, which the map has further down"


def imported(path: Path) -> set[str]:
    """The names of modules, among others, that a module of forecasts imports from there."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("forecasts"):
            found |= {node.module.rpartition(".")[2], *(name.name for name in node.names)}
    return found


def test_the_questions_shown_for_a_question_set_are_of_every_kind_and_can_be_read() -> None:
    shown = fenced("toml", text("question-sets.md"))
    questions = "".join(block for block in shown if block.startswith("[[question]]"))
    history = "".join(block for block in shown if block.startswith("[[resolution]]"))
    found = read_question_set(dict(zip(FILES, (small_set.ESSAY, questions, "", "", history), strict=False)))
    assert {question.kind for question in found.questions} == set(get_args(Kind))
    assert {resolution.question_id for resolution in found.resolutions} == {question.id for question in found.questions}


def test_every_link_inside_the_documentation_leads_somewhere() -> None:
    pages = [*DOCS.glob("*.md"), *ROOT.glob("*.md"), LIBRARY / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_rooms_of_the_design_are_those_of_the_code() -> None:
    """Every file of the three folders has a place in DESIGN.md's drawing, or stands in a folder that has."""
    design = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    for folder in ("forecasts", "tracker", "dashboard"):
        for path in (ROOT / folder).glob("*.py"):
            assert path.name in design or path.stem.startswith("__"), f"{folder}/{path.name} has no room in DESIGN.md"
