"""Learned parameters of this installation: every value against its default, with the reason."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, empty, selected_row, table
from dashboard.settings import lessons
from dashboard.settings.learned_data import (
    Name,
    Progress,
    by_name,
    map_of,
    progress,
    reliability_frame,
    usual_frame,
    value_of,
)
from dashboard.settings.lessons import Lesson
from dashboard.wording import (
    borne_out,
    capital,
    clipped,
    gamma_sentence,
    log_odds,
    shift_sentence,
    span,
)
from tracker.errors import NotFound
from tracker.questions.fit_parameters import LEAST_ARCHIVE, Kept

_C = st.column_config
LONGEST_TITLE = 160


def render(visit: Visit) -> None:
    """Show global values first, then feeds, then signposts."""
    parameters = by_name(visit.tracker.learned())
    summaries = visit.tracker.questions()
    sample = progress(summaries, visit.stands_at, replayed=visit.replayed_until is not None)
    st.subheader("What this installation has learned", anchor=False)
    st.caption(
        "From your own judgements and answers alone. A value counts from the moment it was "
        "learned: what was suggested before stays as it was. You can freeze one, let it learn "
        "again, or reset it to its default."
    )
    if not parameters:
        empty(
            "Nothing has been learned yet: everything is at its default.",
            "Below, what each value waits for.",
        )
    _show_recalibration(visit, parameters, "relevance", sample)
    _show_recalibration(visit, parameters, "direction", sample)
    _show_scale(visit, parameters, sample)
    _show_reliability(visit, parameters)
    _show_usual_levels(visit, parameters)


def _show_recalibration(
    visit: Visit, parameters: Mapping[Name, Kept], kind: str, sample: Progress
) -> None:
    """Show the recalibration of the matcher's probabilities."""
    from forecasts.suggestion.fitting import (
        ENOUGH_DECISIONS,  # loads scipy, which no other page needs
    )

    titles = {"relevance": "How likely a match is relevant", "direction": "How sure a direction is"}
    requirement = "judged" if kind == "relevance" else "kept by a person and had a direction"
    lesson = Lesson(
        kind,
        titles[kind],
        ((f"{kind} shift", "all"), (f"{kind} slope", "all")),
        f"The matcher's chances stand as they are. Learning begins when {ENOUGH_DECISIONS} "
        f"pieces of evidence were {requirement}.",
        _describe_sample(sample.judged, ENOUGH_DECISIONS, "judged"),
    )
    recalibration = map_of(parameters, kind, visit.now)
    shift, slope = recalibration.shift.value, recalibration.slope.value
    claim = {"relevance": "a match is relevant", "direction": "a direction is right"}[kind]
    lines = (
        f"Of the matcher's chance that {claim}, {borne_out(recalibration)}.",
        f"Shift {log_odds(shift)} (default 0), slope {slope:.2f} (default 1), in log-odds.",
    )
    lessons.box(visit, parameters, lesson, lines)


def _show_scale(visit: Visit, parameters: Mapping[Name, Kept], sample: Progress) -> None:
    """Show the evidence weight and the bias of base rate and time."""
    from forecasts.suggestion.fitting import ENOUGH_QUESTIONS, ENOUGH_RARER

    lesson = Lesson(
        "scale",
        "How much evidence counts",
        (("gamma", "all"), ("shift", "all")),
        f"{gamma_sentence(value_of({}, 'gamma'))} Learning begins when {ENOUGH_QUESTIONS} yes-no "
        f"questions have an answer and have reached their scheduled close, {ENOUGH_RARER} of "
        "them answered the rarer way. One that is answered early waits for its close: lately "
        "opened questions that have an answer are mostly YES.",
        _describe_sample(sample.answered, ENOUGH_QUESTIONS, "answered and closed"),
    )
    lines = (
        gamma_sentence(value_of(parameters, "gamma")),
        shift_sentence(value_of(parameters, "shift")),
    )
    lessons.box(visit, parameters, lesson, lines)


def _describe_sample(count: int, need: int, label: str) -> str:
    """Describe the sample so far; once it suffices, only the next learning run is missing."""
    later = (
        "" if count < need else ": those of them that qualify are taken in when learning next runs"
    )
    return f"So far {count:,} {'is' if count == 1 else 'are'} {label}{later}."


