"""Skill section of the accuracy page: skill, references, and skill over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.accuracy.calibration_data import (
    difficulty_adjusted_frame,
    list_disconnected_names,
    list_pairs,
    map_display_names,
    pairs_frame,
)
from dashboard.accuracy.data import (
    better_direction,
    list_reference_skills,
    list_rules_present,
    list_scored_forecasters,
    progress_frame,
    references_frame,
    skill_frame,
)
from dashboard.accuracy.insights import (
    AccuracyFinding,
    describe_pair,
    describe_uncounted_questions,
    pair_finding,
    progress_finding,
    reference_finding,
    skill_finding,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    show_choice,
    show_empty,
    show_skeleton,
    show_table,
)
from dashboard.wording import display_name, escape_markdown
from forecasts.questions.question import Forecaster, ForecasterId
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.statistics.comparison import MIN_CLUSTERS, Comparison
from tracker.model.read_models import Accuracy, ComparisonReport

_C = st.column_config
ZERO = pd.DataFrame({"zero": [0.0]})


def show_insight(insight: AccuracyFinding) -> None:
    """Show an insight: the claim in bold, then the caution."""
    st.markdown(f"**{escape_markdown(insight.claim)}** {escape_markdown(insight.caution)}")


def style_forecasters(
    visit: Visit, forecasters: tuple[Forecaster, ...]
) -> tuple[charts.LineStyle, ...]:
    """Return the line styles of forecasters, the same on every chart."""
    return charts.forecaster_lines(
        forecasters, [display_name(f, visit.me) for f in forecasters], visit.me
    )


def choose_forecaster(visit: Visit, accuracy: Accuracy) -> ForecasterId:
    """Show the choice of forecaster that all sections share; somebody has been scored."""
    names = {f.id: display_name(f, visit.me) for f in list_scored_forecasters(accuracy, visit.me)}
    picked = show_choice(
        "Forecaster", names, "who", index=0, width=220, label_visibility="collapsed"
    )
    return picked or next(iter(names))


@st.fragment
def show_skill(visit: Visit, accuracy: Accuracy) -> None:
    """Show everyone's skill with its interval, as chart and table."""
    place = st.container()
    rules = list_rules_present(accuracy)
    titles = {rule: f"By {RULES[rule].title}" for rule in rules}
    picked = show_choice(
        "Scoring rule", titles, "rule", index=0, width=220, label_visibility="collapsed"
    )
    rule = picked or rules[0]
    with place:
        show_insight(skill_finding(accuracy, visit.me, rule))
        if missing := describe_uncounted_questions(accuracy, rule):
            st.caption(escape_markdown(missing))
    frame = skill_frame(accuracy, visit.me, rule)
    _show_skill_chart(visit, accuracy, frame, rule)
    _show_faint_note(frame)
    show_table(frame, _build_skill_columns(rule), "Skill by forecaster")
    _show_meaning(rule)


def _show_skill_chart(
    visit: Visit, accuracy: Accuracy, frame: pd.DataFrame, rule: RuleName
) -> None:
    everyone = tuple(
        accuracy.forecasters[ForecasterId(forecaster_id)] for forecaster_id in frame["id"]
    )
    unit = "Points a question" if RULES[rule].is_points else "Points of skill a question"
    spec = charts.bind_data(
        charts.skill_chart(style_forecasters(visit, everyone), unit), rows=frame, zero=ZERO
    )
    st.vega_lite_chart(
        spec=spec,
        width="stretch",
        key="skill",
        alt="Skill of each forecaster with its 95 % interval; 0 is no skill",
    )


def _show_faint_note(frame: pd.DataFrame) -> None:
    """Explain the faint marks of a chart."""
    if not frame["enough"].all():
        st.caption(
            f"Faint: fewer than {MIN_CLUSTERS} groups of questions, too few to tell skill from "
            "luck."
        )


_INTERVAL_HELP = "From drawing whole groups of questions anew; none where there is one group only."
_ATTAINABLE_HELP = (
    "The most of the scheduled time that anyone could cover: the answer may come early."
)


def _build_skill_columns(rule: RuleName) -> dict[str, Any]:
    definition = RULES[rule]
    title, gain = (
        ("Points", "Points")
        if definition.is_points
        else ("Skill", "Points of skill over the schedule")
    )
    columns: dict[str, Any] = {
        "forecaster": _C.TextColumn("Forecaster", width=170),
        "skill": _C.NumberColumn(
            title, format="%+.1f", help=f"{gain}, a question. Higher is better."
        ),
        "interval": _C.TextColumn("95 % interval", alignment="right", help=_INTERVAL_HELP),
        "verdict": _C.TextColumn(
            "More than luck?", width=115, help=f"Nothing is said below {MIN_CLUSTERS} groups."
        ),
        "on": _C.TextColumn(
            "Questions", width=130, help="On which a forecast of theirs ever stood."
        ),
        "coverage": _C.NumberColumn(
            "Coverage", format="%g %%", help="Share of the scheduled time with a forecast."
        ),
        "attainable": _C.NumberColumn("Attainable", format="%g %%", help=_ATTAINABLE_HELP),
    }
    if not definition.is_points:
        help_text = (
            f"{definition.title} while a forecast stood, {definition.range}; "
            f"{definition.better} is better. It ranks nobody."
        )
        columns["mean"] = _C.NumberColumn(
            f"Mean while active {better_direction(rule)[0]}", format="%.3f", help=help_text
        )
    return columns


