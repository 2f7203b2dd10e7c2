"""Evidence in words: which way it points in each kind's terms, how surely, why, by whom, and what
lines mean.
"""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from dashboard.wording.evidence import (
    LINE_MEANINGS,
    describe_bearing,
    describe_certainty,
    describe_match,
    effect_line,
    evidence_side,
    explain_direction,
    explain_lines,
    format_report_counts,
)
from dashboard.wording.judgements import judge_name, judgement_line, lift_line, model_name
from dashboard.wording.numbers import percent_whole
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.evidence.evidence import Direction, Strength
from forecasts.evidence.log_odds import LineKind
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import MATCHER, ForecasterId, Kind
from tests.builders import a_question
from tests.dashboard.examples import ME, NOW, copy, evidence
from tests.dashboard.pages import plain
from tests.tables import check_rows
from tracker.feeds.item import ItemId
from tracker.model.evidence import Decision, Lift, MatchReason, make_revision
from tracker.questions.review_evidence import ReviewEffect

YES, NO, NEUTRAL = Direction.YES, Direction.NO, Direction.NEUTRAL
KINDS: tuple[Kind, ...] = get_args(Kind)


def test_evidence_direction_and_strength_in_words() -> None:
    # Evidence is told with a shape a side and a strength.
    for kind, direction, told in (
        ("binary", YES, "Moderate evidence for YES"),
        ("binary", NO, "Moderate evidence for NO"),
        ("numeric", YES, "Moderate evidence for a higher value"),
        ("date", YES, "Moderate evidence for an earlier date"),
        ("date", NO, "Moderate evidence for a later date"),
        ("categorical", YES, "Moderate evidence for Minsk"),
        ("ordered", NO, "Moderate evidence against Minsk"),
    ):
        assert describe_bearing(evidence(direction=direction, option="Minsk"), kind) == told
    # Neutral is an answer once a person gave it.
    found = evidence(status="confirmed", direction=NEUTRAL)
    assert evidence_side(found, "binary") == "◆ for neither side"
    assert describe_bearing(found, "binary") == "No evidence either way"
    assert describe_certainty(found) == "Accepted"
    # What has no strength speaks for nobody.
    assert describe_bearing(evidence(strength=Strength.NONE), "numeric") == "No evidence either way"


def test_uncalled_direction_is_never_told_as_one() -> None:
    for kind in KINDS:
        found = evidence(direction=NEUTRAL, p_direction=0.5)
        assert describe_bearing(found, kind) == "Evidence of unclear direction"
        assert evidence_side(found, kind) == "◆ direction unclear"
        assert describe_certainty(found).endswith("no weight until you accept it")
        assert " sure" not in describe_certainty(found)


def test_match_reasons_in_words() -> None:
    # How sure a match is comes with what it counts for.
    told = plain(describe_certainty(evidence()))
    assert told == "80% relevant · 90% sure of the direction · 64% weight until reviewed"
    assert describe_certainty(evidence(status="edited")) == "Accepted"
    assert describe_certainty(evidence(status="rejected")) == "Rejected"
    # What is only perhaps evidence has no weight, nor has what counts elsewhere.
    unsure = plain(describe_certainty(evidence(), perhaps=True))
    assert unsure.startswith("Perhaps: 80% relevant")
    assert unsure.endswith("no weight until you accept it")
    assert "no effect here" in describe_certainty(evidence(), context_only=True)
    assert describe_certainty(evidence(), before_opening=True).endswith(" · no weight")
    # A match names its words and the phrasing nearest to it.
    near = MatchReason("Envoy visits Kyiv", 0.612, "as in “Envoy visits Kyiv”")
    assert (
        describe_match(evidence(), near)
        == "Matched “envoy”, “Kyiv”; closest phrasing “Envoy visits Kyiv”"
    )
    assert describe_match(evidence(), MatchReason()) == "Matched “envoy”, “Kyiv”"
    # Why it leans so does not say a phrasing twice.
    near = MatchReason("Envoy visits Kyiv", 0.6, "as in “Envoy visits Kyiv”")
    assert explain_direction(evidence(), near) == "Why this direction: as in that phrasing"
    other = MatchReason("Envoy visits Kyiv", 0.6, "as in the opposite “Envoy stays at home”")
    assert (
        explain_direction(evidence(), other)
        == "Why this direction: as in the opposite “Envoy stays at home”"
    )
    unsure = MatchReason("Envoy visits Kyiv", 0.6, "it asks and does not say")
    assert (
        explain_direction(evidence(direction=NEUTRAL), unsure)
        == "Why no direction: it asks and does not say"
    )
    assert explain_direction(evidence(), MatchReason()) == ""


@given(st.floats(0.0, 1.0), st.floats(0.5, 1.0))
def test_every_chance_can_be_told(relevance: float, p_direction: float) -> None:
    found = evidence(relevance=relevance, p_direction=p_direction)
    assert percent_whole(found.trust) in describe_certainty(found)


