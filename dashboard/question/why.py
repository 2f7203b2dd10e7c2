"""Reasons of the estimate: what moved it most, and all lines that it adds up from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import fsum
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    show_choice,
    show_empty,
    show_table,
    unwrap_prose,
)
from dashboard.question.why_data import (
    has_bars,
    most_changed_option,
    option_suggestion_frame,
    option_why_frame,
    quantile_frame,
    waterfall_frame,
    why_frame,
)
from dashboard.wording.evidence import explain_lines
from dashboard.wording.numbers import (
    clip,
    escape_markdown,
    format_log_odds,
    format_signed_points,
    percent_whole,
)
from dashboard.wording.questions import forecast_headline
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.formatting import capitalise, format_count, format_quantile
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

_C = st.column_config

MAX_CAUSES: Final = 3
MIN_CHANGE: Final = 0.002
"""Smallest change that is told: a fifth of a point."""

_MAX_CHARACTERS: Final = 150

Cause = tuple[str, str]
"""Size of a cause, and its sentence."""


def show_causes(visit: Visit, page: QuestionPage) -> None:
    """Show the largest causes with their points, and the sum in small print."""
    title = make_tag("h2", "What moved it")
    suggestion = page.suggestion
    if suggestion is None:
        show_markup(title, make_tag("p", "No estimate yet: it starts when the question opens."))
        return
    texts = {}
    if page.scenarios:
        texts = {row.question.id: row.question.text for row in visit.tracker.questions.list()}
    causes = list_causes(page, suggestion, visit.day, texts)
    rows = [make_tag("li", make_tag("b", size), words) for size, words in causes]
    empty = make_tag("p", "No news has moved the estimate from its base rate.")
    note = explain_total(page.summary.question, suggestion)
    if any("“" in words for _, words in causes):
        note = f"{note} {page.headlines}".strip()
    show_markup(
        title,
        make_tag("ul", *rows, kind="causes") if rows else empty,
        make_tag("p", note, kind="note"),
    )


def explain_total(question: Question, suggestion: AnySuggestion, option: str = "") -> str:
    """State how the estimate adds up from its base rate, in one sentence."""
    match suggestion:
        case Suggestion():
            return f"{capitalise(explain_suggestion(suggestion, percent_whole))}."
        case CurveSuggestion():
            return f"{capitalise(explain_curve(question, suggestion))}."
        case OptionSuggestion():
            option = option or most_changed_option(suggestion, question)
            return f"{option}: {explain_share(suggestion, option, percent_whole)}."


def list_causes(
    page: QuestionPage,
    suggestion: AnySuggestion,
    format_day: Callable[[datetime], str],
    texts: Mapping[QuestionId, str] = MappingProxyType({}),
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


def render(page: QuestionPage) -> None:
    """Show the lines of the estimate, by the question's kind."""
    match page.suggestion:
        case Suggestion() as suggestion:
            _show_suggestion(page, suggestion)
        case OptionSuggestion() as suggestion:
            _show_shares(page, suggestion)
        case CurveSuggestion() as suggestion:
            _show_curve(page, suggestion)
        case None:
            show_empty("There is no estimate yet.", "It is calculated when the question opens.")


def _show_suggestion(page: QuestionPage, suggestion: Suggestion) -> None:
    """Show the lines of the suggestion; their log-odds add up to it."""
    st.markdown(f"**{escape_markdown(explain_total(page.summary.question, suggestion))}**")
    _show_waterfall(page, suggestion)
    frame = why_frame(suggestion, page.pieces)
    show_lines(frame, "The lines of the estimate")
    total = format_log_odds(fsum(line.log_odds for line in suggestion.lines))
    st.caption(
        f"The lines add up to {total} in log-odds, which is {percent_whole(suggestion.p)}. “So "
        "far” depends on the order of the lines; the log-odds do not. "
        f"{explain_lines(set(frame['kind']))}"
    )


def _show_curve(page: QuestionPage, suggestion: CurveSuggestion) -> None:
    """Show the suggested number or date beside its base rate, and the lines that moved it."""
    question = page.summary.question
    st.markdown(f"**{escape_markdown(explain_total(question, suggestion))}**")
    columns = {
        "level": _C.TextColumn("Chance"),
        "prior": _C.TextColumn("Base rate"),
        "suggested": _C.TextColumn("Estimate"),
    }
    show_table(quantile_frame(suggestion, question), columns, "Base rate and estimate")
    has_median = suggestion.start.quantile(0.5) is not None
    frame = why_frame(suggestion, page.pieces)
    show_lines(frame, "The lines of the estimate", with_chance=has_median)
    side = describe_side(question.kind, Direction.YES)
    total = format_log_odds(suggestion.log_odds)
    meaning = f"The lines add up to {total} in log-odds, by which every chance of {side} moves."
    if has_median:
        median = format_quantile(question, suggestion.start, 0.5)
        meaning += f" “So far” is the chance of {side} than {median}, even before any news."
    st.caption(f"{meaning} {explain_lines(set(frame['kind']))}")
    show_base_rate(question)


