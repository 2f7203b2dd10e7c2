"""Home page: what changed and why, what needs me, and who disagrees, on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.components.acting import save_cookie
from dashboard.components.question_list import DatedMove, ForecastGap, ListView
from dashboard.components.rows import (
    Cell,
    LinkCell,
    Row,
    RowColumn,
    SparkCell,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    format_sentence,
    show_buttons,
    show_no_questions,
    show_report_buttons,
    show_section_title,
    show_skeleton,
)
from dashboard.home.data import (
    CHANGE_PERIODS,
    HISTORY_LENGTH,
    SINCE_LAST_VISIT,
    ForecastTask,
    HomeOverview,
    Period,
    build_overview,
    read_visits,
    select_questions,
)
from dashboard.home.first_run import show_first_steps, show_tour
from dashboard.home.text import (
    COMPARED,
    describe_cause,
    describe_task,
    format_move,
    format_others,
    format_source,
    format_standing,
    list_drivers,
    overview_sentence,
)
from dashboard.inbox.proposed_answers import describe_proposal
from dashboard.question.comments import COMMENTS_PARAM, describe_wide_gap
from dashboard.questions.question_rows import RefusedForecast, build_entry, sample_history
from dashboard.questions.row_forecasts import build_forecast_events, get_refused
from dashboard.wording.numbers import escape_markdown, format_age, percent_whole, plural
from forecasts.questions.question import SUGGESTION
from tracker.errors import TrackerError
from tracker.model.comments import WideGap
from tracker.model.proposed_answers import ProposedAnswer

MAX_MOVES: Final = 5
MAX_TASKS: Final = 5
MAX_ANSWERS: Final = 2
"""Rows of answers to confirm, and of answers overdue."""

MAX_GAPS: Final = 3
"""Rows of a section, so that all sections fit on one screen; other pages have the rest."""

MAX_DRIVERS: Final = 12
"""Largest reasons of a move among which reports are counted."""

DEFAULT_PERIOD: Final[Period] = "7 days"
VISITS_COOKIE: Final = "tracker-visits"
_SINCE_KEY: Final = "home-since"
_MORE_ICON: Final = ":material/list:"


def render(visit: Visit) -> None:
    """Show the summary, then changes at the left, tasks at the right, and disagreements below."""
    has_first_steps = show_first_steps(visit)
    with show_skeleton():
        all_questions = visit.tracker.questions.list()
    if not all_questions:
        if not has_first_steps:
            show_no_questions(visit)
        return
    summaries = select_questions(all_questions, replayed=visit.replayed_until is not None)
    show_tour(visit, summaries)
    if has_first_steps and not any(
        len(s.history) > 1 or s.waiting or s.status == "closed" or visit.me in s.standings
        for s in summaries
    ):  # nothing has happened yet
        _show_alarm(visit)
        return
    proposals = visit.tracker.resolutions.proposals()
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        summary = st.container(width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            period, view = _choose_period(visit)
            with st.popover("Export", icon=":material/download:", type="tertiary"):
                show_report_buttons(visit, "week")
    proposed = {proposal.question.id for proposal in proposals}
    wide = visit.tracker.comments.wide_gaps()
    overview = build_overview(summaries, view, proposed, wide)
    if has_first_steps and not visit.tracker.system.first_steps().forecast:
        # They have a question to try.
        overview = replace(overview, forecasts=tuple(t for t in overview.forecasts if t.is_due))
    summary.subheader(overview_sentence(period, overview, len(proposals)), anchor=False)
    _show_alarm(visit)
    left, right = st.columns(2, gap="large")
    with left:
        _show_changes(visit, overview)
    with right:
        _show_tasks(visit, overview, proposals)
    _show_disagreements(visit, overview.apart, wide)


def _choose_period(visit: Visit) -> tuple[Period, ListView]:
    """Show the choice of the period; it begins with that since the last visit, where known."""
    now, since = visit.stands_at, None
    if visit.replayed_until is None:
        known, cookie = read_visits(st.context.cookies.get(VISITS_COOKIE, ""), now)
        since = st.session_state.setdefault(_SINCE_KEY, known)
        save_cookie(VISITS_COOKIE, cookie)
    if since is None:
        chosen = show_buttons("Over how long", list(CHANGE_PERIODS), DEFAULT_PERIOD, "moved")
        return chosen, ListView(visit.me, now, CHANGE_PERIODS[chosen])
    periods = {SINCE_LAST_VISIT: min(now - since, HISTORY_LENGTH), **CHANGE_PERIODS}
    chosen = show_buttons("Over how long", list(periods), SINCE_LAST_VISIT, "moved")
    return chosen, ListView(visit.me, now, periods[chosen])


def _show_alarm(visit: Visit) -> None:
    """Show one line when the feeds as a whole are in trouble: then nothing below changes."""
    if visit.replayed_until is not None:
        return
    fleet = visit.tracker.feeds.status()
    if not fleet.alarm and not fleet.counts["late"]:
        return
    newest = fleet.newest_success
    label = "Feeds are in trouble" if fleet.alarm else "Some feeds are late"
    messages = [
        format_sentence(fleet.alarm),
        f"The newest news is as of {escape_markdown(visit.ago(newest))}." if newest else "",
    ]
    if fleet.alarm and fleet.share_failing == 1.0:
        label = f"All {plural(fleet.feeds, 'feed')} are failing"
        messages[0] = "Check your internet connection."
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.page_link(visit.pages["feeds"], label=f"**{label}**", icon=":material/warning:")
        st.markdown(
            " ".join(filter(None, messages)),
            width="content",
            help=visit.utc(newest) if newest else None,
        )


_MOVE_COLUMNS: Final = (
    RowColumn("title", ""),
    RowColumn("trend", ""),
    RowColumn("change", "", "end"),
)


def _show_title(visit: Visit, title: str, label: str, params: Mapping[str, str]) -> None:
    """Show the title of a section, with a link to the questions that it has no room for."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"#### {title}", width="content")
        if label:
            _link_to_questions(visit, label, params)


