"""`tracker report build` and `tracker report export`."""

import json
from functools import partial
from pathlib import Path

import pytest

from tests.builders import FakeClock, no_network
from tests.reports.lived import QUESTION, Lived, lived, lived_file
from tests.test_cli import Shell
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli.commands import terminal
from tracker.reports.report_files import render_report

__all__ = ["lived", "lived_file"]


@pytest.fixture
def shell(
    lived: Lived,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Shell:
    """A shell in a folder of its own, on the tracker on which something happened."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setattr(
        terminal, "open_tracker", partial(open_tracker, now=clock, fetch=no_network)
    )
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Shell(lived.tracker.settings.data_dir, capsys, monkeypatch)


def test_a_report_is_written_and_says_its_hash(shell: Shell, lived: Lived) -> None:
    printed = " ".join(shell("report", "build", "question", QUESTION).split())
    report = lived.tracker.reports.build("question", QUESTION)
    file = Path(f"question-{QUESTION}-2027-01-10.html")
    assert printed.startswith(f"{file}: as known on 2027-01-10 09:30 UTC")
    assert report.sha256 in printed
    assert file.read_bytes() == render_report(report, "html")


def test_the_file_says_the_format_and_the_option_the_instant(shell: Shell, lived: Lived) -> None:
    told = shell.json(
        "report", "build", "question", QUESTION, "--out", "x.pdf", "--as-of", lived.open.isoformat()
    )
    assert told == {
        "file": "x.pdf",
        "known_at": "2026-12-11T09:30:00+00:00",
        "sha256": lived.tracker.reports.build("question", QUESTION, as_of=lived.open).sha256,
    }
    assert Path("x.pdf").read_bytes().startswith(b"%PDF")


def test_a_week_and_an_essay_can_be_reported(shell: Shell) -> None:
    assert shell("report", "build", "week", "--format", "json").startswith("week-2027-01-10.json")
    assert shell("report", "build", "essay", "essay", "--out", "e.json").startswith("e.json")


def test_a_file_is_checked_and_a_changed_one_fails(shell: Shell) -> None:
    shell("report", "build", "question", QUESTION, "--out", "x.html")
    assert "The file is whole, and says what this database says" in shell(
        "report", "check", "x.html"
    )
    assert shell.json("report", "check", "x.html")["same"] is True
    Path("x.html").write_bytes(Path("x.html").read_bytes().replace(b"They met.", b"They hid."))
    assert "The file was changed" in shell("report", "check", "x.html", code=1)


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("report", "build", "question", "nope"), "there is no question nope"),
        (("report", "build", "question", QUESTION, "--as-of", "2040-01-01"), "nobody knows yet"),
        (("report", "build", "question", QUESTION, "--as-of", "soon"), "'soon' is not a date"),
        (("report", "build", "question", QUESTION, "--out", "x.docx"), "does not say its format"),
        (("report", "build", "question", QUESTION, "--out", "no/x.pdf"), "cannot be written"),
        (("report", "check", "nothing.html"), "cannot be read"),
        (("report", "export", "secrets"), "there is no table secrets"),
        (("report", "export", "forecast", "--out", "no/x.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    shell: Shell, argv: tuple[str, ...], reason: str
) -> None:
    assert reason in shell.refused(*argv)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "argv",
    [
        ("report", "build"),
        ("report", "build", "question"),
        ("report", "build", "week", "x"),
        ("report", "export", "forecast", "--all", "x"),
        ("report", "export", "--all", "x", "--out", "y"),
    ],
)
def test_what_makes_no_sense_together_says_what_would(shell: Shell, argv: tuple[str, ...]) -> None:
    shell(*argv, code=2)
    assert "Error: " in shell.error


def test_a_table_or_every_table_is_written(shell: Shell) -> None:
    names = shell("report", "export").split()
    assert {"forecast", "question", "log"} <= {*names}
    assert shell("report", "export", "forecast", "--format", "json").strip() == "forecast.json"
    assert {row["forecaster_id"] for row in json.loads(Path("forecast.json").read_text())} >= {
        "ada",
        "ben",
    }
    shell("report", "export", "--all", "tables", "--format", "parquet")
    assert {file.stem for file in Path("tables").iterdir()} == {*names}


def test_a_folder_that_cannot_be_made_is_refused(shell: Shell) -> None:
    Path("taken").write_text("")
    assert "cannot be made" in shell.refused("report", "export", "--all", "taken/x")
