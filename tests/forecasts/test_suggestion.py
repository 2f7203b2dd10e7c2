"""The lines of a suggestion, computed by hand."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Direction, Evidence, IndicatorId, Strength
from forecasts.questions.question import EvidenceId, QuestionId
from forecasts.suggestion.binary import LedgerLine, SuggestionModel, is_worth_recording, suggest
from tests.forecasts.strategies import (
    by_id,
    day,
    due,
    evidence,
    indicator,
    lines_of,
    question,
    report,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/suggestion")

FULL = SuggestionModel(gamma=1.0)


def test_without_evidence_base_rate_time_correction_and_limits_stand_alone() -> None:
    found = suggest(question(), [], {}, day(73))  # a fifth of 365 days
    assert [line.kind for line in found.lines] == [
        "base rate",
        "time passed",
        "learned correction",
        "limits",
    ]
    assert found.lines[0].log_odds == pytest.approx(math.log(0.3 / 0.7))
    assert found.lines[0].why == "3 of 10 comparable years"
    assert found.p == pytest.approx(1 - 0.7**0.8)
    assert found.lines[1].why == "73 of 365 days passed without the event"
    assert found.lines[1].p_after == pytest.approx(found.p)


def test_one_story_by_hand() -> None:
    story = evidence(7, at=10, reports=(report(10, "wire", 0.9),))
    found = suggest(
        question("state_at", prior=0.5), [story], by_id(indicator()), day(55)
    )  # one half-life later
    (line,) = lines_of(found, "evidence")
    raw = math.log(1 + 0.9 * 2) / 2
    assert line.log_odds == pytest.approx(raw)
    assert line.evidence_id == EvidenceId(7)
    assert line.why == (
        "talks: moderate (likelihood ratio 3) for YES, reliability 0.90 (1 source group, 1 report),"
        " novelty ×1, decay ×0.500"
    )
    (scale,) = lines_of(found, "evidence scale")
    assert scale.log_odds == pytest.approx(-raw / 2)
    assert scale.why == "evidence counts ×0.5"
    cap = math.log(30)
    assert lines_of(found, "saturation")[0].log_odds == pytest.approx(
        cap * math.tanh(raw / 2 / cap) - raw / 2
    )
    assert logit(found.p) == pytest.approx(cap * math.tanh(raw / 2 / cap))


def test_doubt_in_matches_and_directions() -> None:
    # An unconfirmed match weighs by its relevance and says so.
    story = evidence(status="logged", relevance=0.75, reports=(report(10, "wire", 0.8),))
    (line,) = lines_of(suggest(question(), [story], by_id(indicator()), day(10)), "evidence")
    assert line.log_odds == pytest.approx(math.log(1 + 0.6 * 2))
    assert "match 0.75, novelty" in line.why
    # An unsure direction weighs by how much better it is than a coin and says so.
    story = evidence(
        status="logged", relevance=0.82, p_direction=0.9, reports=(report(10, "wire", 0.8),)
    )
    (line,) = lines_of(suggest(question(), [story], by_id(indicator()), day(10)), "evidence")
    assert line.log_odds == pytest.approx(math.log(1 + 0.8 * 0.82 * 0.8 * 2))
    assert "match 0.82, direction 0.90, novelty" in line.why
    # What a person confirmed is doubted in nothing.
    story = evidence(status="confirmed", relevance=0.3, p_direction=0.6)
    (line,) = lines_of(suggest(question(), [story], by_id(indicator()), day(10)), "evidence")
    assert line.log_odds == pytest.approx(math.log(1 + 0.9 * 2))
    assert "match" not in line.why
    assert "direction" not in line.why


def test_reports_and_source_groups() -> None:
    # Copies are reports of one source group.
    story = evidence(
        at=10, reports=(report(10, "wire", 0.7, text=1), report(11, "daily", 0.9, text=1))
    )
    (line,) = lines_of(suggest(question(), [story], {}, day(12)), "evidence")
    assert "reliability 0.70 (1 source group, 2 reports)" in line.why
    # A report counts from when it was seen itself.
    story = evidence(at=10, reports=(report(10, "wire", 0.7), report(20, "agency", 0.8)))
    early, late = (
        lines_of(suggest(question(), [story], {}, day(at)), "evidence")[0] for at in (19, 20)
    )
    assert "reliability 0.70 (1 source group, 1 report)" in early.why
    assert "reliability 0.94 (2 source groups, 2 reports)" in late.why
    # A story without reports is listed and weighs nothing.
    (line,) = lines_of(suggest(question(), [evidence(reports=())], {}, day(10)), "evidence")
    assert line.log_odds == 0.0
    assert "0 source groups, 0 reports" in line.why


def test_novelty_by_trust_and_direction() -> None:
    # A doubtful match takes novelty by its trust alone.
    def second(status: Any, **doubt: Any) -> float:
        stories = [evidence(1, at=10, status=status, **doubt), evidence(2, at=10)]
        lines = lines_of(suggest(question(), stories, by_id(indicator()), day(10)), "evidence")
        return lines[1].log_odds / math.log(1 + 0.9 * 2)

    assert second("confirmed") == pytest.approx(0.5)
    assert second("logged", relevance=0.75) == pytest.approx(0.5**0.75)
    assert second("logged", p_direction=0.5) == pytest.approx(1.0)
    # Matches of one trust take novelty from each other in full.
    stories = [evidence(n, at=10, status="logged", relevance=0.8) for n in (1, 2, 3)]
    lines = lines_of(suggest(question(), stories, by_id(indicator()), day(10)), "evidence")
    assert [line.log_odds / lines[0].log_odds for line in lines] == pytest.approx([1, 0.5, 0.25])
    # Evidence against is the mirror of evidence for.
    both = [
        suggest(question(), [evidence(direction=d)], {}, day(20))
        for d in (Direction.YES, Direction.NO)
    ]
    for_yes, for_no = (lines_of(found, "evidence")[0] for found in both)
    assert for_yes.log_odds == -for_no.log_odds > 0
    assert "for NO" in for_no.why


def test_repeated_stories_count_less() -> None:
    # A second story of a fact within three months counts half a third a quarter.
    stories = [evidence(n, at=n) for n in (1, 2, 3)]
    lines = lines_of(
        suggest(question(), stories, by_id(indicator(half_life=None)), day(5)), "evidence"
    )
    assert [line.log_odds / lines[0].log_odds for line in lines] == pytest.approx([1, 0.5, 0.25])
    assert [
        "novelty ×1" in lines[0].why,
        "novelty ×0.5" in lines[1].why,
        "novelty ×0.25" in lines[2].why,
    ] == [True] * 3
    # Stories of another indicator or direction take no novelty away.
    stories = [evidence(1), evidence(2, direction=Direction.NO), evidence(3, signpost="drills")]
    lines = lines_of(suggest(question(), stories, {}, day(10)), "evidence")
    assert [abs(line.log_odds) for line in lines] == pytest.approx([abs(lines[0].log_odds)] * 3)
    # Fifty stories of one kind never reach twice the first.
    stories = [evidence(n, at=10) for n in range(1, 51)]
    lines = lines_of(suggest(question(), stories, {}, day(10)), "evidence")
    total = sum(line.log_odds for line in lines)
    assert lines[0].log_odds < total < 2 * lines[0].log_odds + 1e-12
    assert total == pytest.approx(2 * lines[0].log_odds, rel=1e-12)


@check_rows([(90.0, 0.5), (90.25, 1.0)])
def test_stories_are_new_after_three_months(gap: float, factor: float) -> None:
    stories = [evidence(1, at=10), evidence(2, at=10 + gap)]
    lines = lines_of(
        suggest(question(), stories, by_id(indicator(half_life=None)), day(110)), "evidence"
    )
    assert lines[1].log_odds == pytest.approx(factor * lines[0].log_odds)


@check_rows([(14.0, 0.25), (28.0, 0.5), (None, 1.0)])
def test_weight_fades_by_the_indicators_half_life(half_life: float | None, decay: float) -> None:
    known = by_id(indicator(half_life=half_life))
    (line,) = lines_of(suggest(question(), [evidence(at=10)], known, day(38)), "evidence")
    assert line.log_odds == pytest.approx(decay * math.log(1 + 0.9 * 2))


def test_old_evidence_fades() -> None:
    # Evidence of a deleted indicator fades by 45 days and is named by its id.
    (line,) = lines_of(suggest(question(), [evidence(at=0)], {}, day(45)), "evidence")
    assert line.log_odds == pytest.approx(math.log(1 + 0.9 * 2) / 2)
    assert line.why.startswith("neutral/talks: moderate")
    # Evidence from before the opening counts.
    (line,) = lines_of(suggest(question(), [evidence(at=-45)], {}, day(0)), "evidence")
    assert line.log_odds == pytest.approx(math.log(1 + 0.9 * 2) / 2)


def test_decisive_stories_need_confirmation() -> None:
    def line(status: Any, strength: Strength = Strength.DECISIVE) -> LedgerLine:
        return lines_of(
            suggest(question(), [evidence(status=status, strength=strength)], {}, day(10)),
            "evidence",
        )[0]

    assert line("logged").log_odds == line("logged", Strength.STRONG).log_odds
    assert (
        "decisive, counted as strong (likelihood ratio 8) until a person confirms it"
        in line("logged").why
    )
    assert (
        line("confirmed").log_odds
        == line("edited").log_odds
        == pytest.approx(math.log(1 + 0.9 * 24))
    )


@check_rows(
    [
        evidence(status="rejected"),
        evidence(direction=Direction.NEUTRAL),
        evidence(strength=Strength.NONE),
        evidence(of=QuestionId("another")),
        evidence(at=20.25),
    ]
)
def test_ignored_evidence_adds_no_line(
    silent: Evidence,
) -> None:
    later = evidence(2, at=20)
    assert suggest(question(), [silent, later], {}, day(20)) == suggest(
        question(), [later], {}, day(20)
    )


def test_usual_levels_are_taken_off() -> None:
    # A usual level is taken off in its direction and grows with the archive.
    known = by_id(
        indicator("talks", usual=0.4),
        indicator("drills", Direction.NO, usual=0.2),
        indicator("other"),
    )
    found = suggest(question(), [], known, day(45), model=FULL)
    drills, talks = lines_of(found, "usual level")
    assert [drills.log_odds, talks.log_odds] == pytest.approx([0.1, -0.2])
    assert talks.why == "talks: usual level +0.400, ramp ×0.500; such news comes anyway"
    older = suggest(question(), [], known, day(45), model=FULL, archive_from=day(-45))
    assert lines_of(older, "usual level")[1].log_odds == pytest.approx(-0.3)
    # Usual levels of other questions and of neutral indicators do not count.
    foreign = indicator("talks", usual=0.4, of=QuestionId("another"))
    known = by_id(foreign, indicator("calm", Direction.NEUTRAL, usual=0.4))
    assert suggest(question(), [], known, day(45)) == suggest(question(), [], {}, day(45))
    # A learned usual level takes the place of the stated one.
    known = by_id(indicator("talks", usual=0.4), indicator("drills", Direction.NO))
    levels = {IndicatorId("neutral/talks"): 0.0, IndicatorId("neutral/drills"): 0.6}
    (line,) = lines_of(suggest(question(), [], known, day(45), usual_levels=levels), "usual level")
    assert line.why.startswith("drills: usual level -0.600")
    assert line.log_odds == pytest.approx(0.3)


@check_rows([(None, 100.0), (45.0, 0.0), (45.0, -200_000.0)])
def test_nothing_is_taken_off_without_decay_or_before_the_archive(
    half_life: float | None, at: float
) -> None:
    known = by_id(indicator(usual=0.4, half_life=half_life))
    (line,) = lines_of(suggest(question(), [], known, day(at)), "usual level")
    assert math.copysign(1, line.log_odds) == 1
    assert line.log_odds == 0.0


EXPECTED = by_id(indicator(expected=due(20)))


def test_silence_counts_from_its_date() -> None:
    # Silence about what was expected counts from its date on.
    before, after, later = (
        suggest(question(), [], EXPECTED, day(at), model=FULL) for at in (19.75, 20, 200)
    )
    assert lines_of(before, "silence") == []
    (line,) = lines_of(after, "silence")
    assert line.log_odds == pytest.approx(math.log(0.125 / 0.675))
    assert line.why == (
        "talks: expected by 2026-01-21 (very likely if YES, unlikely if NO) and not seen "
        "(likelihood ratio 0.185)"
    )
    assert lines_of(later, "silence")[0].log_odds == line.log_odds
    raw, cap = line.log_odds, math.log(30)
    assert lines_of(after, "saturation")[0].log_odds == pytest.approx(
        cap * math.tanh(raw / cap) - raw
    )
    # Silence about what was expected of no speaks for yes.
    known = by_id(indicator(direction=Direction.NO, expected=due(20, "unlikely", "very likely")))
    (line,) = lines_of(suggest(question(), [], known, day(30)), "silence")
    assert line.log_odds == pytest.approx(math.log(0.675 / 0.125))
    # Evidence seen twice breaks the silence once.
    assert (
        lines_of(
            suggest(question(), [evidence(1, 5), evidence(2, 6)], EXPECTED, day(30)), "silence"
        )
        == []
    )


@check_rows(
    [
        (evidence(at=5), False),
        (evidence(at=0), False),
        (evidence(at=20), False),
        (evidence(at=5, status="logged"), False),
        (evidence(at=5, status="logged", relevance=0.0), True),
        (evidence(at=5, direction=Direction.NEUTRAL), False),
        (evidence(at=5, status="rejected"), True),
        (evidence(at=-1), True),
        (evidence(at=21), True),
        (evidence(at=5, signpost="drills"), True),
        (replace(evidence(at=5), question_id=QuestionId("another")), True),
    ]
)
def test_timely_evidence_breaks_the_silence(story: Evidence, silent: bool) -> None:
    assert bool(lines_of(suggest(question(), [story], EXPECTED, day(30)), "silence")) is silent


def test_doubtful_matches_break_part_of_the_silence() -> None:
    doubtful = [evidence(n, n, status="logged", relevance=0.8, p_direction=0.8125) for n in (5, 6)]
    (line,) = lines_of(suggest(question(), doubtful, EXPECTED, day(30)), "silence")
    assert line.log_odds == pytest.approx(0.25 * math.log(0.125 / 0.675))
    assert line.why.endswith(
        "(likelihood ratio 0.185), ×0.250 as a match in doubt may have been it"
    )


@check_rows([-5.0, 0.0])
def test_what_was_expected_before_the_opening_is_in_the_prior(at: float) -> None:
    assert (
        lines_of(suggest(question(), [], by_id(indicator(expected=due(at))), day(30)), "silence")
        == []
    )


def test_version_cap_and_correction() -> None:
    # A suggestion names the version of its model.
    assert suggest(question(), [], {}, day(1)).version == SuggestionModel().version
    assert (
        suggest(question(), [], {}, day(1), model=SuggestionModel(version="mine")).version == "mine"
    )
    # All evidence together never outweighs the soft cap.
    stories = [evidence(n, signpost=f"s{n}", strength=Strength.DECISIVE) for n in range(1, 30)]
    found = suggest(question("state_at", prior=0.5), stories, {}, day(10), model=FULL)
    assert found.p == pytest.approx(30 / 31)
    assert "likelihood ratio of 30" in lines_of(found, "saturation")[0].why
    # The learned correction shifts and stretches the log odds.
    found = suggest(
        question("state_at", prior=0.2), [], {}, day(1), model=SuggestionModel(shift=0.3, slope=0.5)
    )
    assert logit(found.p) == pytest.approx(0.3 + 0.5 * math.log(0.25))
    assert (
        lines_of(found, "learned correction")[0].why == "given, not learned: shift +0.3, slope ×0.5"
    )


def test_a_drum_beat_at_its_usual_rate_moves_nothing() -> None:
    beats = [evidence(n, at=-730 + 35 * n, strength=Strength.SOME) for n in range(1, 27)]
    each = math.log(1 + 0.9 * 0.75)
    usual = each * 45 / math.log(2) / 35  # mean of a sum of exponentials that start every 35 days
    at, q = day(197), question("state_at", prior=0.3)
    all_new = SuggestionModel(novelty_window_days=30.0)
    naive = suggest(q, beats, by_id(indicator()), at, model=all_new)
    centred = suggest(
        q, beats, by_id(indicator(usual=usual)), at, archive_from=day(-730), model=all_new
    )
    assert naive.p > 0.37
    assert centred.p == pytest.approx(0.3, abs=0.01)


@check_rows([(0.0, 0.01), (0.002, 0.01), (0.999, 0.99), (1.0, 0.99)])
def test_a_suggestion_is_never_nearer_to_certainty_than_one_percent(prior: float, p: float) -> None:
    found = suggest(question("state_at", prior=prior), [], {}, day(1))
    assert found.p == p
    assert found.lines[-1].why == "kept between 1% and 99%"
    assert math.fsum(line.log_odds for line in found.lines) == pytest.approx(logit(p), abs=1e-12)


@check_rows(TABLES["a_suggestion_steps_by_points_and_by_days"])
def test_a_suggestion_steps_by_points_and_by_days(
    last: float, days_ago: float, p: float, expected: bool
) -> None:
    assert is_worth_recording(p - last, timedelta(days=days_ago)) is expected


def test_evidence_makes_a_little_move_a_step_at_once() -> None:
    none = timedelta(0)
    assert not is_worth_recording(0.58 - 0.578, none)
    assert is_worth_recording(0.58 - 0.578, none, prompted=True)
    assert not is_worth_recording(0.58 - 0.5799, none, prompted=True)
