"""Streams of reports: the stories of an indicator, in episodes, and of indicators of one cause.

Stories of one side and kind within three days are one *episode* and count once, as much as the most
trusted of them: news comes in bursts. Indicators whose episodes coincide far more often than chance
would have it report one cause, and are counted together. Talk of a deed and the deed are different
streams, so that four rumours do not make the text of the agreement routine.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    Indicator,
    IndicatorId,
    Strength,
    combine_reliability,
)
from forecasts.evidence.rates import (
    EPISODE_DAYS,
    MIN_ARCHIVE_DAYS,
    Likelihoods,
    NewsCourse,
    RateWords,
    weigh_course,
)
from forecasts.evidence.rungs import Rung
from forecasts.evidence.weights import DAY, DEFAULT_HALF_LIFE_DAYS, effective_strength
from forecasts.questions.question import MATCHER, EvidenceId, Question

COINCIDENT_SHARE: Final = 0.5
"""Share of the rarer indicator's episodes that have to coincide for two to report one cause."""

COINCIDENCE_LEVEL: Final = 0.1
"""Chance below which so many coincidences are none."""

TALK_SHARE: Final = 0.5
"""Share of ln of the likelihood ratio that talk of a deed has of the deed's."""

UNWRITTEN_STRENGTH: Final = Strength.SOME
"""Strength of reports for which nobody wrote an indicator."""


class StreamKey(NamedTuple):
    """Reports that are counted together: of one indicator, side and option, talk or not."""

    indicator_id: IndicatorId
    direction: Direction
    option: str
    is_talk: bool


class Sighting(NamedTuple):
    """Story of a stream: days after the opening, chance that it is such a report, and its id."""

    day: float
    weight: float
    evidence_id: EvidenceId


@dataclass(frozen=True, slots=True)
class Episode:
    """Stories of a stream within three days, in order of time."""

    sightings: tuple[Sighting, ...]

    @property
    def day(self) -> float:
        """Day of the first story."""
        return self.sightings[0].day

    @property
    def weight(self) -> float:
        """Chance that it is such a report: that of its most trusted story."""
        return max(sighting.weight for sighting in self.sightings)

    @property
    def decisive(self) -> tuple[Sighting, ...]:
        """Stories without which it differs: the first, and one stronger than all others."""
        first, *later = self.sightings
        *_, second, strongest = 0.0, *sorted(sighting.weight for sighting in self.sightings)
        return first, *(s for s in later if s.weight == strongest > second)


@dataclass(frozen=True)
class Stream:
    """Reports of one kind on a question, as counted at an instant.

    Several `keys` if they report one cause; `names` are theirs. News was read from `start` on and
    is counted since `since`, until `day`, all in days after the opening.
    """

    keys: tuple[StreamKey, ...]
    names: tuple[str, ...]
    words: RateWords
    start: float
    since: float
    day: float
    sightings: tuple[Sighting, ...]

    @property
    def direction(self) -> Direction:
        """Side that the reports favour."""
        return self.keys[0].direction

    @property
    def option(self) -> str:
        """Option concerned, on a question that has options."""
        return self.keys[0].option

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """Episodes, in order of time."""
        return tuple(split_episodes(self.sightings, self.since))

    @cached_property
    def recent(self) -> tuple[Episode, ...]:
        """Episodes since the count began."""
        return tuple(e for e in self.episodes if e.day >= self.since)

    @cached_property
    def course(self) -> NewsCourse:
        """Episodes as reports of a rate."""
        return make_course(self.episodes, self.start, self.since, self.day)

    @property
    def likelihoods(self) -> Likelihoods:
        """Log-likelihoods of its course for both answers."""
        return weigh_course(self.words, self.course)

    def drop_story(self, place: int, dropped: Sighting) -> NewsCourse:
        """Course without a story of the episode at this place."""
        later = (s for e in self.episodes[place:] for s in e.sightings if s is not dropped)
        changed: list[Episode] = []
        end = len(self.episodes)
        for episode in split_episodes(later, self.since):
            end = self._places.get(episode.sightings[0], place)
            if end > place:  # from here on it is as before
                break
            changed.append(episode)
            end = len(self.episodes)
        part, course = make_course(changed, self.start, self.since, self.day), self.course
        days = (*course.days[:place], *part.days, *course.days[end:])
        return replace(
            part, days=days, weights=(*course.weights[:place], *part.weights, *course.weights[end:])
        )

    @cached_property
    def _places(self) -> Mapping[Sighting, int]:
        """Place of each episode by its first story."""
        return {episode.sightings[0]: n for n, episode in enumerate(self.episodes)}

    def change_story(self, changed: Sighting) -> "Stream":
        """Stream with one story changed, or with one more; one without weight is left out."""
        remaining = (s for s in self.sightings if s.evidence_id != changed.evidence_id)
        added = (changed,) if changed.weight else ()
        return replace(self, sightings=tuple(sorted((*remaining, *added))))


