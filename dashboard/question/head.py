"""Head of a question: its text, state, criteria, and everybody's current forecast."""

from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from dashboard.components.markup import Markup, make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import unwrap_prose
from dashboard.wording.numbers import display_name, format_signed_points
from dashboard.wording.questions import (
    describe_resolution,
    forecast_headline,
    format_forecast,
    question_status_line,
)
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    effective_close,
    is_person,
)
from tracker.model.read_models import QuestionPage

MAX_PEOPLE: Final = 4
"""Other people who are named; the history names all."""

MAX_PLAIN_CRITERIA: Final = 160
"""Characters of criteria that need no "more"."""

MAX_LARGE_CHARACTERS: Final = 8
"""Characters of a number that is shown largest; words are shown smaller."""

_WEEK: Final = timedelta(days=7)


def show_head(visit: Visit, page: QuestionPage) -> None:
    """Show the text of the question, its state in a line, and how it is resolved."""
    question = page.summary.question
    st.set_page_config(page_title=question.text)
    clock = (visit.now, visit.zone)
    state = question_status_line(question, page.summary.status, page.summary.resolution, clock)
    if question.retrospective:
        state += " · retrospective: practice that doesn’t count towards your record"
    if page.access.is_private:
        state += " · private"
    with st.container(key="question-head"):
        show_markup(
            make_tag("h1", question.text),
            make_tag("p", state, kind="note"),
            _build_criteria(visit, page),
        )


def _build_criteria(visit: Visit, page: QuestionPage) -> Markup:
    """Return the criteria in two lines; a click opens them whole, with the sources."""
    question = page.summary.question
    criteria = unwrap_prose(question.criteria)
    sources = f"Sources: {'; '.join(question.sources)}." if question.sources else ""
    due = f"Resolution due {visit.day(question.resolves_at)}."
    if len(f"{criteria} {sources}") <= MAX_PLAIN_CRITERIA:
        return make_tag("p", f"{criteria} {sources}".strip(), kind="criteria")
    return make_tag(
        "details",
        make_tag("summary", make_tag("span", criteria)),
        make_tag("p", f"{sources} {due}".strip(), kind="note"),
        kind="criteria",
    )


def lead_forecaster(page: QuestionPage, me: ForecasterId) -> ForecasterId:
    """Return whose number stands first: yours, else the estimate, else the base rate."""
    standings = page.summary.standings
    return next((name for name in (me, SUGGESTION) if name in standings), PRIOR)


def show_numbers(visit: Visit, page: QuestionPage) -> None:
    """Show the resolution or the first forecast large, and the others beside it."""
    lead = lead_forecaster(page, visit.me)
    resolution = page.summary.resolution
    if resolution is not None:
        words = describe_resolution(page.summary.question, resolution)
        large = _build_large("Resolution", words.removeprefix("Resolved").lstrip(": "), "")
        names = [lead, *_list_others(page, visit.me, lead)]
    else:
        number, details = _format_number(visit, page, lead)
        change = describe_change(page, lead, visit.now)
        large = _build_large(
            _name(visit, page, lead), number, " · ".join(filter(None, (change, details)))
        )
        names = _list_others(page, visit.me, lead)
    small = [
        make_tag(
            "div",
            make_tag("dt", _name(visit, page, name)),
            make_tag("dd", _format_number(visit, page, name)[0]),
        )
        for name in names
    ]
    show_markup(make_tag("div", large, make_tag("dl", *small), kind="numbers"))


def _build_large(name: str, number: str, note: str) -> Markup:
    is_long = len(number) > MAX_LARGE_CHARACTERS
    parts = [make_tag("span", name), make_tag("strong", number)]
    parts += [make_tag("small", note)] if note else []
    return make_tag("div", *parts, kind="first long" if is_long else "first")


def _format_number(visit: Visit, page: QuestionPage, name: ForecasterId) -> tuple[str, str]:
    question, standing = page.summary.question, page.summary.standings[name]
    distribution = fold_removed_options(question, visit.now, standing.distribution)
    return forecast_headline(question, distribution)


def _name(visit: Visit, page: QuestionPage, name: ForecasterId) -> str:
    """Return the name of a forecaster; for the crowd with its size."""
    if name == CROWD:
        pool = page.summary.standings[CROWD].forecaster.name  # it may be one that learns
        return f"{pool} ({sum(map(is_person, page.summary.standings)):,})"
    return "You" if name == visit.me else display_name(page.forecasters[name], visit.me)


def _list_others(page: QuestionPage, me: ForecasterId, lead: ForecasterId) -> list[ForecasterId]:
    """List who stands beside the first number: estimate, crowd, others outside, base rate."""
    standings = page.summary.standings
    people = [name for name in standings if is_person(name) and name != me]
    shown = {SUGGESTION, PRIOR, *(people if len(people) <= MAX_PEOPLE else ())}
    shown |= {CROWD} if len(people) + (me in standings) > 1 else set()
    shown |= {
        name for name in standings if not is_person(name) and name not in {*LEARNED_POOLS, HAZARD}
    } - {CROWD}
    ranks = {SUGGESTION: 0, CROWD: 1, PRIOR: 3}
    return sorted(
        (name for name in standings if name in shown and name != lead),
        key=lambda name: (ranks.get(name, 2), page.forecasters[name].name),
    )


def describe_change(page: QuestionPage, name: ForecasterId, now: datetime) -> str:
    """Describe the change of a forecast in seven days; empty if it is younger, or closed."""
    question = page.summary.question
    if page.summary.status != "open" or name not in page.timelines or name == PRIOR:
        return ""
    last = effective_close(question, page.summary.resolution) - timedelta(microseconds=1)
    after, before = (page.timelines[name].at(min(at, last)) for at in (now, now - _WEEK))
    if before is None or after is None:
        return ""
    match before, after:
        case Binary(), Binary():
            return f"{format_signed_points(after.p - before.p)} in 7 days"
        case Categorical(), Categorical() if after.likeliest in before.options:
            moved = after.of(after.likeliest) - before.of(after.likeliest)
            return f"{format_signed_points(moved)} in 7 days"
        case _ if before == after:
            return "unchanged in 7 days"
        case _:
            return f"a week ago {format_forecast(question, before)}"
