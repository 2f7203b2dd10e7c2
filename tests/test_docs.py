"""The documentation is true: its examples run, and every verb, setting and score stands in it."""

import ast
import doctest
import re
import shlex
import tomllib
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from forecasts.essays.claim_map import ClaimState
from forecasts.essays.extract import ClaimForm
from forecasts.linting.flaws import RULES as LINT_RULES
from forecasts.linting.lint import CODES, Severity
from forecasts.question_sets.question_set import SET_FILES, read_question_set
from forecasts.questions.links import LinkKind
from forecasts.questions.question import COMPUTED, Kind, utc
from forecasts.scenarios.scenario_set import FIVE_WORDS
from forecasts.scoring.rulebook import RULES
from tests.builders import FakeClock
from tests.command_reference import write_reference
from tests.forecasts import small_set
from tests.test_cli import Shell
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli.commands import terminal
from tracker.settings import Settings
from tracker.storage import tables

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
    """The commands of a page, each with the lines that it is said to print; `write FILE` has those
    of a file.
    """
    found: list[tuple[list[str], list[str]]] = []
    for language, block in re.findall(r"```(console|toml)\n(.*?)```", page, re.DOTALL):
        lines = block.strip().splitlines()
        if language == "toml":
            found.append((["write", lines[0].removeprefix("# ")], lines))
            continue
        for line in lines:
            if line.startswith("$ tracker "):
                found.append((shlex.split(line)[2:], []))
            else:
                found[-1][1].append(" ".join(line.split()))
    return found


@pytest.mark.slow
def test_every_command_of_the_tutorial_runs_and_prints_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    for folder in (DOCS, LIBRARY):
        (tmp_path / folder.name).symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    clock = FakeClock(
        utc("2026-11-25T12:00:00Z")
    )  # when the page was written: its questions close in 2027
    monkeypatch.setattr(terminal, "open_tracker", partial(open_tracker, now=clock))
    shell = Shell(tmp_path / "data", capsys, monkeypatch)
    commands = steps(text("tutorial.md"))
    assert len(commands) >= 40
    for argv, expected in commands:
        clock.advance(minutes=1)
        if argv[0] == "write":
            Path(argv[1]).write_text("\n".join(expected), encoding="utf-8")
            continue
        refused = any(line.startswith("Error:") for line in expected)
        printed = shell.refused(*argv) if refused else " ".join(shell(*argv).split())
        for line in expected:
            assert line in printed, f"tracker {' '.join(argv)}"


def test_the_reference_of_commands_is_that_of_the_program() -> None:
    assert write_reference() in text("commands.md"), "python -m tests.command_reference"


def test_every_finding_of_the_linter_is_documented_with_its_weights() -> None:
    told = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|", text("essays.md"), re.MULTILINE))
    given: dict[str, set[str]] = {code: set() for code in CODES}
    patterns = [rule["code"] for rule in LINT_RULES["patterns"]]
    for path in (LIBRARY / "linting").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "Flaw"
            ):
                code, weight = call.args[0], call.args[1]
                said = {
                    str(part.value) for part in ast.walk(weight) if isinstance(part, ast.Constant)
                }
                named = [code.value] if isinstance(code, ast.Constant) else patterns
                for name in named:  # a name instead of a weight stands for either
                    given[str(name)] |= said & {*get_args(Severity)} or {*get_args(Severity)}
    assert [name for name in told if name in CODES] == list(CODES)
    for name, weights in given.items():
        assert {*re.findall("blocking|advice", told[name])} == weights, name


def test_every_kind_of_link_and_every_word_of_a_likelihood_table_is_documented() -> None:
    page = text("essays.md")
    for kind in get_args(LinkKind):
        assert f"| `{kind}` |" in page
    for word, p in FIVE_WORDS.items():
        assert f"| {word} | {100 * p:g}% |" in page


def test_every_state_and_every_kind_of_a_claim_is_documented() -> None:
    page = " ".join(text("essays.md").split())
    for said in (*get_args(ClaimState), *get_args(ClaimForm)):
        if said not in ("dropped", "not forward-looking"):
            assert said in page


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
    example = doctest.DocTestParser().get_doctest(
        "\n\n".join(blocks), {}, "forecasts/README.md", None, None
    )
    assert len(example.examples) >= 50
    differences: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        example, out=differences.append
    )
    assert not differences, "".join(differences)


def test_the_questions_shown_for_a_question_set_are_of_every_kind_and_can_be_read() -> None:
    shown = fenced("toml", text("question-sets.md"))
    questions = "".join(block for block in shown if block.startswith("[[question]]"))
    history = "".join(block for block in shown if block.startswith("[[resolution]]"))
    found = read_question_set(
        dict(zip(SET_FILES, (small_set.ESSAY, questions, "", "", history), strict=False))
    )
    assert {question.kind for question in found.questions} == set(get_args(Kind))
    assert {resolution.question_id for resolution in found.resolutions} == {
        question.id for question in found.questions
    }


def test_percentages_stand_without_a_space() -> None:
    shown = [*DOCS.glob("*.md"), *ROOT.glob("*.md"), *LIBRARY.rglob("*.md")]  # essays keep theirs
    shown += [*(LIBRARY / "question_sets").rglob("*.toml"), LIBRARY / "linting" / "rules.toml"]
    pages = {page: page.read_text(encoding="utf-8") for page in shown}
    assert len(pages) > 20
    spaced = {page.name: re.findall(r".*\d %.*", content) for page, content in pages.items()}
    assert {name: lines[:1] for name, lines in spaced.items() if lines} == {}


def test_every_link_inside_the_documentation_leads_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), LIBRARY / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_link_to_a_heading_leads_to_one() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), LIBRARY / "README.md"]
    for page in pages:
        for target, anchor in re.findall(
            r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8")
        ):
            named = (page.parent / target if target else page).read_text(encoding="utf-8")
            assert anchor in anchors(named), f"{page.name} links to {target}#{anchor}"


def anchors(page: str) -> set[str]:
    """The names that headings of a page have in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("package", ["forecasts", "tracker", "dashboard"])
def test_the_rooms_of_the_design_are_the_layers_of_the_contracts(package: str) -> None:
    page = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    table = page.partition(f"\n### {package}\n")[2].partition("\n#")[0]
    drawn: dict[str, set[str]] = {}  # by layer, the highest first, which is the order of the table
    for layer, rooms in re.findall(r"^\| (\d+) \| ([^|]+) \|", table, re.MULTILINE):
        drawn.setdefault(layer, set()).update(re.findall(r"`(\w+)`", rooms))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [layers] = [c["layers"] for c in contracts if c.get("containers") == [package]]
    folders = [
        {name for name in re.findall(r"\w+", row) if is_room(package, name)} for row in layers
    ]
    assert list(drawn.values()) == [rooms for rooms in folders if rooms]


def is_room(package: str, name: str) -> bool:
    """Whether a module of a package is a folder."""
    return (ROOT / package / name / "__init__.py").is_file()


def test_the_drawing_of_the_tables_shows_foreign_keys() -> None:
    drawing = fenced("mermaid", (ROOT / "DESIGN.md").read_text(encoding="utf-8"))[-1]
    lines = re.findall(r"^    (\w+) \|\|--o[{|] (\w+) :", drawing, re.MULTILINE)
    assert len(lines) >= 20
    for parent, child in lines:
        keys = tables.TableRow.metadata.tables[child].foreign_keys
        assert parent in {key.column.table.name for key in keys}, f"{child} has no key to {parent}"
