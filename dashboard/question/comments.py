"""Comments on a question, behind a click: threads, one field to write in, and a private note."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.markup import Markup, make_site_link, make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording.numbers import (
    clip,
    display_name,
    escape_markdown,
    percent_exact,
    safe_web_link,
)
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import EvidenceId, Forecaster, ForecasterId
from tracker.model.comments import (
    MAX_TEXT_LENGTH,
    Comment,
    CommentId,
    TextVersion,
    WideGap,
    split_text,
)
from tracker.model.read_models import QuestionPage

COMMENTS_PARAM: Final = "comments"
"""Address parameter that opens the comments."""

MAX_SHOWN: Final = 20
"""Newest comments that are shown at first."""

_MAX_LINK_CHARACTERS: Final = 80
_MAX_ANSWERED_CHARACTERS: Final = 120
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "comment": ("Your comment", "Comment"),
    "reply": ("Your reply", "Comment"),
    "edit": ("Edit your comment", "Save"),
}
"""Label of the field, and of its button."""

_DRAWER_KEY: Final = "comments-drawer"
_TURN_KEY: Final = "comment-turn"
_COUNT_KEY: Final = "comments-written"
_ALL_KEY: Final = "comments-all"


@dataclass(frozen=True, slots=True)
class Turn:
    """State of the field: what is written in it, about which comment or piece of evidence."""

    kind: Literal["comment", "reply", "edit", "remove"] = "comment"
    comment_id: CommentId | None = None
    evidence_id: EvidenceId | None = None


def render(visit: Visit, page: QuestionPage) -> None:
    """Show a wide gap that nobody has talked about, and the comments once they are opened."""
    question = page.summary.question
    comments = visit.tracker.comments.list(question.id, visit.known_on)
    if not visit.looks_back:
        _show_wide_gap(visit, page)
    count = sum(not comment.is_removed for comment in comments)
    drawer = st.expander(
        f"Comments · {count:,}" if count else "Comments",
        COMMENTS_PARAM in st.query_params,
        type="compact",
        key=_DRAWER_KEY,
        on_change="rerun",
    )
    # A drawer with another label is a new one: the address keeps it open as the count changes.
    if not drawer.open:
        st.query_params.pop(COMMENTS_PARAM, None)
        return
    st.query_params[COMMENTS_PARAM] = "open"
    with drawer:
        _show_threads(visit, page, comments)
        if visit.looks_back:
            st.caption("Viewing the past: return to today to comment.")
        elif visit.tracker.principal.has("forecast"):
            _show_field(visit, page, comments)
            _show_note(visit, page)
        else:
            st.caption("You may read comments. An admin can give you the role to write some.")


def open_field(turn: Turn) -> None:
    """Open the comments with the field in this state; call it before a run."""
    st.session_state[_DRAWER_KEY] = True
    st.query_params[COMMENTS_PARAM] = "open"
    st.session_state[_TURN_KEY] = turn


def _show_wide_gap(visit: Visit, page: QuestionPage) -> None:
    """Show in a line that somebody is far from me, with the way to the comments."""
    question = page.summary.question
    gaps = visit.tracker.comments.wide_gaps(question.id)
    if not gaps:
        return
    (gap,) = gaps
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="wide-gap"):
        st.markdown(escape_markdown(describe_wide_gap(gap)), width="content")
        st.button(
            "Talk about it",
            key="talk-about-gap",
            type="tertiary",
            icon=":material/forum:",
            on_click=open_field,
            args=(Turn(),),
        )
        if st.button("Dismiss", key="dismiss-gap", type="tertiary"):
            visit.tracker.comments.dismiss_gap(question.id, gap.other.id)
            notify("Dismissed until one of you forecasts again")
            st.rerun()


def describe_wide_gap(gap: WideGap) -> str:
    """Describe a wide gap in a sentence."""
    return gap.describe(percent_exact(gap.p), percent_exact(gap.other_p))


def _show_threads(visit: Visit, page: QuestionPage, comments: Sequence[Comment]) -> None:
    """Show the newest comments, each reply below the comment that it answers."""
    if not comments:
        show_markup(make_tag("p", "Nobody has commented yet.", kind="note"))
        return
    ordered = sort_threads(comments)
    newest = {comment.id for comment in comments[-MAX_SHOWN:]}
    if len(comments) > MAX_SHOWN and not st.session_state.get(_ALL_KEY):
        ordered = [pair for pair in ordered if pair[0].id in newest]
        st.button(
            f"Show all {len(comments):,}",
            key="more-comments",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(_ALL_KEY, True),
        )
    with st.container(gap="xxsmall", key="talk"):
        for comment, is_reply in ordered:
            _show_comment(visit, page, comment, is_reply=is_reply)


def sort_threads(comments: Sequence[Comment]) -> list[tuple[Comment, bool]]:
    """Sort comments, the oldest thread first, with a flag for replies; replies stay together."""
    roots: dict[CommentId, CommentId] = {}
    threads: dict[CommentId, list[Comment]] = {}
    for comment in comments:
        root = comment.id if comment.reply_to is None else roots.get(comment.reply_to, comment.id)
        roots[comment.id] = root
        threads.setdefault(root, []).append(comment)
    return [(comment, comment.id != root) for root, those in threads.items() for comment in those]


def _show_comment(visit: Visit, page: QuestionPage, comment: Comment, *, is_reply: bool) -> None:
    show_markup(build_comment(visit, page, comment, kind="talk reply" if is_reply else "talk"))
    principal = visit.tracker.principal
    if visit.looks_back or comment.is_removed or not principal.has("forecast"):
        return
    is_mine = comment.by == visit.me
    acts: dict[str, Turn] = {"Reply": Turn("reply", comment.id)}
    if is_mine:
        acts["Edit"] = Turn("edit", comment.id)
    if is_mine or principal.has("administer"):
        acts["Remove"] = Turn("remove", comment.id)
    key = f"talk-acts-{'reply-' if is_reply else ''}{comment.id}"
    with st.container(horizontal=True, gap="xsmall", key=key):
        for label, turn in acts.items():
            st.button(
                label,
                key=f"{turn.kind}-{comment.id}",
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(_TURN_KEY, turn),
            )


def build_comment(visit: Visit, page: QuestionPage, comment: Comment, *, kind: str) -> Markup:
    """Return a comment: who, when, the evidence it quotes, its text, and its earlier versions."""
    name = _name(page, comment.by, visit.me)
    if comment.is_removed:
        remover = comment.versions[-1].by
        by_whom = "you" if remover == visit.me else _name(page, remover, visit.me)
        by = "" if remover == comment.by else f" by {by_whom}"
        return make_tag("div", make_tag("p", f"{name}: removed{by}", kind="note"), kind=kind)
    small = make_tag("small", f"{visit.day(comment.at)} · {visit.age(comment.at)}")
    parts = [make_tag("p", make_tag("b", name), " ", small)]
    if comment.evidence_id is not None:
        parts.append(_build_quote(page, comment.evidence_id))
    parts.append(build_text(comment.text, comment.mentions))
    if len(comment.versions) > 1:
        parts.append(_build_history(visit, comment.versions))
    return make_tag("div", *parts, kind=kind)


def build_text(text: str, mentions: frozenset[ForecasterId]) -> Markup:
    """Return a text as it was written: safe addresses are links, names of people are bold."""
    return make_tag("p", *_list_parts(text, mentions), kind="prose")


def _list_parts(text: str, mentions: frozenset[ForecasterId]) -> Iterator[str]:
    for kind, words in split_text(text):
        if kind == "link" and safe_web_link(words) is not None:
            yield make_site_link(clip(words, _MAX_LINK_CHARACTERS), words)
        elif kind == "name" and words.removeprefix("@").lower() in mentions:
            yield make_tag("b", words)
        else:
            yield words


def _build_quote(page: QuestionPage, evidence_id: EvidenceId) -> Markup:
    piece = next((p for p in page.pieces if p.evidence.id == evidence_id), None)
    words = "a piece of evidence" if piece is None else f"“{piece.headline}” ({piece.source})"
    return make_tag("p", f"On {words}", kind="note")


def _build_history(visit: Visit, versions: Sequence[TextVersion]) -> Markup:
    """Return what a click on "edited" shows: the earlier versions, the newest first."""
    earlier = [
        make_tag("li", make_tag("small", visit.moment(version.at)), " ", version.text or "(empty)")
        for version in versions[-2::-1]
    ]
    label = make_tag("summary", f"edited {visit.age(versions[-1].at)}")
    return make_tag("details", label, make_tag("ul", *earlier), kind="why")


def _name(page: QuestionPage, forecaster_id: ForecasterId, me: ForecasterId) -> str:
    unknown = Forecaster(forecaster_id, forecaster_id, "person")
    return capitalise(display_name(page.forecasters.get(forecaster_id, unknown), me))


def _show_field(visit: Visit, page: QuestionPage, comments: Sequence[Comment]) -> None:
    """Show the field in which a comment is written, answered or edited."""
    turn = _get_turn(page, comments)
    about = next((comment for comment in comments if comment.id == turn.comment_id), None)
    if about is not None and turn.kind == "remove":
        _confirm_removal(visit, about)
        return
    if turn.evidence_id is not None:
        show_markup(_build_quote(page, turn.evidence_id))
    if about is not None and turn.kind == "reply":
        words = clip(about.text, _MAX_ANSWERED_CHARACTERS)
        show_markup(make_tag("p", f"To {_name(page, about.by, visit.me)}: “{words}”", kind="note"))
    typed = about.text if about is not None and turn.kind == "edit" else ""
    _show_form(visit, page, turn, typed)


def _get_turn(page: QuestionPage, comments: Sequence[Comment]) -> Turn:
    """Return the state of the field; a new one if it is about something on another question."""
    turn: Turn = st.session_state.get(_TURN_KEY, Turn())
    comment_ids = {None, *(comment.id for comment in comments)}
    evidence_ids = {None, *(piece.evidence.id for piece in page.pieces)}
    is_here = turn.comment_id in comment_ids and turn.evidence_id in evidence_ids
    return turn if is_here else Turn()


def _show_form(visit: Visit, page: QuestionPage, turn: Turn, typed: str) -> None:
    label, act = _FIELDS[turn.kind]
    count = st.session_state.setdefault(_COUNT_KEY, 0)
    # Another key empties the field, and one for each question keeps what is half written.
    key = f"comment-{page.summary.question.id}-{turn.kind}-{turn.comment_id}-{count}"
    with st.form(f"form-{key}", border=False):
        text = st.text_area(
            label,
            typed,
            max_chars=MAX_TEXT_LENGTH,
            height=100,
            key=key,
            placeholder="Plain text; @name tells somebody",
        )
        with st.container(horizontal=True, gap="xsmall"):
            is_sent = st.form_submit_button(act, type="primary")
            is_left = turn != Turn() and st.form_submit_button("Cancel", type="tertiary")
    if is_left:
        _end_turn()
    if is_sent:
        with show_refusals(page.summary.question):
            _write(visit, page, turn, text or "")
            _end_turn()


def _write(visit: Visit, page: QuestionPage, turn: Turn, text: str) -> None:
    if turn.kind == "edit" and turn.comment_id is not None:
        visit.tracker.comments.edit(turn.comment_id, text)
        return
    visit.tracker.comments.add(
        page.summary.question.id, text, reply_to=turn.comment_id, evidence_id=turn.evidence_id
    )


def _confirm_removal(visit: Visit, comment: Comment) -> None:
    st.markdown("Remove this comment from all pages? Its text stays in the audit log.")
    with st.container(horizontal=True, gap="xsmall"):
        if st.button("Remove it", key="remove-comment", type="primary"):
            with show_refusals():
                visit.tracker.comments.remove(comment.id)
                _end_turn()
        if st.button("Keep it", key="keep-comment", type="tertiary"):
            _end_turn()


def _end_turn() -> None:
    """Empty the field, and show the page anew."""
    st.session_state.pop(_TURN_KEY, None)
    st.session_state[_COUNT_KEY] = st.session_state.get(_COUNT_KEY, 0) + 1
    st.rerun()


def _show_note(visit: Visit, page: QuestionPage) -> None:
    """Show the private note of whoever is here; nobody has one who acts for another."""
    principal = visit.tracker.principal
    if principal.me != principal.forecaster:
        return
    question = page.summary.question
    versions = visit.tracker.comments.note(question.id)
    with st.form(f"note-{question.id}-{len(versions)}", border=False):
        text = st.text_area(
            "Your private note",
            versions[-1].text if versions else "",
            max_chars=MAX_TEXT_LENGTH,
            height=70,
            key=f"note-text-{question.id}-{len(versions)}",
            placeholder="Nobody else reads it",
        )
        is_sent = st.form_submit_button("Save note")
    if is_sent:
        with show_refusals(question):
            visit.tracker.comments.write_note(question.id, text or "")
            notify("Note saved; nobody else reads it")
            st.rerun()
    if len(versions) > 1:
        show_markup(_build_history(visit, versions))
