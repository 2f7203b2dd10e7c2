"""A small world of scenarios: three futures of two countries, two indicator questions, and what
people say.
"""

from datetime import datetime, timedelta

from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tests.builders import NOW, FakeClock
from tests.lives import an_asked
from tracker.app.tracker import Tracker

FUTURES = QuestionId("futures")
PACT, FAIR = QuestionId("pact"), QuestionId("fair")
OPTIONS = ("friends", "strangers", "Other")
BEN = ForecasterId("ben")
OVERRIDE = "a question of a test"
TABLE = (
    ScenarioLikelihoods(PACT, (0.875, 0.03, 0.125), "Friends sign."),
    ScenarioLikelihoods(FAIR, (0.5, 0.4, 0.5), "Fairs are held in any case."),
)
SET = ScenarioSet(
    FUTURES,
    "Arland and Borland",
    ("They sign pacts.", "They do not talk.", "None of these."),
    TABLE,
    "They share a cause.",
)


def ask_questions(tracker: Tracker, start: datetime = NOW) -> None:
    """The futures, the two indicator questions, and one more that no table knows."""
    closes = start + timedelta(days=30)
    times = {"opens_at": start, "closes_at": closes, "resolves_at": closes}
    tracker.questions.ask(
        an_asked(
            FUTURES, text="Which future will Arland and Borland have on 31 December 2026?", kind="categorical",
            horizon_shape="state_at", options=OPTIONS, prior="friends=30 strangers=60 Other=10", prior_reason="a guess",
            **times,
        ),
        override=OVERRIDE,
    )  # fmt: skip
    for name, text in (
        (PACT, "Will they sign a pact?"),
        (FAIR, "Will there be a fair?"),
        ("race", "Will they race?"),
    ):
        tracker.questions.ask(
            an_asked(name, text=text, prior="30%", prior_reason="3 of 10", **times),
            override=OVERRIDE,
        )


def a_world(tracker: Tracker, clock: FakeClock, start: datetime = NOW) -> None:
    """The scenario set ten days on: the pact has become likely, as both people say."""
    clock.time = start
    ask_questions(tracker, start)
    tracker.scenarios.add(SET)
    for day, chance in ((1, "30%"), (5, "60%"), (9, "80%")):
        clock.time = start + timedelta(days=day)
        tracker.forecasts.submit(PACT, chance, rationale="Talks go on.")
        tracker.forecasts.submit(PACT, chance, rationale="So I hear.", forecaster=BEN)
    clock.time = start + timedelta(days=10)
