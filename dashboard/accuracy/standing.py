"""Standing section of the accuracy page: how good, against whom, and how sure."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.accuracy.data import list_scored_forecasters
from dashboard.accuracy.standing_data import (
    choose_reference,
    describe_pair,
    describe_pools,
    describe_standing,
    evidence_frame,
    find_rule_comparison,
    opponents_frame,
    people_frame,
    points_frame,
)
from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    describe_direction,
    get_selected_row,
    show_choice,
    show_empty,
    show_refusals,
    show_skeleton,
    show_table,
)
from dashboard.wording import display_name, escape_markdown, name_in_sentence
from forecasts.questions.question import CROWD, Forecaster, ForecasterId
from forecasts.scoring.comparison import Comparison, EvidencePoint
from forecasts.scoring.rulebook import RULES, RuleName
from tracker.model.read_models import Accuracy, ComparisonReport, RuleComparison

_C = st.column_config
ZERO: Final = pd.DataFrame({"zero": [0.0]})

_BETTER = "Points better than the average person, drawn towards 0 while little is known."
_PEOPLE = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "skill": _C.NumberColumn("Skill", format="%+.1f", help=_BETTER),
    "interval": _C.TextColumn("95% interval", width=260),
    "on": _C.TextColumn("Compared on", width=200),
    "pooling": _C.NumberColumn(
        "Drawn in", format="%g%%", help="Share by which the estimate is drawn to the average."
    ),
}
_OPPONENTS = {
    "other": _C.TextColumn("Against", width=190),
    "skill": _C.NumberColumn("Points better", format="%+.1f", help="Above 0: better than these."),
    "verdict": _C.TextColumn("Verdict", width=170),
    "interval": _C.TextColumn("95% interval", width=130, alignment="right"),
    "on": _C.TextColumn("Compared on", width=200),
    "common": _C.NumberColumn(
        "Time in common", format="%.0f%%", help="Share of the scheduled time on which both stood."
    ),
    "meaning": _C.TextColumn("What it is", width=420),
}
_POINTS = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "points": _C.NumberColumn("Points", format="%+.1f", help="Gain over knowing nothing."),
    "on": _C.TextColumn("Questions", width=200),
    "coverage": _C.NumberColumn(
        "Coverage", format="%.0f%%", help="Share of the scheduled time with a forecast."
    ),
    "mean": _C.NumberColumn("Mean while active", format="%.3f"),
}

_EXPLANATION: Final = """
**Points better.** People are compared on the same questions at the same times, so neither easy
questions nor joining late, when more is known, earns anything. A point is a hundredth of a Brier
score, the squared distance between a forecast and what happened. The estimate of somebody with few
questions is drawn towards the average.

**Families** are questions that share their fate: made from one claim, linked, about one event, or
settled by one series. They count as one, however many they are.