def make_course(episodes: Sequence[Episode], start: float, since: float, day: float) -> NewsCourse:
    """Course of episodes that were watched for from `start` to `day`."""
    days, weights = (tuple(getattr(e, name) for e in episodes) for name in ("day", "weight"))
    return NewsCourse(start, since, day, days, weights)


def is_judged_alone(e: Evidence, indicator: Indicator | None, question: Question) -> bool:
    """Return True if a person or a model gave the story more strength than its kind has.

    It then counts by that strength, and not as one of the reports that its indicator counts. One
    from before the opening, which the base rate is taken to know, never does.
    """
    return (
        _is_judged(e)
        and not e.is_before(question)
        and effective_strength(e) > _stream_strength(indicator, e.direction)
    )


def _is_judged(e: Evidence) -> bool:
    return e.reviewed or e.judged_by != MATCHER


def find_streams(
    question: Question,
    seen: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    archive_from: datetime | None = None,
) -> tuple[Stream, ...]:
    """Find the streams of a question at `at`: of each indicator, and of what else was reported.

    `seen` is as of `visible_evidence`, without stories judged alone and signposts with a date.
    News of the year before the opening, from `archive_from` on, says how often it comes. While
    neither that nor its author does, silence says nothing before other news of the question came.
    """
    span = find_span(question, at, archive_from)
    if span is None:
        return ()
    start, since, day = span
    sightings = _sort_sightings(question, seen, indicators, at, start=start)
    talked_of = {key.indicator_id for key in sightings if key.is_talk}
    is_archived = NewsCourse(start, since, day).is_archived
    is_news = any(s.day >= since for of_key in sightings.values() for s in of_key)
    streams = []
    for key, of_key in sightings.items():
        indicator = indicators.get(key.indicator_id)
        is_rate_stated = key.is_talk or key.indicator_id not in talked_of
        words = _find_words(indicator, key, is_rate_stated=is_rate_stated)
        names = (_find_name(indicator, key.direction),)
        if is_news or is_archived or words.usual_per_year:
            counted = tuple(sorted(of_key))
            streams.append(Stream((key,), names, words, start, since, day, counted))
    return tuple(_join_causes(streams))


def find_span(
    question: Question, at: datetime, archive_from: datetime | None
) -> tuple[float, float, float] | None:
    """Days after the opening from which news is looked at, from which it counts, and of now.

    None while nothing counts. News from before the opening is looked at if an archive says how
    often it comes (`MIN_ARCHIVE_DAYS`).
    """
    archive_day = 0.0 if archive_from is None else (archive_from - question.opens_at) / DAY
    day = (at - question.opens_at) / DAY
    if day < archive_day or day <= 0.0:
        return None
    if archive_day <= -MIN_ARCHIVE_DAYS:
        return archive_day, 0.0, day
    if archive_day <= 0.0:  # too short to say what is usual
        return 0.0, 0.0, day
    # What the first poll brings, if the question was open already, is the news of some days.
    return archive_day - EPISODE_DAYS, archive_day - EPISODE_DAYS, day


def _sort_sightings(
    question: Question,
    seen: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    start: float,
) -> dict[StreamKey, list[Sighting]]:
    """Sort stories from `start` on by stream.

    An indicator without stories has an empty one, as silence counts.
    """
    keys = ((StreamKey(i.id, i.direction, i.option, False), i) for i in indicators.values())
    sightings: dict[StreamKey, list[Sighting]] = {
        key: [] for key, i in keys if i.question_id == question.id and is_written(key, i)
    }
    for e in seen:
        sighting = make_sighting(e, question, indicators.get(e.indicator_id), at)
        if sighting.weight and sighting.day >= start:
            sightings.setdefault(find_stream_key(e), []).append(sighting)
    return sightings


def make_sighting(
    e: Evidence, question: Question, indicator: Indicator | None, at: datetime
) -> Sighting:
    """Sighting of a story by the reports seen by `at`: trust times reliability is its weight.

    One that was judged to be weaker than its kind is a part of a report, by the logarithms.
    """
    weight = e.trust * combine_reliability(r for r in e.reports if r.first_seen_at <= at)
    usual = _stream_strength(indicator, e.direction)
    if _is_judged(e) and effective_strength(e) < usual:
        ratio = effective_strength(e).likelihood_ratio
        weight *= math.log(ratio) / math.log(usual.likelihood_ratio)
    return Sighting((e.first_seen_at - question.opens_at) / DAY, weight, e.id)


def find_stream_key(e: Evidence) -> StreamKey:
    """Stream to which a story belongs."""
    return StreamKey(e.indicator_id, e.direction, e.option, e.rung is Rung.TALK)


