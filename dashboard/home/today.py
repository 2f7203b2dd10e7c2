"""One screen for the morning: what moved, what waits for me, what is due, and who disagrees."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

import streamlit as st

from dashboard.components.question_list import Gap, Look, Move
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    buttons,
    line_about,
    no_questions,
    sentence,
    titled,
    worked_out,
)
from dashboard.home import first_run
from dashboard.home.today_data import STRETCHES, Morning, counted, morning, moves
from dashboard.home.today_text import apart, closing, late, moved, stale, still, waits
from dashboard.question.distributions_data import as_read
from dashboard.wording import inert, plural
from tracker.model.read_models import QuestionSummary

MOVES: Final = 5
MOST: Final = 3
"""Rows of a section, so that all of them fit on one screen; the list of questions and the inbox
have the rest.
"""

USUAL: Final = "7 days"

T = TypeVar("T")


class _Part(NamedTuple):
    title: str
    icon: str


_MINE: Final = {
    "closing": _Part("Your forecasts that close within 14 days", ":material/lock_clock:"),
    "stale": _Part("Your forecasts not confirmed for 30 days", ":material/history:"),
}
_MORE: Final = ":material/list:"


def render(visit: Visit) -> None:
    """The answer in a sentence; what moved, the news and who disagrees at the left, what is due at
    the right.
    """
    shown = first_run.render(visit)
    over = _over() if visit.tracker.first_steps().asked else USUAL
    with worked_out():
        every = visit.tracker.questions()
    if not every:
        if not shown:
            no_questions(visit)
        return
    now = visit.stands_at
    summaries = counted(every, now, replayed=visit.replayed_until is not None)
    found = morning(summaries, Look(visit.me, now, STRETCHES[over]))
    st.markdown(
        waits(
            over,
            len(found.moves),
            found.pieces,
            (len(found.closing), len(found.stale), len(found.overdue)),
        )
    )
    _alarm(visit)
    left, right = st.columns(2, gap="large")
    with left:
        _moved(visit, found.moves, over, len(moves(summaries, STRETCHES["30 days"], now)))
        _evidence(visit, found)
        _apart(visit, found.apart)
    with right:
        _mine(visit, found.closing, "closing")
        _mine(visit, found.stale, "stale")
        _overdue(visit, found.overdue)


def _alarm(visit: Visit) -> None:
    """One line when the feeds as a whole are in trouble: then nothing below moves, whatever happens
    in the world.
    """
    if visit.replayed_until is not None:
        return
    fleet = visit.tracker.fleet()
    if not fleet.alarm and not fleet.counts["late"]:
        return
    label = "Feeds are in trouble" if fleet.alarm else "Some feeds are late"
    said = [sentence(fleet.alarm)] if fleet.alarm else []
    if fleet.newest_success:
        said.append(f"The newest news is as of {inert(visit.ago(fleet.newest_success))}.")
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.page_link(visit.pages["feeds"], label=f"**{label}**", icon=":material/warning:")
        st.markdown(
            " ".join(said), width="content", help=visit.utc(fleet.newest_success or visit.now)
        )


def _over() -> str:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader("Today", anchor=False, width="content")
        return buttons("Over how long", list(STRETCHES), USUAL, "moved")


def _moved(visit: Visit, found: Sequence[Move], over: str, longer: int) -> None:
    def row(move: Move) -> None:
        icon = ":material/trending_up:" if move.change > 0 else ":material/trending_down:"
        line_about(visit, move.summary.question, f"**{moved(move.before, move.after)}**", icon)

    titled(f"What moved in {over}")
    if not found:
        st.caption(still(over, longer))
        return
    _rows(found, row, MOVES)
    if len(found) > MOVES:
        _all(visit, f"All {len(found):,} that moved", {"sort": "change", "over": over})


def _apart(visit: Visit, gaps: Sequence[Gap]) -> None:
    if not gaps:
        return

    def row(gap: Gap) -> None:
        words = apart(((gap.one, gap.p_one), (gap.other, gap.p_other)))
        line_about(visit, gap.summary.question, f"**{words}**", ":material/compare_arrows:")

    titled("Furthest apart")
    _rows(gaps, row)
    if len(gaps) > MOST:
        _all(visit, f"All {len(gaps):,} that are apart", {"sort": "apart"})


def _evidence(visit: Visit, found: Morning) -> None:
    def row(s: QuestionSummary) -> None:
        words = f"**{plural(s.waiting, 'piece', 'pieces')} to review**"
        line_about(visit, s.question, words, ":material/inbox:", inbox=True)

    if not found.waiting:
        return
    titled("Evidence to review")
    _rows(found.waiting, row)
    if len(found.waiting) > MOST:
        st.page_link(
            visit.pages["inbox"], label=f"All {plural(found.pieces, 'piece', 'pieces')}", icon=_MORE
        )


def _mine(visit: Visit, found: Sequence[QuestionSummary], why: Literal["closing", "stale"]) -> None:
    if not found:
        return

    def row(s: QuestionSummary) -> None:
        held, now = s.standings[visit.me], visit.stands_at
        read = as_read(s.question, held.distribution, now)
        words = (
            closing(s.question, read, now)
            if why == "closing"
            else stale(s.question, read, held.since, now)
        )
        line_about(visit, s.question, f"**{words}**", _MINE[why].icon)

    titled(_MINE[why].title)
    _rows(found, row)
    if len(found) > MOST:
        _all(
            visit,
            f"All {len(found):,} of them",
            {"mine": "stale" if why == "stale" else "yes", "sort": why},
        )


def _overdue(visit: Visit, found: Sequence[QuestionSummary]) -> None:
    def row(s: QuestionSummary) -> None:
        line_about(
            visit, s.question, f"**{late(s.question, visit.stands_at)}**", ":material/gavel:"
        )

    if not found:
        return
    titled("Answers overdue")
    _rows(found, row)
    if len(found) > MOST:
        _all(visit, f"All {len(found):,} overdue answers", {"state": "Overdue"})


def _rows(found: Sequence[T], row: Callable[[T], None], most: int = MOST) -> None:
    with st.container(gap="xsmall"):
        for each in found[:most]:
            row(each)


def _all(visit: Visit, label: str, params: Mapping[str, str]) -> None:
    st.page_link(visit.pages["questions"], label=label, icon=_MORE, query_params=dict(params))
