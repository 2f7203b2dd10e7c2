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
TALKS = by_id(indicator(half_life=20.0, usual=1.0))
PLAIN = SuggestionModel(doubt=0.0)


def known(
    at: float, *pieces: Evidence, model: SuggestionModel = PLAIN, indicators: Any = TALKS
) -> SuggestionInputs:
    return SuggestionInputs(suggest(FLAT, pieces, indicators, day(at), model=model), pieces, model)


def causes(move: ProbabilityChange) -> list[str]:
    return [reason.cause for reason in move.reasons]


def one(move: ProbabilityChange, cause: str) -> ChangeReason:
    (found,) = [reason for reason in move.reasons if reason.cause == cause]
    return found


def total(move: ProbabilityChange) -> float:
    return math.fsum(reason.log_odds for reason in move.reasons)


def test_stories_come_in_and_time_passes_on_them() -> None:
    # A story that came in between is named, with the line that it moved.
    story = evidence(7, at=10)
    move = explain_change(known(9.9), known(10, story))
    reason = one(move, "came in")
    assert reason.evidence_id == 7
    assert reason.why.startswith("talks: 1 report in 10 days")
    assert move.log_odds == pytest.approx(total(move))
    assert (move.since, move.until, move.before) == (day(9.9), day(10), known(9.9).suggestion.p)
    # Evidence of later is not known yet whoever hands it over.
    later = evidence(2, at=10, signpost="drills")
    move = explain_change(known(5, story, later), known(10, story, later))
    assert {r.evidence_id for r in move.reasons if r.cause == "came in"} == {7, 2}
    # Silence since is time passing on the line.
    move = explain_change(known(10, story), known(60, story))
    assert causes(move) == ["time passed on news"]
    assert move.reasons[0].log_odds < 0
    # A single small change is told as one.
    noon, evening = (SuggestionInputs(suggest(question(), [], {}, day(at))) for at in (10.5, 10.75))
    assert [r.why for r in explain_change(noon, evening).reasons] == ["one of less than 0.005"]


def test_judgements_and_merges_are_reasons() -> None:
    # An edit takes the story out of the count, and gives it a line of its own.
    story = evidence(at=10)
    edited = replace(story, strength=Strength.STRONG, status="edited")
    move = explain_change(known(12, story), known(12, edited))
    assert causes(move) == ["judged anew", "judged anew"]
    assert move.reasons[0].log_odds > 0 > move.reasons[1].log_odds
    assert total(move) == pytest.approx(move.log_odds)
    # A rejection takes back what a call brings.
    for nothing in (replace(story, status="rejected"), replace(story, direction=Direction.NEUTRAL)):
        back = one(explain_change(known(10, story), known(10, nothing)), "judged anew")
        brought = one(explain_change(known(10, nothing), known(10, story)), "judged anew")
        assert brought.log_odds == pytest.approx(-back.log_odds)
    # A story that turned out to be another one is a judgement, too.
    stories = [
        evidence(1, at=10),
        evidence(2, at=11, signpost="drills", reports=(report(11, "daily"),)),
    ]
    together = merge_story_evidence(stories, [StoryMerge(StoryId(2), StoryId(1), day(12))], day(12))
    move = explain_change(known(11, *stories), known(12, *together))
    assert {r.evidence_id for r in move.reasons if r.cause == "judged anew"} == {1, 2}
    # A second source is told from when it was seen.
    story = evidence(at=10, reports=(report(10, "wire", 0.6), report(10.5, "daily", 0.9, text=1)))
    assert one(explain_change(known(10, story), known(11, story)), "judged anew").log_odds > 0.0


def test_signposts_doubt_and_unexplained_moves() -> None:
    watched = by_id(indicator(expected=due(20)))
    before, after = (known(at, indicators=watched) for at in (19, 21))
    move = explain_change(before, after)
    assert one(move, "time passed on news").log_odds < -MIN_REASON_NATS
    assert "not seen" in move.reasons[0].why
    again = explain_change(after, before)
    assert again.reasons[0].log_odds == -move.reasons[0].log_odds
    # What doubt takes off has a line.
    doubtful = SuggestionModel(doubt=0.1)
    story = evidence(at=10, signpost="drills")
    move = explain_change(
        known(5, model=doubtful, indicators={}), known(10, story, model=doubtful, indicators={})
    )
    assert causes(move) == ["came in", "doubt"]
    # Nothing moved has no reasons.
    move = explain_change(known(12, story), known(12, story))
    assert (move.reasons, move.log_odds) == ((), 0.0)
    # What was written down otherwise has a line of its own.
    move = explain_change(known(5), known(10, evidence(at=10)))
    assert match_recorded(move, move.before, move.after) == move
    other = match_recorded(move, 0.5, 0.6)
    assert other.reasons[-1].cause == "recorded otherwise"
    assert total(other) == pytest.approx(logit(0.6))


def test_cited_stories_tell_their_share() -> None:
    # Of a person's move the cited stories tell what their absence would change.
    story, unread = evidence(1, at=10, signpost="deleted"), evidence(2, at=10, signpost="drills")
    model = SuggestionModel(gamma=0.5, doubt=0.0)
    before = known(5, model=model, indicators={})
    after = known(10, story, unread, model=model, indicators={})
    move = explain_revision(before, after, ForecastRevision(0.5, 0.7, (EvidenceId(1),)))
    cited, judged = move.reasons
    assert (cited.cause, cited.evidence_id, judged.cause) == ("cited", 1, "judgement")
    assert cited.log_odds == pytest.approx(logit(after.suggestion.p) / 2)
    assert cited.why.endswith("this is what its absence would change")
    assert judged.log_odds == pytest.approx(logit(0.7) - cited.log_odds)
    # A story cited before counts by what changed.
    story = evidence(1, at=10, signpost="deleted")
    before, after = (known(at, story, indicators={}) for at in (10, 55))
    again = ForecastRevision(0.5, 0.6, (EvidenceId(1),), frozenset({EvidenceId(1)}))
    whole = math.log(1 + 0.9 * 2)
    assert explain_revision(before, after, again).reasons[0].log_odds == pytest.approx(-whole / 2)
    first = explain_revision(before, after, replace(again, cited_before=frozenset()))
    assert first.reasons[0].log_odds == pytest.approx(whole / 2)


def test_moves_without_counting_citations() -> None:
    # A cited story that does not count says so.
    rejected = evidence(1, at=10, status="rejected")
    move = explain_revision(
        known(5), known(10, rejected), ForecastRevision(0.5, 0.6, (EvidenceId(1),))
    )
    assert move.reasons[0] == ChangeReason(
        "cited", "counts for nothing in the estimate", 0.0, EvidenceId(1)
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
    doubt=st.floats(0.0, 0.4),
    shift=st.floats(-1.0, 1.0),
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
    move = explain_change(before, after)
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
