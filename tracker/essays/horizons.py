"""One claim asked by several last days: its questions open together or not at all, and are bound as
a group.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile
from types import MappingProxyType
from typing import Final

from forecasts.essays.dates import long_date
from forecasts.evidence.evidence import Indicator
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import Asked
from forecasts.questions.question import HorizonShape, Question
from tracker.essays.opening import open_claim
from tracker.model.audit import Standpoint
from tracker.questions.scenarios.changing import add_link
from tracker.storage import links
from tracker.storage.sessions import Session

LONGEST_TITLE: Final = 140
_WORD: Final = MappingProxyType[HorizonShape, str](
    {"event_by": "by", "holds_until": "until", "state_at": "on"}
)
_DAY_OF_NAME: Final = re.compile(r"[-_][-_0-9]*$")
_LEAD: Final = r"(?i:(?:\s*\b(?:by|until|till|before|on)(?:\s+the\s+end\s+of)?)?\s*\b)"
_LEFT_HANGING: Final = re.compile(r"\b(?:and|from|between|of|the|than)\s*(?:[,?]|$)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question that is to be opened, with what to look for in the news."""

    asked: Asked
    indicators: tuple[Indicator, ...] = ()


def open_claims(
    session: Session,
    wanted: Sequence[Wanted],
    offset: int,
    keep_days: float,
    *,
    made: Standpoint,
    override: str = "",
) -> tuple[Question, ...]:
    """Open questions from one sentence, the next to close first; several yes/no ones of a shape
    become a `dates` link.

    Raises what `open_claim` raises for the first that cannot be opened: the caller's transaction
    then keeps none.
    """
    opened = tuple(
        open_claim(
            session,
            one.asked,
            offset,
            keep_days,
            made=made,
            indicators=one.indicators,
            override=override,
        )
        for one in sorted(wanted, key=lambda one: one.asked.closes_at)
    )
    if is_group(opened):
        taken = {link.id for link in links.every(session)}
        add_link(session, group_of(opened, taken), made)
    return opened


def is_group(opened: Sequence[Question]) -> bool:
    """Whether questions ask for one event by several days: all yes/no, of one shape, no two closing
    together.
    """
    shapes = {(question.kind, question.horizon_shape) for question in opened}
    days = {question.closes_at for question in opened}
    return (
        len(opened) > 1
        and len(shapes) == 1
        and opened[0].kind == "binary"
        and len(days) == len(opened)
    )


def group_of(opened: Sequence[Question], taken: Collection[LinkId]) -> Link:
    """The link that binds them, under a name that is not taken, with the last day of each as its
    label.
    """
    base = _DAY_OF_NAME.sub("", _common_start([question.id for question in opened])) or opened[0].id
    names = (LinkId(f"{base}-dates" if n == 1 else f"{base}-dates-{n}") for n in count(1))
    return Link(
        id=next(name for name in names if name not in taken),
        kind="dates",
        question_ids=tuple(question.id for question in opened),
        title=_title(opened),
        labels=tuple(_label(question) for question in opened),
        why="One claim, asked by several last days.",
    )


def _common_start(names: Sequence[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def _label(question: Question) -> str:
    day = last_day(question)
    return f"{_WORD[question.horizon_shape]} {day.day} {day:%b %Y}"


def last_day(question: Question) -> date:
    """The day in UTC at whose end a question closes."""
    return (question.closes_at - timedelta(microseconds=1)).date()


def _title(opened: Sequence[Question]) -> str:
    """What the questions ask without their days; the first one's words where they differ in more,
    or hang on them.
    """
    bare = {re.sub(_LEAD + long_date(last_day(q)), "", q.text).strip(" ,") for q in opened}
    alike = len(bare) == 1 and not any(map(_LEFT_HANGING.search, bare))
    title = bare.pop() if alike else opened[0].text
    return _shortened(f"{title[:1].upper()}{title[1:]}")


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
