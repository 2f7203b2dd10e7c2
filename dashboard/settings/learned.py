"""What this installation has learned from its own reviews and answers: every value against its
default, and why.
"""

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
    """What holds everywhere first, then feeds, then signposts."""
    known = by_name(visit.tracker.learned())
    summaries = visit.tracker.questions()
    have = progress(summaries, visit.stands_at, replayed=visit.replayed_until is not None)
    st.subheader("What this installation has learned", anchor=False)
    st.caption(
        "From your own judgements and answers alone. A value counts from the moment it was "
        "learned: what was suggested before stays as it was. You can freeze one, let it learn "
        "again, or reset it to its default."
    )
    if not known:
        empty(
            "Nothing has been learned yet: everything is at its default.",
            "Below, what each value waits for.",
        )
    _map(visit, known, "relevance", have)
    _map(visit, known, "direction", have)
    _scale(visit, known, have)
    _reliability(visit, known)
    _usual(visit, known)


def _map(visit: Visit, known: Mapping[Name, Kept], what: str, have: Progress) -> None:
    """How the matcher's own chances are corrected."""
    from forecasts.suggestion.fitting import (
        ENOUGH_DECISIONS,  # it loads scipy, which no other page needs
    )

    titles = {"relevance": "How likely a match is relevant", "direction": "How sure a direction is"}
    kept = "judged" if what == "relevance" else "kept by a person and had a direction"
    lesson = Lesson(
        what,
        titles[what],
        ((f"{what} shift", "all"), (f"{what} slope", "all")),
        f"The matcher's chances stand as they are. Learning begins when {ENOUGH_DECISIONS} "
        f"pieces of evidence were {kept}.",
        _so_far(have.judged, ENOUGH_DECISIONS, "judged"),
    )
    found = map_of(known, what, visit.now)
    shift, slope = found.shift.value, found.slope.value
    of = {"relevance": "a match is relevant", "direction": "a direction is right"}[what]
    lines = (
        f"Of the matcher's chance that {of}, {borne_out(found)}.",
        f"Shift {log_odds(shift)} (default 0), slope {slope:.2f} (default 1), in log-odds.",
    )
    lessons.box(visit, known, lesson, lines)


def _scale(visit: Visit, known: Mapping[Name, Kept], have: Progress) -> None:
    """How much evidence counts, and how far off base rate and time were."""
    from forecasts.suggestion.fitting import ENOUGH_QUESTIONS, ENOUGH_RARER

    lesson = Lesson(
        "scale",
        "How much evidence counts",
        (("gamma", "all"), ("shift", "all")),
        f"{gamma_sentence(value_of({}, 'gamma'))} Learning begins when {ENOUGH_QUESTIONS} yes-no "
        f"questions have an answer and have reached their scheduled close, {ENOUGH_RARER} of "
        "them answered the rarer way. One that is answered early waits for its close: lately "
        "opened questions that have an answer are mostly YES.",
        _so_far(have.answered, ENOUGH_QUESTIONS, "answered and closed"),
    )
    lines = (gamma_sentence(value_of(known, "gamma")), shift_sentence(value_of(known, "shift")))
    lessons.box(visit, known, lesson, lines)


def _so_far(count: int, need: int, what: str) -> str:
    """How many there are; from enough of them on only the next round of learning is missing."""
    later = (
        "" if count < need else ": those of them that qualify are taken in when learning next runs"
    )
    return f"So far {count:,} {'is' if count == 1 else 'are'} {what}{later}."


def _reliability(visit: Visit, known: Mapping[Name, Kept]) -> None:
    """How often each feed tells something, against its grade."""
    from forecasts.suggestion.fitting import ENOUGH_POINTED, ENOUGH_POINTED_RARER

    st.markdown("**How reliable each feed is**")
    kept = [k for (name, _), k in known.items() if name == "reliability"]
    if not kept:
        st.caption(
            f"Every feed counts by its grade. A feed's own record counts when {ENOUGH_POINTED} "
            f"questions that it bore on are answered and closed, {ENOUGH_POINTED_RARER} of them "
            "the rarer way."
        )
        return
    _picked(
        visit,
        known,
        "reliability",
        reliability_frame(kept, visit.tracker.feeds()),
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


def _usual(visit: Visit, known: Mapping[Name, Kept]) -> None:
    """What a signpost's news amounts to in ordinary times."""
    st.markdown("**Usual levels of signposts**")
    kept = [k for (name, _), k in known.items() if name == "usual level"]
    if not kept:
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
    _picked(
        visit,
        known,
        "usual level",
        usual_frame(kept, visit.tracker.questions()),
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


def _picked(
    visit: Visit, known: Mapping[Name, Kept], name: str, frame: pd.DataFrame, **columns: Any
) -> None:
    """A table of values; the row that is picked can be decided on below it."""
    st.caption("Pick a row for its history, and to freeze or reset it.")
    key = name.replace(" ", "-")
    picked = selected_row(
        table(
            frame, columns, capital(name), key=f"{key}-table", on_select="rerun", selection_mode="single-row",
            row_height=WRAPPED,
        )
    )  # fmt: skip
    if picked is None or picked >= len(frame):
        return
    row = frame.iloc[picked]
    title = row["feed"] if name == "reliability" else f"{row['signpost']}: {row['question']}"
    lesson = Lesson(
        f"{key}-{row['id']}", clipped(capital(title), LONGEST_TITLE), ((name, row["id"]),)
    )
    with st.container(border=True, gap="xsmall"):
        st.text(lesson.title)
        if name == "usual level":
            _stated(visit, row["id"])
        lessons.stands(visit, lesson, known[name, row["id"]])
        lessons.history(visit, lesson)


def _stated(visit: Visit, indicator_id: str) -> None:
    """The default of a usual level: what the question's set says of this signpost."""
    try:
        page = visit.tracker.question(indicator_id.partition("/")[0])
    except NotFound:
        return
    found = next((i for i in page.indicators.values() if i.id == indicator_id), None)
    if found is not None:
        st.text(f"{found.name}. Its set states {found.usual_level:.3f}, the default.")
