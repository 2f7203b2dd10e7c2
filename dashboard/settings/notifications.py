"""Notifications page: one's own channels, rules, times and questions, and a preview."""

from dataclasses import replace
from datetime import datetime, time
from typing import Final, get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    TITLE,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    Tone,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_section_title
from dashboard.settings.zones import list_zones
from dashboard.wording.numbers import clip, escape_markdown
from tracker.model.notifications import (
    KIND_NAMES,
    THRESHOLD_UNITS,
    Attention,
    Channel,
    Digest,
    NotificationKind,
    Pace,
    Rule,
    Scope,
    describe_threshold,
)
from tracker.notifications.schedule import (
    WEEKDAYS,
    describe_times,
    find_next_digest,
    parse_clock,
)

_CHANNEL_COLUMNS: Final = (
    RowColumn(TITLE, "Channel"),
    RowColumn("state", "State"),
    RowColumn("sent", "Last message", "end"),
)
_RULE_COLUMNS: Final = (
    RowColumn(TITLE, "You are told when"),
    RowColumn("pace", "Sent"),
    RowColumn("scope", "About"),
)
_QUESTION_COLUMNS: Final = (RowColumn(TITLE, "Question"), RowColumn("state", "State"))
PACE_NAMES: Final = {"at once": "At once", "digest": "With the digest", "off": "Never"}
SCOPE_NAMES: Final = {"mine": "Questions that I forecast or follow", "all": "All questions"}
DIGEST_NAMES: Final = {"hourly": "Every hour", "daily": "Every day", "weekly": "Every week"}
ABOUT_NO_QUESTION: Final[frozenset[NotificationKind]] = frozenset({"feed", "head"})
_KEY_SHOWN: Final = "webhook-key"
_MAX_QUESTION: Final = 120


def render(visit: Visit) -> None:
    """Show channels and times at the left, rules and questions at the right."""
    st.subheader("Notifications", anchor=False)
    if key := st.session_state.pop(_KEY_SHOWN, ""):
        st.success("The key of its signatures. Copy it now: it is not shown again.")
        st.code(key, language=None, wrap_lines=True)
    if visit.replayed_until is not None:
        st.caption("Nothing is sent from a replay.")
    left, right = st.columns(2, gap="large")
    with left:
        _show_channels(visit)
        _show_times(visit)
    with right:
        _show_rules(visit)
        _show_questions(visit)
    _show_preview(visit)


def _show_channels(visit: Visit) -> None:
    channels = visit.tracker.notifications.channels()
    show_section_title("Channels")
    if channels:
        rows = [_build_channel_row(visit, channel) for channel in channels]
        show_rows("channels", "Channels", _CHANNEL_COLUMNS, rows)
        _show_channel_acts(visit, channels)
    else:
        show_empty("You get no messages yet.", "Add a channel, then send yourself a test.")
    with st.form("add-channel", border=False, clear_on_submit=True):
        address = st.text_input(
            "Address",
            type="password",
            autocomplete="off",
            placeholder="ntfys://ntfy.sh/my-secret-topic",
            help="mailto://, ntfy://, slack://, discord://, matrix://, tgram:// … or "
            "webhook+https://. The page “Notifications” of the docs has an example of each.",
        )
        name = st.text_input("Name (optional)", max_chars=80, autocomplete="off")
        if st.form_submit_button("Add a channel", icon=":material/add:"):
            with show_refusals():
                made = visit.tracker.notifications.add_channel(address, name, zone=visit.zone.key)
                st.session_state[_KEY_SHOWN] = made.signing_key
                notify(f"{made.channel.name} is added")
                st.rerun()


def _build_channel_row(visit: Visit, channel: Channel) -> Row:
    again = f", next try {visit.moment(channel.next_try_at)}" if channel.next_try_at else ""
    note = f"{channel.error}{again}" if channel.failures else ""
    tone: Tone = "warn" if channel.state == "failing" else ""
    cells = {
        TITLE: TextCell(channel.name),
        "state": TextCell(channel.state, note, tone),
        "sent": TextCell(visit.age(channel.sent_at) if channel.sent_at else "never"),
    }
    return Row(channel.id, cells)


def _show_channel_acts(visit: Visit, channels: tuple[Channel, ...]) -> None:
    by_id = {channel.id: channel for channel in channels}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = by_id[
            st.selectbox("Channel", list(by_id), format_func=lambda key: by_id[key].name)
            or channels[0].id
        ]
        st.button("Send me a test", on_click=_send_test, args=(visit, chosen),
                  icon=":material/send:")  # fmt: skip
        word = "Pause" if chosen.state == "working" else "Resume"
        st.button(word, on_click=_switch, args=(visit, chosen))
        st.button("Remove", on_click=_remove, args=(visit, chosen), type="tertiary")


def _send_test(visit: Visit, channel: Channel) -> None:
    with show_refusals():
        reason = visit.tracker.notifications.test_channel(channel.id)
        if reason:
            st.error(escape_markdown(f"{channel.name} did not take the test: {reason}."))
        else:
            notify(f"{channel.name} took the test")


def _switch(visit: Visit, channel: Channel) -> None:
    with show_refusals():
        if channel.state == "working":
            visit.tracker.notifications.pause_channel(channel.id)
            notify(f"{channel.name} gets nothing until you resume it")
        else:
            visit.tracker.notifications.resume_channel(channel.id)
            notify(f"{channel.name} gets messages again")


def _remove(visit: Visit, channel: Channel) -> None:
    with show_refusals():
        visit.tracker.notifications.remove_channel(channel.id)
        notify(f"{channel.name} is removed")


