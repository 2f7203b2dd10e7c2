"""Yes/no questions that are bound to each other, what people say about them, and how they are
answered.
"""

from collections.abc import Mapping
from typing import Any

from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.questions.timeline import Forecast
from tests.builders import DAY, NOW
from tests.lives import ADA, an_asked
from tracker.app.tracker import Tracker

PAPER = "https://arland.example/paper"
WHY = "a question of a test"


def ask(tracker: Tracker, *names: str, opens: int = 0, closes: int = 30, **changed: Any) -> None:
    """Questions that open and close on these days after NOW, yes or no unless said otherwise."""
    end = NOW + closes * DAY
    said = {
        "horizon_shape": "event_by",
        "opens_at": NOW + opens * DAY,
        "closes_at": end,
        "resolves_at": end,
        **changed,
    }
    for name in names:
        tracker.questions.ask(an_asked(name, **said), override=WHY)


def a_link(kind: LinkKind, *names: str, id: str = "rains", labels: tuple[str, ...] = ()) -> Link:
    """A link of these questions, in this order."""
    return Link(
        LinkId(id), kind, tuple(map(QuestionId, names)), "Rain in Arland", labels, "So it must be."
    )


def say(tracker: Tracker, chances: Mapping[str, str], who: ForecasterId = ADA) -> None:
    """What somebody forecasts now."""
    for name, chance in chances.items():
        tracker.forecasts.submit(name, chance, rationale=f"{who} thinks so", forecaster=who)


def answer(tracker: Tracker, name: str, outcome: str) -> None:
    """An answer that is known and written down now."""
    tracker.resolutions.resolve(
        name, outcome, source_url=PAPER, known_at=tracker.now(), note="It was in the paper."
    )


def outcomes(tracker: Tracker, name: str) -> list[str]:
    """All answers of a question, the oldest first."""
    return [r.outcome for r in tracker.questions.get(name).resolutions]


def acts_of(tracker: Tracker, name: str, who: ForecasterId = ADA) -> list[Forecast]:
    """What somebody did on a question, the oldest first."""
    return [act for act in tracker.questions.get(name).acts if act.forecaster_id == who]
