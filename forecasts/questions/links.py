"""Links between questions, and groups of questions for statistics: by event, horizon and quarter.

Statistics over resolved questions alone are biased: an event that occurs resolves its question
early, while one that does not keeps it open to the end, so recently opened questions with an answer
are mostly YES. A question therefore counts once its scheduled close has passed, however early its
answer came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NewType

from forecasts.errors import InvalidQuestion
from forecasts.questions.question import Question, QuestionId, Resolution

LinkId = NewType("LinkId", str)

LinkKind = Literal[
    "implies", "negates", "conjunction", "one of", "dates", "members", "condition", "sibling"
]


@dataclass(frozen=True, slots=True)
class Link:
    """Questions related to each other, in the order that the kind prescribes.

    | kind | questions | relation |
    |---|---|---|
    | implies | A, B | whenever A comes true, so does B |
    | negates | A, B | exactly one of the two comes true |
    | conjunction | A, B, both | the third asks whether the first two both come true |
    | one of | two or more | exactly one comes true |
    | dates | two or more | one event, asked by several dates: a group |
    | members | two or more | one question for several countries etc.: a group without a rule |
    | condition | B, A if B, A if not B, optionally A | a conditional pair |
    | sibling | a long question, a shorter one | the shorter repeats the longer in a window |

    Of a conditional pair, the question whose condition fails is annulled.

    `labels` name the questions in a chart, one each, such as "end of 2027" or "Kazakhstan"; empty
    for kinds without a chart. `why` is the justification of the link.
    """

    id: LinkId
    kind: LinkKind
    question_ids: tuple[QuestionId, ...]
    title: str
    labels: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class LinkArity:
    """Number and kinds of questions that a kind of link takes (`max_questions` None: no limit).

    `binary` counts the leading questions that must be binary (None: all of them); the rest are of
    one kind.
    """

    min_questions: int
    max_questions: int | None = None
    binary: int | None = None


LINK_ARITIES: Mapping[LinkKind, LinkArity] = MappingProxyType(
    {
        "implies": LinkArity(2, 2),
        "negates": LinkArity(2, 2),
        "conjunction": LinkArity(3, 3),
        "one of": LinkArity(2),
        "dates": LinkArity(2, binary=0),
        "members": LinkArity(2, binary=0),
        "condition": LinkArity(3, 4, binary=1),
        "sibling": LinkArity(2, 2, binary=0),
    }
)


def check_link_questions(link: Link, questions: Mapping[QuestionId, Question]) -> None:
    """Raise `InvalidQuestion` if a link has the wrong number, kinds or order of questions.

    Also raised for a question that `questions` does not have.

    >>> check_link_questions(Link("ceasefire", "negates", ("peace",), "Ceasefire"), {})
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: a link of kind 'negates' has 2 questions, not 1
    """
    arity = LINK_ARITIES[link.kind]
    _check_count(link, arity)
    for question_id in link.question_ids:
        if question_id not in questions:
            raise InvalidQuestion(f"there is no question {question_id!r}")
        if link.question_ids.count(question_id) > 1:
            raise InvalidQuestion(f"{question_id!r} stands in the link twice")
    linked = tuple(questions[question_id] for question_id in link.question_ids)
    yes_or_no = len(linked) if arity.binary is None else arity.binary
    for question in linked[:yes_or_no]:
        if question.kind != "binary":
            which = "its first question has" if arity.binary else "all its questions have"
            raise InvalidQuestion(
                f"{question.id!r} is {question.kind}: in a link of kind {link.kind!r} {which} to "
                "be binary"
            )
    kinds = {question.kind for question in linked[yes_or_no:]}
    if len(kinds) > 1 and link.kind != "sibling":
        raise InvalidQuestion(
            f"the questions are {' and '.join(sorted(kinds))}: those that stand side by side are "
            "of one kind"
        )
    if link.kind == "dates":
        _check_dates(linked)


def find_parents(links: Iterable[Link]) -> dict[QuestionId, QuestionId]:
    """Map each sibling to its parent."""
    return {link.question_ids[1]: link.question_ids[0] for link in links if link.kind == "sibling"}


def check_link_labels(link: Link) -> None:
    """Raise `InvalidQuestion` unless there is one label for each question, or none at all."""
    if len(link.labels) not in (0, len(link.question_ids)):
        raise InvalidQuestion(
            f"{len(link.labels)} labels for {len(link.question_ids)} questions: give one for "
            "each, or none"
        )


def _check_count(link: Link, arity: LinkArity) -> None:
    count = len(link.question_ids)
    if count < arity.min_questions or (
        arity.max_questions is not None and count > arity.max_questions
    ):
        expected = (
            f"{arity.min_questions} or more"
            if arity.max_questions is None
            else f"{arity.min_questions} or {arity.max_questions}"
        )
        expected = (
            f"{arity.min_questions}" if arity.max_questions == arity.min_questions else expected
        )
        raise InvalidQuestion(f"a link of kind {link.kind!r} has {expected} questions, not {count}")


def _check_dates(questions: Sequence[Question]) -> None:
    """Check that dates rise and horizon shapes agree.

    The probability of an event *by* a date rises with the date; that of a state that holds *until*
    a date falls.
    """
    shapes = sorted({question.horizon_shape for question in questions if question.kind == "binary"})
    if len(shapes) > 1:
        raise InvalidQuestion(
            f"the questions are {' and '.join(shapes)}: make a group of each, they move apart"
        )
    for first, second in pairwise(questions):
        if not first.closes_at < second.closes_at:
            raise InvalidQuestion(
                f"{second.id!r} does not close after {first.id!r}: put the questions of a date "
                "group in order"
            )


Horizon = Literal["short", "medium", "long"]

HORIZONS: Mapping[Horizon, str] = MappingProxyType(
    {"short": "up to 31 days", "medium": "32 to 183 days", "long": "more than 183 days"}
)
"""Horizons by the scheduled length of a question."""


def classify_horizon(question: Question) -> Horizon:
    """Classify a question by its scheduled length."""
    days = (question.closes_at - question.opens_at).total_seconds() / 86400.0
    return "short" if days <= 31 else "medium" if days <= 183 else "long"


def calendar_quarter(at: datetime) -> str:
    """Calendar quarter of a time in UTC.

    >>> from forecasts.questions.question import utc
    >>> calendar_quarter(utc("2022-05-31"))
    '2022-Q2'
    """
    in_utc = at.astimezone(UTC)
    return f"{in_utc.year}-Q{(in_utc.month + 2) // 3}"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Outcomes of the questions that opened in one quarter.

    `over` of the `opened` ones have passed their scheduled close; of those, `answered` have an
    answer, `annulled` and `ambiguous` none that can be scored, and `unanswered` none yet. `early`
    were resolved before a scheduled close that is still to come; they count after it.
    """

    quarter: str
    opened: int
    over: int
    answered: int
    annulled: int
    ambiguous: int
    unanswered: int
    early: int


