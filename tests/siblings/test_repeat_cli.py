"""Repetition at a terminal: previewed, opened, shown, stopped, refused."""

import pytest

from tests.builders import FakeClock, a_set
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

REPEAT = ("question", "repeat", "summit-2027")


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of a tracker with one long question."""
    tracker.question_sets.load(a_set())
    return at_a_terminal(tracker, clock, capsys, monkeypatch)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_preview_opens_nothing(shell: Shell) -> None:
    told = flat(shell(*REPEAT, "--every", "month", "--dry-run"))
    assert "summit-2027-2026-12 would open, for December 2026:" in told
    assert "30% over 242 days make 4.5% over 31 days. Give --prior for another." in told
    assert len(shell.json("question", "list")) == 1
    given = shell.json(*REPEAT, "--every", "month", "--prior", "20%", "--dry-run")
    assert given["question"]["prior"] == {"p": 0.2}
    told = flat(shell(*REPEAT, "--every", "month", "--prior", "20%", "--dry-run"))
    assert "Base rate 20%. Given with the repetition. advice:" in told
    week = flat(shell(*REPEAT, "--every", "week", "--override", "Rare", "--dry-run"))
    assert "for the week of 30 November 2026" in week
    assert "blocking:" in week


def test_a_repetition_is_opened_shown_and_stopped(shell: Shell) -> None:
    told = flat(shell(*REPEAT, "--every", "month", "--count", "3", "--until", "2027-05-01"))
    assert "summit-2027-2026-12 is open until 2027-01-01" in told
    assert "when it ends, 3 in all, until 2027-05-01" in told
    assert "is open already" in flat(shell(*REPEAT, "--every", "month"))
    shown = flat(shell("question", "show", "summit-2027"))
    assert "1 sibling is asked, and none is answered yet." in shown
    assert "December 2026: open until 2027-01-01 (summit-2027-2026-12)" in shown
    assert "A sibling of summit-2027:" in shell("question", "show", "summit-2027-2026-12")
    siblings = shell.json("question", "show", "summit-2027")["siblings"]
    assert (siblings["repetition"]["every"], siblings["record"]["opened"]) == ("month", 1)
    assert "repeated no more" in shell(*REPEAT, "--stop")
    assert "nothing to stop" in refused(shell, *REPEAT, "--stop")
    assert shell.json("system", "verify")["bad_seq"] is None
    assert "sibling-" not in shell("scenario", "links")


def refused(shell: Shell, *argv: str) -> str:
    assert shell.exit_code(*argv) == 2
    return shell.error


def test_a_repetition_is_refused_in_one_line(shell: Shell) -> None:
    assert "say how often: --every week" in refused(shell, *REPEAT)
    assert "give nothing beside it" in refused(shell, *REPEAT, "--stop", "--every", "month")
    assert "has no range" in refused(shell, *REPEAT, "--every", "month", "--range", "0", "9")
    worded = (*REPEAT, "--every", "month", "--text", "Rain in {moon}?")
    assert "text holds {moon}" in refused(shell, *worded)
    assert "is not a date" in refused(shell, *REPEAT, "--every", "month", "--until", "soon")
