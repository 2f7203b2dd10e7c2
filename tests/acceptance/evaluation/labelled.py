"""Files of labelled items, one JSON object a line: read whole, or refused with the line and what is
wrong with it.

Three kinds, each plain or gzipped:

- labels: question, qid, title, summary, relevance, stance, id. Does the item bear on the question,
  and how?
- archive: title, summary, id. Items that nobody labelled, to be found irrelevant.
- reports: event, title, summary, published or first_seen, lang. Which items report one event?

Other fields, such as the time or the source of an archive's item, are passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from forecasts.errors import InvalidTime
from forecasts.questions.question import utc
from tracker.errors import Refused
from tracker.files.user_files import InvalidLine, describe_value, get_identifier, get_text
from tracker.files.user_files import parse_record as record_of
from tracker.files.user_files import read_lines as lines_of

Value = TypeVar("Value")
AskedAbout = tuple[str, str]
"""A question as a file names it: its id or "", and its text."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of an item and a question.

    `relevance` 0 not, 1 relevant, 2 highly relevant; `stance` −1 speaks for NO, +1 for YES, 0
    neither or unknown.
    """

    line: int
    asked: AskedAbout
    id: str
    title: str
    summary: str
    relevance: int
    stance: int


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """An item of an archive that nobody has labelled; `id` may be ""."""

    id: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Reported:
    """An item and the event that it reports; `lang` may be ""."""

    event: str
    title: str
    summary: str
    at: datetime
    lang: str


def read_labels(file: Path) -> tuple[Label, ...]:
    """The labels of a file in its order. A pair that is labelled twice alike counts once.

    Raises `Refused` when the file cannot be read, a line cannot be used, there are none, or when
    two lines label the same pair of question and item differently.
    """
    found: dict[tuple[object, ...], Label] = {}
    for label in _read(file, _label):
        which = (label.asked, label.id or (folded(label.title), folded(label.summary)))
        first = found.setdefault(which, label)
        if (first.relevance, first.stance) != (label.relevance, label.stance):
            why = (
                f"the item of line {first.line} has other labels for the same question here: "
                "keep one of the two"
            )
            raise Refused(f"{file}:{label.line}: {why}")
    return tuple(found.values())


def read_archive(file: Path) -> tuple[Unlabelled, ...]:
    """The items of an archive that have any text; raises `Refused` as `read_labels` does."""
    return tuple(item for item in _read(file, _unlabelled) if item.title or item.summary)


def read_reports(file: Path) -> tuple[Reported, ...]:
    """The items of a file with the events that they report, in its order; raises `Refused` as
    `read_labels` does.
    """
    return tuple(_read(file, _reported))


def folded(text: str) -> str:
    """A text without capitals and with single spaces, to tell whether two are the same."""
    return " ".join(text.casefold().split())


def _read(file: Path, take: Callable[[Mapping[str, Any], int], Value]) -> list[Value]:
    found = []
    for number, line in lines_of(file):
        try:
            found.append(take(record_of(line), number))
        except (InvalidLine, InvalidTime) as wrong:
            raise Refused(f"{file}:{number}: {wrong}") from None
    if not found:
        raise Refused(f"{file} is empty: give a file with one JSON object a line")
    return found


def _label(record: Mapping[str, Any], line: int) -> Label:
    asked = (get_identifier(record, "qid"), get_text(record, "question"))
    if asked == ("", ""):
        raise InvalidLine("question is missing: write its text, or the id of one in the set")
    title, summary = _words(record)
    relevance, stance = (
        _one_of(record, "relevance", (0, 1, 2)),
        _one_of(record, "stance", (-1, 0, 1), default=0),
    )
    return Label(line, asked, get_identifier(record, "id"), title, summary, relevance, stance)


def _unlabelled(record: Mapping[str, Any], line: int) -> Unlabelled:
    return Unlabelled(
        get_identifier(record, "id"), get_text(record, "title"), get_text(record, "summary")
    )


def _reported(record: Mapping[str, Any], line: int) -> Reported:
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


def _one_of(
    record: Mapping[str, Any], field: str, allowed: tuple[int, ...], default: int | None = None
) -> int:
    value = record.get(field, default)
    value = default if value is None else value
    if isinstance(value, bool) or value not in allowed:  # true would pass for 1
        said = "missing" if value is None else describe_value(value)
        raise InvalidLine(f"{field} is {said}: write one of {', '.join(map(str, allowed))}")
    return int(value)
