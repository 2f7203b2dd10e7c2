"""How far a judgement moves a suggestion: the same as two suggestions with all the evidence would
say.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.curve_builders import largest_gap
from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import Evidence, Strength
from forecasts.evidence.weights import weigh_story
from forecasts.questions.question import EvidenceId, Question
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
    by_id,
    categorical_question,
    categoricals,
    date_question,
    day,
    distributions,
    evidence,
    evidence_lists,
    indicator,
    law,
    moments,
    numeric_question,
    question,
    questions,
    report,
)

models = st.builds(
    SuggestionModel,
    gamma=st.floats(0.0, 1.5),
    soft_cap=st.floats(0.5, 4.0),
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


@law
@given(questions(), evidence_lists(), moments, models)
def test_effects_are_those_of_whole_suggestions(
    q: Question, pieces: list[Evidence], at: float, model: SuggestionModel
) -> None:
    assert_real(q, pieces, at, model=model)


@law
@given(categoricals(), evidence_lists(), moments, models)
def test_effects_on_options_are_those_of_whole_suggestions(
    prior: Categorical, pieces: list[Evidence], at: float, model: SuggestionModel
) -> None:
    assert_real(replace(categorical_question(), prior=prior), pieces, at, model=model)


@law
@given(
    st.sampled_from([numeric_question(), date_question()]).flatmap(
        lambda q: st.tuples(st.just(q), distributions(q))
    ),
    evidence_lists(),
    moments,
    models,
)
def test_effects_on_curves_are_those_of_whole_suggestions(
    asked: tuple[Question, Cdf], pieces: list[Evidence], at: float, model: SuggestionModel
) -> None:
    assert_real(replace(asked[0], prior=asked[1]), pieces, at, model=model)


def test_effects_of_judgements_by_hand() -> None:
    # A rejection gives its novelty to the story after it.
    early, late = (evidence(n, at=n, status="logged", relevance=0.9) for n in (10, 12))
    assert_real(question(), [early, late], 20.0)
    assert (
        effects(question(), [early, late], 20.0)[early.id]
        < effects(question(), [early], 20.0)[early.id]
    )
    # A rejected match leaves its indicator silent.
    seen = evidence(1, at=40, signpost="treaty", status="logged", strength=Strength.NONE)
    found = effects(question(), [seen], 60.0)
    assert found[seen.id] > 0.01
    assert_real(question(), [seen], 60.0)
    # What is only perhaps evidence moves nothing before it is confirmed, and then all of it.
    unsure = evidence(1, status="logged", relevance=0.6)
    for asked in (question(), numeric_question()):
        assert suggested(asked, [unsure], 20.0) == suggested(asked, [], 20.0)
        assert effects(asked, [unsure], 20.0)[1] == change(
            suggested(asked, [], 20.0),
            suggested(asked, [replace(unsure, status="confirmed")], 20.0),
        )
    # An option that cannot come is moved by nothing.
    asked = replace(categorical_question(), prior=Categorical(OPTIONS, (0.0, 0.6, 0.4)))
    assert set(
        effects(asked, [evidence(1, status="logged", option=OPTIONS[0])], 20.0).values()
    ) == {0.0}


def test_small_estimates_equal_effects() -> None:
    piece = evidence(
        1, at=10, strength=Strength.SLIGHT, status="logged", reports=(report(10, "wire", 0.9),)
    )
    asked, model = question("state_at", prior=0.4), SuggestionModel(gamma=0.1)
    story = weigh_story(piece, 1.0, indicator(), day(10))
    current = suggest(asked, [piece], by_id(indicator()), day(10), model=model)
    real = compute_judgement_effects(
        asked, {piece.id}, current, evidence=[piece], indicators=by_id(indicator()), model=model
    )
    assert estimate_judgement_effect(story, 0.4, model) == pytest.approx(real[piece.id], rel=0.05)
