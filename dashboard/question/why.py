"""Tab Why: the lines of a suggestion, whatever the kind of the question."""

from math import fsum

import streamlit as st

from dashboard import charts
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
from dashboard.wording import (
    escape_markdown,
    explain_lines,
    forecast_headline,
    format_log_odds,
    percent_whole,
)
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.formatting import format_quantile
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import explain_curve, explain_share, explain_suggestion
from tracker.model.read_models import QuestionPage

_C = st.column_config

_LINE_COLUMN = _C.TextColumn("Line", width=120)
_WHAT_COLUMN = _C.TextColumn("What", width=310)
_WEIGHED_COLUMN = _C.TextColumn("How it was weighed", width=310)


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
            show_empty("There is no estimate yet.", "It is worked out when the question opens.")


def _show_suggestion(page: QuestionPage, suggestion: Suggestion) -> None:
    """Show the lines of the suggestion; their log-odds add up to it."""
    st.markdown(
        f"**Why {percent_whole(suggestion.p)}**: "
        f"{escape_markdown(explain_suggestion(suggestion, percent_whole))}."
    )
    _show_waterfall(page, suggestion)
    kinds = _show_lines(page, suggestion)
    total = format_log_odds(fsum(line.log_odds for line in suggestion.lines))
    st.caption(
        f"The lines add up to {total} in log-odds, which is {percent_whole(suggestion.p)}. “So "
        "far” depends on the order of the lines; the log-odds do not. "
        f"{explain_lines(kinds)}"
    )


def _show_lines(
    page: QuestionPage, suggestion: Suggestion | CurveSuggestion, *, with_chance: bool = True
) -> set[str]:
    """Show the table of lines; return their kinds."""
    columns = {
        "line": _LINE_COLUMN,
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="What it adds, whatever the order."
        ),
        "after": _C.NumberColumn(
            "So far", format="%g%%", width=70, help="With the lines above it, in this order."
        ),
        "what": _WHAT_COLUMN,
        "weighed": _WEIGHED_COLUMN,
    }
    frame = why_frame(suggestion, page.pieces)
    if not frame["weighed"].any():
        del columns["weighed"]
    if not with_chance:
        del columns["after"]
    show_table(frame, columns, "The lines of the estimate", row_height=WRAPPED_ROW_HEIGHT)
    return set(frame["kind"])


def _show_curve(page: QuestionPage, suggestion: CurveSuggestion) -> None:
    """Show the suggested number or date beside its base rate, and the lines that moved it."""
    question = page.summary.question
    shown = forecast_headline(question, suggestion.distribution)[0]
    st.markdown(
        f"**Why {escape_markdown(shown)}**: {escape_markdown(explain_curve(question, suggestion))}."
    )
    columns = {
        "level": _C.TextColumn("Chance"),
        "prior": _C.TextColumn("Base rate"),
        "suggested": _C.TextColumn("Estimate"),
    }
    show_table(quantile_frame(suggestion, question), columns, "Base rate and estimate")
    has_median = suggestion.start.quantile(0.5) is not None
    kinds = _show_lines(page, suggestion, with_chance=has_median)
    side = describe_side(question.kind, Direction.YES)
    total = format_log_odds(suggestion.log_odds)
    meaning = f"The lines add up to {total} in log-odds, by which every chance of {side} moves."
    if has_median:
        median = format_quantile(question, suggestion.start, 0.5)
        meaning += f" “So far” is the chance of {side} than {median}, even before any news."
    st.caption(f"{meaning} {explain_lines(kinds)}")
    st.markdown(f"**Base rate: {escape_markdown(forecast_headline(question, question.prior)[0])}**")
    st.text(unwrap_prose(question.dated_prior_reason))


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
    first = list(names).index(most_changed_option(option_suggestion, question))
    option = show_choice(
        "Why this share", names, "option", index=first, width=320
    ) or most_changed_option(option_suggestion, question)
    _show_option_lines(page, option_suggestion, option)
    st.markdown(f"**Base rate: {escape_markdown(forecast_headline(question, question.prior)[0])}**")
    st.text(unwrap_prose(question.dated_prior_reason))


def _show_option_lines(
    page: QuestionPage, option_suggestion: OptionSuggestion, option: str
) -> None:
    frame = option_why_frame(option_suggestion, option, page.pieces)
    if frame.empty:
        st.caption("Its base rate is 0, and no evidence moves what cannot happen.")
        return
    columns = {
        "line": _LINE_COLUMN,
        "log_share": _C.NumberColumn(
            "Adds", format="%+.2f", width=80, help="To the natural logarithm of its share."
        ),
        "what": _WHAT_COLUMN,
        "weighed": _WEIGHED_COLUMN,
    }
    if not frame["weighed"].any():
        del columns["weighed"]
    st.markdown(
        f"**Why {escape_markdown(option)}**: "
        f"{escape_markdown(explain_share(option_suggestion, option, percent_whole))}."
    )
    show_table(frame, columns, f"The lines of the share of {option}", row_height=WRAPPED_ROW_HEIGHT)
    share = percent_whole(option_suggestion.distribution.of(option))
    st.caption(
        f"The lines add up to the logarithm of its share, which is {share}."
        f" Time passed moves no share. {explain_lines(set(frame['kind']))}"
    )
