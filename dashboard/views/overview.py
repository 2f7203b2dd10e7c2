"""What moved, what waits, and every question as one row."""

from collections.abc import Sequence

import streamlit as st

from dashboard.frames.board import movers, overdue, questions_frame, tally
from dashboard.views.parts import WRAPPED, empty, line_about, selected_row, sentence, table
from dashboard.views.visit import Visit
from dashboard.wording import age, percent, plural, points
from tracker.summaries import QuestionSummary

MOVERS = 5
STATES = ("Open", "Upcoming", "Closed", "Resolved", "All")


def render(visit: Visit) -> None:
    """The first page: the answer first, then the list."""
    summaries = visit.tracker.questions()
    if not summaries:
        empty("There are no questions yet.", "Load a question set: `tracker sets import china_russia_2022`.")
        _ask(visit, "Ask your first question")
        return
    _alarm(visit)
    _moved(visit, summaries)
    _counts(visit, summaries)
    _list(visit, summaries)


def _alarm(visit: Visit) -> None:
    """One line when the feeds as a whole are in trouble: then nothing below moves, whatever happens in the world."""
    alarm = "" if visit.replayed_until is not None else visit.tracker.fleet().alarm
    if alarm:
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
            st.page_link(visit.pages["feeds"], label="**Feeds are in trouble**", icon=":material/warning:")
            st.markdown(sentence(alarm), width="content")


def _ask(visit: Visit, label: str) -> None:
    st.page_link(visit.pages["ask"], label=label, icon=":material/add:")


def _moved(visit: Visit, summaries: Sequence[QuestionSummary]) -> None:
    st.subheader("What moved in seven days", anchor=False)
    moved = movers(summaries, MOVERS)
    if not moved:
        moved = movers(summaries, MOVERS, whole_history=True)
        st.caption(f"No open question moved by a point or more.{' In 90 days:' if moved else ''}")
    with st.container(gap=None):
        for move in moved:
            icon = ":material/trending_up:" if move.change > 0 else ":material/trending_down:"
            words = f"**{points(move.change).capitalize()} to {percent(move.p)}**"
            line_about(visit, move.summary.question, words, icon)


def _counts(visit: Visit, summaries: Sequence[QuestionSummary]) -> None:
    counts = tally(summaries, visit.now)
    with st.container(horizontal=True):
        st.metric("Open questions", f"{counts.open:,}", border=True, width=150)
        st.metric("Evidence to review", f"{counts.waiting:,}", border=True, width=170)
        st.metric("Answer overdue", f"{counts.overdue:,}", border=True, width=150)
        st.metric("Resolved", f"{counts.resolved:,}", border=True, width=150)
    if counts.waiting:
        st.page_link(visit.pages["inbox"], label=f"Review {plural(counts.waiting, 'piece', 'pieces')} of evidence")
    for summary in overdue(summaries, visit.now)[:MOVERS]:
        due = age(summary.question.resolves_at, visit.now)
        line_about(visit, summary.question, f"**Its answer was due {due}**", ":material/schedule:")


def _list(visit: Visit, summaries: Sequence[QuestionSummary]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("All questions", anchor=False, width="content")
        _ask(visit, "Ask a question")
    shown = _filtered(summaries)
    if not shown:
        empty("No question fits these filters.", "Choose another state or tag, or clear the search.")
        return
    frame = questions_frame(shown, visit.me, visit.now)
    st.caption(f"{plural(len(shown), 'question')}. Pick a row to open it.")
    picked = selected_row(
        table(
            frame,
            _columns(shown),
            "All questions",
            key="questions",
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            row_height=WRAPPED,
        )
    )
    if picked is not None:
        st.switch_page(visit.pages["question"], query_params={"q": shown[picked].question.id})


def _filtered(summaries: Sequence[QuestionSummary]) -> list[QuestionSummary]:
    tags = sorted({tag for s in summaries for tag in s.question.tags})
    any_open = any(s.status == "open" for s in summaries)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = st.segmented_control(
            "State", STATES, default="Open" if any_open else "All", required=True, key="state",
            bind="query-params",
        )  # fmt: skip
        tag = st.selectbox("Tag", tags, index=None, placeholder="Any tag", key="tag", bind="query-params", width=200)
        find = st.text_input(
            "Search",
            type="search",
            key="find",
            placeholder="Words in the question",
            live=True,
            bind="query-params",
            width=260,
        )
    return [s for s in summaries if _in_state(s, state or "All") and _fits(s, tag, find or "")]


def _in_state(summary: QuestionSummary, state: str) -> bool:
    match state:
        case "All":
            return True
        case "Resolved":
            return summary.status in ("resolved", "annulled", "ambiguous")
        case _:
            return summary.status == state.lower()


def _fits(summary: QuestionSummary, tag: str | None, find: str) -> bool:
    words = find.lower().split()
    text = f"{summary.question.text} {summary.question.id} {' '.join(summary.question.tags)}".lower()
    return (tag is None or tag in summary.question.tags) and all(word in text for word in words)


def _columns(shown: Sequence[QuestionSummary]) -> dict[str, object]:
    """The columns worth showing for these rows: an answer once there is one, a closing while it is ahead.

    Where all answers are yes or no, forecasts are numbers that sort; else they are words, and the crowd's stand beside
    mine: of shares what is suggested stands there until there is a crowd, of numbers and dates the base rate.
    """
    config = st.column_config
    columns: dict[str, object] = {
        "suggestion": config.NumberColumn(
            "Suggested", format="%g %%", width=85, help="What base rate, time and evidence suggest now."
        ),
        "question": config.TextColumn("Question", width=400),
        "mine": config.NumberColumn("Mine", format="%g %%", help="The forecast that you hold."),
        "mine_said": config.TextColumn("Mine", width=170, help="The forecast that you hold."),
        "crowd_said": config.TextColumn(
            "Crowd",
            width=170,
            help="Everyone's together; where nobody has forecast, what is suggested or the base rate.",
        ),
        "change": config.NumberColumn("7 days", format="%+g", help="Points it moved, from one point up."),
        "trend": config.LineChartColumn("90 days", y_min=0.0, y_max=1.0, help="The suggestion, 0 to 100 %."),
        "waiting": config.NumberColumn("To review", help="Evidence that waits for your judgement."),
        "closes_in": config.NumberColumn("Closes in", format="%d days"),
        "state": config.TextColumn("State"),
        "answer": config.TextColumn("Answer"),
    }
    for name in _needless(shown):
        columns.pop(name, None)
    return columns


def _needless(shown: Sequence[QuestionSummary]) -> list[str]:
    """The columns that would say nothing, or the same in every row."""
    states, kinds = {s.status for s in shown}, {s.question.kind for s in shown}
    found = ["mine_said", "crowd_said"] if kinds == {"binary"} else ["mine"]
    if "binary" not in kinds:
        found += ["suggestion", "change", "trend"]
    if "open" not in states:
        found += ["change", "waiting", "closes_in"]
    if len(states) == 1:
        found.append("state")
    if not states & {"resolved", "annulled", "ambiguous"}:
        found.append("answer")
    return found
