"""Learned parameters of this installation: every value against its default, with the reason."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    show_empty,
    show_table,
)
from dashboard.settings.crowd_lessons import show_crowd_lessons
from dashboard.settings.data import (
    LearningProgress,
    ParameterKey,
    build_learned_map,
    effective_value,
    feed_scopes_frame,
    index_parameters,
    measure_progress,
    reliability_frame,
    scopes_frame,
)
from dashboard.settings.learned_box import (
    LearnedGroup,
    show_learned_box,
    show_learned_history,
    show_learned_state,
)
from dashboard.wording import (
    capitalise,
    clip,
    describe_learned_map,
    escape_markdown,
    format_log_odds,
    gamma_sentence,
    shift_sentence,
)
from forecasts.evidence.corrections import MIN_INDICATOR_REVIEWS, MIN_REVIEWS_TO_OMIT
from forecasts.evidence.matcher_record import (
    DEMOTION_PRECISION,
    MIN_DEMOTION_REVIEWS,
    MIN_RECALL_ANSWERS,
)
from tracker.questions.fit_parameters import (
    CORRECTION,
    DEMOTED_FEED,
    DEMOTED_INDICATOR,
    LearnedRecord,
)

_C = st.column_config


MAX_TITLE_CHARACTERS = 160


def render(visit: Visit) -> None:
    """Show global values first, then feeds, then signposts."""
    parameters = index_parameters(visit.tracker.learning.list())
    summaries = visit.tracker.questions.list()
    sample = measure_progress(summaries, visit.stands_at, replayed=visit.replayed_until is not None)
    st.subheader("What this installation has learned", anchor=False)
    st.caption(
        "From your own judgements and answers alone. A value counts from the moment it was "
        "learned: what was estimated before stays as it was. You can freeze one, let it learn "
        "again, or reset it to its default."
    )
    if not parameters:
        show_empty(
            "Nothing has been learned yet: everything is at its default.",
            "Below, what each value waits for.",
        )
    _show_recalibration(visit, parameters, "relevance", sample)
    _show_recalibration(visit, parameters, "direction", sample)
    _show_record(visit)
    _show_corrections(visit, parameters)
    _show_demotions(visit, parameters)
    _show_scale(visit, parameters, sample)
    _show_reliability(visit, parameters)
    show_crowd_lessons(visit, parameters)


def _show_recalibration(
    visit: Visit,
    parameters: Mapping[ParameterKey, LearnedRecord],
    kind: str,
    sample: LearningProgress,
) -> None:
    """Show the recalibration of the matcher's probabilities."""
    from forecasts.suggestion.fitting import (
        MIN_DECISIONS,  # loads scipy, which no other page needs
    )

    titles = {"relevance": "How likely a match is relevant", "direction": "How sure a direction is"}
    requirement = "judged" if kind == "relevance" else "kept by a person and had a direction"
    lesson = LearnedGroup(
        kind,
        titles[kind],
        ((f"{kind} shift", "all"), (f"{kind} slope", "all")),
        f"The matcher's chances stand as they are. Learning begins when {MIN_DECISIONS} "
        f"pieces of evidence were {requirement}.",
        _describe_sample(sample.judged, MIN_DECISIONS, "judged"),
    )
    recalibration = build_learned_map(parameters, kind, visit.now)
    shift, slope = recalibration.shift.value, recalibration.slope.value
    claim = {"relevance": "a match is relevant", "direction": "a direction is right"}[kind]
    lines = (
        f"Of the matcher's chance that {claim}, {describe_learned_map(recalibration)}.",
        f"Shift {format_log_odds(shift)} (default 0), slope {slope:.2f} (default 1), in log-odds.",
    )
    show_learned_box(visit, parameters, lesson, lines)


def _show_record(visit: Visit) -> None:
    """Show precision and recall so far."""
    record = visit.tracker.learning.matcher_record()
    total = f"Of all that was found and judged, {record.total}." if str(record.total) else ""
    recall = record.recall_words or (
        "How much of the evidence is found is not known yet: it takes "
        f"{MIN_RECALL_ANSWERS} judged near misses, which the inbox offers once a week."
    )
    with st.container(border=True, gap="xsmall"):
        st.markdown("**How much of it is right, and how much is found**")
        for line in filter(None, (total, recall)):
            st.markdown(escape_markdown(line))


def _show_corrections(visit: Visit, parameters: Mapping[ParameterKey, LearnedRecord]) -> None:
    """Show the correction of the matcher's chance on each question and signpost."""
    st.markdown("**Corrections by question**")
    values = [parameter for (name, _), parameter in parameters.items() if name == CORRECTION]
    st.caption(
        "Each judgement on a question moves the chance that its next match is relevant; from "
        f"{MIN_INDICATOR_REVIEWS} on a signpost has a correction of its own. From "
        f"{MIN_REVIEWS_TO_OMIT} judgements on, what becomes too unlikely is left out."
    )
    if not values:
        return
    _show_value_table(
        visit,
        parameters,
        CORRECTION,
        scopes_frame(values, visit.tracker.questions.list()),
        question=_C.TextColumn("Question", width=310),
        signpost=_C.TextColumn("Signpost", width=140, help="Empty: the whole question."),
        value=_C.NumberColumn("Correction", format="%+.2f", help="In log-odds, 0 by default."),
        n=_C.NumberColumn("Judged"),
        since=_C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
        state=_C.TextColumn("State", width=90),
        why=_C.TextColumn("Why", width=330),
    )


