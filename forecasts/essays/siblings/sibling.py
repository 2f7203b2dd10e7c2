"""Siblings of a long question: the same asked of a shorter window, ready to be opened."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from forecasts.distributions.distribution import Distribution
from forecasts.errors import InvalidQuestion
from forecasts.essays.siblings.base_rates import derive_prior, explain_prior
from forecasts.essays.siblings.moved_dates import MovedText, WindowMove, move_dates
from forecasts.evidence.evidence import Indicator, IndicatorId
from forecasts.questions.compiled_question import CompiledQuestion, Statement, change_lines
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Question, QuestionId
from forecasts.questions.repetition import Repetition, fill_placeholders
from forecasts.questions.windows import (
    Window,
    last_counting_day,
    nearest_window,
    next_window,
    start_of_day,
)

MAX_LEAD = timedelta(days=31)
"""A parent has siblings from this long before its own opening."""

_EVENT_SHAPES = ("event_by", "holds_until")
_HOW_TO_WORD = "word the siblings with {first}, {last} or {window} (--text, --criteria)"


@dataclass(frozen=True, slots=True)
class ParentParts:
    """Inheritance of a sibling besides the question: lines that somebody wrote, and indicators."""

    lines: CompiledQuestion | None = None
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True)
class Sibling:
    """A sibling that is not open yet, in its window, with its indicators and its link.

    `rule` is how the series of its parent settles it, "" if it does not.
    """

    window: Window
    question: NewQuestion
    indicators: tuple[Indicator, ...]
    link: Link
    rule: str = ""


def sibling_id(parent_id: QuestionId, window: Window) -> QuestionId:
    """Identifier of a sibling: the same window of the same parent never opens twice."""
    return QuestionId(f"{parent_id}-{window.key}")


def choose_window(
    parent: Question,
    repetition: Repetition,
    is_taken: Callable[[QuestionId], bool],
    now: datetime,
) -> Window:
    """Choose the window of the next sibling: the nearest whose sibling never existed.

    Raises `InvalidQuestion` when none is left before the parent closes or the repetition ends.
    """
    if parent.opens_at - now > MAX_LEAD:
        raise InvalidQuestion(
            f"{parent.id} opens on {parent.opens_at.date()}: repeat it when that is near"
        )
    window = nearest_window(max(now, parent.opens_at).date(), repetition.every)
    while is_taken(sibling_id(parent.id, window)):
        window = next_window(window)
    end = last_counting_day(parent.closes_at)
    if window.last > end:
        raise InvalidQuestion(
            f"no {repetition.every} is left before {parent.id} closes: {window.words} ends after "
            f"{end}; choose a shorter rhythm"
        )
    if repetition.until is not None and window.first > repetition.until:
        raise InvalidQuestion(
            f"the repetition ends on {repetition.until}, before {window.words}: give a later day"
        )
    return window


def build_sibling(
    parent: Question, repetition: Repetition, window: Window, *, parts: ParentParts, now: datetime
) -> Sibling:
    """Build the sibling for a window; raises `InvalidQuestion` for a text that cannot move."""
    move = plan_move(parent, window, now.date())
    template = repetition.template
    closes_at = _close_of(parent, window)
    days = (closes_at - start_of_day(move.first)) / timedelta(days=1)
    prior: str | Distribution = template.prior or derive_prior(parent, days)
    name = sibling_id(parent.id, window)
    kind = template.kind or parent.kind
    has_options = kind in ("categorical", "ordered")
    to_answer = (
        parent.resolves_at - parent.closes_at
        if template.answer_days is None
        else timedelta(days=template.answer_days)
    )
    question = NewQuestion(
        id=name,
        text=_word_text(parent, repetition, move),
        criteria=_word_criteria(parent, repetition, move),
        sources=template.sources or parent.sources,
        opens_at=now,
        closes_at=closes_at,
        resolves_at=closes_at + to_answer,
        kind=kind,
        horizon_shape=None if template.text else parent.horizon_shape,
        prior=prior,
        prior_reason=template.prior_reason
        or explain_prior(parent, days, is_reworded=bool(template.text)),
        prior_as_of=None if parent.prior_as_of is None else min(parent.prior_as_of, now),
        options=_list_offered_options(parent) if has_options else (),
        scale=(template.scale or parent.scale) if kind == "numeric" else None,
        tags=parent.tags,
        essay_id=parent.essay_id,
        statements=_move_lines(repetition, parts.lines, move),
    )
    indicators = tuple(_inherit_indicator(indicator, name) for indicator in parts.indicators)
    rule = fill_placeholders(template.rule, window, move.first)
    return Sibling(window, question, indicators, _build_link(parent, name, window), rule)


def _list_offered_options(parent: Question) -> tuple[str, ...]:
    return tuple(option.name for option in parent.options if option.removed_at is None)


def plan_move(parent: Question, window: Window, today: date) -> WindowMove:
    """Plan the move of a parent's dates; in the current window counting starts today."""
    counts_events = parent.kind == "binary" and parent.horizon_shape in _EVENT_SHAPES
    return WindowMove(
        old_first=parent.opens_at.date(),
        old_last=last_counting_day(parent.closes_at),
        window=window,
        first=max(window.first, today),
        counts_events=counts_events,
    )


