"""Feeds page: fleet state, feeds in trouble, the list of all feeds, and the forms to add more."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    format_sentence,
    get_selected_row,
    show_empty,
    show_table,
)
from dashboard.feeds import feed, series, subscribe
from dashboard.feeds.data import (
    describe_problem,
    feeds_frame,
    list_unhealthy_feeds,
    sort_worst_first,
)
from dashboard.wording import (
    HEALTH_LABELS,
    clip,
    describe_health,
    describe_next_poll,
    escape_markdown,
    fleet_sentence,
    plural,
)
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import assess_fleet
from tracker.feeds.scheduling.first_start import was_paused_at_start
from tracker.model.read_models import FeedHealth

_C = st.column_config
MAX_TROUBLE_CARDS = 6
"""Number of trouble cards; more would be a second list above the list."""

MAX_ALARM_CARDS = 2
"""Number of trouble cards while the whole fleet is in trouble, as they say the same."""

_POLL_BUTTON_KEY = "ask-feed"
MAX_REASON_CHARACTERS = 300
CARD_TEXT_WIDTH = 840
"""Width of a card's text: on a phone, which has less, its buttons go below."""


def render(visit: Visit) -> None:
    """Show the feed of `?feed=`, else all of them."""
    feed_id = st.query_params.get("feed", "")
    # A link to the current page changes its content but not the address.
    st.query_params.from_dict({"feed": feed_id} if feed_id else {})
    if feed_id:
        feed.render(visit, feed_id)
        return
    feeds = visit.tracker.feeds.list()
    st.subheader("Feeds", anchor=False)
    if visit.replayed_until is not None:
        _show_replayed(visit, feeds)
        return
    if not feeds:
        show_empty(
            "There are no feeds yet.",
            "They come with a question set (`tracker set import china_russia_2022`), or add "
            "your own here.",
        )
    else:
        _show_fleet(visit, feeds)
        _show_all(visit, sort_worst_first(feeds))
    subscribe.render(visit, first=not feeds)
    series.render(visit)


def _show_replayed(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    if not feeds:
        show_empty("No outlet was replayed.", "Make the replay anew: `tracker demo`.")
        return
    st.markdown(
        f"**{plural(len(feeds), 'outlet')} of the past were replayed.** Nothing is polled in a "
        "replay."
    )
    _show_all(visit, feeds)


def _show_fleet(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    """Show the fleet state in a sentence, the alarm if there is one, and the feeds in trouble."""
    state = assess_fleet([feed_health.state for feed_health in feeds], visit.now)
    st.markdown(fleet_sentence(state, visit.now))
    if state.alarm:
        st.error(
            f"**{format_sentence(state.alarm)}** When many feeds fail at once it is seldom the "
            "feeds: look at this machine's own network first.",
            icon=":material/warning:",
        )
    if state.counts["late"]:
        st.warning(
            "Late feeds have been due for more than an hour. Polling is done by `tracker up` or "
            "`tracker system run`; neither seems to be running.",
            icon=":material/schedule:",
        )
    _show_first_start(visit, feeds)
    in_trouble = list_unhealthy_feeds(feeds)
    shown = in_trouble[: MAX_ALARM_CARDS if state.alarm else MAX_TROUBLE_CARDS]
    for feed_health in shown:
        _show_trouble(visit, feed_health)
    if len(in_trouble) > len(shown):
        st.caption(
            f"{plural(len(in_trouble) - len(shown), 'more feed')} in trouble; the list below "
            "begins with them."
        )


def _show_first_start(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    """Show how the first feeds answered, while some of them are paused or asked again."""
    result = visit.tracker.feeds.first_start()
    if result is None:
        return
    if result.waiting or any(was_paused_at_start(feed_health.state) for feed_health in feeds):
        st.caption(
            f"First start: {result.summary}. The list says why; `tracker feed check` looks "
            "for the new addresses of those that have moved."
        )


def _show_trouble(visit: Visit, health: FeedHealth) -> None:
    """Show what is wrong with one feed, since when, and what happens next, with its buttons."""
    state = health.state
    card = st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    )
    with card:
        with st.container(gap="xxsmall", width=CARD_TEXT_WIDTH):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.markdown(f"**{HEALTH_LABELS[health.health]}**", width="content")
                feed.link_to_feed(visit, state.id, state.feed.title)
            st.text(clip(describe_problem(health), MAX_REASON_CHARACTERS) or "No reason was kept.")
            st.caption(
                escape_markdown(
                    f"{describe_health(state, health.health, visit.now)} "
                    f"{describe_next_poll(state, visit.now)}"
                )
            )
        feed.show_feed_buttons(visit, health)


def _show_all(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    st.caption(f"{plural(len(feeds), 'feed')}. Pick a row to open it.")
    picked = get_selected_row(
        show_table(
            feeds_frame(feeds, visit.now),
            _build_columns(visit, feeds),
            "All feeds",
            key="feeds",
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            row_height=WRAPPED_ROW_HEIGHT,
        )
    )
    st.caption(f"Times in {visit.zone.key}; days are those of UTC.")
    if picked is not None:
        st.switch_page(visit.pages["feeds"], query_params={"feed": feeds[picked].state.id})


def _poll_row(visit: Visit, ids: Sequence[FeedId]) -> None:
    """Poll the feed of a clicked row of the list as it was drawn."""
    clicked = st.session_state[_POLL_BUTTON_KEY]
    if clicked is not None and clicked.row < len(ids):
        feed.poll_now(visit, ids[clicked.row])


def _build_columns(visit: Visit, feeds: Sequence[FeedHealth]) -> dict[str, Any]:
    """Build the columns; a replayed outlet is never polled, so it has fewer."""
    zone = visit.zone.key
    columns: dict[str, Any] = {
        "health": _C.TextColumn("State", width=80),
        "title": _C.TextColumn("Feed", width=165),
        "daily": _C.BarChartColumn("28 days", y_min=0, width=115, help="New items of each day."),
        "yesterday": _C.NumberColumn(
            "Yesterday", format="localized", width=80, help="New items of the last whole day."
        ),
        "usual": _C.NumberColumn(
            "Usually", width=70, format="%g", help="Of the median day of four weeks."
        ),
        "lag": _C.TextColumn("Lag", width=85, help="Time since it last answered."),
        "next": _C.DatetimeColumn("Next poll", format="D MMM, HH:mm", timezone=zone, width=105),
        "ask": _C.ButtonColumn(
            "Ask",
            width=95,
            help="In the next round; a paused feed is read again.",
            type="tertiary",
            key=_POLL_BUTTON_KEY,
            on_click=_poll_row,
            args=(visit, [feed_health.state.id for feed_health in feeds]),
        ),
        "why": _C.TextColumn("Why then", width=345),
        "note": _C.TextColumn("What is wrong", width=260),
        "unchanged": _C.NumberColumn(
            "Not modified",
            format="%.0f%%",
            width=95,
            help="Of the answers in 28 days. They cost next to nothing.",
        ),
        "answers": _C.TextColumn(
            "Last answers",
            width=220,
            help="HTTP statuses, oldest first: 200 a document, 304 not modified.",
        ),
        "success": _C.DatetimeColumn(
            "Last answer", format="D MMM YYYY, HH:mm", timezone=zone, width=135
        ),
        "theme": _C.TextColumn("Theme", width=100),
        "ever": _C.NumberColumn("Items in all", format="localized", width=90),
    }
    if visit.replayed_until is not None:
        return {name: columns[name] for name in ("title", "success", "ever")}
    del columns["ever"]
    return columns