def _show_demotions(visit: Visit, parameters: Mapping[ParameterKey, LearnedRecord]) -> None:
    """Show the signposts and feeds whose pieces are usually rejected."""
    st.markdown("**What is usually rejected**")
    st.caption(
        f"A signpost or a feed of which people keep less than {100 * DEMOTION_PRECISION:.0f}%, "
        f"from {MIN_DEMOTION_REVIEWS} judgements on, moves nothing until a person confirms it."
    )
    for name, heading in ((DEMOTED_INDICATOR, "signpost"), (DEMOTED_FEED, "feed")):
        values = [parameter for (known, _), parameter in parameters.items() if known == name]
        if not values:
            continue
        is_feed = name == DEMOTED_FEED
        frame = (
            feed_scopes_frame(values, visit.tracker.feeds.list())
            if is_feed
            else scopes_frame(values, visit.tracker.questions.list())
        )
        columns = {
            **({} if is_feed else {"question": _C.TextColumn("Question", width=310)}),
            heading: _C.TextColumn(capitalise(heading), width=220),
            "value": _C.NumberColumn("Demoted", format="%.0f", help="1 if it is, 0 if not."),
            "n": _C.NumberColumn("Judged"),
            "since": _C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
            "state": _C.TextColumn("State", width=90),
            "why": _C.TextColumn("Why", width=330),
        }
        _show_value_table(visit, parameters, name, frame, **columns)


def _show_scale(
    visit: Visit, parameters: Mapping[ParameterKey, LearnedRecord], sample: LearningProgress
) -> None:
    """Show the evidence weight and the bias of base rate and time."""
    from forecasts.suggestion.fitting import MIN_QUESTIONS, MIN_RARER_OUTCOMES

    lesson = LearnedGroup(
        "scale",
        "How much evidence counts",
        (("gamma", "all"), ("shift", "all")),
        f"{gamma_sentence(effective_value({}, 'gamma'))} Learning begins when {MIN_QUESTIONS} "
        "yes-no questions have an answer and have reached their scheduled close, "
        f"{MIN_RARER_OUTCOMES} of them answered the rarer way. One that is answered early waits "
        "for its close: lately opened questions that have an answer are mostly YES.",
        _describe_sample(sample.answered, MIN_QUESTIONS, "answered and closed"),
    )
    lines = (
        gamma_sentence(effective_value(parameters, "gamma")),
        shift_sentence(effective_value(parameters, "shift")),
    )
    show_learned_box(visit, parameters, lesson, lines)


def _describe_sample(count: int, need: int, label: str) -> str:
    """Describe the sample so far; once it suffices, only the next learning run is missing."""
    later = (
        "" if count < need else ": those of them that qualify are taken in when learning next runs"
    )
    return f"So far {count:,} {'is' if count == 1 else 'are'} {label}{later}."


def _show_reliability(visit: Visit, parameters: Mapping[ParameterKey, LearnedRecord]) -> None:
    """Show the learned reliability of each feed against its grade."""
    from forecasts.suggestion.fitting import MIN_SIGNAL_QUESTIONS, MIN_SIGNAL_RARER_OUTCOMES

    st.markdown("**How reliable each feed is**")
    values = [parameter for (name, _), parameter in parameters.items() if name == "reliability"]
    if not values:
        st.caption(
            "Every feed counts by its grade. A feed's own record counts when "
            f"{MIN_SIGNAL_QUESTIONS} questions that it bore on are answered and closed, "
            f"{MIN_SIGNAL_RARER_OUTCOMES} of them the rarer way."
        )
        return
    _show_value_table(
        visit,
        parameters,
        "reliability",
        reliability_frame(values, visit.tracker.feeds.list()),
        feed=_C.TextColumn("Feed", width=220),
        value=_C.NumberColumn(
            "Learned", format="%.0f%%", help="Chance that a report of it tells something."
        ),
        graded=_C.NumberColumn("By its grade", format="%.0f%%", help="The default."),
        grade=_C.TextColumn("Grade", width=60),
        n=_C.NumberColumn("Questions", help="Answered questions that it bore on."),
        since=_C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
        state=_C.TextColumn("State", width=90),
        why=_C.TextColumn("Why", width=380),
    )


def _show_value_table(
    visit: Visit,
    parameters: Mapping[ParameterKey, LearnedRecord],
    name: str,
    frame: pd.DataFrame,
    **columns: Any,
) -> None:
    """Show a table of values; the selected row can be frozen or reset below it."""
    st.caption("Pick a row for its history, and to freeze or reset it.")
    key = name.replace(" ", "-")
    selected = get_selected_row(
        show_table(
            frame, columns, capitalise(name), key=f"{key}-table", on_select="rerun",
            selection_mode="single-row", row_height=WRAPPED_ROW_HEIGHT,
        )
    )  # fmt: skip
    if selected is None or selected >= len(frame):
        return
    row = frame.iloc[selected]
    title = (
        row["feed"]
        if "feed" in row
        else ": ".join(filter(None, (row["signpost"], row["question"])))
    )
    lesson = LearnedGroup(
        f"{key}-{row['id']}", clip(capitalise(title), MAX_TITLE_CHARACTERS), ((name, row["id"]),)
    )
    with st.container(border=True, gap="xsmall"):
        st.text(lesson.title)
        show_learned_state(visit, lesson, parameters[name, row["id"]])
        show_learned_history(visit, lesson)
