"""The life of one question of every kind: what is asked, what three people say, and how it is
answered.

Everything happens at the same times after `NOW`, so that scores can be worked out by hand: asked on
day 0, forecast by all three on day 1, revised by ada on day 10, known on day 20, forecast once more
on day 22, answered on day 25, and over on day 30.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecasts.distributions.cdf import Scale
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import ForecasterId
from forecasts.scoring.rulebook import RuleName
from forecasts.scoring.scores import Score
from tests.builders import DAY, NOW, FakeClock
from tracker.app.tracker import Tracker

SOURCE = "https://arland.example/statement"
PEOPLE = tuple(map(ForecasterId, ("ada", "ben", "cem")))
ADA, BEN, CEM = PEOPLE
KNOWN, CLOSES = NOW + 20 * DAY, NOW + 30 * DAY


def an_asked(id: str = "rain", **changed: Any) -> NewQuestion:
    """A question of one's own about rain, yes or no, that opens now and closes in 30 days."""
    values: dict[str, Any] = {
        "id": id,
        "text": "Will it rain in Arland before 31 December 2026?",
        "criteria": (
            "YES if the weather service of Arland reports rain before 31 December 2026, 09:30 UTC."
            " Annulled if the weather service is closed down."
        ),
        "sources": ("https://weather.arland.example", "Reuters, as fall-back"),
        "opens_at": NOW,
        "closes_at": CLOSES,
        "resolves_at": CLOSES,
    }
    return NewQuestion(**{**values, **changed})


@dataclass(frozen=True, slots=True)
class Life:
    """A question, what each of three people says first, what ada says later, and two answers.

    `mean` is ada's mean while active by the headline rule under the first answer, worked out by
    hand: the first forecast stands 9 days, the second 10. `changes` are options that come or go on
    a day after the opening.
    """

    asked: NewQuestion
    said: tuple[str, str, str]
    revised: str
    answer: str
    another: str
    headline: RuleName
    mean: float
    changes: tuple[tuple[int, str, str], ...] = ()

    @property
    def id(self) -> str:
        """The name of the question."""
        return self.asked.id


LIVES = (
    Life(
        an_asked(), ("60%", "40%", "75%"), "90%", "yes", "no", "brier", (9 * 0.16 + 10 * 0.01) / 19
    ),
    Life(
        an_asked(
            "visit", kind="categorical", options=("Moscow", "Beijing", "Other"), tags=("trips",)
        ),
        (
            "Moscow=20 Beijing=50 Other=rest",
            "Moscow=40 Beijing=40 Other=20",
            "Moscow=5 Beijing=90 Other=5",
        ),
        "Moscow=10 Minsk=80 Other=10",
        "Minsk",
        "Moscow",
        "brier",
        # Minsk is read from Other: ½(.04 + .25 + .49), and without Beijing ½(.04 + .04); then ½(.01
        # + .04 + .01).
        (7 * 0.39 + 2 * 0.04 + 10 * 0.03) / 19,
        changes=((5, "Minsk", "added"), (8, "Beijing", "removed")),
    ),
    Life(
        an_asked("stance", kind="ordered", options=("cold", "mild", "hot")),
        ("cold=20 mild=50 hot=30", "cold=60 mild=30 hot=10", "hot=rest"),
        "cold=10 mild=80 hot=10",
        "mild",
        "hot",
        "ranked",
        # Halves of .2² + .3² and of .1² + .1².
        (9 * 0.065 + 10 * 0.01) / 19,
    ),
    Life(
        an_asked("grain", kind="numeric", scale=Scale(0.0, 100.0, unit="Mt")),
        ("50%=40", "10 30 60", "5%=20 95%=90"),
        "25%=30 75%=50",
        "40",
        "90",
        "crps",
        # ∫F² over straight pieces: .4·.25/3 + .6·.25/3; then .3·.0625/3 + 2·.1·(.125 − .015625)/.75
        # + .5·.0625/3.
        (9 * (0.25 / 3) + 10 * (0.00625 + 0.2 * 0.109375 / 0.75 + 0.03125 / 3)) / 19,
    ),
    Life(
        an_asked("price", kind="numeric", scale=Scale(1.0, 1000.0, zero_point=0.0, unit="USD")),
        ("50%=31.622776601683793", "5 60 400", "5%=2 95%=900"),
        "50%=10",
        "10",
        "1,000",
        "crps",
        # On the log scale the first is even and the answer at a third: (1 + 8)/81; then (1/3 +
        # 2/3)·.25/3.
        (9 / 9 + 10 * 0.25 / 3) / 19,
    ),
    Life(
        an_asked("treaty", kind="date", scale=date_scale("2026-12-01", "2027-03-11")),
        (
            "50%=2027-01-20 never=0%",
            "2026-12-20 2027-01-10 2027-02-10",
            "10%=2026-12-05 50%=2027-02-01 never=30%",
        ),
        "50%=2026-12-21 never=0%",
        "2026-12-11",
        "never",
        "crps",
        # The answer at a tenth of the window: (.1³ + .9³)/3; then .1·.0625/3 + .1·(.421875 −
        # .125)/.75 + .8·.25/3.
        (9 * 0.73 / 3 + 10 * (0.00625 / 3 + 0.0296875 / 0.75 + 0.2 / 3)) / 19,
    ),
)


def forecast_all(tracker: Tracker, life: Life) -> None:
    """What all three say first."""
    for who, said in zip(PEOPLE, life.said, strict=True):
        tracker.forecasts.submit(life.id, said, forecaster=who, rationale=f"{who} said {said}")


def live(tracker: Tracker, clock: FakeClock, life: Life) -> None:
    """From the asking to the last forecast, which comes when the answer is known and nobody has
    written it down.
    """
    clock.time = NOW
    tracker.questions.ask(life.asked)
    clock.time = NOW + DAY
    forecast_all(tracker, life)
    for day, name, change in life.changes:
        clock.time = NOW + day * DAY
        tracker.questions.change_option(life.id, name, change, by=BEN)  # type: ignore[arg-type]
    clock.time = NOW + 10 * DAY
    tracker.forecasts.submit(life.id, life.revised, rationale="The news is in.")
    tracker.forecasts.reaffirm(life.id, forecaster=CEM)
    clock.time = KNOWN + 2 * DAY
    tracker.forecasts.submit(life.id, life.revised, rationale="I read the answer in the paper.")


def resolve(
    tracker: Tracker, clock: FakeClock, life: Life, answer: str | None = None
) -> Sequence[Score]:
    """The answer, as it is written down on day 25 and later."""
    clock.time = max(clock.time, KNOWN + 5 * DAY)
    return tracker.resolutions.resolve(
        life.id,
        answer or life.answer,
        source_url=SOURCE,
        known_at=KNOWN,
        note="It was in the paper.",
    )


def by_rule(scores: Sequence[Score], rule: str, who: ForecasterId = ADA) -> Score:
    """One forecaster's score by one rule."""
    return next(s for s in scores if s.rule == rule and s.forecaster_id == who)