_SKILL_TEXT = """
**Skill over schedule** is what forecasts gained over knowing nothing (50 %, all options alike, an \
even curve), added up
while they stood and divided by the whole scheduled time of the question. One point is a hundredth \
of the rule. By the
Brier score of a yes-no question 25 is the most, 0 is no skill, and below 0 knowing nothing does \
better. Time without a
forecast earns nothing and costs nothing.

**Why not the mean while active?** It rewards betting on the early event. Take an event that comes \
on day 1 of 10 with a
chance of 50 %, or never: the mean is best for who says 91 %, the skill for who says 50 %, which \
is the truth. So people
are ranked by skill, and the mean only describes how good forecasts were while they stood.
"""

_POINTS_TEXT = """
**Points** are gains already, counted as other platforms count them: 0 is what their reference \
earns, higher is better.
They are here to be compared with those platforms; the headline is skill over the schedule.
"""

_INTERVAL_TEXT = """
**The interval** says what another draw of such questions could have given. Questions made from \
one claim share their
fate, so they are drawn together, as one group; below 30 groups nobody is called better than \
anybody.

All rules are kept for everyone, so that nobody picks the one that flatters. Forecasters choose \
their questions, and
over different questions numbers compare only roughly: Pairs takes the same ones.
"""


def _show_meaning(rule: RuleName) -> None:
    definition = RULES[rule]
    with st.expander("What this means, and why skill is the headline", icon=":material/help:"):
        st.markdown((_POINTS_TEXT if definition.is_points else _SKILL_TEXT) + _INTERVAL_TEXT)
        honesty = "" if definition.is_proper else " It is not proper: exaggeration pays."
        st.markdown(
            f"**{definition.title}**: {definition.range}; {definition.better} is better.{honesty}"
        )


_REFERENCES = {
    "reference": _C.TextColumn("Against", width=180),
    "saved": _C.NumberColumn(
        "Saved",
        format="%+.0f %%",
        width=75,
        help="Of its loss. Below 0 it did better; 100 % is all.",
    ),
    "interval": _C.TextColumn("95 % interval, %", width=120, alignment="right"),
    "on": _C.TextColumn("Questions", width=120),
    "verdict": _C.TextColumn("Beaten?", width=130),
    "shows": _C.TextColumn("Beating it shows", width=430),
}


@st.fragment
def show_references(visit: Visit, accuracy: Accuracy) -> None:
    """Show the share of each reference's loss that a forecaster saved."""
    if not accuracy.skills:
        show_empty(
            "There is no yes-no question to compare on.",
            "References are there for yes-no questions alone.",
        )
        return
    place = st.container()
    chosen = choose_forecaster(visit, accuracy)
    skills = list_reference_skills(accuracy, chosen)
    if not skills:
        show_empty(
            "This forecaster held nothing on a yes-no question.", "Choose another forecaster."
        )
        return
    with place:
        show_insight(
            reference_finding(display_name(accuracy.forecasters[chosen], visit.me), skills)
        )
    frame = references_frame(skills)
    spec = charts.bind_data(
        charts.savings_chart(tuple(frame["reference"]), "Saved of its loss"), rows=frame, zero=ZERO
    )
    st.vega_lite_chart(
        spec=spec, width="stretch", key="saved", alt="Share of each reference's loss that was saved"
    )
    _show_faint_note(frame)
    show_table(frame, _REFERENCES, "Against references", row_height=WRAPPED_ROW_HEIGHT)
    st.caption(
        "Brier loss on yes-no questions, of both over the same times. It is a share of sums, so "
        "that no question on which the reference was nearly right can rule it."
    )


@st.fragment
def show_progress(visit: Visit, accuracy: Accuracy) -> None:
    """Show mean skill over the questions that counted by each time."""
    frame = progress_frame(accuracy, visit.me)
    show_insight(progress_finding(frame))
    spec = charts.bind_data(
        charts.progress_chart(
            style_forecasters(visit, list_scored_forecasters(accuracy, visit.me))
        ),
        progress=frame,
        zero=ZERO,
    )
    st.vega_lite_chart(
        spec=spec, width="stretch", key="progress", alt="Mean skill of each forecaster over time"
    )
    st.caption(
        "Mean points of skill over the questions that counted by then, each by the rule of its "
        "kind; higher is better, dotted is no skill. A question counts from its scheduled close "
        "on, or from its answer when that came later."
    )


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
