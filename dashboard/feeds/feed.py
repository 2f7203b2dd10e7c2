"""Page of one feed: state and next poll, items and evidence, settings."""

from typing import Any, Final

import streamlit as st

from dashboard import charts
from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    link_to_site,
    show_empty,
    show_headline_note,
    show_question_line,
    show_refusals,
    show_table,
)
from dashboard.feeds.data import (
    POLL_OUTCOMES,
    days_frame,
    describe_problem,
    items_frame,
    list_feed_settings,
    poll_button_label,
    polls_frame,
    usual_items_frame,
)
from dashboard.wording import (
    DASH,
    GRADE_MEANINGS,
    HEALTH_LABELS,
    clip,
    describe_health,
    describe_next_poll,
    escape_markdown,
    format_answer_counts,
    format_answer_runs,
    format_bytes,
    percent_whole,
    plural,
    redirect_notice,
)
from tracker.errors import NotFound
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import compute_not_modified_share, compute_usual_items
from tracker.model.read_models import FeedHealth, FeedPage

_HELP: Final = {
    "theme": (
        "As the tags of questions are written: a feed on the theme of an open question is "
        "asked more often."
    ),
    "grade": "How reliable the source is. Its evidence counts accordingly.",
    "source_group": "Its owner or wire: copies inside one group count once.",
    "importance": "Usually 1. Above 1 it is asked more often than its like, below 1 less often.",
    "every_minutes": "Empty: how often it publishes is learned, and it is asked accordingly.",
    "max_megabytes": "A larger document is refused. Empty: the usual limit.",
    "user_agent": "How we introduce ourselves to this server. Empty: as everywhere.",
    "full_text": (
        "Only the pages of items that match a question, and only where the site's "
        "robots.txt allows it."
    ),
}


def show_settings_form(visit: Visit, feed: Feed) -> None:
    """Show the form; an error appears below it, and the input stays."""
    st.markdown("**How it is read**")
    with st.form(f"settings-{feed.id}", width=760):
        changes = _show_fields(feed)
        if st.form_submit_button("Save", type="primary"):
            with show_refusals():
                visit.tracker.feeds.change(feed.id, **changes)
                notify(f"{clip(changes['title'], 80)}: saved, it holds from the next poll on")
                st.rerun()


def _show_fields(feed: Feed) -> dict[str, Any]:
    """Show the fields and return their values by the names of a feed's settings."""
    left, right = st.columns(2, gap="medium")
    with left:
        title = _show_text_field(feed, "title", "Title")
        theme = _show_text_field(feed, "theme", "Theme")
        minutes = _show_number_field(
            feed, "every_minutes", "Minutes between polls", placeholder="learned"
        )
        megabytes = _show_number_field(
            feed, "max_megabytes", "Size limit, MB", placeholder="the usual one"
        )
    with right:
        grades = list(GRADE_MEANINGS)
        grade = st.selectbox(
            "Grade",
            grades,
            index=grades.index(feed.grade),
            format_func=lambda letter: f"{letter}: {GRADE_MEANINGS[letter]}",
            key=f"grade-{feed.id}",
            help=_HELP["grade"],
        )
        source_group = _show_text_field(feed, "source_group", "Source group")
        importance = _show_number_field(feed, "importance", "Importance")
        user_agent = _show_text_field(feed, "user_agent", "User agent", placeholder="as everywhere")
    full_text = st.checkbox(
        "Also read the whole article of items that match",
        feed.full_text,
        key=f"full_text-{feed.id}",
        help=_HELP["full_text"],
    )
    return {
        "title": title,
        "grade": grade,
        "theme": theme,
        "source_group": source_group,
        "importance": 1.0 if importance is None else importance,
        "every_minutes": minutes,
        "max_megabytes": megabytes,
        "user_agent": user_agent,
        "full_text": full_text,
    }


def _show_text_field(feed: Feed, name: str, label: str, **options: Any) -> str:
    value = st.text_input(
        label,
        getattr(feed, name),
        key=f"{name}-{feed.id}",
        max_chars=300,
        autocomplete="off",
        help=_HELP.get(name),
        **options,
    )
    return (value or "").strip()


def _show_number_field(feed: Feed, name: str, label: str, **options: Any) -> float | None:
    """Show a number field, empty for the default. The tracker checks the bounds."""
    value = getattr(feed, name)
    entered = st.number_input(
        label, value=value, step=0.1 if name == "importance" else 1.0, format="%g",
        key=f"{name}-{feed.id}", help=_HELP[name], **options,
    )  # fmt: skip
    return None if entered is None else float(entered)


