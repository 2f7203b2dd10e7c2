"""Who is better than whom, on the questions that both answered, and with easy questions taken
out.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.accuracy.accuracy_data import ranked
from dashboard.accuracy.compared_data import adjusted_frame, apart, names_of, pairs_frame, pairs_of
from dashboard.accuracy.insights import on_pairs, told_apart
from dashboard.accuracy.skill import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import choice, empty, selected_row, table, worked_out
from dashboard.wording import inert, named
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
def render(visit: Visit, accuracy: Accuracy) -> None:
    """The pairs, those that can be told apart first, and skill adjusted for difficulty."""
    with worked_out():
        report = visit.tracker.compare(accuracy.choice)
    everyone = pairs_of(report, None)
    if not everyone:
        empty(
            "There is no pair to compare yet.",
            "It takes two forecasters who answered a question in common.",
        )
        return
    names = names_of(report, visit.me)
    say(on_pairs(everyone, names))
    people = {f.id: f"Pairs of {named(f, visit.me)}" for f in ranked(accuracy, visit.me)}
    chosen = choice(
        "Pairs of",
        people,
        "pairs",
        placeholder="All pairs",
        width=260,
        label_visibility="collapsed",
    )
    found = pairs_of(report, chosen)
    if decided := [told_apart(one, names) for one in found if one.verdict in ("better", "worse")]:
        st.markdown("\n".join(f"- {inert(told)}" for told in decided))
    _pairs(found, names, None if chosen is None else report.forecasters[chosen].name)
    _adjusted(visit, report)


def _pairs(found: Sequence[Comparison], names: Mapping[str, str], chosen: str | None) -> None:
    hidden = set() if chosen is None else {"first"}
    if all(one.verdict == "not enough data" for one in found):
        hidden.add("verdict")
    shown = {name: column for name, column in _PAIRS.items() if name not in hidden}
    state = table(
        pairs_frame(found, names, first=chosen), shown, "Pairs", key="pairs-table", on_select="rerun",
        selection_mode=["single-row", "single-cell"],
    )  # fmt: skip
    picked = selected_row(state)
    if picked is None:
        st.caption("Pick a pair to have it in words.")
    else:
        st.markdown(f"{inert(found[picked].sentence)} (In this sentence 0.010 is one point.)")
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


def _adjusted(visit: Visit, report: ComparisonReport) -> None:
    frame = adjusted_frame(report, visit.me)
    if len(frame) > 1:
        st.markdown("**As if all had answered the same questions**")
        table(frame, _ADJUSTED, "Skill adjusted for difficulty", width=520)
        st.caption(
            "Skill with the difficulty of each question taken out: 0 is the average forecaster, "
            "higher is better."
        )
    if names := apart(report, visit.me):
        st.caption(
            inert(
                "Not comparable, for want of questions in common with the others: "
                f"{', '.join(names)}."
            )
        )
