"""Why a probability moved: reasons that add up, by hand and by law."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Direction, Evidence, StoryId, Strength
from forecasts.evidence.weights import StoryMerge, merge_story_evidence
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.binary import SuggestionModel, suggest
from forecasts.suggestion.changes import (
    MIN_REASON_NATS,
    ChangeReason,
    ForecastRevision,
    ProbabilityChange,
    SuggestionInputs,
    explain_change,
    explain_revision,
    match_recorded,
)
from tests.forecasts.strategies import (
    INDICATORS,
    by_id,
    day,
    due,
    evidence,
    evidence_lists,
    indicator,
    law,
    question,
    questions,
    report,
)
from tests.tables import check_rows

FLAT = question("state_at", prior=0.5)
"""Time alone moves nothing here."""
TALKS = by_id(indicator(half_life=20.0))
PLAIN = SuggestionModel(gamma=1.0, soft_cap=700.0)
"""Saturation takes less than a millionth off."""
RAW = math.log(1 + 0.9 * 2)


def known(
    at: float, *pieces: Evidence, model: SuggestionModel = PLAIN, indicators: Any = TALKS
) -> SuggestionInputs:
    return SuggestionInputs(suggest(FLAT, pieces, indicators, day(at), model=model), pieces, model)


def causes(move: ProbabilityChange) -> list[str]:
    """Why it moved, without what saturation does to a plain sum."""
    return [
        reason.cause
        for reason in move.reasons
        if reason.cause == "judgement" or abs(reason.log_odds) > 1e-5
    ]


def one(move: ProbabilityChange, cause: str) -> ChangeReason:
    (found,) = [reason for reason in move.reasons if reason.cause == cause]
    return found


def test_stories_come_in_and_fade() -> None:
    # A story that came in between tells the whole move.
    story = evidence(7, at=10)
    move = explain_change(known(5), known(10, story), TALKS)
    assert causes(move) == ["came in"]
    reason = move.reasons[0]
    assert (reason.cause, reason.evidence_id) == ("came in", 7)
    assert reason.log_odds == pytest.approx(RAW)
    assert move.log_odds == pytest.approx(RAW)
    assert reason.why.startswith("talks: moderate")
    assert (move.since, move.until, move.before) == (day(5), day(10), 0.5)
    # Evidence of later is not known yet whoever hands it over.
    story, later = evidence(1, at=5), evidence(2, at=10, signpost="drills")
    move = explain_change(known(5, story, later), known(10, story, later), TALKS)
    assert one(move, "came in").evidence_id == EvidenceId(2)
    # A single small change is told as one.
    noon, evening = (SuggestionInputs(suggest(question(), [], {}, day(at))) for at in (10.5, 10.75))
    move = explain_change(noon, evening, {})
    assert [r.why for r in move.reasons] == ["one of less than 0.005"]
    # A story that was there fades by its half life.
    story = evidence(at=10)
    move = explain_change(known(10, story), known(30, story), TALKS)
    assert causes(move) == ["faded"]
    assert move.reasons[0].log_odds == pytest.approx(-RAW / 2)
    # A story of a deleted signpost fades by 45 days.
    story = evidence(at=10)
    before, after = (known(at, story, indicators={}) for at in (10, 55))
    assert one(explain_change(before, after, {}), "faded").log_odds == pytest.approx(-RAW / 2)


def test_judgements_and_merges_are_reasons() -> None:
    # What a judgement did stands apart from what faded.
    story = evidence(at=10, strength=Strength.MODERATE)
    edited = replace(story, strength=Strength.STRONG, status="edited")
    move = explain_change(known(10, story), known(30, edited), TALKS)
    assert one(move, "faded").log_odds == pytest.approx(-RAW / 2)
    assert one(move, "judged anew").log_odds == pytest.approx((math.log(1 + 0.9 * 7) - RAW) / 2)
    # A rejection takes the whole weight back and a call brings one.
    story = evidence(at=10)
    silent = (replace(story, status="rejected"), replace(story, direction=Direction.NEUTRAL))
    for nothing in silent:
        assert one(
            explain_change(known(10, story), known(10, nothing), TALKS), "judged anew"
        ).log_odds == pytest.approx(-RAW)
        assert one(
            explain_change(known(10, nothing), known(10, story), TALKS), "judged anew"
        ).log_odds == pytest.approx(RAW)
    # A story that turned out to be another one is merged.
    stories = [
        evidence(1, at=10),
        evidence(2, at=11, signpost="drills", reports=(report(11, "daily"),)),
    ]
    together = merge_story_evidence(stories, [StoryMerge(StoryId(2), StoryId(1), day(12))], day(12))
    move = explain_change(known(11, *stories), known(12, *together), TALKS)
    assert one(move, "merged").evidence_id == EvidenceId(2)
    assert one(move, "other reports").evidence_id == EvidenceId(1)


def test_other_reports_and_novelty_are_reasons() -> None:
    # A second source is told as other reports from when it was seen.
    story = evidence(at=10, reports=(report(10, "wire", 0.6), report(10.5, "daily", 0.9, text=1)))
    move = explain_change(known(10, story), known(11, story), TALKS)
    assert causes(move) == ["other reports", "faded"]
    assert move.reasons[0].log_odds > 0.1
    # A story that is new again since another was rejected says so.
    first, second = evidence(1, at=10), evidence(2, at=10)
    move = explain_change(
        known(10, first, second), known(10, replace(first, status="rejected"), second), TALKS
    )
    assert one(move, "judged anew").evidence_id == EvidenceId(1)
    assert one(move, "other novelty").log_odds == pytest.approx(RAW / 2)


def test_lines_without_evidence_add_up() -> None:
    # Lines without their evidence still add up.
    story = evidence(at=10)
    before, after = known(10, story), known(11, replace(story, strength=Strength.STRONG))
    move = explain_change(
        SuggestionInputs(before.suggestion), SuggestionInputs(after.suggestion), TALKS
    )
    assert causes(move) == ["other novelty", "faded"]
    assert math.fsum(r.log_odds for r in move.reasons) == pytest.approx(move.log_odds, abs=1e-9)
    # Silence and its end and the usual level have lines.
    watched = by_id(indicator(expected=due(20), usual=0.5), indicator("drills", usual=0.5))
    before, after = (known(at, indicators=watched) for at in (19, 21))
    move = explain_change(before, after, watched)
    assert one(move, "silence").log_odds < -MIN_REASON_NATS
    assert "not seen" in one(move, "silence").why
    assert one(move, "usual level").why == "2 signposts: such news comes anyway"
    again = explain_change(after, before, watched)
    assert one(again, "silence").log_odds == -one(move, "silence").log_odds


def test_small_and_unexplained_moves() -> None:
    # Small changes are gathered and none of them is lost.
    stories = [evidence(n, at=10, signpost=f"kind {n}") for n in (1, 2, 3)]
    known_before, known_after = (known(at, *stories, indicators={}) for at in (10, 10.125))
    move = explain_change(known_before, known_after, {})
    assert causes(move) == ["small changes"]
    assert move.reasons[0].why == "4 of less than 0.005 each"  # saturation is one of them
    assert move.reasons[0].log_odds == pytest.approx(move.log_odds)
    # Nothing moved has no reasons.
    story = evidence(at=10)
    move = explain_change(known(12, story), known(12, story), TALKS)
    assert (move.reasons, move.log_odds) == ((), 0.0)
    # What was written down otherwise has a line of its own.
    move = explain_change(known(5), known(10, evidence(at=10)), TALKS)
    assert match_recorded(move, move.before, move.after) == move
    other = match_recorded(move, 0.5, 0.6)
    assert causes(other) == ["came in", "recorded otherwise"]
    assert other.reasons[-1].log_odds == pytest.approx(logit(0.6) - RAW, abs=1e-5)
    assert other.after == 0.6


def test_cited_stories_tell_their_share() -> None:
    # Of a persons move the cited stories tell their share and the rest is judgement.
    story, unread = evidence(1, at=10), evidence(2, at=10, signpost="drills")
    model = SuggestionModel(gamma=0.5)
    before, after = known(5, model=model), known(10, story, unread, model=model)
    move = explain_revision(before, after, ForecastRevision(0.5, 0.7, (EvidenceId(1),)))
    cited, judged = move.reasons
    assert (cited.cause, cited.evidence_id, judged.cause) == ("cited", 1, "judgement")
    assert cited.log_odds == pytest.approx(logit(after.suggestion.p) / 2)
    assert judged.log_odds == pytest.approx(logit(0.7) - cited.log_odds)
    assert (move.since, move.until, move.before, move.after) == (day(5), day(10), 0.5, 0.7)
    # A story cited before counts by what changed and one cited first by all it weighs.
    story = evidence(1, at=10)
    before, after = known(10, story), known(30, story)
    again = ForecastRevision(0.5, 0.6, (EvidenceId(1),), frozenset({EvidenceId(1)}))
    assert explain_revision(before, after, again).reasons[0].log_odds == pytest.approx(
        -RAW / 2, abs=1e-5
    )
    first = explain_revision(before, after, replace(again, cited_before=frozenset()))
    assert first.reasons[0].log_odds == pytest.approx(RAW / 2, abs=1e-5)
    fresh = explain_revision(known(5), known(10, story), again)
    assert fresh.reasons[0].log_odds == pytest.approx(RAW, abs=1e-5)


def test_moves_without_counting_citations() -> None:
    # A cited story that does not count says so.
    rejected = evidence(1, at=10, status="rejected")
    move = explain_revision(
        known(5), known(10, rejected), ForecastRevision(0.5, 0.6, (EvidenceId(1),))
    )
    assert move.reasons[0] == ChangeReason(
        "cited", "counts for nothing in the suggestion", 0.0, EvidenceId(1)
    )
    assert move.reasons[1].log_odds == pytest.approx(logit(0.6))
    # A move that cites nothing is judgement and so is standing still.
    move = explain_revision(known(5), known(10), ForecastRevision(0.4, 0.4))
    assert move.reasons == (ChangeReason("judgement", "what no cited piece explains", 0.0),)


@check_rows([(0.0, 0.5), (0.5, 1.0), (1.0, 1.0)])
def test_certainty_is_infinitely_far_away_and_has_no_reasons(before: float, after: float) -> None:
    move = explain_revision(
        known(5), known(10, evidence(at=10)), ForecastRevision(before, after, (EvidenceId(1),))
    )
    assert (move.certain, move.log_odds, move.reasons) == (True, None, ())


# Laws

moments = st.integers(0, 1400).map(lambda quarters: quarters / 4)
models = st.builds(
    SuggestionModel,
    gamma=st.floats(0.05, 1.0),
    soft_cap=st.floats(0.1, 6.0),
    shift=st.floats(-1.0, 1.0),
    slope=st.floats(0.2, 2.0),
)


def judged(pieces: Sequence[Evidence], rejected: frozenset[int]) -> list[Evidence]:
    return [replace(e, status="rejected") if e.id in rejected else e for e in pieces]


@law
@given(
    questions(),
    evidence_lists(),
    st.frozensets(st.integers(1, 8)),
    moments,
    moments,
    models,
    models,
)
def test_reasons_add_up_whatever_happened_in_between(
    asked: Any,
    pieces: Any,
    rejected: Any,
    first: float,
    second: float,
    old: SuggestionModel,
    new: SuggestionModel,
) -> None:
    since, until = sorted((first, second))
    later = judged(pieces, rejected)
    before = SuggestionInputs(
        suggest(asked, pieces, INDICATORS, day(since), model=old), pieces, old
    )
    after = SuggestionInputs(suggest(asked, later, INDICATORS, day(until), model=new), later, new)
    move = explain_change(before, after, INDICATORS)
    assert (
        abs(math.fsum(r.log_odds for r in move.reasons) - (logit(move.after) - logit(move.before)))
        < 1e-9
    )
    assert all(
        abs(r.log_odds) >= MIN_REASON_NATS for r in move.reasons if r.cause != "small changes"
    )
    cites = tuple(e.id for e in pieces[:4])
    told = explain_revision(before, after, ForecastRevision(0.3, 0.8, cites, frozenset(cites[:2])))
    assert abs(math.fsum(r.log_odds for r in told.reasons) - (logit(0.8) - logit(0.3))) < 1e-9


@law
@given(evidence_lists(), moments, models)
def test_shares_of_pieces_sum_to_the_suggestion(
    pieces: Any, at: float, model: SuggestionModel
) -> None:
    wide = replace(model, p_min=1e-9, p_max=1.0 - 1e-9)
    found = SuggestionInputs(suggest(FLAT, pieces, {}, day(at), model=wide), pieces, wide)
    cites = tuple(found.lines_by_evidence)
    told = explain_revision(
        SuggestionInputs(suggest(FLAT, [], {}, day(0), model=wide), (), wide),
        found,
        ForecastRevision(0.5, 0.5, cites),
    )
    shares = math.fsum(r.log_odds for r in told.reasons if r.cause == "cited")
    assert shares == pytest.approx(logit(found.suggestion.p) - wide.shift, abs=1e-6)
