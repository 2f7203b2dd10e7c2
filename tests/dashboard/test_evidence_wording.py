"""Evidence in words: which way it points in each kind's terms, how surely, why, by whom, and what
lines mean.
"""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from dashboard import wording
from dashboard.wording.evidence import LINE_MEANINGS
from forecasts.evidence.evidence import Direction, Strength
from forecasts.evidence.log_odds import LineKind
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import MATCHER, ForecasterId, Kind
from tests.dashboard.examples import ME, NOW, copy, evidence
from tests.dashboard.pages import plain
from tests.tables import check_rows
from tracker.feeds.item import ItemId
from tracker.model.evidence import Decision, Lift, MatchReason, make_revision

YES, NO, NEUTRAL = Direction.YES, Direction.NO, Direction.NEUTRAL
KINDS: tuple[Kind, ...] = get_args(Kind)


def test_evidence_direction_and_strength_in_words() -> None:
    # Evidence is told with a shape a side and a strength.
    for kind, direction, told in (
        ("binary", YES, "▲ speaks moderately for YES"),
        ("binary", NO, "▼ speaks moderately for NO"),
        ("numeric", YES, "▲ points moderately higher"),
        ("date", YES, "◀ points moderately earlier"),
        ("date", NO, "▶ points moderately later"),
        ("categorical", YES, "▲ speaks moderately for option Minsk"),
        ("ordered", NO, "▼ speaks moderately against option Minsk"),
    ):
        assert wording.describe_bearing(evidence(direction=direction, option="Minsk"), kind) == told
    # Neutral is an answer once a person gave it.
    found = evidence(status="confirmed", direction=NEUTRAL)
    assert wording.evidence_side(found, "binary") == "◆ for neither side"
    assert wording.describe_bearing(found, "binary") == "◆ does not speak either way"
    assert (
        wording.describe_certainty(found, "binary")
        == "a person took it: it speaks for neither side"
    )
    # What has no strength speaks for nobody.
    assert (
        wording.describe_bearing(evidence(strength=Strength.NONE), "numeric")
        == "◆ does not speak either way"
    )


def test_uncalled_direction_is_never_told_as_one() -> None:
    for kind in KINDS:
        found = evidence(direction=NEUTRAL, p_direction=0.5)
        assert (
            wording.describe_bearing(found, kind)
            == wording.evidence_side(found, kind)
            == "◆ direction not called"
        )
        assert "counts nothing until a person says" in wording.describe_certainty(found, kind)
        assert " sure" not in wording.describe_certainty(found, kind)


def test_match_reasons_in_words() -> None:
    # How sure a match is comes with what it counts for.
    told = plain(wording.describe_certainty(evidence(), "binary"))
    assert (
        told
        == "80% likely to be relevant · for YES, 90% sure · counts 64% until a person judges it"
    )
    assert (
        wording.describe_certainty(evidence(status="edited"), "binary")
        == "a person took it: it counts fully"
    )
    assert (
        wording.describe_certainty(evidence(status="rejected"), "binary")
        == "a person rejected it: it counts nothing"
    )
    # What is only perhaps evidence counts nothing.
    unsure = wording.describe_certainty(evidence(), "binary", perhaps=True)
    assert plain(unsure).startswith("perhaps, 80% likely to be relevant")
    assert unsure.endswith("it counts nothing until a person confirms it")
    # A match names its words and the phrasing nearest to it.
    near = MatchReason("Envoy visits Kyiv", 0.612, "as in “Envoy visits Kyiv”")
    assert (
        wording.describe_match(evidence(), near)
        == "matched “envoy”, “Kyiv” · nearest to: “Envoy visits Kyiv” (cosine 0.61)"
    )
    assert wording.describe_match(evidence(), MatchReason("Envoy visits Kyiv")).endswith(
        "nearest to: “Envoy visits Kyiv”"
    )
    assert wording.describe_match(evidence(), MatchReason()) == "matched “envoy”, “Kyiv”"
    # Why it leans so does not say a phrasing twice.
    near = MatchReason("Envoy visits Kyiv", 0.6, "as in “Envoy visits Kyiv”")
    assert wording.explain_direction(evidence(), near) == "why this way: as in that phrasing"
    other = MatchReason("Envoy visits Kyiv", 0.6, "as in the opposite “Envoy stays at home”")
    assert (
        wording.explain_direction(evidence(), other)
        == "why this way: as in the opposite “Envoy stays at home”"
    )
    unsure = MatchReason("Envoy visits Kyiv", 0.6, "it asks and does not say")
    assert (
        wording.explain_direction(evidence(direction=NEUTRAL), unsure)
        == "why no direction: it asks and does not say"
    )
    assert wording.explain_direction(evidence(), MatchReason()) == ""


