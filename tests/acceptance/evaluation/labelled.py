"""Files of labelled news, one JSON object a line: read whole, or refused with the line and what is
wrong with it.

Three kinds, each plain or gzipped:

- questions: question_id, group, question, criteria, kind, options, from, to, source
- pairs: question_id, item_id, title, summary, date, source, relevance, direction
- reports: event, title, summary, published or first_seen, lang. Which items report one event?

Other fields are passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from forecasts.errors import InvalidTime
from forecasts.questions.question import Kind, QuestionId, utc
from tracker.errors import Refused
from tracker.files.user_files import InvalidLine, describe_value, get_identifier, get_text
from tracker.files.user_files import parse_record as record_of
from tracker.files.user_files import read_lines as lines_of

Value = TypeVar("Value")

OWN: Final = "own question"
"""Group of questions that a user would ask, entered by text, criteria and dates alone."""

SHIPPED: Final = "shipped set"
"""Group of questions of a built-in set, which `source` names."""

EVIDENCE: Final = 2
"""The label of an item that a careful forecaster would cite; 1 is context, 0 something else."""


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with its group; `opens` and `closes` are those of the file, None where absent."""

    id: QuestionId
    group: str
    text: str
    criteria: str
    kind: Kind
    options: tuple[str, ...]
    opens: datetime | None
    closes: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """An item and a question with the labels of a person.

    `relevance` 0 not about it, 1 context, 2 evidence; `direction` 1 for YES (or a higher, later
    value), −1 against, 0 neither.
    """

    question_id: QuestionId
    item_id: str
    title: str
    summary: str
    date: datetime
    source: str
    relevance: int
    direction: int

    @property
    def is_evidence(self) -> bool:
        """True if a careful forecaster would cite the item."""
        return self.relevance == EVIDENCE


@dataclass(frozen=True, slots=True)
class Reported:
    """An item and the event that it reports; `lang` may be ""."""

    event: str
    title: str
    summary: str
    at: datetime
    lang: str


def read_questions(file: Path) -> tuple[LabelledQuestion, ...]:
    """The questions of a file in its order.

    Raises `Refused` when the file cannot be read or is empty, and for the first line that cannot be
    used.
    """
    return tuple(_read(file, _question))


def read_pairs(file: Path) -> tuple[LabelledPair, ...]:
    """The judged pairs of a file in its order; raises `Refused` as `read_questions` does."""
    return tuple(_read(file, _pair))


def read_reports(file: Path) -> tuple[Reported, ...]:
    """The items of a file with the events that they report, in its order; raises `Refused` as
    `read_questions` does.
    """
    return tuple(_read(file, _reported))


def folded(text: str) -> str:
    """A text without capitals and with single spaces, to tell whether two are the same."""
    return " ".join(text.casefold().split())


def _read(file: Path, take: Callable[[Mapping[str, Any]], Value]) -> list[Value]:
    values = []
    for number, line in lines_of(file):
        try:
            values.append(take(record_of(line)))
        except (InvalidLine, InvalidTime) as wrong:
            raise Refused(f"{file}:{number}: {wrong}") from None
    if not values:
        raise Refused(f"{file} is empty: give a file with one JSON object a line")
    return values


def _question(record: Mapping[str, Any]) -> LabelledQuestion:
    options = record.get("options") or []
    if not (isinstance(options, list) and all(isinstance(name, str) for name in options)):
        raise InvalidLine(f"options is {describe_value(options)}: write a list of names")
    opens, closes = get_text(record, "from"), get_text(record, "to")
    group = _one_of(record, "group", (OWN, SHIPPED))
    if group == OWN and not (opens and closes):
        raise InvalidLine("from and to are needed: write the days on which the question is open")
    return LabelledQuestion(
        id=QuestionId(_required(record, "question_id", get_identifier)),
        group=group,
        text=_required(record, "question"),
        criteria=get_text(record, "criteria"),
        kind=_one_of(record, "kind", get_args(Kind), default="binary"),
        options=tuple(options),
        opens=utc(opens) if opens else None,
        closes=utc(closes) if closes else None,
        source=_required(record, "source"),
    )


def _pair(record: Mapping[str, Any]) -> LabelledPair:
    title, summary = _words(record)
    return LabelledPair(
        question_id=QuestionId(_required(record, "question_id", get_identifier)),
        item_id=_required(record, "item_id", get_identifier),
        title=title,
        summary=summary,
        date=utc(_required(record, "date")),
        source=_required(record, "source"),
        relevance=_one_of(record, "relevance", (0, 1, EVIDENCE)),
        direction=_one_of(record, "direction", (-1, 0, 1), default=0),
    )


def _reported(record: Mapping[str, Any]) -> Reported:
    event = get_identifier(record, "event")
    if not event:
        raise InvalidLine("event is missing: write the same id for all items that report one event")
    title, summary = _words(record)
    at = get_text(record, "first_seen") or get_text(record, "published")
    if not at:
        raise InvalidLine(
            "published is missing: write a time such as 2026-03-01T12:00:00Z, or first_seen"
        )
    return Reported(event, title, summary, utc(at), get_text(record, "lang"))


def _words(record: Mapping[str, Any]) -> tuple[str, str]:
    title, summary = get_text(record, "title"), get_text(record, "summary")
    if not (title or summary):
        raise InvalidLine("title is missing: write the headline of the item")
    return title, summary


def _required(
    record: Mapping[str, Any],
    field: str,
    take: Callable[[Mapping[str, Any], str], str] = get_text,
) -> str:
    value = take(record, field)
    if not value:
        raise InvalidLine(f"{field} is missing: every line has one")
    return value


def _one_of(
    record: Mapping[str, Any],
    field: str,
    allowed: tuple[Value, ...],
    default: Value | None = None,
) -> Value:
    value = record.get(field)
    value = default if value is None else value
    for choice in allowed:
        if value == choice and not isinstance(value, bool):  # true would pass for 1
            return choice
    wrong = "missing" if value is None else describe_value(value)
    raise InvalidLine(f"{field} is {wrong}: write one of {', '.join(map(str, allowed))}")
