"""A terminal in front of the tracker of a test, at the time of its clock."""

from functools import partial

import pytest

from tests.builders import FakeClock, no_network
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.cli.commands import terminal


def at_a_terminal(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """Commands typed by ada on the same database."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.setattr(
        terminal, "open_tracker", partial(open_tracker, now=clock, fetch=no_network)
    )
    return Shell(tracker.settings.data_dir, capsys, monkeypatch)