@given(st.floats(0.0, 1.0), st.floats(0.5, 1.0), st.sampled_from(KINDS))
def test_every_chance_can_be_told(relevance: float, p_direction: float, kind: Kind) -> None:
    found = evidence(relevance=relevance, p_direction=p_direction)
    assert wording.percent_whole(found.trust) in wording.describe_certainty(found, kind)


def test_reports_are_counted_as_they_count() -> None:
    for counts, told in (
        ((1, 1, 0), "1 report"),
        ((1, 1, 14), "1 report; 14 copies"),
        ((3, 2, 14), "3 reports, 2 independent; 14 copies"),
        ((3, 3, 1), "3 reports, all independent; 1 copy"),
    ):
        assert plain(wording.format_report_counts(*counts)) == told


def test_judgements_in_words() -> None:
    # A machine is called one.
    assert wording.model_name("model:qwen") == "qwen"
    assert wording.model_name("ada") == wording.model_name("matcher") == ""
    assert [wording.judge_name(ForecasterId(by), ME) for by in ("model:qwen", "matcher", ME, "ada")] == [
        "a machine (qwen)", "the matcher", "you", "ada",
    ]  # fmt: skip
    # A judgement says who made it.
    note = "machine judgement by qwen: relevance 0.80, for YES with 0.93"
    assert decided("model:qwen", note=note) == (
        "Machine judgement (qwen): for YES, moderate. Relevance 0.80, for YES with 0.93"
    )
    note = "machine judgement by qwen: only proposed, relevance 0.80, for NO with 0.93"
    assert decided("model:qwen", note=note) == (
        "Proposed by a machine (qwen): relevance 0.80, for NO with 0.93."
    )
    assert decided(ME, "confirmed") == "Confirmed by you: for YES, moderate."
    assert (
        decided("ada", "rejected", note="Old news.")
        == "Rejected by ada: for YES, moderate. Old news."
    )
    assert (
        decided("matcher", direction=NEUTRAL)
        == "Logged by the matcher: direction not called, moderate."
    )


def decided(by: str, status: str = "logged", direction: Direction = YES, note: str = "") -> str:
    found = Decision(status, direction, Strength.MODERATE, ForecasterId(by), NOW, note)  # type: ignore[arg-type]
    return wording.judgement_line(found, "binary", "", ME)


def test_lines_are_explained() -> None:
    # Every kind of line has a meaning.
    assert set(LINE_MEANINGS) == {*get_args(LineKind), "all options", "table row", "no news"}
    # Only lines that are there and need it are explained.
    told = wording.explain_lines({"base rate", "evidence", "sum"})
    assert told.startswith("Judged story: one story with a strength of its own")
    assert wording.explain_lines({"base rate", "time passed"}) == ""


@check_rows([
    (0.85, YES, True, "Lifted by “Deed” (Wire): 31% → 85% likely to be relevant, for YES, 90% sure."),
    (0.31, NO, True, "Lifted by “Deed” (Wire): 31% likely to be relevant, for NO, 90% sure."),
    (0.85, NEUTRAL, False, "Lifted by a report of a story that joined it: 31% → 85% likely to be"
        " relevant, direction not called."),
])  # fmt: skip
def test_a_lift_names_its_report_and_what_it_added(
    relevance: float, direction: Direction, is_known: bool, told: str
) -> None:
    before = make_revision(evidence(relevance=0.31))
    after = make_revision(evidence(relevance=relevance), item_id=ItemId(7))
    decision = Decision("logged", direction, Strength.SOME, MATCHER, NOW, "", after)
    lift = Lift(before, decision, copy(7, "Deed") if is_known else None)
    assert plain(wording.lift_line(lift, "binary")) == told
    surer = replace(decision, revision=replace(after, raised_rung=Rung.DONE))
    assert plain(wording.lift_line(replace(lift, decision=surer), "binary")) == (
        f"{told.removesuffix('.')}, now reported as done."
    )
