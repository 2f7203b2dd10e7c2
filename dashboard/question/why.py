"""Tab Why: the lines of a suggestion, whatever the kind of the question."""

from datetime import date, datetime, time, timedelta
from math import fsum
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    show_choice,
    show_empty,
    show_headline_note,
    show_refusals,
    show_table,
    unwrap_prose,
)
from dashboard.question import signposts
from dashboard.question.why_data import (
    change_reasons_frame,
    change_sentence,
    explain_causes,
    has_bars,
    most_changed_option,
    option_suggestion_frame,
    option_why_frame,
    quantile_frame,
    waterfall_frame,
    why_frame,
)
from dashboard.wording import (
    display_name,
    escape_markdown,
    explain_lines,
    forecast_headline,
    format_log_odds,
    is_uncalled,
    percent_whole,
    plural,
)
from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import PERHAPS, Direction, describe_side
from forecasts.questions.formatting import format_quantile
from forecasts.questions.question import SUGGESTION
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.changes import ProbabilityChange
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import explain_curve, explain_share, explain_suggestion
from tracker.model.read_models import QuestionPage

_C = st.column_config

_LINE_COLUMN = _C.TextColumn("Line", width=140)
_WHAT_COLUMN = _C.TextColumn("What", width=370)
_WEIGHED_COLUMN = _C.TextColumn("How it was weighed", width=410)


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the explanation for the question's kind."""
    match page.suggestion:
        case Suggestion() as suggestion:
            _show_suggestion(page, suggestion)
        case OptionSuggestion() as suggestion:
            _show_shares(page, suggestion)
        case CurveSuggestion() as suggestion:
            _show_curve(page, suggestion)
        case None:
            show_empty("There is no estimate yet.", "It is worked out when the question opens.")
    if page.evidence:
        show_headline_note(visit)
    _show_perhaps_note(page)
    _show_undirected_note(page)
    signposts.render(visit, page)


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
    frame = why_frame(suggestion, page.evidence)
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
    bars = waterfall_frame(suggestion, page.evidence)
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
    frame = option_why_frame(option_suggestion, option, page.evidence)
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


def _show_perhaps_note(page: QuestionPage) -> None:
    """Show the amount of evidence that is too unsure to move anything."""
    count = sum(card.perhaps for card in page.evidence)
    if count:
        verb, object_ = ("moves", "it") if count == 1 else ("move", "them")
        st.caption(
            f"{plural(count, 'piece', 'pieces')} of evidence marked “{PERHAPS}” {verb} nothing "
            f"until a person confirms {object_}."
        )


def _show_undirected_note(page: QuestionPage) -> None:
    """Show the amount of evidence without direction, which moves nothing."""
    count = sum(
        is_uncalled(card.evidence) and card.evidence.status == "logged" for card in page.evidence
    )
    if count:
        verb = "waits" if count == 1 else "wait"
        st.caption(
            f"{plural(count, 'piece', 'pieces')} of evidence {verb} for a person to say which "
            "way it points, and until then moves nothing: see the tab Evidence."
        )


PRESET_PERIODS: Final = {
    "24 h": timedelta(days=1),
    "7 d": timedelta(days=7),
    "30 d": timedelta(days=30),
}
BETWEEN_TWO_DAYS: Final = "two days"


def show_change_between(visit: Visit, page: QuestionPage) -> None:
    """Show why the suggestion changed in the last day, week or month, or between two days."""
    suggestion = page.suggestion
    if suggestion is None or suggestion.at <= page.summary.question.opens_at:
        return
    period = st.segmented_control(
        "Why did the estimate move?",
        (*PRESET_PERIODS, BETWEEN_TWO_DAYS),
        key="moved-in",
        bind="query-params",
    )
    if period is None:
        return
    since, until = _get_period(page, suggestion.at, period)
    if period == BETWEEN_TWO_DAYS:
        since, until = _choose_two_days(visit, since, until)
    with show_refusals():
        move = visit.tracker.questions.explain_change(page.summary.question.id, since, until)
        _show_reasons(visit, page, move, "Estimate")