def show_base_rate(question: Question) -> None:
    """Show the base rate of a question with its reason."""
    st.markdown(f"**Base rate: {escape_markdown(forecast_headline(question, question.prior)[0])}**")
    st.text(unwrap_prose(question.dated_prior_reason))


def show_lines(frame: pd.DataFrame, about: str, *, with_chance: bool = True) -> None:
    """Show the lines that a number adds up from, or those of a change."""
    columns: dict[str, Any] = {
        "line": _C.TextColumn("Line", width=120),
        "cause": _C.TextColumn("Because", width=130),
        "log_share": _C.NumberColumn(
            "Adds", format="%+.2f", width=80, help="To the natural logarithm of its share."
        ),
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="Contribution, independent of order."
        ),
        "after": _C.NumberColumn(
            "So far", format="%g%%", width=70, help="With the lines above it, in this order."
        ),
        "what": _C.TextColumn("What", width=310),
        "weighed": _C.TextColumn("Weighting", width=310),
    }
    unused = ({"weighed"} if not frame["weighed"].any() else set()) | columns.keys() - set(frame)
    unused |= set() if with_chance else {"after"}
    shown = {name: column for name, column in columns.items() if name not in unused}
    show_table(frame, shown, about, row_height=WRAPPED_ROW_HEIGHT)


def _show_waterfall(page: QuestionPage, suggestion: Suggestion) -> None:
    """Show the same lines as bars."""
    bars = waterfall_frame(suggestion, page.pieces)
    if not has_bars(bars):
        return
    st.vega_lite_chart(
        spec=charts.bind_data(charts.waterfall_chart(len(bars)), bars=bars),
        width="stretch",
        key="waterfall",
        alt=f"From the base rate of {bars['shown'].iloc[0]} to the estimate of "
        f"{bars['shown'].iloc[-1]}, bar by bar",
    )
    st.caption(
        "Each bar starts where the one above it ends. ▲ blue and + towards YES, ▼ orange and − "
        "towards NO, in log-odds: equal lengths change the odds alike."
    )


def _show_shares(page: QuestionPage, option_suggestion: OptionSuggestion) -> None:
    """Show the suggested shares of all options, and the lines of one of them."""
    question = page.summary.question
    frame = option_suggestion_frame(option_suggestion, question)
    has_change = frame[["stories", "rows", "change"]].any().any()
    note = "" if has_change else ": the base rates, which no evidence has moved yet"
    st.markdown(f"**Estimated shares**{note}")
    columns = {
        "option": _C.TextColumn("Option", width=260),
        "prior": _C.NumberColumn("Base rate", format="%g%%"),
        "suggested": _C.NumberColumn("Estimate", format="%g%%"),
        "change": _C.NumberColumn("Moved", format="%+.1f", help="Points from its base rate."),
        "stories": _C.NumberColumn("Stories", help="That speak for this option or against it."),
        "rows": _C.NumberColumn(
            "Rows", help="Of the likelihood table, which say how it goes with other questions."
        ),
    }
    if not page.scenarios:
        del columns["rows"]
    show_table(frame, columns, "Estimated shares of the options")
    names = {name: name for name in option_suggestion.distribution.options}
    usual = most_changed_option(option_suggestion, question)
    option = show_choice(
        "Why this share", names, "option", index=list(names).index(usual), width=320
    )
    _show_option_lines(page, option_suggestion, option or usual)
    show_base_rate(question)


def _show_option_lines(page: QuestionPage, suggestion: OptionSuggestion, option: str) -> None:
    frame = option_why_frame(suggestion, option, page.pieces)
    if frame.empty:
        st.caption("Base rate 0: evidence can’t move it.")
        return
    words = explain_total(page.summary.question, suggestion, option)
    st.markdown(f"**{escape_markdown(words)}**")
    show_lines(frame, f"The lines of the share of {option}")
    share = percent_whole(suggestion.distribution.of(option))
    st.caption(
        f"The lines add up to the logarithm of its share, which is {share}."
        f" Time passed moves no share. {explain_lines(set(frame['kind']))}"
    )