def _show_times(visit: Visit) -> None:
    times = visit.tracker.notifications.times()
    show_section_title("Times")
    following = visit.moment(find_next_digest(times, visit.now))
    st.markdown(escape_markdown(f"{describe_times(times)} The next digest: {following}."))
    with (
        st.expander("Change times", icon=":material/schedule:", key="change-times"),
        st.form("notification-times", border=False),
    ):
        with st.container(horizontal=True):
            digest = st.selectbox(
                "Digest", get_args(Digest), get_args(Digest).index(times.digest),
                format_func=DIGEST_NAMES.__getitem__,
            )  # fmt: skip
            hour = st.selectbox("Hour", range(24), times.hour, format_func="{}:00".format)
            weekday = st.selectbox("If weekly, on", range(7), times.weekday,
                                   format_func=WEEKDAYS.__getitem__)  # fmt: skip
        with st.container(horizontal=True):
            start = st.time_input("Quiet from", parse_clock(times.quiet_from), step=900)
            end = st.time_input("Quiet until", parse_clock(times.quiet_until), step=900)
        zones = list_zones(times.zone)
        zone = st.selectbox("Time zone", zones, zones.index(times.zone))
        if st.form_submit_button("Save times"):
            with show_refusals():
                visit.tracker.notifications.set_times(
                    replace(
                        times,
                        zone=zone,
                        quiet_from=_format_clock(start),
                        quiet_until=_format_clock(end),
                        digest=digest,
                        hour=hour,
                        weekday=weekday,
                    )
                )
                notify("Times saved")
                st.rerun()


def _format_clock(clock: time | datetime | None) -> str:
    return "00:00" if clock is None else f"{clock:%H:%M}"


def _show_rules(visit: Visit) -> None:
    rules = visit.tracker.notifications.rules()
    show_section_title("Rules")
    rows = [_build_rule_row(rule) for rule in rules]
    show_rows("notification-rules", "Rules", _RULE_COLUMNS, rows)
    by_kind = {rule.kind: rule for rule in rules}
    with st.expander("Change a rule", icon=":material/tune:", key="change-rule"):
        kind = st.selectbox("Rule", list(by_kind), format_func=KIND_NAMES.__getitem__)
        rule = by_kind[kind]
        with st.form(f"rule-{kind}", border=False):
            paces, scopes = get_args(Pace), get_args(Scope)
            pace = st.selectbox("Sent", paces, paces.index(rule.pace),
                                format_func=PACE_NAMES.__getitem__)  # fmt: skip
            scope, threshold = rule.scope, rule.threshold
            if kind not in ABOUT_NO_QUESTION:
                scope = st.selectbox("About", scopes, scopes.index(rule.scope),
                                     format_func=SCOPE_NAMES.__getitem__)  # fmt: skip
            if unit := THRESHOLD_UNITS.get(kind):
                threshold = st.number_input(
                    f"From how many {unit} on", 0.0, 1000.0, rule.threshold, 1.0
                )
            if st.form_submit_button("Save rule"):
                with show_refusals():
                    visit.tracker.notifications.set_rule(
                        kind, pace, scope=scope, threshold=threshold
                    )
                    notify("Rule saved")
                    st.rerun()


def _build_rule_row(rule: Rule) -> Row:
    tone: Tone = "quiet" if rule.pace == "off" else ""
    cells = {
        TITLE: TextCell(KIND_NAMES[rule.kind], describe_threshold(rule), tone),
        "pace": TextCell(PACE_NAMES[rule.pace].lower(), tone=tone),
    }
    if rule.pace != "off" and rule.kind not in ABOUT_NO_QUESTION:
        cells["scope"] = TextCell("all questions" if rule.scope == "all" else "my questions")
    return Row(rule.kind, cells)


def _show_questions(visit: Visit) -> None:
    """Show followed and muted questions, and a way to add or release one."""
    attention = visit.tracker.notifications.attention()
    open_questions = {
        row.question.id: clip(row.question.text, _MAX_QUESTION)
        for row in visit.tracker.questions.list()
        if row.resolution is None or row.question.id in attention
    }
    show_section_title("Questions")
    st.caption("You are told of the questions that you forecast. Follow others, or mute some.")
    rows = [
        Row(
            question_id,
            {
                TITLE: LinkCell(
                    open_questions[question_id], page_address("question", q=question_id)
                ),
                "state": TextCell("followed" if state == "follow" else "muted"),
            },
        )
        for question_id, state in attention.items()
        if question_id in open_questions
    ]
    if rows:
        show_rows("attention", "Followed and muted questions", _QUESTION_COLUMNS, rows)
    if not open_questions:
        return
    chosen = st.selectbox(
        "Question", [*open_questions], format_func=lambda question_id: open_questions[question_id]
    )
    with st.container(horizontal=True):
        state = attention.get(chosen)
        for word, choice in (("Follow", "follow"), ("Mute", "mute")):
            if state != choice:
                st.button(word, on_click=_attend, args=(visit, chosen, choice))
        if state is not None:
            st.button("Unfollow" if state == "follow" else "Unmute", on_click=_attend,
                      args=(visit, chosen, None))  # fmt: skip


def _attend(visit: Visit, question_id: str, attention: Attention | None) -> None:
    with show_refusals():
        visit.tracker.notifications.attend(question_id, attention)


def _show_preview(visit: Visit) -> None:
    preview = st.expander("What a message would say now", key="preview", on_change="rerun")
    if not preview.open:
        return
    with preview:
        message = visit.tracker.notifications.preview()
        if message is None:
            st.caption("There is nothing to tell you now.")
        else:
            st.code(f"{message.title}\n\n{message.text}", language=None, wrap_lines=True)