**A verdict** may be looked at after every answer: between equals it is wrong in at most 5 of 100
cases. It comes from bets against "no difference", and waits until both answers, YES and NO, came in
5 families at least. The range in the table belongs to the same bets, and is wider than that of the
chart, which is about one person and the average.
"""


def choose_forecaster(visit: Visit, accuracy: Accuracy) -> ForecasterId:
    """Show the choice of forecaster that all sections share; somebody has been scored."""
    names = {f.id: display_name(f, visit.me) for f in list_scored_forecasters(accuracy, visit.me)}
    picked = show_choice(
        "Forecaster", names, "who", index=0, width=220, label_visibility="collapsed"
    )
    return picked or next(iter(names))


@st.fragment
def show_standing(visit: Visit, accuracy: Accuracy) -> None:
    """Show how good a forecaster is in a sentence and a chart, and everyone they met."""
    place = st.container()
    with st.container(horizontal=True):
        forecaster_id = choose_forecaster(visit, accuracy)
        rule = _choose_rule(accuracy)
    with show_skeleton():
        report = visit.tracker.accuracy.compare(accuracy.choice, forecaster_id=forecaster_id)
    shown = find_rule_comparison(report, rule)
    people = accuracy.adjusted.get(rule, ())
    name = "You" if forecaster_id == visit.me else accuracy.forecasters[forecaster_id].name
    claim, caution = describe_standing(people, forecaster_id, name)
    with place:
        if claim:
            st.markdown(f"**{escape_markdown(claim)}** {escape_markdown(caution)}")
            _show_people_chart(visit, accuracy, rule)
        elif reference := choose_reference(shown.comparisons):
            st.markdown(
                f"**{escape_markdown(reference.describe(*_name_pair(visit, report, reference)))}**"
            )
    if not shown.comparisons:
        show_empty(
            "There is nobody to compare with yet.",
            "It takes another forecast on the same question at the same time.",
        )
    else:
        _show_opponents(visit, accuracy, report, shown)
    if pools := describe_pools(accuracy, rule, visit.me):
        st.caption(escape_markdown(pools))
        _show_crowd_choice(visit, accuracy)
    _show_points(visit, accuracy)
    with st.expander("What these numbers mean", key="standing-meaning"):
        st.markdown(_EXPLANATION)


def _show_crowd_choice(visit: Visit, accuracy: Accuracy) -> None:
    """Offer the pool that leads as the crowd of all pages, or the way back to the plain one."""
    if accuracy.offered_pool is not None:
        label, pool = "Show it as the crowd", accuracy.offered_pool
        st.caption("Pages and scenarios still show the median as the crowd.")
    elif accuracy.shown_pool != CROWD:
        label, pool = "Show the median as the crowd again", CROWD
        name = accuracy.forecasters[accuracy.shown_pool].name
        st.caption(f"Pages and scenarios show it as the crowd: {name}.")
    else:
        return
    if st.button(label, key="choose-crowd"):
        with show_refusals():
            visit.tracker.accuracy.choose_crowd(pool, by=visit.me)
            notify("The crowd that is shown has changed.")
            st.rerun()


def _name_pair(visit: Visit, report: ComparisonReport, comparison: Comparison) -> tuple[str, str]:
    first, second = (
        name_in_sentence(report.forecasters[forecaster_id], visit.me)
        for forecaster_id in (comparison.a, comparison.b)
    )
    return first, second


def _choose_rule(accuracy: Accuracy) -> RuleName:
    rules = list(accuracy.adjusted)
    if len(rules) == 1:
        return rules[0]
    titles = {rule: f"By {RULES[rule].title}" for rule in rules}
    picked = show_choice(
        "Scoring rule", titles, "rule", index=0, width=240, label_visibility="collapsed"
    )
    return picked or rules[0]


def style_forecasters(
    visit: Visit, forecasters: tuple[Forecaster, ...]
) -> tuple[charts.LineStyle, ...]:
    """Return the line styles of forecasters, the same on every chart."""
    return charts.forecaster_lines(
        forecasters, [display_name(f, visit.me) for f in forecasters], visit.me
    )


def _show_people_chart(visit: Visit, accuracy: Accuracy, rule: RuleName) -> None:
    frame = people_frame(accuracy, accuracy.adjusted[rule], visit.me)
    everyone = tuple(accuracy.forecasters[ForecasterId(name)] for name in frame["id"])
    title = "Points better than the average person"
    chart = charts.skill_chart(
        style_forecasters(visit, everyone), title, has_intervals=bool(frame["low"].notna().any())
    )
    spec = charts.bind_data(chart, rows=frame, zero=ZERO)
    alt = "Skill of each person with its 95% interval; 0 is the average person"
    st.vega_lite_chart(spec=spec, width="stretch", key="skill", alt=alt)
    with st.expander("As a table", key="people-table"):
        show_table(frame, _PEOPLE, "Skill by person")


def _show_opponents(
    visit: Visit,
    accuracy: Accuracy,
    report: ComparisonReport,
    shown: RuleComparison,
) -> None:
    st.markdown("**Against each of them**, on the questions and times in common.")
    frame = opponents_frame(report, shown.comparisons, visit.me)
    modes = ["single-row", "single-cell"]
    state = show_table(
        frame, _OPPONENTS, "Opponents", key="opponents", on_select="rerun", selection_mode=modes
    )
    picked = get_selected_row(state)
    if picked is None:
        st.caption("Pick a row to see how the evidence grew.")
        return
    comparison = shown.comparisons[picked]
    names = _name_pair(visit, report, comparison)
    st.markdown(escape_markdown(describe_pair(comparison, *names)))
    points = visit.tracker.accuracy.trace_pair(accuracy.choice, shown.rule, comparison)
    _show_evidence(names[1], points)
    if once := comparison.describe_fixed_test():
        st.caption(escape_markdown(once))


def _show_evidence(opponent: str, points: Sequence[EvidencePoint]) -> None:
    """Show how the evidence on a pair grew."""
    if len(points) < 2:
        return
    title = f"Points better than {opponent}"
    spec = charts.bind_data(
        charts.evidence_chart(title), evidence=evidence_frame(points), zero=ZERO
    )
    alt = "Difference of the two so far, with the interval that narrows as families close"
    st.vega_lite_chart(spec=spec, width="stretch", key="evidence", alt=alt)
    st.caption("Shaded: the likely range. While it includes 0, no difference is shown.")


def _show_points(visit: Visit, accuracy: Accuracy) -> None:
    """Show the sums of every rule behind a click."""
    with st.expander("Points by every rule", key="points"):
        rules = list(dict.fromkeys(s.rule for s in accuracy.summaries if s.questions))
        if not rules:
            return
        titles = {rule: RULES[rule].title for rule in rules}
        picked = show_choice("Rule", titles, "points-rule", index=0, width=240) or rules[0]
        rows = [s for s in accuracy.summaries if s.rule == picked]
        show_table(points_frame(accuracy, rows, visit.me), _POINTS, "Points by forecaster")
        st.caption(
            "Points: more is better, but they grow with every question answered, so do not compare "
            f"people by them. Mean while active: {describe_direction(picked)}."
        )
