"""A question as somebody asks it: what becomes of it, and what is missing when it is refused."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from forecasts.distributions.cdf import Cdf, Scale, day_number, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import (
    ForecastsError,
    InvalidForecast,
    InvalidProbability,
    InvalidQuestion,
    InvalidTime,
)
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion, build_question, date_scale
from forecasts.questions.question import ClaimId, EssayId, Kind, Option, utc
from tests.forecasts.strategies import OPENS, day
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/asking")

OPTIONS = ("Moscow", "Beijing", "Other")
RANGE = Scale(0.0, 200.0, open_upper=True, unit="million tonnes")


def asked(kind: Kind = "binary", **given: object) -> NewQuestion:
    """A sound question of a kind, with some of it changed."""
    made = NewQuestion(
        id="grain-exports",
        text="Will exports rise?",
        criteria="As the ministry reports.",
        sources=("https://example.org/",),
        opens_at=OPENS,
        closes_at=day(100),
        resolves_at=day(107),
        kind=kind,
        options=OPTIONS if kind in ("categorical", "ordered") else (),
        scale=RANGE
        if kind == "numeric"
        else date_scale("2026-01-01", "2026-04-11")
        if kind == "date"
        else None,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def refusal(asked: NewQuestion) -> ForecastsError:
    with pytest.raises(ForecastsError) as caught:
        build_question(asked)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_question_has_what_it_was_asked_with() -> None:
    made = build_question(
        asked(
            text="  Will exports rise? ",
            criteria=" As the ministry reports.\n",
            prior="30%",
            prior_reason=" 3 of 10 years ",
            tags=("grain",),
            essay_id=EssayId("essay"),
            claim_ids=(ClaimId("C01"),),
            horizon_shape="state_at",
            retrospective=True,
        )
    )
    assert (made.id, made.kind, made.horizon_shape, made.retrospective) == (
        "grain-exports", "binary", "state_at", True
    )  # fmt: skip
    assert (made.text, made.criteria, made.prior_reason) == (
        "Will exports rise?", "As the ministry reports.", "3 of 10 years"
    )  # fmt: skip
    assert (made.sources, made.tags, made.claim_ids) == (
        ("https://example.org/",),
        ("grain",),
        ("C01",),
    )
    assert (made.opens_at, made.closes_at, made.resolves_at) == (OPENS, day(100), day(107))
    assert (made.prior, made.essay_id, made.options, made.scale) == (Binary(0.3), "essay", (), None)


@check_rows(["", "  \n"])
def test_without_a_prior_a_question_starts_from_knowing_nothing(prior: str) -> None:
    made = build_question(asked(prior=prior))
    assert (made.prior, made.essay_id) == (Binary(0.5), OWN_ESSAY)
    assert made.prior_reason == "none given"
    assert build_question(asked("categorical", prior=prior)).prior == Categorical(
        OPTIONS, (1 / 3,) * 3
    )
    assert build_question(asked("numeric", prior=prior)).prior == uniform_curve(RANGE)


@check_rows(
    [
        ("binary", "30", Binary(0.3)),
        ("binary", Binary(0.3), Binary(0.3)),
        ("categorical", "other=50 Moscow=rest", Categorical(OPTIONS, (0.5, 0.0, 0.5))),
        ("ordered", "Moscow=.2 Beijing=.3 Other=.5", Categorical(OPTIONS, (0.2, 0.3, 0.5))),
        ("numeric", "above=10% 45%=100", Cdf((0.0, 100.0, 200.0), (0.0, 0.45, 0.9))),
        ("date", "never=20% 40%=2026-03-02", Cdf((20454.0, 20514.0, 20554.0), (0.0, 0.4, 0.8))),
    ]
)
def test_the_prior_is_typed_as_a_forecast_is(kind: Kind, prior: object, made: object) -> None:
    assert build_question(asked(kind, prior=prior)).prior == made


def test_new_questions_normalise_options_times_and_windows() -> None:
    # Options and ranges become the question s.
    made = build_question(asked("categorical", options=("  New   York ", "Beijing", "Other")))
    assert made.options == (Option("New York"), Option("Beijing"), Option("Other"))
    assert made.prior == Categorical(("New York", "Beijing", "Other"), (1 / 3,) * 3)
    assert build_question(asked("numeric")).scale is RANGE
    # Times in any zone are kept as utc.
    east = timezone(timedelta(hours=3))
    made = build_question(
        asked(opens_at=OPENS.astimezone(east), closes_at=day(100).astimezone(east))
    )
    assert (made.opens_at, made.closes_at) == (OPENS, day(100))
    assert made.opens_at.utcoffset() == made.closes_at.utcoffset() == timedelta(0)
    # A date window is open at its end alone.
    window = date_scale("2026-01-01", "2026-02-01T12:00:00+06:00")
    assert (window.lower, window.upper) == (day_number(OPENS), day_number(utc("2026-02-01")) + 0.25)
    assert (window.open_lower, window.open_upper) == (False, True)


@check_rows(
    [
        (
            asked(id=""),
            InvalidQuestion,
            "'' is not a valid name: use small letters, digits and dashes",
        ),
        (asked(id="Grain"), InvalidQuestion, "is not a valid name"),
        (asked(id="grain exports"), InvalidQuestion, "is not a valid name"),
        (asked(id="grain-"), InvalidQuestion, "is not a valid name"),
        (asked(id="grain\n"), InvalidQuestion, "is not a valid name"),
        (asked(id="../grain"), InvalidQuestion, "is not a valid name"),
        (asked(id="größe"), InvalidQuestion, "is not a valid name"),
        (asked(text=" "), InvalidQuestion, "the question itself must not be empty"),
        (asked(criteria="\n"), InvalidQuestion, "resolution criteria must not be empty"),
        (asked(sources=("https://example.org", " ")), InvalidQuestion, "a source is empty"),
        (asked(closes_at=OPENS), InvalidTime, "closes before it opens"),
        (asked(resolves_at=day(99)), InvalidQuestion, "resolves before it closes"),
        (asked(opens_at=datetime(2026, 1, 1)), InvalidTime, "has no time zone"),  # noqa: DTZ001
        (asked(closes_at=datetime(2026, 3, 1)), InvalidTime, "has no time zone"),  # noqa: DTZ001
        (asked(resolves_at=datetime(2026, 5, 1)), InvalidTime, "has no time zone"),  # noqa: DTZ001
        (asked(prior="0%"), InvalidQuestion, "could never be revised: use 1% to 99%"),
        (asked(prior="1.0"), InvalidQuestion, "could never be revised"),
        (asked(prior=Binary(1.0)), InvalidQuestion, "could never be revised"),
        (asked(prior="1"), InvalidProbability, "1 could be 1% or certainty"),
        (asked(prior="often"), InvalidProbability, "'often' is not a probability"),
        # A prior of a kind that does not fit.
        (asked(prior="Moscow=100"), InvalidProbability, "is not a probability"),
        (
            asked(prior=Categorical(OPTIONS, (0.2, 0.3, 0.5))),
            InvalidQuestion,
            "is a binary question",
        ),
        (asked("categorical", prior="63%"), InvalidForecast, "'63%' is not a share"),
        (asked("categorical", prior="Minsk=100"), InvalidForecast, "no option 'Minsk'"),
        (asked("categorical", prior=Binary(0.3)), InvalidQuestion, "is a categorical question"),
        (
            asked("categorical", prior=Categorical(("Minsk", "Other"), (0.5, 0.5))),
            InvalidQuestion,
            "has no option 'Minsk'",
        ),
        (
            asked("categorical", prior=Categorical(("Moscow", "Other"), (0.5, 0.5))),
            InvalidQuestion,
            "the prior names Moscow, Other: give each option",
        ),
        (asked("numeric", prior="63%"), InvalidForecast, "is not a forecast of grain-exports"),
        (asked("numeric", prior="Moscow=100"), InvalidForecast, "'Moscow' is no level"),
        (asked("numeric", prior=Binary(0.3)), InvalidQuestion, "is a numeric question"),
        (
            asked("numeric", prior=Cdf((0.0, 300.0), (0.0, 1.0))),
            InvalidQuestion,
            "the curve leaves the range",
        ),
        (asked("date", prior="50%=41"), InvalidForecast, "'41' is not a date"),
        (
            asked("date", prior="50%=2025-12-01"),
            InvalidForecast,
            "2025-12-01 lies before the window",
        ),
        # What the kind needs, and no more.
        (asked(options=OPTIONS), InvalidQuestion, "a binary question has no options"),
        (asked(scale=RANGE), InvalidQuestion, "a range belongs to numeric and date questions"),
        (
            asked("numeric", scale=None),
            InvalidQuestion,
            "a range belongs to numeric and date questions",
        ),
        (asked("numeric", options=OPTIONS), InvalidQuestion, "a numeric question has no options"),
        (
            asked("categorical", scale=RANGE),
            InvalidQuestion,
            "a range belongs to numeric and date questions",
        ),
        (asked("categorical", options=()), InvalidQuestion, "name at least two options"),
        (asked("categorical", options=("Moscow",)), InvalidForecast, "at least two options"),
        (asked("ordered", options=("low", "LOW")), InvalidQuestion, "'LOW' is there already"),
        (
            asked("categorical", options=("Moscow", " ")),
            InvalidQuestion,
            "'' is not a valid name for an option",
        ),
        (
            asked("categorical", options=("a=b", "Other")),
            InvalidQuestion,
            "'a=b' is not a valid name for an option",
        ),
        (
            asked("categorical", options=("Annulled", "Other")),
            InvalidQuestion,
            "'Annulled' cannot be an option",
        ),
    ]
)
def test_incomplete_questions_are_refused(
    changed: NewQuestion, error: type[ForecastsError], reason: str
) -> None:
    found = refusal(changed)
    assert type(found) is error
    assert reason in str(found)


@check_rows(TABLES["a_window_that_is_none_is_refused_in_dates"])
def test_a_window_that_is_none_is_refused_in_dates(earliest: str, latest: str, reason: str) -> None:
    with pytest.raises(InvalidTime, match=reason):
        date_scale(earliest, latest)
