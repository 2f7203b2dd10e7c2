"""The lines of a suggestion, computed by hand."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    EvidenceStatus,
    IndicatorId,
    Strength,
)
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.evidence.log_odds import RAW_NEWS_KINDS, apply_doubt
from forecasts.evidence.rates import COMMON_LOGS, NewsCourse, RateWords, weigh_course
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import MATCHER, EvidenceId, QuestionId
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


RARE = indicator(usual=1.0, half_life=None)
"""Reports that come once a year in ordinary times."""


def news_of(*pieces: Evidence, at: float = 20.0, **how: Any) -> list[LedgerLine]:
    """The lines of news before doubt."""
    found = suggest(question("state_at", prior=0.5), pieces, by_id(RARE), day(at), **how)
    return [line for line in found.lines if line.kind in RAW_NEWS_KINDS]


def test_a_line_of_reports_says_its_numbers() -> None:
    archive = [evidence(n, at=-100.0 * n) for n in (1, 2)]
    pieces = [*archive, evidence(3, at=5), evidence(4, at=6), evidence(5, at=30)]
    found = suggest(
        question("state_at", prior=0.5), pieces, by_id(RARE), day(40), archive_from=day(-365)
    )
    (line,) = lines_of(found, "reports")
    course = NewsCourse(-365.0, 0.0, 40.0, (-200.0, -100.0, 5.0, 30.0), (0.9,) * 4)
    weighed = weigh_course(RateWords(3.0, None, 1.0), course)
    favoured, other = (np.exp(COMMON_LOGS + logs) for logs in (weighed.favoured, weighed.other))
    assert line.log_odds == pytest.approx(math.log(favoured.sum() / other.sum()))
    assert line.why == (
        "talks: 3 reports in 40 days (counted as 1.8); if YES about 0.38 would be usual, if NO "
        "0.13: ×4.58 for YES"
    )
    assert [effect.evidence_id for effect in line.effects] == [3, 4, 5]
    assert logit(found.p) == pytest.approx(apply_doubt(line.log_odds, 0.02))
    without = suggest(
        question("state_at", prior=0.5), pieces[:-1], by_id(RARE), day(40), archive_from=day(-365)
    )
    assert line.effects[2].log_odds == pytest.approx(
        line.log_odds - lines_of(without, "reports")[0].log_odds
    )


def test_seen_seen_often_and_silence_follow_from_one_count() -> None:
    amounts = []
    for count in range(4):
        (line,) = news_of(*(evidence(n, at=10.0 * n + 1) for n in range(count)), at=180)
        amounts.append(line.log_odds)
    assert amounts[0] < 0 < amounts[2] < amounts[3]
    assert amounts == sorted(amounts)
    (longer,) = news_of(at=360)
    assert longer.log_odds < amounts[0]
    assert "no report in 360 days" in longer.why
    # Evidence against is the mirror of evidence for.
    against = by_id(replace(RARE, direction=Direction.NO))
    mirrored = suggest(question(), [evidence(direction=Direction.NO)], against, day(180))
    (line,) = news_of(evidence(), at=180)
    assert lines_of(mirrored, "reports")[0].log_odds == pytest.approx(-line.log_odds)
    assert "if NO about" in lines_of(mirrored, "reports")[0].why


def test_a_doubtful_story_is_a_part_of_a_report() -> None:
    sure, doubtful = (
        news_of(evidence(status=status, relevance=0.8, p_direction=0.9))[0]
        for status in ("confirmed", "logged")
    )
    assert 0 < doubtful.log_odds < sure.log_odds
    assert "(counted as 0.9)" in sure.why
    assert "(counted as 0.58)" in doubtful.why
    # A report counts from when it was seen itself; a story without reports is none.
    story = evidence(at=10, reports=(report(10, "wire", 0.7), report(15, "agency", 0.8)))
    early, late = (news_of(story, at=at)[0] for at in (14, 15))
    assert "(counted as 0.7)" in early.why
    assert "(counted as 0.94)" in late.why
    assert news_of(evidence(reports=()))[0].log_odds == news_of()[0].log_odds


def test_stories_of_three_days_count_once() -> None:
    burst = [evidence(n, at=10 + n / 2) for n in range(1, 5)]
    (line,) = news_of(*burst)
    assert line.log_odds == pytest.approx(news_of(evidence(at=10.5))[0].log_odds)
    assert "4 reports" in line.why
    assert "(counted as 0.9)" in line.why
    (apart,) = news_of(evidence(1, at=10), evidence(2, at=13))
    assert "(counted as 1.8)" in apart.why


def test_old_news_counts_less_where_the_rate_rises() -> None:
    # The half-life says how far back a raised rate reaches.
    def late_and_early(half_life: float | None) -> list[float]:
        known = by_id(replace(RARE, half_life_days=half_life))
        return [
            lines_of(suggest(question(), [evidence(at=at)], known, day(200)), "reports")[0].log_odds
            for at in (190, 5)
        ]

    late, early = late_and_early(20.0)
    assert late > early + 0.05
    assert late_and_early(None)[0] == pytest.approx(late_and_early(None)[1])


def test_news_before_the_opening_says_how_often_it_comes() -> None:
    def with_archive(count: int) -> float:
        pieces = [evidence(n, at=-10.0 * n) for n in range(1, count + 1)]
        known = by_id(indicator(half_life=None))
        found = suggest(
            question(), [*pieces, evidence(99, at=50)], known, day(90), archive_from=day(-365)
        )
        return lines_of(found, "reports")[0].log_odds

    assert with_archive(0) > with_archive(3) > with_archive(12)
    assert abs(with_archive(36)) < 0.15  # routine news says next to nothing
    assert lines_of(suggest(question(), [], by_id(indicator()), day(90)), "reports") == []
    found = suggest(question(), [evidence()], by_id(indicator()), day(90))
    (unknown,) = lines_of(found, "reports")
    assert "how often such news comes is not known yet" in unknown.why


def test_indicators_of_one_cause_count_a_story_once() -> None:
    names = [f"news {n}" for n in range(6)]
    known = by_id(*(replace(indicator(name), usual_per_year=2.0) for name in names))
    days = [-300, -150, 20, 60]
    pieces = [
        evidence(10 * d + n, at=at + n / 10, signpost=name)
        for d, at in enumerate(days)
        for n, name in enumerate(names)
    ]
    found = suggest(question(), pieces, known, day(90), archive_from=day(-365))
    (line,) = lines_of(found, "reports")
    assert line.why.startswith("news 0 and 5 more of one cause: 12 reports in 90 days")
    alone = suggest(
        question(), [e for e in pieces if e.indicator_id == "neutral/news 0"],
        by_id(known[IndicatorId("neutral/news 0")]), day(90), archive_from=day(-365),
    )  # fmt: skip
    assert line.log_odds == pytest.approx(lines_of(alone, "reports")[0].log_odds)
    # Indicators that come at other times are counted apart.
    apart = [evidence(n, at=20.0 + 10 * n, signpost=name) for n, name in enumerate(names)]
    found = suggest(question(), apart, known, day(90), archive_from=day(-365))
    assert len(lines_of(found, "reports")) == 6


def test_a_story_with_a_strength_of_its_own_has_a_line_of_its_own() -> None:
    lines = news_of(evidence(7, strength=Strength.STRONG), at=55)
    (judged,) = [line for line in lines if line.kind == "evidence"]
    assert judged.log_odds == pytest.approx(math.log(1 + 0.9 * 7))
    assert judged.why == (
        "talks: judged strong for YES (likelihood ratio 8), reliability 0.90, faded to 100%"
    )
    assert "no report" in lines[0].why
    # It fades by the half-life, and by 45 days where nobody wrote an indicator.
    found = suggest(question(), [evidence(signpost="deleted")], {}, day(55))
    (judged,) = lines_of(found, "evidence")
    assert judged.log_odds == pytest.approx(math.log(1 + 0.9 * 2) / 2)
    # What the matcher logged counts with the strength of its indicator.
    logged = replace(evidence(strength=Strength.STRONG, status="logged"), judged_by=MATCHER)
    assert [line.kind for line in news_of(logged)] == ["reports"]


def test_decisive_stories_need_confirmation() -> None:
    treaty = by_id(replace(RARE, strength=Strength.DECISIVE))

    def lines(status: EvidenceStatus) -> list[LedgerLine]:
        story = replace(evidence(status=status, strength=Strength.DECISIVE), judged_by=MATCHER)
        found = suggest(question(), [story], treaty, day(10))
        return [line for line in found.lines if line.kind in RAW_NEWS_KINDS and line.effects]

    (waiting,), (confirmed,) = lines("logged"), lines("confirmed")
    assert waiting.kind == "reports"
    assert waiting.log_odds < math.log(8)
    assert confirmed.log_odds == pytest.approx(math.log(1 + 0.9 * 24))


def test_talk_does_not_make_the_deed_routine() -> None:
    talk = [told(evidence(n, at=-20.0 * n), Rung.TALK) for n in range(1, 13)]
    rumour, deed = (told(evidence(99, at=30), rung) for rung in (Rung.TALK, Rung.ANNOUNCED))
    known = by_id(indicator(half_life=None))
    effects = [
        {e.evidence_id: e.log_odds
         for line in suggest(question(), [*talk, last], known, day(60), archive_from=day(-365)).lines
         for e in line.effects}[EvidenceId(99)]
        for last in (rumour, deed)
    ]  # fmt: skip
    assert effects[1] > effects[0] + 0.3


def told(story: Evidence, rung: Rung) -> Evidence:
    return replace(story, reports=tuple(replace(r, rung=rung) for r in story.reports))


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
    found, expected = (
        suggest(question(), pieces, {}, day(20)) for pieces in ([silent, later], [later])
    )
    assert found.lines == expected.lines


EXPECTED = by_id(indicator(expected=due(20)))


def signposts(*pieces: Evidence, at: float, known: Any = EXPECTED) -> list[LedgerLine]:
    return lines_of(suggest(question(), pieces, known, day(at)), "signpost")


def test_signposts_seen_and_silent_obey_bayes() -> None:
    # Silence counts from the date on, and does not fade.
    assert signposts(at=19.75) == []
    (line,) = signposts(at=20)
    assert line.log_odds == pytest.approx(math.log(0.125 / 0.675))
    assert line.why == (
        "talks: expected by 2026-01-21 (very likely if YES, unlikely if NO) and not seen: "
        "5.4 times likelier if NO"
    )
    assert signposts(at=200)[0].log_odds == line.log_odds
    # Seen in time weighs by the words, whatever the strength, once, and from then on.
    strong = [evidence(n, at=4 + n, strength=Strength.STRONG) for n in (1, 2)]
    for at in (6, 30, 200):
        (seen,) = signposts(*strong, at=at)
        assert seen.log_odds == pytest.approx(math.log(0.875 / 0.325))
    assert "seen, expected by 2026-01-21" in seen.why
    # If NO, the expected likelihood ratio is 1.
    p = ICD_203["unlikely"]
    assert p * math.exp(seen.log_odds) + (1 - p) * math.exp(line.log_odds) == pytest.approx(1.0)
    # Silence about what was expected of no speaks for yes.
    known = by_id(indicator(direction=Direction.NO, expected=due(20, "unlikely", "very likely")))
    assert signposts(at=30, known=known)[0].log_odds == pytest.approx(math.log(0.675 / 0.125))


@check_rows(
    [
        (evidence(at=5), False),
        (evidence(at=0), False),
        (evidence(at=20), False),
        (evidence(at=5, status="logged"), False),
        (evidence(at=5, status="logged", relevance=0.0), True),
        (evidence(at=5, direction=Direction.NEUTRAL), True),
        (evidence(at=5, direction=Direction.NO), True),
        (evidence(at=5, status="rejected"), True),
        (evidence(at=-1), True),
        (evidence(at=5, signpost="drills"), True),
        (replace(evidence(at=5), question_id=QuestionId("another")), True),
    ]
)
def test_timely_evidence_breaks_the_silence(story: Evidence, silent: bool) -> None:
    assert bool([x for x in signposts(story, at=30) if "and not seen" in x.why]) is silent


def test_late_and_doubtful_reports_break_part_of_the_silence() -> None:
    assert signposts(evidence(at=21), at=30) == []  # late: neither seen in time nor silent
    doubtful = [evidence(n, n, status="logged", relevance=0.8, p_direction=0.8125) for n in (5, 6)]
    seen, silent = signposts(*doubtful, at=30)
    assert seen.log_odds == pytest.approx(0.75 * math.log(0.875 / 0.325))
    assert silent.log_odds == pytest.approx(0.25 * math.log(0.125 / 0.675))
    assert silent.why.endswith("×0.25 as a doubtful match may have been it")


@check_rows([-5.0, 0.0])
def test_what_was_expected_before_the_opening_is_in_the_prior(at: float) -> None:
    assert (
        lines_of(suggest(question(), [], by_id(indicator(expected=due(at))), day(30)), "signpost")
        == []
    )


def test_version_doubt_and_correction() -> None:
    # A suggestion names the version of its model.
    assert suggest(question(), [], {}, day(1)).version == SuggestionModel().version
    assert (
        suggest(question(), [], {}, day(1), model=SuggestionModel(version="mine")).version == "mine"
    )
    # All evidence together never outweighs the doubt in it.
    stories = [evidence(n, signpost=f"s{n}", strength=Strength.DECISIVE) for n in range(1, 30)]
    found = suggest(question("state_at", prior=0.5), stories, {}, day(10))
    assert found.p == pytest.approx(0.98)
    assert "likelihood ratio of 49" in lines_of(found, "doubt")[0].why
    # Learned constants scale the news and shift the log-odds.
    model = SuggestionModel(shift=0.3, gamma=0.5)
    found = suggest(question("state_at", prior=0.5), stories, {}, day(10), model=model)
    assert logit(found.p) == pytest.approx(0.3 + 0.5 * math.log(49))
    assert lines_of(found, "learned correction")[0].why == "given, not learned: shift +0.3"
    assert lines_of(found, "evidence scale")[0].log_odds == pytest.approx(-0.5 * math.log(49))


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
