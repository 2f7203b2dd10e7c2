"""Learned values as lessons: what each means in a sentence, largest effect first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, log
from typing import Final

from dashboard.wording.numbers import percent_whole, plural
from forecasts.aggregation.pooling import weigh_skills
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.corrections import MIN_INDICATOR_REVIEWS, MIN_REVIEWS_TO_OMIT
from forecasts.evidence.evidence import RELIABILITY
from forecasts.evidence.matcher_record import DEMOTION_PRECISION, MIN_DEMOTION_REVIEWS
from forecasts.evidence.parameters import is_learnable
from forecasts.statistics.small_samples import MIN_FAMILIES, MIN_RARER
from tracker.feeds.feed import Feed
from tracker.model.read_models import QuestionSummary
from tracker.questions.crowd_lessons import EXPONENT, SKILL
from tracker.questions.fit_parameters import (
    CORRECTION,
    DEFAULT_VALUES,
    DEMOTED_FEED,
    DEMOTED_INDICATOR,
    LearnedRecord,
)

ParameterKey = tuple[str, str]  # name and scope
Description = tuple[str, str, str, float]  # title, subject, meaning and effect

_ALL: Final = "all"
_EXAMPLES: Final = (0.6, 0.8, 0.95)
_MIN_EFFECT: Final = 0.02  # log-odds, half a point at 60%
_UNITS: Final = {
    "reliability": "question",
    "gamma": "question",
    SKILL: "independent question",
    EXPONENT: "independent question",
}
_QUESTIONS_BY_RULE: Final = {
    "brier": "yes/no and option questions",
    "ranked": "ordered options",
    "crps": "numbers and dates",
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Learned values that are decided on together.

    `subject` says what they are about, "" if they apply everywhere. `effect` is their distance from
    the default, in log-odds; `record` is None before anything is learned.
    """

    names: tuple[ParameterKey, ...]
    title: str
    subject: str
    meaning: str
    effect: float
    record: LearnedRecord | None

    @property
    def id(self) -> str:
        """Name in an address."""
        return "/".join(self.names[0])

    @property
    def sample(self) -> str:
        """Size of the sample in words; "" before anything is learned."""
        unit = _UNITS.get(self.names[0][0], "review")
        return "" if self.record is None else plural(self.record.learned.n, unit)


@dataclass(frozen=True, slots=True)
class LessonNames:
    """Feeds, texts of questions and names of people by the scopes of values."""

    feeds: Mapping[str, Feed]
    questions: Mapping[str, str]
    people: Mapping[str, str]

    def describe_scope(self, scope: str) -> tuple[str, str]:
        """Name the feed, question, or question with its signpost that a scope stands for."""
        if scope in self.feeds:
            return self.feeds[scope].title, "Source"
        question, _, slug = scope.partition("/")
        subject = f"Signpost “{slug.replace('-', ' ')}”" if slug else ""
        return self.questions.get(question, question), subject


def measure_progress(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool = False
) -> tuple[int, int]:
    """Count reviews, and closed yes/no questions with an answer, at `now`, in a replay or not."""
    return (
        sum(s.evidence - s.waiting for s in summaries),
        sum(is_learnable(s.question, s.resolution, now, replayed=replayed) for s in summaries),
    )


def list_lessons(
    records: Sequence[LearnedRecord], names: LessonNames, progress: tuple[int, int]
) -> tuple[Lesson, ...]:
    """List what applies everywhere, then single things that matter or were decided on by a person,
    largest effect first.
    """
    general = {r.learned.name: r for r in records if r.learned.scope == _ALL}
    single = [_build_single(record, names) for record in records if record.learned.name in _SINGLE]
    notable = (
        lesson
        for lesson in single
        if lesson.effect >= _MIN_EFFECT or (lesson.record and lesson.record.state != "learned")
    )
    return (*_list_general(general, progress), *sorted(notable, key=lambda lesson: -lesson.effect))


def _is_in_effect(record: LearnedRecord | None) -> bool:
    return record is not None and record.state != "reset"


def _list_general(
    known: Mapping[str, LearnedRecord], progress: tuple[int, int]
) -> Iterator[Lesson]:
    """List the values of the whole installation, those that are still to be learned included."""
    from forecasts.suggestion import fitting  # loads scipy, which no other page needs

    reviewed, resolved = progress

    unchanged = (
        "The matcher's probabilities apply unchanged. Learning starts at "
        f"{fitting.MIN_DECISIONS} reviews (now {reviewed:,})."
    )
    in_full = (
        f"Evidence counts in full. Learning starts at {fitting.MIN_QUESTIONS} resolved yes/no "
        f"questions that have closed (now {resolved:,}), {fitting.MIN_RARER_OUTCOMES} of "
        "them with the less common outcome."
    )
    as_it_is = (
        f"The crowd's forecast applies unchanged. Learning starts at {MIN_FAMILIES} independent "
        f"yes/no questions, {MIN_RARER} of them with the less common outcome."
    )
    for names, title, default in (
        (("relevance shift", "relevance slope"), "How likely a match is relevant", unchanged),
        (("direction shift", "direction slope"), "How likely a direction is right", unchanged),
        (("gamma", "shift"), "How much evidence counts", in_full),
        ((EXPONENT,), "How bold the crowd is", as_it_is),
    ):
        record = known.get(names[0])
        meaning = default
        if _is_in_effect(record):
            values = {name: value.learned.value for name, value in known.items()}
            describe = _GENERAL.get(names[0], describe_map)
            meaning = describe(*(values.get(name, DEFAULT_VALUES[name]) for name in names))
        yield Lesson(tuple((name, _ALL) for name in names), title, "", meaning, inf, record)


