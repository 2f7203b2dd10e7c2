"""Suggested shares of options."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from forecasts.distributions.distribution import Categorical
from forecasts.errors import InvalidForecast
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.evidence.log_odds import apply_doubt
from forecasts.questions.question import Option, Question
from forecasts.suggestion.categorical import suggest_options
from tests.forecasts.strategies import (
    INDICATORS,
    OPTIONS,
    by_id,
    categorical_question,
    categoricals,
    date_question,
    day,
    due,
    evidence,
    evidence_lists,
    indicator,
    law,
    moments,
    numeric_question,
    ordered_question,
    question,
    report,
)
from tests.tables import check_rows

PRIOR = Categorical(OPTIONS, (0.5, 0.3, 0.2))


def summit(prior: Categorical = PRIOR, *options: str | Option) -> Question:
    return replace(categorical_question(*options), prior=prior)


def shares(q: Question, *known: Evidence, at: float = 10.0, **given: Any) -> tuple[float, ...]:
    return suggest_options(q, known, {}, day(at), **given).distribution.p


@law
@given(categoricals())
def test_without_evidence_it_is_exactly_the_prior(prior: Categorical) -> None:
    found = suggest_options(summit(prior), [], INDICATORS, day(0))
    assert found.distribution == prior
    assert [[line.kind for line in own][:1] for own in found.lines.values()] == [
        ["base rate"] if p else [] for p in prior.p
    ]


def test_evidence_multiplies_the_odds_of_an_option() -> None:
    # Evidence for an option multiplies its odds and leaves the others in proportion.
    p = shares(summit(), evidence(option="Beijing"))
    grown = math.exp(apply_doubt(math.log(1 + 0.9 * 2), 0.02))
    assert p[1] / p[0] == pytest.approx(0.3 / 0.5 * grown)
    assert p[0] / p[2] == pytest.approx(0.5 / 0.2)
    assert sum(p) == pytest.approx(1.0)
    # Evidence against an option takes off what evidence for it adds.
    against = shares(summit(), evidence(option="Beijing", direction=Direction.NO))
    assert against[1] < 0.3 < shares(summit(), evidence(option="Beijing"))[1]
    both = [evidence(1, option="Beijing"), evidence(2, option="Beijing", direction=Direction.NO)]
    assert shares(summit(), *both) == pytest.approx(PRIOR.p)
    # An ordered question has its shares too.
    low, middle, high = shares(ordered_question(), evidence(option="low"))
    assert low > middle == pytest.approx(high)


@check_rows(["", "Minsk"])
def test_evidence_about_no_option_of_the_question_moves_nothing(option: str) -> None:
    assert shares(summit(), evidence(option=option)) == PRIOR.p


def test_options_that_come_and_go() -> None:
    # An option that is gone gets nothing and its share is in other.
    q = summit(PRIOR, "Moscow", Option("Beijing", removed_at=day(20)), "Other")
    story = evidence(option="Beijing")
    assert suggest_options(q, [story], {}, day(19)).distribution.of("Beijing") > 0.3
    later = suggest_options(q, [story], {}, day(20))
    assert later.distribution == Categorical(("Moscow", "Other"), (0.5, 0.5))
    assert set(later.lines) == {"Moscow", "Other"}
    # An option that was added is read from other and not before it is offered.
    q = summit(PRIOR, *OPTIONS, Option("Minsk", added_at=day(20)))
    story = evidence(option="Minsk")
    assert shares(q, story, at=19) == PRIOR.p
    assert shares(q, story, at=20) == shares(q, replace(story, option="Other"), at=20) != PRIOR.p
    # What can be no more stays so whatever is reported.
    q = summit(Categorical(OPTIONS, (0.7, 0.3, 0.0)))
    found = suggest_options(q, [evidence(option="Other", strength=Strength.DECISIVE)], {}, day(10))
    assert found.distribution.of("Other") == 0.0
    assert found.lines["Other"] == ()
    assert found.distribution.of("Moscow") == pytest.approx(0.7)


def test_counts_doubt_and_lines_of_options() -> None:
    # The silence of an option's indicator takes from it, more so where it usually comes often.
    known = by_id(indicator(usual=4.0, option="Moscow"), indicator("drills", usual=9.0))
    found = suggest_options(summit(), [], known, day(45))
    silence = found.lines["Moscow"][1]
    assert (silence.kind, silence.log_share < 0.0) == ("reports", True)
    assert "if Moscow about" in silence.why
    assert found.distribution.of("Moscow") / found.distribution.of("Beijing") == pytest.approx(
        0.5 / 0.3 * math.exp(apply_doubt(silence.log_share, 0.02))
    )
    older = suggest_options(summit(), [], known, day(45), archive_from=day(-365))
    assert older.distribution.of("Moscow") > found.distribution.of("Moscow")
    # A dated signpost counts for its option, too.
    post = by_id(indicator(option="Moscow", expected=due(20)))
    assert suggest_options(summit(), [], post, day(30)).distribution.of("Moscow") < 0.5
    # No volume of evidence gives an option more than the doubt allows.
    flood = [
        evidence(n, option="Other", strength=Strength.DECISIVE, signpost=f"s{n}")
        for n in range(1, 50)
    ]
    p = shares(summit(), *flood)
    assert p[2] / p[0] == pytest.approx(49 * 0.2 / 0.5)
    # The lines say what moved an option.
    found = suggest_options(summit(), [evidence(7, option="Beijing")], {}, day(10))
    kinds = [line.kind for line in found.lines["Beijing"]]
    assert kinds == ["base rate", "evidence", "doubt", "all options"]
    assert found.lines["Beijing"][1].effects[0].evidence_id == 7
    assert "judged moderate for option Beijing" in found.lines["Beijing"][1].why


@law
@given(categoricals(), evidence_lists(), moments)
def test_lines_and_shares_add_up(prior: Categorical, known: list[Evidence], at: float) -> None:
    found = suggest_options(
        summit(prior), known, by_id(indicator(usual=0.3, option="Moscow")), day(at)
    )
    assert math.fsum(found.distribution.p) == pytest.approx(1.0)
    for option, p in zip(OPTIONS, found.distribution.p, strict=True):
        if p > 0.0:
            total = math.fsum(line.log_share for line in found.lines[option])
            assert total == pytest.approx(math.log(p), rel=0, abs=1e-12)


@law
@given(categoricals(), evidence_lists(), moments)
def test_neither_order_nor_the_future_matters_to_the_last_bit(
    prior: Categorical, known: list[Evidence], at: float
) -> None:
    now = day(at)
    seen = [e for e in known if e.first_seen_at <= now]
    late = report(at + 1, "late", 0.97)
    poisoned = [replace(e, reports=(*e.reports, late)) for e in reversed(known)]
    q = summit(prior)
    assert suggest_options(q, poisoned, INDICATORS, now) == suggest_options(
        q, seen, INDICATORS, now
    )


@check_rows([question(), numeric_question(), date_question()])
def test_a_question_without_options_is_refused(q: Question) -> None:
    with pytest.raises(InvalidForecast, match="only one with options has shares"):
        suggest_options(q, [], {}, day(1))
