"""Page of one feed: its state and next check, its items and evidence; history and settings."""

from typing import Any, Final

import streamlit as st

from dashboard import charts
from dashboard.components.acting import notify
from dashboard.components.rows import show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    link_to_site,
    show_empty,
    show_headline_note,
    show_refusals,
    show_section_title,
)
from dashboard.feeds.data import days_frame, describe_polls, describe_problem
from dashboard.feeds.feed_rows import (
    ITEM_COLUMNS,
    QUESTION_COLUMNS,
    build_item_row,
    build_question_row,
)
from dashboard.wording.feeds import (
    GRADE_MEANINGS,
    HEALTH_LABELS,
    describe_health,
    describe_next_poll,
    redirect_notice,
)
from dashboard.wording.numbers import clip, escape_markdown, plural
from forecasts.questions.formatting import capitalise
from tracker.errors import NotFound
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import compute_usual_items
from tracker.model.feed_read_models import FeedHealth, FeedPage

MAX_TITLE_CHARACTERS: Final = 80
_MAX_REASON_CHARACTERS: Final = 600


def render(visit: Visit, feed_id: str) -> None:
    """Show one feed, or a message where it does not exist."""
    st.page_link(visit.pages["feeds"], label="All feeds", icon=":material/arrow_back:")
    try:
        page = visit.tracker.feeds.get(feed_id)
    except NotFound:
        st.subheader("There is no such feed", anchor=False)
        st.text("The link may be mistyped, or from another database.")
        return
    health = page.health
    title = clip(health.state.feed.title, MAX_TITLE_CHARACTERS)
    st.set_page_config(page_title=title)
    st.subheader(escape_markdown(title), anchor=False)
    if visit.replayed_until is None:
        _show_health(visit, health)
    _show_facts(visit, health)
    if page.items:
        _show_items(visit, page)
        _show_evidence(visit, page)
    else:
        show_empty("No items yet.", "They appear here once the feed has been read.")
    if visit.replayed_until is None:
        _show_history(visit, health)
        _show_settings(visit, health.state.feed)


def link_to_feed(visit: Visit, feed_id: str, title: str) -> None:
    """Show a link to a feed's page; its title may be the feed's own."""
    label = escape_markdown(clip(title, MAX_TITLE_CHARACTERS))
    st.page_link(visit.pages["feeds"], label=label, query_params={"feed": feed_id})


def _show_health(visit: Visit, health: FeedHealth) -> None:
    """Show the state, its reason and the next check, and the buttons that change it."""
    state = health.state
    parts = (
        f"**{capitalise(HEALTH_LABELS[health.health])}.**",
        escape_markdown(describe_health(state, health.health, visit.now)),
        escape_markdown(describe_next_poll(state, visit.now)),
    )
    st.markdown(" ".join(filter(None, parts)))
    if problem := clip(describe_problem(health), _MAX_REASON_CHARACTERS):
        was_read = health.health == "ok" and state.last_success_at == state.last_attempt_at
        st.text(f"Read with a warning: {problem}" if was_read else capitalise(problem))
    if move := redirect_notice(state, visit.now):
        st.text(f"{move}. After seven days the new address is used.")
    with st.container(horizontal=True, gap="xsmall"):
        if visit.may_curate:
            label = "Try again" if state.paused or state.failures else "Check now"
            _show_button(visit, label, "refresh", state.id)
            if not state.paused:
                _show_button(visit, "Pause", "pause", state.id)
        link_to_site(state.feed.url, "Open feed", "feed-address")
        if state.feed.site_url:
            link_to_site(state.feed.site_url, "Open site", "feed-site")


def _show_button(visit: Visit, label: str, icon: str, feed_id: FeedId) -> None:
    key = f"{icon}-{feed_id}"
    st.button(label, key, icon=f":material/{icon}:", on_click=_act, args=(visit, icon, feed_id))


def _act(visit: Visit, act: str, feed_id: FeedId) -> None:
    with show_refusals():
        if act == "pause":
            visit.tracker.feeds.pause(feed_id)
            notify("Paused until you try it again")
        else:
            visit.tracker.feeds.retry(feed_id)
            notify("This feed will be checked in the next round")