def describe_map(shift: float, slope: float) -> str:
    """Show a map of probabilities by examples.

    >>> describe_map(-0.5, 1.0)
    '60% is treated as 48%, 80% as 71%, 95% as 92%.'
    """
    pairs = [f"{percent_whole(p)} as {_move(p, shift, slope)}" for p in _EXAMPLES]
    return f"{', '.join(pairs)}.".replace(" as ", " is treated as ", 1)


def describe_weight(gamma: float, shift: float) -> str:
    """State the weight of evidence, and the bias of base rate and time.

    >>> describe_weight(0.72, 0.36)
    'Evidence counts ×0.72; without any, 30% becomes 38%.'
    """
    weight = f"Evidence counts ×{gamma:.2f}" if gamma else "Evidence pointed the wrong way: ignored"
    moved = _move(0.3, shift)
    return f"{weight}; without any, 30% {'stays' if moved == '30%' else 'becomes'} {moved}."


def _move(p: float, shift: float, slope: float = 1.0) -> str:
    return percent_whole(sigmoid(slope * logit(p) + shift))


_GENERAL: Final[Mapping[str, Callable[..., str]]] = {
    "gamma": describe_weight,
    EXPONENT: lambda e: f"Where members together say 70%, the crowd says {_move(0.7, 0.0, e)}.",
}


def _build_single(record: LearnedRecord, names: LessonNames) -> Lesson:
    """Build the lesson of one feed, question, signpost or forecaster."""
    name, scope = record.learned.name, record.learned.scope
    title, subject, meaning, effect = _SINGLE[name](scope, record.learned.value, names)
    words = meaning if _is_in_effect(record) else "The default applies."
    return Lesson(((name, scope),), title, subject, words, effect, record)


def _describe_source(scope: str, value: float, names: LessonNames) -> Description:
    words = f"{percent_whole(value)} of its reports are informative"
    if (feed := names.feeds.get(scope)) is None:
        return scope, "Source", f"{words}.", inf
    graded = RELIABILITY[feed.grade]
    words += f"; its grade, {feed.grade}, says {percent_whole(graded)}."
    return feed.title, "Source", words, 4.0 * abs(value - graded)


def _describe_correction(scope: str, value: float, names: LessonNames) -> Description:
    words = f"A match at 60% is treated as {_move(0.6, value)}."
    return *names.describe_scope(scope), words, abs(value)


def _describe_demotion(scope: str, value: float, names: LessonNames) -> Description:
    words = "Usually rejected: no weight until you accept it."
    return *names.describe_scope(scope), words, value


def _describe_member(scope: str, value: float, names: LessonNames) -> Description:
    rule, _, member = scope.partition("/")
    weight = float(weigh_skills([value])[0])
    words = f"Weight ×{weight:.2f} in the crowd on {_QUESTIONS_BY_RULE.get(rule, rule)}."
    return names.people.get(member, member), "Forecaster", words, abs(log(weight))


_SINGLE: Final[Mapping[str, Callable[[str, float, LessonNames], Description]]] = {
    "reliability": _describe_source,
    CORRECTION: _describe_correction,
    DEMOTED_INDICATOR: _describe_demotion,
    DEMOTED_FEED: _describe_demotion,
    SKILL: _describe_member,
}


def describe_learning() -> tuple[str, ...]:
    """State when values of single things are learned, and what follows."""
    from forecasts.suggestion import fitting

    return (
        "Question: each review moves the probability that its next match is relevant. From "
        f"{MIN_REVIEWS_TO_OMIT} reviews, matches that are too unlikely by then are left out.",
        f"Signpost: a value of its own from {MIN_INDICATOR_REVIEWS} reviews.",
        f"Usually rejected: a signpost or source with less than {DEMOTION_PRECISION:.0%} accepted, "
        f"from {MIN_DEMOTION_REVIEWS} reviews.",
        f"Source: its record replaces its grade from {fitting.MIN_SIGNAL_QUESTIONS} resolved "
        f"questions, {fitting.MIN_SIGNAL_RARER_OUTCOMES} of them with the less common outcome.",
        f"Forecaster: a weight by skill from {MIN_FAMILIES} independent questions that two people "
        "forecast.",
    )
