"""On the demo, too, a forecaster has one number and one name: in the track record, at the
terminal, in the report.
"""

from pathlib import Path

import pytest

from forecasts.scoring.rulebook import HEADLINE, RULES
from tests.test_cli import Shell
from tests.test_one_number import at_the_terminal, in_the_report, on_the_page
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings

TITLES = {RULES[rule].title for rule in HEADLINE.values()}


def test_all_outputs_agree_on_every_forecaster_of_the_demo(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_ME", "ada")
    shell = Shell(demo, capsys, monkeypatch)
    printed = at_the_terminal(shell, "--replay", "accuracy", "summary", "--retrospective")
    terminal = {key: number for key, number in printed.items() if key[1] in TITLES}
    with open_tracker(replay_settings(Settings(data_dir=demo, me="ada"))) as tracker:
        report = in_the_report(tracker, "Scores of questions that look back")
        pages = {rule: on_the_page(tracker, rule) for rule in dict.fromkeys(HEADLINE.values())}
    page = {
        (who, RULES[rule].title): number
        for rule, rows in pages.items()
        for who, number in rows.items()
    }
    assert terminal == report == page
    assert {"Ana (invented)", "Crowd", "Estimate"} <= {who for who, _ in page}
