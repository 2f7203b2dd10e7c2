"""One field for evidence by hand: an address, a headline, or words of a report that was read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_site, show_choice, show_refusals
from dashboard.inbox import add_text
from dashboard.inbox.add_text import NOTHING_SHARED
from dashboard.inbox.judging import DIRECTION_KEYS, STRENGTHS
from dashboard.wording.evidence import strength_name
from dashboard.wording.judgements import describe_choice
from dashboard.wording.numbers import clip, escape_markdown
from forecasts.evidence.evidence import Strength
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import Question, QuestionId
from tracker.app.tracker import Tracker
from tracker.model.evidence import ManualEvidence, ManualResult

MAX_HITS: Final = 6
_COUNT_KEY: Final = "added-by-hand"
"""Session key of the number of pieces added: the field begins anew after each."""

_WIDTH: Final = 720


def render(visit: Visit) -> None:
    """Show the page that another page shares a report with; nothing is added before it is sent."""
    st.subheader("Add evidence", anchor=False)
    params = {name: st.query_params.get(name, "") for name in ("url", "title", "text")}
    show_field(visit, shared=add_text.read_shared(params))


@st.fragment
def show_field(
    visit: Visit,
    question: Question | None = None,
    *,
    shared: ManualEvidence = NOTHING_SHARED,
) -> None:
    """Show the field, and what is typed with a button for each direction that it may speak for.

    Without a `question` one is chosen. A fragment, so that typing draws nothing else.
    """
    visit = visit.refresh()
    summaries = visit.tracker.questions.list()
    opened = {s.question.id: s.question for s in summaries if s.status == "open"}
    if not (question or opened):
        st.caption("No question is open: evidence counts while a question is open.")
        return
    key = f"add-{st.session_state.get(_COUNT_KEY, 0)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        typed = st.text_input(
            "Add or find evidence",
            value=str(shared.source),
            key=f"{key}-source",
            placeholder="Paste an address or a headline, or search the archive",
            autocomplete="off",
            max_chars=2_000,
            label_visibility="collapsed",
            icon=":material/add:",
            width=_WIDTH,
        )
        with st.popover("From any web page", type="tertiary", icon=":material/bookmark:"):
            _show_bookmarklet(visit)
    if not (source := (typed or "").strip()):
        return
    question = question or _choose_question(opened)
    is_address = source.lower().startswith(("http://", "https://"))
    draft = _show_details(visit, question, key, shared, is_address=is_address)
    texts = {s.question.id: s.question.text for s in summaries}
    for hit in () if is_address else visit.tracker.evidence.search(source, limit=MAX_HITS):
        piece = replace(draft, source=hit.item.id)
        about = None if question and add_text.is_judged(hit, question.id) else question
        notes = add_text.describe_hit(hit, visit.zone), add_text.describe_uses(hit, texts)
        show_report(visit, about, piece, (hit.item.title, *notes),
                    key=f"{key}-{hit.item.id}", url=hit.item.url)  # fmt: skip
    lines = (source, "This page" if is_address else "Add these words as a headline")
    show_report(visit, question, replace(draft, source=source), lines, key=f"{key}-new")


def _choose_question(opened: Mapping[QuestionId, Question]) -> Question | None:
    """Show the choice of a question; it begins with that of the filter."""
    if (about := st.query_params.get("about", "")) in opened:
        st.query_params.setdefault("q", about)
    texts = {question_id: question.text for question_id, question in opened.items()}
    picked = show_choice(
        "Question", texts, "q", placeholder="Choose a question", label_visibility="collapsed",
        width=_WIDTH,
    )  # fmt: skip
    return None if picked is None else opened[picked]


def _show_details(
    visit: Visit, question: Question | None, key: str, shared: ManualEvidence, *, is_address: bool
) -> ManualEvidence:
    """Show what else may be said of a report, and return it without source and direction."""
    option, title = choose_option(question, key), ""
    drawer = st.expander("Strength, date, note", type="compact", key=f"{key}-details")
    with drawer, st.container(horizontal=True, vertical_alignment="bottom"):
        strength = st.selectbox(
            "Strength", STRENGTHS, STRENGTHS.index(Strength.SOME), strength_name,
            key=f"{key}-strength", width=150,
        )  # fmt: skip
        today = visit.now.astimezone(visit.zone).date()
        published = st.date_input(
            "Published", None, max_value=today, format="YYYY-MM-DD", key=f"{key}-date", width=160
        )
        if is_address:
            title = st.text_input(
                "Headline, if the page cannot be read", shared.title, key=f"{key}-title", width=300
            )
        note = st.text_input("Note", shared.note, max_chars=add_text.MAX_NOTE_CHARACTERS,
                             key=f"{key}-note", width=300)  # fmt: skip
    published_at = _at_noon(published, visit)
    draft = replace(shared, title=title or "", note=note or "", option=option, strength=strength)
    return replace(draft, question_id=question.id if question else "", published_at=published_at)


def _at_noon(day: date | None, visit: Visit) -> datetime | None:
    """Return a day's noon where the viewer is, so that it is the same day in most places."""
    if day is None:
        return None
    noon = datetime.combine(day, time(12), visit.zone).astimezone(UTC)
    return min(noon, visit.now)


