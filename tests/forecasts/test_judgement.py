"""How far a judgement moves a suggestion: the same as two suggestions with all the evidence would
say.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.curve_builders import largest_gap
from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.questions.question import MATCHER, EvidenceId, Question
from forecasts.suggestion.binary import Suggestion, SuggestionModel, suggest
from forecasts.suggestion.categorical import suggest_options
from forecasts.suggestion.curves import CurveSuggestion, suggest_curve
from forecasts.suggestion.explanation import AnySuggestion
from forecasts.suggestion.judgement_effects import (
    VERDICTS,
    compute_judgement_effects,
    estimate_judgement_effect,
)
from tests.forecasts.strategies import (
    INDICATORS,
    OPTIONS,
    categorical_question,
    categoricals,
    date_question,
    day,
    distributions,
    evidence,
    evidence_lists,
    law,
    numeric_question,
    question,
    questions,
)

models = st.builds(
    SuggestionModel,
    gamma=st.floats(0.0, 1.5),
    doubt=st.floats(0.0, 0.3),
    shift=st.floats(-0.5, 0.5),
)


def waiting(pieces: Sequence[Evidence]) -> set[EvidenceId]:
    return {piece.id for piece in pieces if piece.status == "logged"}


def effects(
    asked: Question, pieces: Sequence[Evidence], at: float, **how: Any
) -> dict[EvidenceId, float]:
    current = suggested(asked, pieces, at, **how)
    return compute_judgement_effects(
        asked, waiting(pieces), current, evidence=pieces, indicators=INDICATORS, **how
    )


def suggested(asked: Question, pieces: Sequence[Evidence], at: float, **how: Any) -> AnySuggestion:
    """The whole suggestion, worked out from all the evidence."""
    if asked.kind == "binary":
        return suggest(asked, pieces, INDICATORS, day(at), **how)
    if asked.options:
        return suggest_options(asked, pieces, INDICATORS, day(at), **how)
    return suggest_curve(asked, pieces, INDICATORS, day(at), **how)


def change(before: AnySuggestion, after: AnySuggestion) -> float:
    """The larger change of one probability."""
    if isinstance(before, CurveSuggestion) and isinstance(after, CurveSuggestion):
        return largest_gap(before.distribution, after.distribution)
    old, new = (
        (found.p,) if isinstance(found, Suggestion) else found.distribution.p
        for found in (before, after)
        if not isinstance(found, CurveSuggestion)
    )
    return max(abs(p - q) for p, q in zip(old, new, strict=True))


def real_effect(
    asked: Question, pieces: Sequence[Evidence], piece: EvidenceId, at: float, **how: Any
) -> float:
    stands = suggested(asked, pieces, at, **how)
    judged = [
        [replace(e, status=verdict) if e.id == piece else e for e in pieces] for verdict in VERDICTS
    ]
    return max(change(stands, suggested(asked, other, at, **how)) for other in judged)


def assert_real(asked: Question, pieces: Sequence[Evidence], at: float, **how: Any) -> None:
    found = effects(asked, pieces, at, **how)
    assert set(found) == {
        e.id for e in pieces if e.status == "logged" and e.first_seen_at <= day(at)
    }
    for piece, effect in found.items():
        assert effect == pytest.approx(real_effect(asked, pieces, piece, at, **how), abs=1e-12)


def apart(pieces: Sequence[Evidence]) -> list[Evidence]:
    """The pieces in episodes of their own, logged by the matcher unless a person judged them."""
    return [
        replace(e, first_seen_at=day(5.0 * e.id), judged_by=MATCHER,
                reports=tuple(replace(r, first_seen_at=day(5.0 * e.id)) for r in e.reports))
        for e in pieces
    ]  # fmt: skip


@law
@given(questions(), evidence_lists(), models)
def test_effects_are_those_of_whole_suggestions(
    q: Question, pieces: list[Evidence], model: SuggestionModel
) -> None:
    assert_real(replace(q, closes_at=day(400)), apart(pieces)[:1], 70.0, model=model)


@law
@given(categoricals(), evidence_lists(), models)
def test_effects_on_options_are_those_of_whole_suggestions(
    prior: Categorical, pieces: list[Evidence], model: SuggestionModel
) -> None:
    asked = replace(categorical_question(), prior=prior)
    assert_real(asked, apart(pieces)[:1], 70.0, model=model)


@law
@given(
    st.sampled_from([numeric_question(), date_question()]).flatmap(
        lambda q: st.tuples(st.just(q), distributions(q))
    ),
    evidence_lists(),
    models,
)
def test_effects_on_curves_are_those_of_whole_suggestions(
    asked: tuple[Question, Cdf], pieces: list[Evidence], model: SuggestionModel
) -> None:
    assert_real(replace(asked[0], prior=asked[1]), apart(pieces)[:1], 70.0, model=model)


@law
@given(questions(), evidence_lists())
def test_every_waiting_piece_has_an_effect(q: Question, pieces: list[Evidence]) -> None:
    found = effects(q, pieces, 70.0)
    assert set(found) == {
        e.id for e in pieces if e.status == "logged" and e.first_seen_at <= day(70.0)
    }
    assert all(0.0 <= effect <= 1.0 for effect in found.values())


def test_effects_of_judgements_by_hand() -> None:
    # Of two stories in three days the second adds nothing, unless the first is rejected.
    early, late = (
        replace(evidence(n, at=n, status="logged", relevance=0.9), judged_by=MATCHER)
        for n in (10, 12)
    )
    both = effects(question(), [early, late], 20.0)
    assert both[early.id] < effects(question(), [early], 20.0)[early.id]
    # A rejected match leaves its indicator silent.
    seen = evidence(1, at=40, signpost="treaty", status="logged")
    found = effects(question(), [seen], 60.0)
    assert found[seen.id] > 0.01
    assert_real(question(), [seen], 60.0)
    # What is only perhaps evidence moves nothing before it is confirmed, and then all of it.
    unsure = evidence(1, status="logged", relevance=0.6)
    for asked in (question(), numeric_question()):
        assert suggested(asked, [unsure], 20.0).lines == suggested(asked, [], 20.0).lines
        assert effects(asked, [unsure], 20.0)[1] == pytest.approx(
            change(
                suggested(asked, [], 20.0),
                suggested(asked, [replace(unsure, status="confirmed")], 20.0),
            )
        )
    # Beside other news, and an archive; what came before all that was read moves nothing.
    news = [
        evidence(2, at=-60),
        evidence(3, at=-30, direction=Direction.NEUTRAL),
        evidence(4, at=5),
    ]
    for at, least in ((12, 0.01), (-500, 0.0)):
        pieces = [evidence(1, at=at, status="logged", relevance=0.9), *news]
        assert_real(question(), pieces, 20.0, archive_from=day(-365))
        assert effects(question(), pieces, 20.0, archive_from=day(-365))[EvidenceId(1)] >= least
    assert effects(question(), pieces, 20.0, archive_from=day(-365)) == {1: 0.0}
    # An option that cannot come is moved by nothing.
    asked = replace(categorical_question(), prior=Categorical(OPTIONS, (0.0, 0.6, 0.4)))
    assert set(
        effects(asked, [evidence(1, status="logged", option=OPTIONS[0])], 20.0).values()
    ) == {0.0}


def test_estimates_rank_by_strength_and_doubt() -> None:
    pieces = [
        evidence(status="logged", strength=strength, relevance=0.9)
        for strength in (Strength.SLIGHT, Strength.MODERATE, Strength.DECISIVE)
    ]
    found = [estimate_judgement_effect(piece, 0.4) for piece in pieces]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(0.4 * 0.6 * 0.9 * math.log(25))
    unsure = replace(pieces[0], relevance=0.5)
    assert estimate_judgement_effect(unsure, 0.4) == pytest.approx(0.24 * math.log(1.25))