_C = st.column_config
MAX_TITLE_CHARACTERS = 80
MAX_REASON_CHARACTERS = 600
MAX_UNSCROLLED_ITEMS = 12
"""Items up to which their table is as high as needed."""

SCROLL_HEIGHT = 460


def render(visit: Visit, feed_id: str) -> None:
    """Show one feed, or a message where it does not exist."""
    try:
        page = visit.tracker.feeds.get(feed_id)
    except NotFound:
        _show_not_found(visit, feed_id)
        return
    state = page.health.state
    st.page_link(visit.pages["feeds"], label="All feeds", icon=":material/arrow_back:")
    st.set_page_config(page_title=clip(state.feed.title, MAX_TITLE_CHARACTERS))
    st.header(escape_markdown(clip(state.feed.title, MAX_TITLE_CHARACTERS)), anchor=False)
    if visit.replayed_until is not None:
        st.caption(
            f"{plural(state.items_seen, 'item')} in the replay. Nothing is polled in a replay."
        )
        _show_content(visit, page)
        return
    _show_source(state.feed)
    _show_health(visit, page.health)
    if state.last_attempt_at is not None:
        _show_numbers(visit, page.health)
        _show_four_weeks(visit, page.health)
    _show_content(visit, page)
    show_settings_form(visit, state.feed)


def link_to_feed(visit: Visit, feed_id: str, title: str) -> None:
    """Show a link to a feed's page. Its title may be the feed's own, so it is truncated and
    escaped.
    """
    label = escape_markdown(clip(title, MAX_TITLE_CHARACTERS))
    st.page_link(visit.pages["feeds"], label=label, query_params={"feed": feed_id})


def show_feed_buttons(visit: Visit, health: FeedHealth) -> None:
    """Show the buttons that poll a feed now or pause it."""
    feed = health.state.feed
    retry_label = poll_button_label(health.health)
    with st.container(horizontal=True, gap="xsmall", width="content"):
        st.button(
            retry_label,
            key=f"retry-{feed.id}",
            icon=":material/refresh:",
            on_click=poll_now,
            args=(visit, feed.id),
        )
        if not health.state.paused and st.button(
            "Pause", key=f"pause-{feed.id}", icon=":material/pause:"
        ):
            with show_refusals():
                visit.tracker.feeds.pause(feed.id)
                notify(
                    f"{clip(feed.title, MAX_TITLE_CHARACTERS)}: paused until somebody tries it "
                    "again"
                )
                st.rerun()


def poll_now(visit: Visit, feed_id: FeedId) -> None:
    """Make a feed due for the next poll run, and say so; call it before a run."""
    try:
        visit.tracker.feeds.retry(feed_id)
        title = visit.tracker.feeds.get(feed_id).health.state.feed.title
    except NotFound as refusal:
        notify(f"Not done: {refusal}")
        return
    notify(f"{clip(title, MAX_TITLE_CHARACTERS)}: due now, the next round of polling asks it")


def _show_not_found(visit: Visit, feed_id: str) -> None:
    st.subheader("There is no such feed", anchor=False)
    st.text(
        f"Nothing here is called “{feed_id[:80]}”. The link may be mistyped, or from another "
        "database."
    )
    st.page_link(visit.pages["feeds"], label="All feeds", icon=":material/rss_feed:")


def _show_source(feed: Feed) -> None:
    """Show the address of a feed and how it is read; the form below has the details."""
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.text(feed.url)
            link_to_site(feed.url, "Feed", "feed-address")
            if feed.site_url:
                link_to_site(feed.site_url, "Site", "feed-site")
        st.caption(escape_markdown(" · ".join(list_feed_settings(feed))))


def _show_health(visit: Visit, health: FeedHealth) -> None:
    """Show its state first: health, reason of a failure, next poll and why then."""
    state = health.state
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**{HEALTH_LABELS[health.health]}** · "
            f"{describe_health(state, health.health, visit.now)}"
        )
        problem = clip(describe_problem(health), MAX_REASON_CHARACTERS)
        if problem:
            was_read = health.health == "ok" and state.last_success_at == state.last_attempt_at
            st.text(f"Odd about its document: {problem}" if was_read else problem)
        if not state.paused:
            due = state.next_due_at
            st.text(describe_next_poll(state, visit.now, visit.moment(due)), help=visit.utc(due))
        move = redirect_notice(state, visit.now)
        if move:
            st.text(f"{move}. After seven days it will be asked there.")
        show_feed_buttons(visit, health)


