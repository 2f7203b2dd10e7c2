"""How far a judgement moves a suggestion: the same as two suggestions with all the evidence would
say.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import Evidence, Strength
from forecasts.evidence.weights import weigh_story
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import SuggestionModel, suggest
from forecasts.suggestion.categorical import suggest_options
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
    day,
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
    return compute_judgement_effects(
        asked, waiting(pieces), evidence=pieces, indicators=INDICATORS, at=day(at), **how
    )


def held(asked: Question, pieces: Sequence[Evidence], at: float, **how: Any) -> tuple[float, ...]:
    """The whole suggestion, worked out from all the evidence."""
    if asked.kind == "binary":
        return (suggest(asked, pieces, INDICATORS, day(at), **how).p,)
    return suggest_options(asked, pieces, INDICATORS, day(at), **how).distribution.p


def real_effect(
    asked: Question, pieces: Sequence[Evidence], piece: EvidenceId, at: float, **how: Any
) -> float:
    stands = held(asked, pieces, at, **how)
    judged = [
        [replace(e, status=verdict) if e.id == piece else e for e in pieces] for verdict in VERDICTS
    ]
    return max(
        abs(p - q)
        for other in judged
        for p, q in zip(held(asked, other, at, **how), stands, strict=True)
    )


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
    # Nothing moves a question about a number.
    assert effects(numeric_question(), [evidence(1, status="logged")], 20.0) == {}
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
    real = compute_judgement_effects(
        asked, {piece.id}, evidence=[piece], indicators=by_id(indicator()), at=day(10), model=model
    )
    assert estimate_judgement_effect(story, 0.4, model) == pytest.approx(real[piece.id], rel=0.05)
