"""Where a question stands, in numbers: mine, the crowd's and what is suggested; everyone else's in
a line.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.charts.revisions_data import in_order
from dashboard.components.visit import Visit
from dashboard.question.distributions_data import as_read
from dashboard.wording import headline, in_short, inert, named, percent, plural, points
from forecasts.questions.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION, Forecaster
from forecasts.questions.format import signed
from tracker.model.read_models import QuestionPage, QuestionSummary, Standing, WeightedCrowd

MOST = 8
"""Other people who are named; the chart and the history have all of them."""


def render(visit: Visit, page: QuestionPage) -> None:
    """The numbers that are looked for first as boxes, the others as words below."""
    standings = page.summary.standings
    held = [forecaster for forecaster in in_order(page, visit.me) if forecaster.id in standings]
    first = {visit.me, CROWD, SUGGESTION if SUGGESTION in standings else PRIOR}
    with st.container(horizontal=True):
        for forecaster in held:
            if forecaster.id in first:
                _number(
                    visit,
                    _name(visit, forecaster, page.summary),
                    standings[forecaster.id],
                    page.summary,
                )
    others = [forecaster for forecaster in held if forecaster.id not in first]
    if others:
        st.caption(inert(_others(visit, page, others)))
    if page.weighted_crowd is not None:
        st.caption(inert(_weighted(visit, page, page.weighted_crowd)))


def _name(visit: Visit, forecaster: Forecaster, summary: QuestionSummary) -> str:
    """Whose number it is; of the crowd also how many they are."""
    if forecaster.id != CROWD:
        return named(forecaster, visit.me)
    return f"Crowd of {sum(who not in RESERVED for who in summary.standings):,}"


def _others(visit: Visit, page: QuestionPage, others: Sequence[Forecaster]) -> str:
    """What everyone else holds, people first; of very many people only the first are named."""
    question, standings = page.summary.question, page.summary.standings
    people = [forecaster for forecaster in others if forecaster.id not in RESERVED]
    shown = [*people[:MOST], *(forecaster for forecaster in others if forecaster.id in RESERVED)]
    more = [plural(len(people) - MOST, "more person", "more people")] if len(people) > MOST else []
    told = (
        (
            f"{named(f, visit.me)}: "
            f"{in_short(question, as_read(question, standings[f.id].distribution, visit.now))}"
        )
        for f in shown
    )
    return " · ".join([*told, *more])


def _weighted(visit: Visit, page: QuestionPage, crowd: WeightedCrowd) -> str:
    """The crowd in which those count who made it better, with what each has earned and on how many
    questions.
    """
    earned = sorted(crowd.weights.items(), key=lambda pair: -pair[1])
    told = (
        (
            f"{named(page.forecasters[who], visit.me)} {signed(weight)} over "
            f"{plural(crowd.resolved[who], 'question')}"
        )
        for who, weight in earned
    )
    return (
        f"Crowd weighted by contribution: {percent(crowd.p)}. What each has added to the crowd "
        f"so far, in points of 100 − 100 · Brier, below 0 counting nothing: {', '.join(told)}."
    )


def _number(visit: Visit, name: str, standing: Standing, summary: QuestionSummary) -> None:
    """One forecaster's forecast as it stands: the number, and in small what else belongs to it."""
    question = summary.question
    number, more = headline(question, as_read(question, standing.distribution, visit.now))
    if question.kind != "binary":
        with st.container(border=True, width=170, height="stretch", gap="xxsmall"):
            st.caption(inert(name))
            st.subheader(inert(number), anchor=False)
            st.caption(inert(more))
        return
    moved = (
        standing.forecaster.id == SUGGESTION
        and summary.change_7d is not None
        and summary.status == "open"
    )
    delta = f"{points(summary.change_7d or 0.0)} in 7 days" if moved else None
    st.metric(
        inert(name),
        number,
        delta,
        delta_color="off",
        delta_arrow="off",
        border=True,
        width=170,
        height="stretch",
    )