def _show_facts(visit: Visit, health: FeedHealth) -> None:
    """Show in a line what the feed brings, and how far its evidence was accepted."""
    state, usual = health.state, compute_usual_items(health.days, visit.now)
    week = (
        f"{usual.last_day:,} yesterday (usually {usual.usual:g}), {health.items_7d:,} in 7 days "
        f"with {plural(health.evidence_7d, 'match', 'matches')}"
    )
    facts = (
        plural(state.items_seen, "item"),
        week if health.days and visit.replayed_until is None else "",
        f"grade {state.feed.grade}: {GRADE_MEANINGS[state.feed.grade]}",
        visit.tracker.learning.matcher_record().describe_feed(state.id),
    )
    st.caption(escape_markdown(" · ".join(filter(None, facts))))


def _show_items(visit: Visit, page: FeedPage) -> None:
    show_section_title("Newest items")
    show_headline_note(visit)
    rows = [build_item_row(visit, item) for item in page.items]
    show_rows("items", "Newest items", ITEM_COLUMNS, rows, first=15)


def _show_evidence(visit: Visit, page: FeedPage) -> None:
    """Show the questions on which items of the feed are evidence."""
    show_section_title("Evidence from this feed")
    if not page.questions:
        st.caption("None yet: items become evidence when they match an open question.")
        return
    questions = {s.question.id: s.question for s in visit.tracker.questions.list()}
    pieces = sorted(page.questions.items(), key=lambda pair: -pair[1])
    rows = [build_question_row(questions[name], count) for name, count in pieces]
    show_rows("questions", "Questions with its evidence", QUESTION_COLUMNS, rows, first=10)


def _show_history(visit: Visit, health: FeedHealth) -> None:
    drawer = st.expander("History", key="feed-history", on_change="rerun")
    if not drawer.open:
        return
    days = days_frame(health.days, visit.now)
    spec = charts.bind_data(charts.daily_items_chart(), days=days)
    with drawer:
        st.caption(escape_markdown(describe_polls(health.state, health.days)))
        alt = "New items of each of the last 28 days (UTC), and of the usual day"
        st.vega_lite_chart(spec=spec, width="stretch", key="feed-items", alt=alt)


_TEXT_FIELDS: Final = {
    "title": ("Title", ""),
    "theme": ("Theme", "Feeds on the theme (a tag) of an open question are checked more often."),
    "source_group": ("Source group", "Owner or agency: copies within one group count once."),
    "user_agent": ("User agent", "Name sent with requests. Empty: the default."),
}
_NUMBER_FIELDS: Final = {
    "importance": ("Importance", "1 is normal; higher is checked more often."),
    "every_minutes": ("Minutes between checks", "Empty: learned from how often it publishes."),
    "max_megabytes": ("Size limit, MB", "Empty: the default."),
}


def _show_settings(visit: Visit, feed: Feed) -> None:
    """Show the form; an error appears below it, and the input stays."""
    drawer = st.expander("Settings", key="feed-settings", on_change="rerun")
    if not drawer.open:
        return
    with drawer, st.form(f"settings-{feed.id}", border=False, width=760):
        changes = _show_fields(feed)
        if st.form_submit_button("Save", type="primary"):
            with show_refusals():
                visit.tracker.feeds.change(feed.id, **changes)
                notify("Saved: it applies from the next check")
                st.rerun()


def _show_fields(feed: Feed) -> dict[str, Any]:
    """Show the fields and return their values by the names of a feed's settings."""
    left, right = st.columns(2, gap="medium")
    values: dict[str, Any] = {}
    for name, (label, explanation) in _TEXT_FIELDS.items():
        value = left.text_input(
            label, getattr(feed, name), 300, f"{name}-{feed.id}", autocomplete="off",
            help=explanation or None,
        )  # fmt: skip
        values[name] = (value or "").strip()
    for name, (label, explanation) in _NUMBER_FIELDS.items():
        values[name] = right.number_input(
            label, value=getattr(feed, name), step=0.1 if name == "importance" else 1.0,
            format="%g", key=f"{name}-{feed.id}", help=explanation, placeholder="",
        )  # fmt: skip
    if values["importance"] is None:
        values["importance"] = 1.0
    grades = list(GRADE_MEANINGS)
    values["grade"] = right.selectbox(
        "Grade",
        grades,
        index=grades.index(feed.grade),
        format_func=lambda letter: f"{letter}: {GRADE_MEANINGS[letter]}",
        key=f"grade-{feed.id}",
        help="How reliable the source is: its evidence counts accordingly.",
    )
    values["full_text"] = st.checkbox(
        "Read the whole articles of items that match",
        feed.full_text,
        key=f"full_text-{feed.id}",
        help="Only of items that match a question, and where the site's robots.txt allows it.",
    )
    return values
