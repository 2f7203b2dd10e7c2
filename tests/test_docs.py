"""The documentation is true: its tutorial runs, and every verb, setting and score stands in it."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from forecasts.forecaster import COMPUTED
from forecasts.scoring import RULES
from tests.test_cli import Shell
from tracker import cli
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def text(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


def steps(page: str) -> list[tuple[list[str], list[str]]]:
    """The commands of a page, each with the lines that it is said to print."""
    found: list[tuple[list[str], list[str]]] = []
    for block in CONSOLE.findall(page):
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


def test_every_link_inside_the_documentation_leads_somewhere() -> None:
    pages = [*DOCS.glob("*.md"), *ROOT.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_rooms_of_the_design_are_those_of_the_code() -> None:
    """Every file of the three folders has a place in DESIGN.md's drawing, or stands in a folder that has."""
    design = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    for folder in ("forecasts", "tracker", "dashboard"):
        for path in (ROOT / folder).glob("*.py"):
            assert path.name in design or path.stem.startswith("__"), f"{folder}/{path.name} has no room in DESIGN.md"