@check_rows([
    ((0.46, 0.492, 0.441), "Accepting moves the estimate 46.0% → 49.2%, rejecting moves it to 44.1%."),
    ((0.46, 0.46, 0.441), "Accepting keeps the estimate at 46.0%, rejecting moves it to 44.1%."),
    ((0.46, 0.492, 0.46), "Accepting moves the estimate 46.0% → 49.2%, rejecting leaves it."),
    ((0.46, 0.46, 0.46), "Neither answer moves the estimate, 46.0%."),
])  # fmt: skip
def test_effect_of_a_judgement_is_one_sentence(p: tuple[float, ...], told: str) -> None:
    effect = ReviewEffect(*map(Binary, p))
    assert effect_line(a_question(), effect) == told


def test_effect_of_no_judgement_has_its_reason() -> None:
    question, shares = a_question(), Categorical(("Minsk", "Kyiv"), (0.3, 0.7))
    same = ReviewEffect(shares, shares, shares)
    for effect, option, told in (
        ("context only", "", "It has no effect here"),
        ("part of another story", "", "Merged into another story"),
        (same, "", "It names no option, so it moves none."),
        (same, "Minsk", "Neither answer moves the estimate for Minsk, 30.0%."),
    ):
        assert effect_line(question, effect, option).startswith(told)  # type: ignore[arg-type]


def test_reports_are_counted_as_they_count() -> None:
    for counts, told in (
        ((1, 1, 0), "1 report"),
        ((1, 1, 14), "1 report; 14 copies"),
        ((3, 2, 14), "3 reports, 2 independent; 14 copies"),
        ((3, 3, 1), "3 reports, all independent; 1 copy"),
    ):
        assert plain(format_report_counts(*counts)) == told


def test_judgements_in_words() -> None:
    # A machine is called one.
    assert model_name("model:qwen") == "qwen"
    assert model_name("ada") == model_name("matcher") == ""
    assert [judge_name(ForecasterId(by), ME) for by in ("model:qwen", "matcher", ME, "ada")] == [
        "the model (qwen)", "the matcher", "you", "ada",
    ]  # fmt: skip
    # A judgement says who made it.
    note = "machine judgement by qwen: relevance 0.80, for YES with 0.93"
    assert decided("model:qwen", note=note) == (
        "Judged by the model (qwen): for YES, moderate. Relevance 0.80, for YES with 0.93"
    )
    note = "machine judgement by qwen: only proposed, relevance 0.80, for NO with 0.93"
    assert decided("model:qwen", note=note) == (
        "Proposed by the model (qwen): relevance 0.80, for NO with 0.93."
    )
    note = "only proposed, for YES, strong: The envoys packed."
    assert decided("agent:scout", direction=NEUTRAL, note=note) == (
        "Proposed by agent:scout: for YES, strong: The envoys packed."
    )
    assert decided(ME, "confirmed") == "Accepted by you: for YES, moderate."
    assert (
        decided("ada", "rejected", note="Old news.")
        == "Rejected by ada: for YES, moderate. Old news."
    )
    assert (
        decided("matcher", direction=NEUTRAL)
        == "Logged by the matcher: direction unclear, moderate."
    )


def decided(by: str, status: str = "logged", direction: Direction = YES, note: str = "") -> str:
    found = Decision(status, direction, Strength.MODERATE, ForecasterId(by), NOW, note)  # type: ignore[arg-type]
    return judgement_line(found, "binary", "", ME)


def test_lines_are_explained() -> None:
    # Every kind of line has a meaning.
    assert set(LINE_MEANINGS) == {*get_args(LineKind), "all options", "table row", "no news"}
    # Only lines that are there and need it are explained.
    told = explain_lines({"base rate", "evidence", "sum"})
    assert told.startswith("Judged story: one story with a strength of its own")
    assert explain_lines({"base rate", "time passed"}) == ""


@check_rows([
    (0.85, YES, True, "Strengthened by “Deed” (Wire): 31% → 85% relevant, for YES, 90% sure."),
    (0.31, NO, True, "Strengthened by “Deed” (Wire): 31% relevant, for NO, 90% sure."),
    (0.85, NEUTRAL, False, "Strengthened by a story merged into it: 31% → 85% relevant, direction unclear."),
])  # fmt: skip
def test_a_lift_names_its_report_and_what_it_added(
    relevance: float, direction: Direction, is_known: bool, told: str
) -> None:
    before = make_revision(evidence(relevance=0.31))
    after = make_revision(evidence(relevance=relevance), item_id=ItemId(7))
    decision = Decision("logged", direction, Strength.SOME, MATCHER, NOW, "", after)
    lift = Lift(before, decision, copy(7, "Deed") if is_known else None)
    assert plain(lift_line(lift, "binary")) == told
    surer = replace(decision, revision=replace(after, raised_rung=Rung.DONE))
    assert plain(lift_line(replace(lift, decision=surer), "binary")) == (
        f"{told.removesuffix('.')}, now reported as done."
    )
