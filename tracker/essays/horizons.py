"""Open one claim as questions with several last days, all or none, linked as a group."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile
from types import MappingProxyType
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.evidence.evidence import Indicator
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import HorizonShape, Question
from tracker.essays.opening import open_claim
from tracker.model.audit import Authorship
from tracker.questions.scenarios.changing import add_link
from tracker.storage import links
from tracker.storage.sessions import Session

MAX_GROUP_TITLE_CHARS: Final = 140
_PREPOSITIONS: Final = MappingProxyType[HorizonShape, str](
    {"event_by": "by", "holds_until": "until", "state_at": "on"}
)
_DAY_SUFFIX: Final = re.compile(r"[-_][-_0-9]*$")
_DATE_PREFIX: Final = r"(?i:(?:\s*\b(?:by|until|till|before|on)(?:\s+the\s+end\s+of)?)?\s*\b)"
_DANGLING_WORD: Final = re.compile(r"\b(?:and|from|between|of|the|than)\s*(?:[,?]|$)")


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question to open, with its indicators."""

    question: NewQuestion
    indicators: tuple[Indicator, ...] = ()


def open_claims(
    session: Session,
    planned: Sequence[PlannedQuestion],
    offset: int,
    keep_days: float,
    *,
    authorship: Authorship,
    override: str = "",
) -> tuple[Question, ...]:
    """Open questions from one sentence, earliest close first; yes/no ones of one shape get a
    `dates` link.

    Raises what `open_claim` raises for the first that cannot be opened: the caller's transaction
    then rolls back.
    """
    opened = tuple(
        open_claim(
            session,
            plan.question,
            offset,
            keep_days,
            authorship=authorship,
            indicators=plan.indicators,
            override=override,
        )
        for plan in sorted(planned, key=lambda plan: plan.question.closes_at)
    )
    if is_date_group(opened):
        used_ids = {link.id for link in links.list_links(session)}
        add_link(session, build_date_group(opened, used_ids), authorship)
    return opened


def is_date_group(opened: Sequence[Question]) -> bool:
    """Return True for questions on one event by several days: all yes/no, of one shape, with
    different closes.
    """
    shapes = {(question.kind, question.horizon_shape) for question in opened}
    days = {question.closes_at for question in opened}
    return (
        len(opened) > 1
        and len(shapes) == 1
        and opened[0].kind == "binary"
        and len(days) == len(opened)
    )


def build_date_group(opened: Sequence[Question], used_ids: Collection[LinkId]) -> Link:
    """Build the `dates` link of the questions, with an unused id and their last days as labels."""
    base = _DAY_SUFFIX.sub("", _common_prefix([question.id for question in opened])) or opened[0].id
    names = (LinkId(f"{base}-dates" if n == 1 else f"{base}-dates-{n}") for n in count(1))
    return Link(
        id=next(name for name in names if name not in used_ids),
        kind="dates",
        question_ids=tuple(question.id for question in opened),
        title=_group_title(opened),
        labels=tuple(_day_label(question) for question in opened),
        why="One claim, asked by several last days.",
    )


def _common_prefix(names: Sequence[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def _day_label(question: Question) -> str:
    day = last_day(question)
    return f"{_PREPOSITIONS[question.horizon_shape]} {day.day} {day:%b %Y}"


def last_day(question: Question) -> date:
    """Return the UTC day at whose end a question closes."""
    return (question.closes_at - timedelta(microseconds=1)).date()


def _group_title(opened: Sequence[Question]) -> str:
    """Return the common text of the questions without their days.

    Falls back to the first question's text where they differ otherwise, or where a word is left
    dangling.
    """
    bare = {
        re.sub(_DATE_PREFIX + format_long_date(last_day(q)), "", q.text).strip(" ,") for q in opened
    }
    alike = len(bare) == 1 and not any(map(_DANGLING_WORD.search, bare))
    title = bare.pop() if alike else opened[0].text
    return _truncate_title(f"{title[:1].upper()}{title[1:]}")


def _truncate_title(title: str) -> str:
    return (
        title
        if len(title) <= MAX_GROUP_TITLE_CHARS
        else f"{title[: MAX_GROUP_TITLE_CHARS - 1].rstrip()}…"
    )
