"""Section of what moved the estimate: up to three causes, and how it adds up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_headline_note
from dashboard.question.why_data import most_changed_option
from dashboard.wording import capitalise, clip, format_signed_points, percent_whole
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.formatting import format_count
from forecasts.questions.question import Question, QuestionId
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import (
    AnySuggestion,
    Mover,
    explain_curve,
    explain_share,
    explain_suggestion,
    rank_movers,
)
from tracker.model.read_models import QuestionPage

MAX_CAUSES: Final = 3
MIN_CHANGE: Final = 0.002
"""Smallest change that is told: a fifth of a point."""

_MAX_CHARACTERS: Final = 150

EMPTY: Final[Mapping[QuestionId, str]] = MappingProxyType({})

Cause = tuple[str, str]
"""Size of a cause, and its sentence."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the largest causes with their points, and the sum in small print."""
    title = make_tag("h2", "What moved it")
    suggestion = page.suggestion
    if suggestion is None:
        show_markup(title, make_tag("p", "There is no estimate yet: it comes with the opening."))
        return
    texts = {}
    if page.scenarios:
        texts = {row.question.id: row.question.text for row in visit.tracker.questions.list()}
    causes = list_causes(page, suggestion, visit.day, texts)
    rows = [make_tag("li", make_tag("b", size), words) for size, words in causes]
    empty = make_tag("p", "No news has moved the estimate from its base rate.")
    show_markup(
        title,
        make_tag("ul", *rows, kind="causes") if rows else empty,
        make_tag("p", explain_sum(page.summary.question, suggestion), kind="note"),
    )
    if any("“" in words for _, words in causes):
        show_headline_note(visit)


def explain_sum(question: Question, suggestion: AnySuggestion) -> str:
    """State how the estimate adds up from its base rate, in one sentence."""
    match suggestion:
        case Suggestion():
            return f"{capitalise(explain_suggestion(suggestion, percent_whole))}."
        case CurveSuggestion():
            return f"{capitalise(explain_curve(question, suggestion))}."
        case OptionSuggestion():
            option = most_changed_option(suggestion, question)
            return f"{option}: {explain_share(suggestion, option, percent_whole)}."


def list_causes(
    page: QuestionPage,
    suggestion: AnySuggestion,
    format_day: Callable[[datetime], str],
    texts: Mapping[QuestionId, str] = EMPTY,
) -> tuple[Cause, ...]:
    """List the largest causes: `+3 points`, ` since 2 Mar 2026: “Envoy in Kyiv” (Reuters)`.

    `texts` are those of the questions of a likelihood table.
    """
    question = page.summary.question
    option = (
        most_changed_option(suggestion, question)
        if isinstance(suggestion, OptionSuggestion)
        else ""
    )
    return tuple(
        (_format_size(question, mover, option), _describe_mover(page, mover, format_day, texts))
        for mover in rank_movers(suggestion, option)[:MAX_CAUSES]
        if abs(mover.change) >= MIN_CHANGE
    )


def _format_size(question: Question, mover: Mover, option: str) -> str:
    """Format the size of a cause; of a number or date only its direction."""
    if question.scale is not None:
        side = Direction.YES if mover.change > 0 else Direction.NO
        return capitalise(describe_side(question.kind, side))
    return f"{option} {format_signed_points(mover.change)}".strip()


def _describe_mover(
    page: QuestionPage,
    mover: Mover,
    format_day: Callable[[datetime], str],
    texts: Mapping[QuestionId, str],
) -> str:
    pieces = {piece.evidence.id: piece for piece in page.pieces}
    known = [pieces[story] for story in mover.stories if story in pieces]
    if known:
        first, more = known[0], len(known) - 1
        headline = f"“{clip(first.headline, _MAX_CHARACTERS)}” ({first.source})"
        more_words = f" and {format_count(more, 'more story', 'more stories')}" if more else ""
        return f" since {format_day(first.evidence.first_seen_at)}: {headline}{more_words}"
    if mover.kind == "learned correction" and isinstance(page.suggestion, Suggestion):
        count = format_count(page.suggestion.learned_from, "answered question")
        return f": a correction learned from {count}"
    subject, _, measure = mover.text.split(";")[0].partition(": ")
    subject = texts.get(QuestionId(subject), subject)
    words = f"{measure}: “{subject}”" if measure else subject
    return f": {clip(words, _MAX_CHARACTERS)}"
