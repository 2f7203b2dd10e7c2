"""Details of a track record, closed until they are opened: one section at a time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    describe_direction,
    get_selected_row,
    show_choice,
    show_drawer,
    show_empty,
    show_refusals,
    show_skeleton,
    show_table,
)
from dashboard.record import calibration, habits
from dashboard.record.data import cohorts_frame, opponents_frame, standing_frame
from dashboard.record.skill import show_pair
from dashboard.record.text import describe_hindsight, describe_pools
from dashboard.wording.numbers import escape_markdown, name_in_sentence, percent_whole, plural
from forecasts.questions.question import CROWD
from forecasts.scoring.rulebook import RULES
from tracker.app.tracker import Tracker
from tracker.model.read_models import Accuracy, Choice, ForecasterRecord
from tracker.questions.queries.score_selection import TabulatedScore
from tracker.reports.table_export import to_csv

_C = st.column_config


def show_details(visit: Visit, accuracy: Accuracy, record: ForecasterRecord) -> None:
    """Show the drawer with the sections that have something to say."""
    sections: dict[str, Callable[[], None]] = {}
    if accuracy.scores:
        sections = {
            "Standing": partial(_show_standing, visit, accuracy, record),
            "Compare": partial(_show_opponents, visit, accuracy, record),
            "Calibration": partial(calibration.show_measures, visit, accuracy, record.forecaster),
            "Habits": partial(habits.show_habits, visit, accuracy),
        }
    if accuracy.cohorts:
        sections["By opening date"] = partial(_show_cohorts, accuracy)
    if sections:
        show_drawer(sections)


_STANDING = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "skill": _C.NumberColumn(
        "Skill", format="%+.1f", help="Points better than the average person, as in the chart."
    ),
    "interval": _C.TextColumn("95% interval of one look", width=200),
    "pooling": _C.NumberColumn(
        "Shrinkage", format="%g%%", help="Share by which the skill is drawn to the average."
    ),
    "points": _C.NumberColumn(
        "Points", format="%+.1f", help="Sum of the gains over knowing nothing; no ranking."
    ),
    "on": _C.TextColumn("Questions", width=190),
    "coverage": _C.NumberColumn(
        "Coverage", format="%.0f%%", help="Share of the scheduled time with a forecast."
    ),
    "mean": _C.NumberColumn("Average score", format="%.3f", help="While a forecast stood."),
}


def _show_standing(visit: Visit, accuracy: Accuracy, record: ForecasterRecord) -> None:
    """Show everyone by any scoring rule, and all scores as a file."""
    rules = list(dict.fromkeys(s.rule for s in accuracy.summaries if s.questions))
    titles = {rule: RULES[rule].title for rule in rules}
    usual = rules.index(record.rule) if record.rule in rules else 0
    rule = show_choice("Scoring rule", titles, "rule", index=usual, width=240) or rules[usual]
    frame = standing_frame(accuracy, rule, visit.me)
    columns = {name: column for name, column in _STANDING.items() if _has_content(frame[name])}
    show_table(frame, columns, "Standing")
    st.caption(
        f"{RULES[rule].title}: {describe_direction(rule)}. Points grow with every question "
        "answered, so only skill compares people."
    )
    _show_crowds(visit, accuracy)
    st.download_button(
        "All scores as CSV",
        partial(export_scores_csv, visit.tracker, accuracy.choice),
        "scores.csv",
        "text/csv",
        key="scores-csv",
        on_click="ignore",
        icon=":material/download:",
        help="Every rule, forecaster and question of this choice, one per row.",
    )


def _has_content(column: "pd.Series[Any]") -> bool:
    return bool((column.notna() & (column != "")).any())


def export_scores_csv(tracker: Tracker, selection: Choice) -> bytes:
    """Return all stored scores of the chosen questions as CSV."""
    return to_csv(TabulatedScore._fields, tracker.accuracy.score_table(selection)).encode()


_OPPONENTS = {
    "other": _C.TextColumn("Against", width=190),
    "skill": _C.NumberColumn("Points better", format="%+.1f", help="Above 0: better than these."),
    "verdict": _C.TextColumn("Verdict", width=150),
    "interval": _C.TextColumn("95% interval", width=130, alignment="right"),
    "evidence": _C.NumberColumn(
        "Evidence", format="%.3g", help="E-value against “no difference”; one pair needs 20."
    ),
    "on": _C.TextColumn("Compared on", width=190),
    "common": _C.NumberColumn(
        "Time in common", format="%.0f%%", help="Share of the scheduled time on which both stood."
    ),
}


def _show_opponents(visit: Visit, accuracy: Accuracy, record: ForecasterRecord) -> None:
    """Show the forecaster against each other one; a picked pair opens to its evidence."""
    subject, rule = record.forecaster, record.rule
    with show_skeleton():
        report = visit.tracker.accuracy.compare(accuracy.choice, forecaster_id=subject.id)
    listed = [pair for part in report.rules if part.rule == rule for pair in part.comparisons]
    pairs = [pair for pair in listed if pair.advantage is not None]
    if rule is None or not pairs:
        show_empty(
            "Nobody to compare with yet.",
            "It takes another forecast on the same question at the same time.",
        )
        return
    frame = opponents_frame(report, pairs, visit.me)
    modes = ["single-row", "single-cell"]
    state = show_table(
        frame, _OPPONENTS, "Opponents", key="opponents", on_select="rerun", selection_mode=modes
    )
    picked = get_selected_row(state)
    if picked is None:
        name = name_in_sentence(subject, visit.me)
        st.caption(
            f"On the questions and times that {name} had in common with each; the crowd is all "
            "others together. Click a row to see how the evidence grew."
        )
        return
    show_pair(visit, report, rule, pairs[picked])


def _show_crowds(visit: Visit, accuracy: Accuracy) -> None:
    """Show which way of pooling leads, and offer it as the crowd of all pages, or the way back."""
    for rule in accuracy.pools:
        if leading := describe_pools(accuracy, rule, visit.me):
            st.markdown(escape_markdown(leading))
    if accuracy.offered_pool is not None:
        label, pool = "Use as the crowd", accuracy.offered_pool
        st.caption("Pages and scenarios still show the median as the crowd.")
    elif accuracy.shown_pool != CROWD:
        label, pool = "Use the median as the crowd again", CROWD
        name = accuracy.forecasters[accuracy.shown_pool].name
        st.caption(f"Pages and scenarios show it as the crowd: {name}.")
    else:
        return
    if st.button(label, key="choose-crowd"):
        with show_refusals():
            visit.tracker.accuracy.choose_crowd(pool, by=visit.me)
            notify("The crowd that is shown has changed.")
            st.rerun()


_COHORT = {
    "quarter": _C.TextColumn("Opened in", width=110),
    "opened": _C.NumberColumn("Questions"),
    "over": _C.NumberColumn("Closed", help="Their scheduled close has passed."),
    "answered": _C.NumberColumn("Resolved", help="Closed, with an answer: these count."),
    "annulled": _C.NumberColumn("Annulled", help="Closed and withdrawn: not scored."),
    "ambiguous": _C.NumberColumn(
        "Ambiguous", help="Closed, and nobody could tell the answer: not scored."
    ),
    "unanswered": _C.NumberColumn("No answer yet", help="Closed, without an answer so far."),
    "early": _C.NumberColumn(
        "Resolved early",
        help="Resolved before their scheduled close: they count once it has passed.",
    ),
}


def _show_cohorts(accuracy: Accuracy) -> None:
    """Show the outcomes of the questions opened in each quarter."""
    if accuracy.annul_rate is not None:
        over = plural(sum(c.over for c in accuracy.cohorts), "question")
        st.markdown(
            f"**Of {over} whose scheduled close has passed, {percent_whole(accuracy.annul_rate)} "
            f"were annulled or ambiguous.** {describe_hindsight(accuracy)}".rstrip()
        )
    show_table(cohorts_frame(accuracy), _COHORT, "Questions by quarter of opening")
    st.caption(
        "An event that happens settles its question early; one that does not keeps it open to the "
        "end. So a question counts once its scheduled close has passed, however early its answer "
        "came."
    )