def choose_option(question: Question | None, key: str) -> str:
    """Show the choice of an option; "" until one is chosen, or where the question has none."""
    if question is None or not question.options:
        return ""
    names = [option.name for option in question.options]
    return st.selectbox(
        "Option", names, index=None, placeholder="Choose an option", key=f"{key}-option", width=220
    ) or ""  # fmt: skip


def show_report(
    visit: Visit,
    question: Question | None,
    piece: ManualEvidence,
    lines: Sequence[str],
    *,
    key: str,
    url: str = "",
    dismiss: Callable[[], None] | None = None,
) -> None:
    """Show headline and notes of a report, with a button for each direction, which adds it.

    Without a question there is none, and an option has to be chosen first. With `dismiss` there is
    one more, by which it is no evidence.
    """
    title, *notes = [clip(line, add_text.MAX_HEADLINE_CHARACTERS) for line in lines if line]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        small = [make_tag("div", note, kind="note") for note in notes]
        show_markup(make_tag("div", make_tag("div", title), *small))
        if url:
            link_to_site(url, "Read", key=f"read-{key}")
        if question is None:
            return
        if dismiss and st.button("Not evidence", key=f"{key}-no"):
            dismiss()
        for direction, _ in DIRECTION_KEYS:
            if st.button(
                escape_markdown(capitalise(describe_choice(question, direction, piece.option))),
                key=f"{key}-{int(direction)}",
                disabled=bool(question.options and direction and not piece.option),
            ):
                with show_refusals(), st.spinner("Adding …"):
                    judged = replace(piece, direction=direction)
                    push_notice(_add_piece(visit.tracker, question, judged))
                    st.session_state[_COUNT_KEY] = st.session_state.get(_COUNT_KEY, 0) + 1
                    st.rerun()


def _add_piece(tracker: Tracker, question: Question, piece: ManualEvidence) -> Notice:
    """Add a piece of evidence; the notice takes it back.

    What was new or rejected is rejected then, and what had waited waits again. Where another
    person's judgement stood there is no way back.
    """
    result = tracker.evidence.add(piece)
    undo = partial(_undo_addition, tracker, question, piece, result)
    words = add_text.describe_addition(question, result)
    may_undo = result.outcome != "proposed" and result.previous in (None, "logged", "rejected")
    return Notice(words, undo if may_undo else None)


def _undo_addition(
    tracker: Tracker, question: Question, piece: ManualEvidence, result: ManualResult
) -> Notice:
    redo = partial(_add_piece, tracker, question, piece)
    if result.previous == "logged":
        tracker.evidence.reopen(result.evidence.id)
        return Notice("Undone: it waits again", redo)
    tracker.evidence.review(result.evidence.id, "rejected", note="taken back")
    return Notice("Undone: it has no weight", redo)


def _show_bookmarklet(visit: Visit) -> None:
    """Show the bookmark that opens the field from any page, and how to use it."""
    public_url = visit.tracker.settings.public_url
    page = f"{public_url.rstrip('/')}/add" if public_url else st.context.url
    if not page:
        return
    st.caption(
        "Make a bookmark with this as its address. On any article it opens the field, filled in "
        "with address, headline and the text that you selected."
    )
    st.code(add_text.make_bookmarklet(page), language=None)
