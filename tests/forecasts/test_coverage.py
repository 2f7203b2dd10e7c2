"""Laws of news weighed together: counts, bursts, and what else is reported on a question."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.coverage import Coverage, find_coverage
from forecasts.evidence.evidence import Direction, Evidence, IndicatorId, Strength
from forecasts.evidence.log_odds import RAW_NEWS_KINDS
from forecasts.evidence.rates import (
    ATTENTION,
    COMMON_LOGS,
    ECHOES,
    EPISODE_DAYS,
    RATES,
    RATIO_SPREAD,
    SIGNS,
    YEAR_DAYS,
    RateWords,
    weigh_courses,
    weigh_prior,
)
from forecasts.evidence.streams import Sighting, Stream, StreamKey
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.binary import suggest
from tests.forecasts.strategies import by_id, day, evidence, indicator, law, lines_of, question

ARCHIVE: Final = -365.0
NOW: Final = 180.0
WORDS: Final = RateWords(3.0, 45.0)


def stream(
    *days: float, name: str = "talks", direction: Direction = Direction.YES, now: float = NOW
) -> Stream:
    """A stream with a report on each of these days, and a year of archive."""
    key = StreamKey(IndicatorId(name), direction, "", False)
    seen = tuple(Sighting(at, 1.0, EvidenceId(n)) for n, at in enumerate(sorted(days), 1))
    return Stream((key,), (name,), WORDS, ARCHIVE, 0.0, now, seen)


def draw_days(
    rng: np.random.Generator,
    per_year: float,
    now: float,
    *,
    echo: Sequence[float],
    attention: float,
) -> list[float]:
    """Days of reports whose rate is the usual one times `attention` from the opening on."""
    followers, delay = echo
    usual = per_year / YEAR_DAYS
    most, at, days = usual * max(attention, 1.0), ARCHIVE, list[float]()
    while True:
        ends = [d + EPISODE_DAYS if d >= 0.0 else min(d + EPISODE_DAYS, 0.0) for d in days]
        echoing = [followers / delay * math.exp(-max(at - end, 0.0) / delay) for end in ends]
        bound = most + math.fsum(echoing)
        at += rng.exponential(1.0 / bound)
        if at >= now:
            return days
        if days and at < ends[-1]:
            continue
        rate = usual * (attention if at >= 0.0 else 1.0) + math.fsum(
            followers / delay * math.exp(-(at - end) / delay) for end in ends
        )
        if rng.random() < rate / bound:
            days.append(at)


def draw_coverage(rng: np.random.Generator, *, favoured: bool) -> Coverage:
    """News of two streams as the model expects it for one answer."""
    chances = np.exp(COMMON_LOGS)
    way, level = divmod(int(rng.choice(chances.size, p=chances.ravel())), len(ATTENTION))
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    streams = []
    for name in ("talks", "drills"):
        number = int(rng.choice(len(RATES), p=np.exp(weigh_prior(4.0, is_archived=True))))
        rise = float(np.exp(ATTENTION[level]))
        if favoured and rng.random() < SIGNS[number]:
            rise *= 3.0 * math.exp(RATIO_SPREAD * rng.choice(nodes, p=weights / weights.sum()))
        days = draw_days(rng, RATES[number] * YEAR_DAYS, 90.0, echo=ECHOES[way][1:], attention=rise)
        streams.append(replace(stream(*days, name=name, now=90.0), words=RateWords(3.0, None, 4.0)))
    return Coverage(tuple(streams))


def test_chances_by_news_come_true_and_it_is_worth_one_on_average() -> None:
    """If both answers are as likely, P(favoured | news) = LR / (1 + LR) is right on average.

    This holds for every bounded function of LR, so E[LR | other answer] = 1 (which has no bound,
    and is hard to see in a simulation).
    """
    rng = np.random.default_rng(5)
    is_favoured = np.arange(400) % 2 == 1
    news = [draw_coverage(rng, favoured=bool(yes)).totals.get("", 0.0) for yes in is_favoured]
    chances = 1.0 / (1.0 + np.exp(-np.array(news)))
    assert chances[is_favoured].mean() > chances[~is_favoured].mean() + 0.1
    for weight in (1.0, chances, chances**4):
        misses = (is_favoured - chances) * weight
        assert abs(misses.mean()) < 3.0 * misses.std() / math.sqrt(len(misses))
        assert abs(misses.mean()) < 0.04


days_of_news = st.lists(st.integers(-300, 170).map(float), max_size=6, unique=True)


@law
@given(days_of_news, days_of_news, days_of_news)
def test_lines_of_streams_add_up_and_in_any_order(
    first: list[float], second: list[float], against: list[float]
) -> None:
    streams = (
        stream(*first),
        stream(*second, name="drills"),
        stream(*against, name="refusal", direction=Direction.NO),
    )
    coverage, turned = Coverage(streams), Coverage(streams[::-1])
    assert math.fsum(coverage.log_odds) == pytest.approx(coverage.totals[""], abs=1e-12)
    assert turned.log_odds[::-1] == pytest.approx(coverage.log_odds, abs=1e-9)
    alike = Coverage((streams[0], replace(streams[0], keys=streams[1].keys)))
    assert alike.log_odds[0] == pytest.approx(alike.log_odds[1], abs=1e-9)


def news(*pieces: Evidence, at: float = NOW, **how: Any) -> float:
    """What the reports of one indicator move, in nats."""
    found = suggest(question(), pieces, by_id(indicator(half_life=None)), day(at), **how)
    return math.fsum(line.log_odds for line in lines_of(found, "reports"))


def all_news(pieces: Sequence[Evidence], **how: Any) -> float:
    """What all reports move, in nats, stories judged alone too."""
    found = suggest(question(), pieces, by_id(indicator()), day(NOW), **how)
    return math.fsum(line.log_odds for line in found.lines if line.kind in RAW_NEWS_KINDS)


def test_a_rise_of_all_news_is_a_weaker_sign() -> None:
    own = [evidence(n, at=at) for n, at in enumerate((-300, -200, -100, 20, 60, 100, 140), 1)]

    def with_context(*days: float) -> float:
        context = [evidence(100 + n, at, Direction.NEUTRAL) for n, at in enumerate(days)]
        return news(*own, *context, archive_from=day(ARCHIVE))

    before = [-350.0 + 40.0 * n for n in range(8)]
    steady, risen = (
        with_context(*before, *(10.0 + gap * n for n in range(int(170 / gap)))) for gap in (40, 10)
    )
    assert steady > with_context() > risen
    assert with_context() == pytest.approx(with_context(-400.0))  # before any news was read


def test_reports_in_a_burst_count_less_than_apart() -> None:
    archive = [evidence(n, at=-90.0 * n) for n in (1, 2, 3)]

    def with_gap(gap: float) -> float:
        late = [evidence(10 + n, at=100.0 + gap * n) for n in range(4)]
        return news(*archive, *late, archive_from=day(ARCHIVE))

    assert with_gap(25.0) > with_gap(6.0) > with_gap(1.0)


earlier = st.lists(st.tuples(st.floats(-29.0, -0.001), st.sampled_from(list(Strength))), max_size=6)
later = st.lists(st.floats(0.0, NOW), min_size=1, max_size=4)


@law
@given(earlier, later, st.floats(-29.9, 0.0))
def test_reports_before_the_opening_never_lower_later_ones(
    before: list[tuple[float, Strength]], after: list[float], archive: float
) -> None:
    """Nor do they add to them, by whatever strength: the base rate is taken to know them."""
    known = [evidence(n, at, strength=strength) for n, (at, strength) in enumerate(before, 1)]
    own = [evidence(n, at) for n, at in enumerate(after, 10)]
    expected = pytest.approx(all_news(own), abs=1e-12)
    assert all_news([*known, *own], archive_from=day(archive)) == expected


@law
@given(days_of_news, st.floats(-3.0, -0.001))
def test_an_episode_ends_at_the_opening(days: list[float], before: float) -> None:
    """A report of the hours before lends its usual rate, not its three days."""
    own = [evidence(n, at) for n, at in enumerate(days, 1)]
    first = evidence(90, at=0.5)

    def count(*pieces: Evidence) -> tuple[float, float]:
        known = by_id(indicator())
        (found,) = find_coverage(
            question(), pieces, known, day(NOW), archive_from=day(ARCHIVE)
        ).streams
        return found.course.total, len(found.recent)

    assert count(evidence(91, before), first, *own) == count(first, *own)
    burst = news(evidence(91, before), first, at=20.0, archive_from=day(ARCHIVE))
    fresh = news(evidence(91, -60.0), first, at=20.0, archive_from=day(ARCHIVE))
    assert 0.05 < burst < fresh


def test_silence_counts_once_any_news_of_the_question_came() -> None:
    watched = by_id(indicator("talks"), indicator("drills"))
    assert lines_of(suggest(question(), [], watched, day(90)), "reports") == []
    seen = suggest(question(), [evidence(at=30)], watched, day(90))
    talks, drills = lines_of(seen, "reports")
    assert drills.log_odds < 0.0 < talks.log_odds


@pytest.mark.parametrize("pairs", [100_000, 1])
def test_the_effect_of_a_story_is_what_its_absence_would_change(
    pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasts.evidence.rates.MAX_PAIRS", pairs)
    weigh_courses.cache_clear()
    days = (-200, 10, 11, 12, 12.5, 13.5, 16, 40, 41, 42)
    relevances = (0.95, 0.95, 0.85, 0.95, 0.85, 0.85, 0.95, 0.8, 0.95, 0.8)
    pieces = [
        evidence(n, at=at, relevance=relevance, status="logged")
        for n, (at, relevance) in enumerate(zip(days, relevances, strict=True), 1)
    ]
    known = by_id(indicator(), indicator("drills", usual=2.0))

    def effects_of(remaining: Sequence[Evidence]) -> tuple[dict[EvidenceId, float], float]:
        found = suggest(question(), remaining, known, day(90), archive_from=day(ARCHIVE))
        lines = lines_of(found, "reports")
        effects = {e.evidence_id: e.log_odds for line in lines for e in line.effects}
        return effects, math.fsum(line.log_odds for line in lines)

    effects, total = effects_of(pieces)
    assert set(effects) == set(range(2, 11))
    assert effects[EvidenceId(3)] == effects[EvidenceId(4)] == effects[EvidenceId(10)] == 0.0
    assert effects[EvidenceId(9)] > 0.01  # it is the strongest of its episode
    for absent in effects:
        without = effects_of([e for e in pieces if e.id != absent])[1]
        assert effects[absent] == pytest.approx(total - without, abs=1e-12)


def test_news_counts_from_the_opening_or_from_the_first_poll() -> None:
    assert find_coverage(question(), [evidence(at=-5)], {}, day(-1)) == Coverage(())
    first = day(30)
    early = find_coverage(question(), [evidence(at=5)], {}, day(29), archive_from=first)
    assert early == Coverage(())
    (found,) = find_coverage(question(), [evidence(at=28)], {}, day(40), archive_from=first).streams
    assert (found.course.since, found.course.total) == (30 - EPISODE_DAYS, 0.9)