def _show_changes(visit: Visit, overview: HomeOverview) -> None:
    moves, dated = overview.moves, not overview.moves
    label = f"All {len(moves):,}" if len(moves) > MAX_MOVES else ""
    _show_title(visit, "What changed and why", label, {"sort": "change"})
    if dated:
        st.caption(
            "Nothing moved in this time. These are the latest moves."
            if overview.last_moves
            else "No estimate has moved yet. Estimates move with news and time."
        )
    shown = (moves or overview.last_moves)[:MAX_MOVES]
    if shown:
        rows = [_build_move_row(visit, move, dated=dated) for move in shown]
        show_rows("moves", "What changed", _MOVE_COLUMNS, rows)


def _build_move_row(visit: Visit, move: DatedMove, *, dated: bool) -> Row:
    question = move.summary.question
    ends, points = format_move(move)
    day = f"on {visit.day(move.until)}" if dated else ""
    sentence = " ".join(filter(None, (ends, day, _find_cause(visit, move))))
    history = move.summary.history
    line = SparkCell(
        sample_history(history, visit.minute if visit.replayed_until is None else visit.stands_at),
        f"Estimate {percent_whole(history[0][1])} to {percent_whole(history[-1][1])}",
    )
    change = TextCell(points, tone="strong")
    title = LinkCell(question.text, page_address("question", q=question.id), sentence)
    return Row(question.id, {"title": title, "trend": line, "change": change})


def _find_cause(visit: Visit, move: DatedMove) -> str:
    """Find in words what moved an estimate; "" where it cannot be told."""
    try:
        change = visit.tracker.questions.explain_change(
            move.summary.question.id, move.since, move.until
        )
    except TrackerError:
        return ""
    drivers = list_drivers(change)[:MAX_DRIVERS]
    ids = tuple(reason.evidence_id for reason in drivers if reason.evidence_id is not None)
    cards = visit.tracker.evidence.cards(ids) if ids else ()
    headlines = {c.evidence.id: format_source(c.headline, c.carrier.feed_title) for c in cards}
    return describe_cause(change, headlines)


_GAP_COLUMNS: Final = (
    RowColumn("title", "Question"),
    RowColumn("you", "You", "end"),
    RowColumn("crowd", "Crowd", "end"),
    RowColumn("estimate", "Estimate", "end"),
    RowColumn("others", "Others", "end", help="Other people, markets and platforms"),
    RowColumn("gap", "Apart", "end"),
)


def _show_disagreements(visit: Visit, gaps: Sequence[ForecastGap], wide: Sequence[WideGap]) -> None:
    if not gaps:
        return
    questions = {gap.question_id: describe_wide_gap(gap) for gap in wide}
    label = f"All {len(gaps):,}" if len(gaps) > MAX_GAPS else ""
    _show_title(visit, "Who disagrees", label, {"mine": "apart", "sort": "apart"})
    rows = [
        _build_gap_row(visit, gap, questions.get(gap.summary.question.id, ""))
        for gap in gaps[:MAX_GAPS]
    ]
    filled = {name for row in rows for name in row.cells}
    columns = [column for column in _GAP_COLUMNS if column.name in filled]
    show_rows("gaps", "Who disagrees", columns, rows)