def _close_of(parent: Question, window: Window) -> datetime:
    """Close of a sibling: as long after the beginning of its last day as the parent's."""
    into_day = parent.closes_at - start_of_day(last_counting_day(parent.closes_at))
    return start_of_day(window.last) + into_day


def _word_text(parent: Question, repetition: Repetition, move: WindowMove) -> str:
    if template := repetition.template.text:
        return fill_placeholders(template, move.window, move.first)
    moved = move_dates(parent.text, move)
    _refuse_stuck("text", moved)
    if moved.has_longer_period and not move.counts_events and not repetition.template.prior:
        raise InvalidQuestion(
            f"the question is on a whole period that is longer than a {repetition.every}, so "
            f"its numbers do not fit: give a base rate, and a range or a threshold that fits "
            "(--prior, --range, --text)"
        )
    if not moved.moved:
        raise InvalidQuestion(f"the text of {parent.id} names no day that moves: {_HOW_TO_WORD}")
    return moved.text


def _word_criteria(parent: Question, repetition: Repetition, move: WindowMove) -> str:
    if template := repetition.template.criteria:
        return fill_placeholders(template, move.window, move.first)
    moved = move_dates(parent.criteria, move)
    _refuse_stuck("criteria", moved)
    return moved.text


def _refuse_stuck(part: str, moved: MovedText) -> None:
    if moved.stuck:
        raise InvalidQuestion(
            f"“{moved.stuck[0]}” in the {part} has no place in a shorter window: {_HOW_TO_WORD}"
        )


def _move_lines(
    repetition: Repetition, lines: CompiledQuestion | None, move: WindowMove
) -> CompiledQuestion | None:
    """Lines of the sibling: those of the template, else the parent's with their dates moved.

    A template with a text of its own asks something else: of the parent it keeps the names.
    """
    template = repetition.template
    inherited = CompiledQuestion(()) if lines is None else lines
    if template.text:
        inherited = replace(inherited, statements=())
    moved = tuple(
        Statement(move_dates(s.yes, move).text, move_dates(s.no, move).text, s.option)
        for s in inherited.statements
    )
    yes, no = (
        fill_placeholders(line, move.window, move.first) or None
        for line in (template.yes, template.no)
    )
    made = change_lines(replace(inherited, statements=moved), yes=yes, no=no)
    return made if made.statements or made.names else None


def _inherit_indicator(indicator: Indicator, name: QuestionId) -> Indicator:
    """Return the parent's indicator for the sibling; a date at which it is due is the parent's."""
    slug = indicator.id.removeprefix(f"{indicator.question_id}/")
    slug = slug if indicator.expected is None else f"{slug}-any-day"
    return replace(indicator, id=IndicatorId(f"{name}/{slug}"), question_id=name, expected=None)


def _build_link(parent: Question, name: QuestionId, window: Window) -> Link:
    return Link(
        LinkId(f"sibling-{name}"),
        "sibling",
        (parent.id, name),
        f"{window.words[0].upper()}{window.words[1:]}",
    )
