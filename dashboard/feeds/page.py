"""Feeds page: how all feeds fare in a sentence, one field to add more, and the list of all."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty
from dashboard.feeds import feed, series, subscribe
from dashboard.feeds.data import sort_worst_first
from dashboard.feeds.feed_rows import FEED_COLUMNS, REPLAY_COLUMNS, build_feed_row
from dashboard.wording.feeds import fleet_sentence
from dashboard.wording.numbers import clip, plural
from tracker.feeds.scheduling.feed_health import FleetHealth, assess_fleet
from tracker.feeds.scheduling.first_start import was_paused_at_start
from tracker.model.feed_read_models import FeedHealth

_LATE: Final = (
    "Nothing has checked the feeds for more than an hour. Start the tracker with `./run` or "
    "`tracker up`."
)
_MAX_REASON_CHARACTERS: Final = 300


def render(visit: Visit) -> None:
    """Show the feed of `?feed=`, else all of them."""
    feed_id = st.query_params.get("feed", "")
    # A link to the current page changes its content but not the address.
    st.query_params.from_dict({"feed": feed_id} if feed_id else {})
    if feed_id:
        feed.render(visit, feed_id)
        return
    feeds = sort_worst_first(visit.tracker.feeds.list())
    st.subheader("Feeds", anchor=False)
    if visit.replayed_until is not None:
        _show_replayed(visit, feeds)
        return
    fleet = assess_fleet([row.state for row in feeds], visit.now)
    if feeds:
        _show_fleet(visit, feeds, fleet)
    else:
        show_empty(
            "You have no feeds yet.",
            "Add one by its address, or load a question set on Home: it brings its own.",
        )
    if visit.may_curate:
        subscribe.show_address_form(visit)
    if feeds:
        # Where every feed fails, the reason is said once.
        with_problem = fleet.counts["failing"] < len(feeds)
        record = visit.tracker.learning.matcher_record()
        rows = [build_feed_row(visit, row, record, with_problem=with_problem) for row in feeds]
        show_rows("feeds", "All feeds", FEED_COLUMNS, rows)
    series.render(visit)
    if visit.may_curate:
        subscribe.show_lists(visit, empty=not feeds)


def _show_replayed(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    items = sum(row.state.items_seen for row in feeds)
    record = visit.tracker.learning.matcher_record()
    accepted, reviewed = record.total.accepted, record.total.reviewed
    words = f" {accepted:,} of {reviewed:,} reviewed matches were accepted." if reviewed else ""
    st.markdown(
        f"**{plural(len(feeds), 'source')} brought {plural(items, 'item')}.**{words} "
        "Nothing is checked in a replay."
    )
    busiest = sorted(feeds, key=lambda row: -row.state.items_seen)
    rows = [build_feed_row(visit, row, record, with_problem=False) for row in busiest]
    show_rows("feeds", "All sources", REPLAY_COLUMNS, rows, first=30)


def _show_fleet(visit: Visit, feeds: Sequence[FeedHealth], fleet: FleetHealth) -> None:
    """Show how the feeds fare, what can be done about it, and how the first ones answered."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(fleet_sentence(fleet, visit.now), width="content")
        if fleet.counts["failing"] and visit.may_curate:
            st.button("Retry all failing", "retry-failing", icon=":material/refresh:",
                      on_click=_retry_failing, args=(visit,))  # fmt: skip
    if fleet.counts["failing"] == len(feeds):
        st.text(clip(f"Error: {feeds[0].state.last_error}", _MAX_REASON_CHARACTERS))
    if fleet.counts["late"]:
        st.warning(_LATE, icon=":material/schedule:")
    first = visit.tracker.feeds.first_start()
    if first and (first.waiting or any(was_paused_at_start(row.state) for row in feeds)):
        st.caption(f"First start: {first.summary}. “tracker feed check” finds those that moved.")


def _retry_failing(visit: Visit) -> None:
    count = visit.tracker.feeds.retry_failing()
    notify(f"{plural(count, 'failing feed')} will be checked in the next round")