def is_written(key: StreamKey, indicator: Indicator | None) -> bool:
    """Return True if an author wrote these reports down, so that they count while none comes."""
    return (
        indicator is not None
        and bool(indicator.direction and indicator.strength)
        and indicator.expected is None
        and key == (indicator.id, indicator.direction, indicator.option, False)
    )


def _stream_strength(indicator: Indicator | None, direction: Direction) -> Strength:
    """Strength of each report of a stream; that of a treaty's denial is not that of the treaty."""
    if indicator is None or indicator.direction is not direction:
        return UNWRITTEN_STRENGTH
    return min(indicator.strength, Strength.STRONG)


def _find_name(indicator: Indicator | None, direction: Direction) -> str:
    """Name of a stream: that of its indicator, "" if nobody wrote one."""
    if indicator is None:
        return ""
    return indicator.name if indicator.direction is direction else f"against {indicator.name}"


def _find_words(indicator: Indicator | None, key: StreamKey, *, is_rate_stated: bool) -> RateWords:
    """Words on a stream; of an indicator that is talked of, the stated rate is that of the talk."""
    ratio = _stream_strength(indicator, key.direction).likelihood_ratio
    if key.is_talk:
        ratio = math.pow(ratio, TALK_SHARE)
    if indicator is None:
        return RateWords(ratio, DEFAULT_HALF_LIFE_DAYS)
    is_stated = is_rate_stated and indicator.direction is key.direction
    usual = indicator.usual_per_year if is_stated else 0.0
    return RateWords(ratio, indicator.half_life_days, usual)


def split_episodes(sightings: Iterable[Sighting], since: float) -> Iterator[Episode]:
    """Split stories, in order of time, into episodes; none reaches into the count from `since`.

    What the base rate knows would else hide what came after it.
    """
    episode: list[Sighting] = []
    for sighting in sightings:
        begin = episode[0].day if episode else sighting.day
        if sighting.day - begin >= EPISODE_DAYS or begin < since <= sighting.day:
            yield Episode(tuple(episode))
            episode = []
        episode.append(sighting)
    if episode:
        yield Episode(tuple(episode))


def _join_causes(streams: Sequence[Stream]) -> Iterator[Stream]:
    """Join streams of one side whose episodes coincide; the others are as they were."""
    roots = list(range(len(streams)))

    def find_root(n: int) -> int:
        while roots[n] != n:
            n = roots[n]
        return n

    filled = [n for n, stream in enumerate(streams) if stream.episodes]
    for first, second in combinations(filled, 2):
        if _share_cause(streams[first], streams[second]):
            roots[find_root(second)] = find_root(first)
    groups: dict[int, list[Stream]] = {}
    for n, stream in enumerate(streams):
        groups.setdefault(find_root(n), []).append(stream)
    return (_join_streams(group) for group in groups.values())


def _share_cause(first: Stream, second: Stream) -> bool:
    """Return True if the reports of two streams come together too often for chance."""
    if (first.direction, first.option) != (second.direction, second.option):
        return False
    rarer, other = sorted(
        (np.array([e.day for e in stream.episodes]) for stream in (first, second)), key=len
    )
    after = np.searchsorted(other, rarer)
    next_days = other[np.minimum(after, len(other) - 1)]
    last_days = other[np.maximum(after - 1, 0)]
    gaps = np.minimum(np.abs(next_days - rarer), np.abs(last_days - rarer))
    coinciding = int((gaps <= EPISODE_DAYS).sum())
    if coinciding < COINCIDENT_SHARE * len(rarer):
        return False
    span = max(first.day - first.start, 1.0)
    by_chance = len(rarer) * len(other) * 2.0 * EPISODE_DAYS / span
    return _exceed_chance(coinciding, by_chance) < COINCIDENCE_LEVEL


def _exceed_chance(count: int, expected: float) -> float:
    """P(a Poisson number is `count` or more)."""
    term, below = math.exp(-expected), 0.0
    for n in range(count):
        below += term
        term *= expected / (n + 1)
    return 1.0 - below


def _join_streams(group: Sequence[Stream]) -> Stream:
    """Join streams of one cause: a story counts once, with the mean of their strengths."""
    if len(group) == 1:
        return group[0]
    logs = [math.log(stream.words.likelihood_ratio) for stream in group]
    half_lives = [stream.words.half_life_days for stream in group]
    words = RateWords(
        math.exp(math.fsum(logs) / len(logs)),
        None if None in half_lives else max(h for h in half_lives if h is not None),
        max(stream.words.usual_per_year for stream in group),
    )
    return replace(
        group[0],
        keys=tuple(key for stream in group for key in stream.keys),
        names=tuple(name for stream in group for name in stream.names),
        words=words,
        sightings=tuple(sorted(s for stream in group for s in stream.sightings)),
    )