def get_compared_dates(visit: Visit, page: QuestionPage) -> tuple[datetime, datetime] | None:
    """Return the two compared instants before the page reaches their inputs; None without a
    comparison.

    A field's value counts before that of the address, as it is newer.
    """
    period, since, until = (
        st.session_state.get(key) or st.query_params.get(key) for key in ("moved-in", "from", "to")
    )
    if page.suggestion is None or period not in (*PRESET_PERIODS, BETWEEN_TWO_DAYS):
        return None
    first, last = _get_period(page, page.suggestion.at, period)
    if period != BETWEEN_TWO_DAYS:
        return first, last
    begin, end = _parse_day(since), _parse_day(until)
    if begin is None or end is None or begin > end:
        return None
    return max(_start_of_day(visit, begin), first), min(
        _start_of_day(visit, end + timedelta(days=1)), last
    )


def _get_period(page: QuestionPage, until: datetime, period: str) -> tuple[datetime, datetime]:
    opens = page.summary.question.opens_at
    return (
        max(opens, until - PRESET_PERIODS[period]) if period in PRESET_PERIODS else opens
    ), until


def _parse_day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def _start_of_day(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), visit.zone)


def explain_act(visit: Visit, page: QuestionPage, forecast: Forecast) -> None:
    """Explain one act of a forecaster: evidence by its share, the remainder as judgement."""
    if p_yes(forecast.distribution) is None:
        st.caption("Nothing stands after this act, so that there is no move to explain.")
        return
    move = visit.tracker.questions.explain_act(page.summary.question.id, forecast.id)
    if move is None:
        st.caption("The estimate began here: the tab Why tells what it is made of.")
        return
    earlier = [
        a for a in page.acts if a.forecaster_id == forecast.forecaster_id and a.id < forecast.id
    ]
    is_first = not earlier or earlier[-1].distribution is None
    name = display_name(page.forecasters[forecast.forecaster_id], visit.me)
    _show_reasons(visit, page, move, name, from_base_rate=is_first)
    if forecast.forecaster_id != SUGGESTION and not forecast.cites:
        st.caption("It cites no evidence, so that all of it is judgement.")


def _choose_two_days(visit: Visit, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Show the inputs from the start of one day to the end of another, in the viewer's zone."""
    opens, ends = (instant.astimezone(visit.zone).date() for instant in (first, last))
    with st.container(horizontal=True):
        since = _show_day_input(
            "From", "from", max(opens, ends - timedelta(days=30)), (opens, ends)
        )
        until = _show_day_input("To the end of", "to", ends, (opens, ends))
    return max(_start_of_day(visit, since), first), min(
        _start_of_day(visit, until + timedelta(days=1)), last
    )


def _show_day_input(label: str, key: str, default: date, bounds: tuple[date, date]) -> date:
    return st.date_input(
        label,
        default,
        *bounds,
        key=key,
        format="YYYY-MM-DD",
        width=170,
        bind="query-params",
        required=True,
    )


def _show_reasons(
    visit: Visit,
    page: QuestionPage,
    move: ProbabilityChange,
    name: str,
    *,
    from_base_rate: bool = False,
) -> None:
    """Show the sentence, and the table whose log-odds add up to the change."""
    since, until = visit.moment(move.since), visit.moment(move.until)
    st.markdown(
        f"**{escape_markdown(name)}**: "
        f"{escape_markdown(change_sentence(move, since, until, from_base_rate=from_base_rate))}"
    )
    frame = change_reasons_frame(move, page.evidence)
    if frame.empty:
        return
    columns = {
        "cause": _C.TextColumn("Because", width=130),
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="What it adds, whatever the order."
        ),
        "after": _C.NumberColumn(
            "So far", format="%g%%", width=70, help="With the rows above it, in this order."
        ),
        "what": _C.TextColumn("What", width=370),
        "weighed": _C.TextColumn("How it was weighed", width=390),
    }
    if not frame["weighed"].any():
        del columns["weighed"]
    show_table(frame, columns, f"Why it moved: {name}", row_height=WRAPPED_ROW_HEIGHT)
    if causes_note := explain_causes(set(frame["cause"])):
        st.caption(causes_note)