def _show_reliability(visit: Visit, parameters: Mapping[Name, Kept]) -> None:
    """Show the learned reliability of each feed against its grade."""
    from forecasts.suggestion.fitting import ENOUGH_POINTED, ENOUGH_POINTED_RARER

    st.markdown("**How reliable each feed is**")
    values = [parameter for (name, _), parameter in parameters.items() if name == "reliability"]
    if not values:
        st.caption(
            f"Every feed counts by its grade. A feed's own record counts when {ENOUGH_POINTED} "
            f"questions that it bore on are answered and closed, {ENOUGH_POINTED_RARER} of them "
            "the rarer way."
        )
        return
    _show_value_table(
        visit,
        parameters,
        "reliability",
        reliability_frame(values, visit.tracker.feeds()),
        feed=_C.TextColumn("Feed", width=220),
        value=_C.NumberColumn(
            "Learned", format="%.0f %%", help="Chance that a report of it tells something."
        ),
        graded=_C.NumberColumn("By its grade", format="%.0f %%", help="The default."),
        grade=_C.TextColumn("Grade", width=60),
        n=_C.NumberColumn("Questions", help="Answered questions that it bore on."),
        since=_C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
        state=_C.TextColumn("State", width=90),
        why=_C.TextColumn("Why", width=380),
    )


def _show_usual_levels(visit: Visit, parameters: Mapping[Name, Kept]) -> None:
    """Show the usual level of each signpost's news."""
    st.markdown("**Usual levels of signposts**")
    values = [parameter for (name, _), parameter in parameters.items() if name == "usual level"]
    if not values:
        st.caption(
            "What a signpost's news amounts to in ordinary times is taken off again; each "
            "counts as its question set states it. It is learned when a question opens and the "
            f"archive goes back {span(LEAST_ARCHIVE)} before that."
        )
        return
    st.caption(
        "What a signpost's news amounts to in ordinary times. It is taken off again, so that a "
        "drum-beat moves nothing."
    )
    _show_value_table(
        visit,
        parameters,
        "usual level",
        usual_frame(values, visit.tracker.questions()),
        question=_C.TextColumn("Question", width=310),
        signpost=_C.TextColumn("Signpost", width=140),
        value=_C.NumberColumn(
            "Learned", format="%.3f", help="In log-odds, 0 or more. Empty: what the set states."
        ),
        n=_C.NumberColumn("Days", help="Days of archive before the question opened."),
        since=_C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
        state=_C.TextColumn("State", width=90),
        why=_C.TextColumn("Why", width=330),
    )


def _show_value_table(
    visit: Visit, parameters: Mapping[Name, Kept], name: str, frame: pd.DataFrame, **columns: Any
) -> None:
    """Show a table of values; the selected row can be frozen or reset below it."""
    st.caption("Pick a row for its history, and to freeze or reset it.")
    key = name.replace(" ", "-")
    selected = selected_row(
        table(
            frame, columns, capital(name), key=f"{key}-table", on_select="rerun",
            selection_mode="single-row", row_height=WRAPPED,
        )
    )  # fmt: skip
    if selected is None or selected >= len(frame):
        return
    row = frame.iloc[selected]
    title = row["feed"] if name == "reliability" else f"{row['signpost']}: {row['question']}"
    lesson = Lesson(
        f"{key}-{row['id']}", clipped(capital(title), LONGEST_TITLE), ((name, row["id"]),)
    )
    with st.container(border=True, gap="xsmall"):
        st.text(lesson.title)
        if name == "usual level":
            _show_stated_level(visit, row["id"])
        lessons.stands(visit, lesson, parameters[name, row["id"]])
        lessons.history(visit, lesson)


def _show_stated_level(visit: Visit, indicator_id: str) -> None:
    """Show the default of a usual level: the value stated by the question set."""
    try:
        page = visit.tracker.question(indicator_id.partition("/")[0])
    except NotFound:
        return
    indicator = next((i for i in page.indicators.values() if i.id == indicator_id), None)
    if indicator is not None:
        st.text(f"{indicator.name}. Its set states {indicator.usual_level:.3f}, the default.")