def is_past_close(question: Question, now: datetime) -> bool:
    """Return True if the question's scheduled close has passed, so that it counts in its cohort."""
    return question.closes_at <= now


def group_cohorts(
    questions: Iterable[Question], resolutions: Mapping[QuestionId, Resolution], now: datetime
) -> tuple[Cohort, ...]:
    """Cohorts by opening quarter, oldest first; questions that have not opened yet are left out."""
    groups: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: q.opens_at):
        if question.opens_at <= now:
            groups.setdefault(calendar_quarter(question.opens_at), []).append(question)
    return tuple(_make_cohort(label, group, resolutions, now) for label, group in groups.items())


def _make_cohort(
    label: str,
    group: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    now: datetime,
) -> Cohort:
    members = list(group)
    over = [q for q in members if is_past_close(q, now)]
    outcomes = [resolutions[q.id].outcome if q.id in resolutions else None for q in over]
    unscored = {
        word: sum(outcome == word for outcome in outcomes) for word in ("annulled", "ambiguous")
    }
    unanswered = sum(outcome is None for outcome in outcomes)
    return Cohort(
        quarter=label,
        opened=len(members),
        over=len(over),
        answered=len(over) - unanswered - sum(unscored.values()),
        annulled=unscored["annulled"],
        ambiguous=unscored["ambiguous"],
        unanswered=unanswered,
        early=sum(q.id in resolutions for q in members if not is_past_close(q, now)),
    )


def annul_rate(lines: Iterable[Cohort]) -> float | None:
    """Share of questions past their close without an answer to score; None without questions.

    A rising rate points to badly written questions, not to bad forecasts.
    """
    over, unscored = 0, 0
    for line in lines:
        over, unscored = over + line.over, unscored + line.annulled + line.ambiguous
    return unscored / over if over else None
