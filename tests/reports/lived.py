"""A question with everything that a report tells, and hostile text in every place that takes
one.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from forecasts.questions.question import Forecaster, ForecasterId
from tests.builders import DAY, NOW, FakeClock, Press, a_set, no_network
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

QUESTION = "summit-2027"
BEN = ForecasterId("ben")
HOSTILE = (
    'Arland invites Borland to a summit </script><script>alert(1)</script> #read("/etc/passwd") *b* '
    "$x^2$ 习近平 Привет"
)
SOURCE = "https://arland.example/met"
OPEN, ANSWERED = NOW + 10 * DAY, NOW + 40 * DAY


@dataclass(frozen=True, slots=True)
class Lived:
    """A tracker on which something happened, and when: before the answer was entered, and as it
    was.
    """

    tracker: Tracker
    open: datetime = OPEN
    answered: datetime = ANSWERED


@pytest.fixture(scope="session")
def lived_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """News, forecasts of two people, and an answer, in a database that is made once; copying it is
    quick.
    """
    settings = Settings(data_dir=tmp_path_factory.mktemp("lived"), me="ada")
    shutil.copy(migrated_file, settings.data_dir)
    clock, press = FakeClock(), Press()
    with open_tracker(settings, now=clock, fetch=press.fetch) as tracker:
        tracker.question_sets.load(a_set())
        tracker.people.register(Forecaster(BEN, "Ben <b>&", "person"))
        press.publish("wire", HOSTILE, "https://wire.invalid/summit")
        press.publish("wire", "Arland rules out talks with Borland", "javascript:alert(1)")
        tracker.feeds.poll()
        clock.time = NOW + DAY
        tracker.forecasts.submit(QUESTION, "40%", rationale=f"They talk. {HOSTILE}")
        tracker.forecasts.submit(QUESTION, "60%", rationale="So I hear.", forecaster=BEN)
        clock.time = OPEN
        tracker.evidence.update_suggestions()
        tracker.forecasts.submit(QUESTION, "55%", rationale="They go on talking.")
        clock.time = ANSWERED
        tracker.resolutions.resolve(
            QUESTION, "yes", source_url=SOURCE, known_at=ANSWERED, note="They met."
        )
    return settings.data_dir / "tracker.sqlite"


@pytest.fixture
def lived(settings: Settings, lived_file: Path, clock: FakeClock) -> Iterator[Lived]:
    """The tracker on which all that happened; the clock shows when it was answered."""
    settings.data_dir.mkdir(parents=True)
    shutil.copy(lived_file, settings.data_dir)
    clock.time = ANSWERED
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        yield Lived(tracker)