def _build_gap_row(visit: Visit, gap: ForecastGap, ask: str) -> Row:
    """Build the row of a gap; `ask` is what to ask another person, and leads to the comments."""
    s = gap.summary
    words = {
        "you": format_standing(s, visit.me),
        **{name: format_standing(s, forecaster_id) for name, forecaster_id in COMPARED.items()},
        "others": format_others(s, visit.me),
    }
    cells: dict[str, Cell] = {name: TextCell(text) for name, text in words.items() if text}
    params = {COMMENTS_PARAM: "open"} if ask else {}
    address = page_address("question", q=s.question.id, **params)
    cells["title"] = LinkCell(s.question.text, address, ask)
    cells["gap"] = TextCell(plural(round(100 * gap.size), "point"), tone="strong")
    return Row(s.question.id, cells)


_TASK_COLUMNS: Final = (
    RowColumn("title", "Question"),
    RowColumn("estimate", "Estimate", "end"),
    RowColumn("act", "You", "end", help="Type a forecast and press Enter"),
)


def _show_tasks(visit: Visit, overview: HomeOverview, proposals: Sequence[ProposedAnswer]) -> None:
    """Show one queue of all that needs me, each row with its act."""
    show_section_title("Needs you")
    rows = _build_task_rows(visit, overview, proposals)
    shown = overview.forecasts[: MAX_TASKS - len(rows)]
    refused = get_refused("home")
    view = ListView(visit.me, visit.stands_at)
    rows += [_build_forecast_row(task, view, refused) for task in shown]
    first_standing = next((t.summary.question.id for t in shown if t.kind == "confirm"), "")
    if not rows:
        st.caption("You’re all caught up.")
    else:
        show_rows(
            "tasks",
            "Needs you",
            _TASK_COLUMNS,
            rows,
            current=first_standing,
            on=build_forecast_events(visit, [task.summary for task in shown], "home"),
        )
        if shown:
            hint = " A confirms the marked forecast." if first_standing else ""
            st.caption(f"Type a number and press Enter.{hint}")
    _link_to_rest(visit, overview, len(proposals), len(shown))


def _build_task_rows(
    visit: Visit, overview: HomeOverview, proposals: Sequence[ProposedAnswer]
) -> list[Row]:
    """Build the rows of answers and evidence, which are acted on at their own place.

    Those who may not decide on them see none.
    """
    if not visit.may_curate:
        return []
    rows = [
        _build_link_row(
            f"answer-{proposal.question.id}",
            proposal.question.text,
            f"proposed answer: {describe_proposal(proposal, visit.now)}",
            LinkCell("Confirm", page_address("inbox", section="answers"), tone="chip"),
        )
        for proposal in proposals[:MAX_ANSWERS]
    ]
    rows += [
        _build_link_row(
            f"overdue-{s.question.id}",
            s.question.text,
            f"resolution due {format_age(s.question.resolves_at, visit.stands_at)}",
            LinkCell("Resolve", page_address("question", q=s.question.id), tone="chip"),
        )
        for s in overview.overdue[:MAX_ANSWERS]
    ]
    if overview.waiting:
        number = len(overview.waiting)
        rows.append(
            _build_link_row(
                "review",
                f"{plural(overview.pieces, 'piece')} of evidence to review",
                f"on {plural(number, 'question')}, those that matter most first",
                LinkCell("Review", page_address("inbox"), tone="chip"),
            )
        )
    return rows


def _build_link_row(row_id: str, text: str, note: str, act: LinkCell) -> Row:
    return Row(row_id, {"title": LinkCell(text, act.href, note), "act": act})


def _build_forecast_row(task: ForecastTask, view: ListView, refused: RefusedForecast) -> Row:
    s = task.summary
    standing = s.standings.get(view.me)
    note = describe_task(task, None if standing is None else standing.since, view.now)
    cells: dict[str, Cell] = {
        "title": LinkCell(s.question.text, page_address("question", q=s.question.id), note),
        "act": build_entry(s, view, refused),
    }
    if words := format_standing(s, SUGGESTION):
        cells["estimate"] = TextCell(words, tone="quiet")
    return Row(s.question.id, cells)


def _link_to_rest(visit: Visit, overview: HomeOverview, proposals: int, forecasts: int) -> None:
    """Show links to what has no row."""
    to_confirm = sum(task.kind == "confirm" for task in overview.forecasts)
    with st.container(horizontal=True, gap="small"):
        if to_confirm > forecasts:
            label = f"All {plural(to_confirm, 'forecast')} to confirm"
            _link_to_questions(visit, label, {"mine": "stale", "sort": "stale"})
        if proposals > MAX_ANSWERS:
            label = f"All {plural(proposals, 'proposed answer')}"
            st.page_link(visit.pages["inbox"], label=label, icon=_MORE_ICON)
        if len(overview.overdue) > MAX_ANSWERS:
            label = f"All {plural(len(overview.overdue), 'overdue answer')}"
            _link_to_questions(visit, label, {"state": "Overdue"})


def _link_to_questions(visit: Visit, label: str, params: Mapping[str, str]) -> None:
    st.page_link(visit.pages["questions"], label=label, icon=_MORE_ICON, query_params=dict(params))