def _show_numbers(visit: Visit, health: FeedHealth) -> None:
    state, days = health.state, health.days
    share, usual = compute_not_modified_share(days), compute_usual_items(days, visit.now)
    polls = sum(day.polls for day in days)
    duration = f"last poll {state.last_seconds:.1f} s" if state.last_attempt_at else ""
    facts = (
        (
            "Items yesterday",
            f"{usual.last_day:,}" if days else DASH,
            f"usually {usual.usual:g}" if days else "",
        ),
        ("Items in 7 days", f"{health.items_7d:,}", f"{state.items_seen:,} in all"),
        ("Evidence in 7 days", f"{health.evidence_7d:,}", ""),
        (
            "Not modified",
            DASH if share is None else percent_whole(share),
            f"of {plural(polls, 'poll')}" if polls else "",
        ),
        ("Last document", format_bytes(state.last_bytes) if state.last_bytes else DASH, duration),
    )
    with st.container(horizontal=True):
        for name, value, note in facts:
            st.metric(
                name, value, note or None, delta_color="off", delta_arrow="off",
                border=True, width=165, height="stretch",
            )  # fmt: skip


def _show_four_weeks(visit: Visit, health: FeedHealth) -> None:
    if not any(day.polls for day in health.days):
        show_empty("It has not been polled in four weeks.", "Its days are drawn here once it is.")
        return
    usual = compute_usual_items(health.days, visit.now).usual
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**What it brought**")
        spec = charts.bind_data(
            charts.daily_items_chart(),
            days=days_frame(health.days, visit.now),
            usual=usual_items_frame(usual),
        )
        alt = f"New items of each of the last 28 days; usually {usual:g} a day"
        st.vega_lite_chart(spec=spec, width="stretch", key="feed-items", alt=alt)
    with right:
        st.markdown("**What asking came to**")
        spec = charts.bind_data(
            charts.daily_polls_chart(POLL_OUTCOMES), polls=polls_frame(health.days, visit.now)
        )
        alt = "Polls of each of the last 28 days, by what they came to"
        st.vega_lite_chart(spec=spec, width="stretch", key="feed-polls", alt=alt)
    recent = health.state.recent
    st.caption(
        f"The last {plural(len(recent.split()), 'answer')}: "
        f"{escape_markdown(format_answer_counts(recent))}. In their order: "
        f"{escape_markdown(format_answer_runs(recent))}. Days are those of UTC."
    )


def _show_content(visit: Visit, page: FeedPage) -> None:
    """Show its newest items, and the questions on which some of them are evidence."""
    if not page.items:
        show_empty(
            "It has brought nothing yet.",
            "Its items, and the evidence among them, are listed here once it has.",
        )
        return
    st.markdown("**Its newest items**")
    show_headline_note(visit)
    _show_items(visit, page)
    st.markdown("**The evidence it brought**")
    if words := visit.tracker.learning.matcher_record().describe_feed(page.health.state.id):
        st.caption(escape_markdown(words))
    _show_evidence_questions(visit, page)


def _show_items(visit: Visit, page: FeedPage) -> None:
    zone = visit.zone.key
    frame = items_frame(page.items)
    columns = {
        "seen": _C.DatetimeColumn(
            "First seen", format="D MMM YYYY, HH:mm", timezone=zone, width=140
        ),
        "title": _C.TextColumn("Headline", width=520),
        "published": _C.DatetimeColumn(
            "Published",
            format="D MMM YYYY, HH:mm",
            timezone=zone,
            width=140,
            help="As the feed claims.",
        ),
        "note": _C.TextColumn("Odd", width=150),
        "url": _C.LinkColumn("Article", display_text="open", validate="^https?://", width=70),
    }
    if not any(frame["note"]):
        del columns["note"]
    show_table(
        frame,
        columns,
        "The newest items of this feed",
        height="content" if len(frame) <= MAX_UNSCROLLED_ITEMS else SCROLL_HEIGHT,
    )
    st.caption(f"Headlines as they were first seen. Times in {zone}.")


def _show_evidence_questions(visit: Visit, page: FeedPage) -> None:
    questions = (
        {s.question.id: s.question for s in visit.tracker.questions.list()}
        if page.questions
        else {}
    )
    if not questions:
        show_empty(
            "None so far.", "Items that match a signpost of an open question become evidence on it."
        )
    for question_id, pieces in sorted(page.questions.items(), key=lambda pair: -pair[1]):
        words = f"**{plural(pieces, 'piece', 'pieces')}**"
        show_question_line(visit, questions[question_id], words, ":material/show_chart:")
