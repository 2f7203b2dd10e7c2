"""Pairs section of the accuracy page: paired comparisons and skill adjusted for difficulty."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.accuracy.accuracy_data import list_scored_forecasters
from dashboard.accuracy.compared_data import (
    difficulty_adjusted_frame,
    list_disconnected_names,
    list_pairs,
    map_display_names,
    pairs_frame,
)
from dashboard.accuracy.insights import describe_pair, pair_finding
from dashboard.accuracy.skill import show_insight
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    get_selected_row,
    show_choice,
    show_empty,
    show_skeleton,
    show_table,
)
from dashboard.wording import display_name, escape_markdown
from forecasts.statistics.comparison import MIN_CLUSTERS, Comparison
from tracker.model.read_models import Accuracy, ComparisonReport

_C = st.column_config

_DIFFERENCE = "Points of skill a question. Above 0 the first was better than the other."
_PAIRS = {
    "first": _C.TextColumn("Forecaster", width=170),
    "other": _C.TextColumn("Against", width=160),
    "difference": _C.NumberColumn("Difference", format="%+.1f", width=100, help=_DIFFERENCE),
    "interval": _C.TextColumn("95 % interval", width=130, alignment="right"),
    "on": _C.TextColumn(
        "Questions", width=130, help="That both answered, in groups that share their fate."
    ),
    "verdict": _C.TextColumn("Verdict on the first", width=170),
}


@st.fragment
def show_pairs(visit: Visit, accuracy: Accuracy) -> None:
    """Show the pairs, significant ones first, and skill adjusted for difficulty."""
    with show_skeleton():
        report = visit.tracker.accuracy.compare(accuracy.choice)
    everyone = list_pairs(report, None)
    if not everyone:
        show_empty(
            "There is no pair to compare yet.",
            "It takes two forecasters who answered a question in common.",
        )
        return
    names = map_display_names(report, visit.me)
    show_insight(pair_finding(everyone, names))
    people = {
        f.id: f"Pairs of {display_name(f, visit.me)}"
        for f in list_scored_forecasters(accuracy, visit.me)
    }
    chosen = show_choice(
        "Pairs of",
        people,
        "pairs",
        placeholder="All pairs",
        width=260,
        label_visibility="collapsed",
    )
    comparisons = list_pairs(report, chosen)
    if decided := [
        describe_pair(comparison, names)
        for comparison in comparisons
        if comparison.verdict in ("better", "worse")
    ]:
        st.markdown("\n".join(f"- {escape_markdown(words)}" for words in decided))
    _show_pair_table(
        comparisons, names, None if chosen is None else report.forecasters[chosen].name
    )
    _show_adjusted_skill(visit, report)


def _show_pair_table(
    comparisons: Sequence[Comparison], names: Mapping[str, str], chosen: str | None
) -> None:
    hidden = set() if chosen is None else {"first"}
    if all(comparison.verdict == "not enough data" for comparison in comparisons):
        hidden.add("verdict")
    shown = {name: column for name, column in _PAIRS.items() if name not in hidden}
    state = show_table(
        pairs_frame(comparisons, names, first=chosen), shown, "Pairs", key="pairs-table",
        on_select="rerun", selection_mode=["single-row", "single-cell"],
    )  # fmt: skip
    picked = get_selected_row(state)
    if picked is None:
        st.caption("Pick a pair to have it in words.")
    else:
        st.markdown(
            f"{escape_markdown(comparisons[picked].sentence)} (In this sentence 0.010 is one "
            "point.)"
        )
    st.caption(
        f"Skill over schedule, by the rule of each question. A verdict takes {MIN_CLUSTERS} "
        "groups and allows for the number of pairs looked at: signs of whole groups flipped, "
        "and Benjamini and Hochberg."
    )


_ADJUSTED = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "adjusted": _C.NumberColumn(
        "Skill, adjusted", format="%+.1f", help="Points a question above the average forecaster."
    ),
    "questions": _C.NumberColumn("Questions"),
}


def _show_adjusted_skill(visit: Visit, report: ComparisonReport) -> None:
    frame = difficulty_adjusted_frame(report, visit.me)
    if len(frame) > 1:
        st.markdown("**As if all had answered the same questions**")
        show_table(frame, _ADJUSTED, "Skill adjusted for difficulty", width=520)
        st.caption(
            "Skill with the difficulty of each question taken out: 0 is the average forecaster, "
            "higher is better."
        )
    if names := list_disconnected_names(report, visit.me):
        st.caption(
            escape_markdown(
                "Not comparable, for want of questions in common with the others: "
                f"{', '.join(names)}."
            )
        )
