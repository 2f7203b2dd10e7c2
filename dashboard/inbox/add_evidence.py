"""One field for evidence by hand: an address, a headline, or words of a report that was read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_site, show_refusals
from dashboard.inbox import add_text
from dashboard.inbox.add_text import SharedReport
from dashboard.inbox.judging import DIRECTION_KEYS, STRENGTHS
from dashboard.wording import capitalise, clip, describe_choice, escape_markdown, strength_name
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import Question, QuestionId
from tracker.app.tracker import Tracker
from tracker.model.evidence import ManualEvidence, ManualResult

MAX_HITS: Final = 6
_COUNT_KEY: Final = "added-by-hand"
"""Session key of the number of pieces added: the field begins anew after each."""

_HINT: Final = "Paste an address or a headline, or type words to search what was read"
_NOTHING_SHARED: Final = SharedReport()


def render(visit: Visit) -> None:
    """Show the page that another page shares a report with; nothing is added before it is sent."""
    st.subheader("Add evidence", anchor=False)
    shared = add_text.read_shared(
        {name: st.query_params.get(name, "") for name in ("url", "title", "text")}
    )
    with st.container(width=760):
        show_field(visit, "add", about=st.query_params.get("q", ""), shared=shared)
        if not shared.source:
            show_bookmarklet(visit)


@st.fragment
def show_field(
    visit: Visit,
    place: str,
    *,
    question: Question | None = None,
    about: str = "",
    shared: SharedReport = _NOTHING_SHARED,
) -> None:
    """Show the field, and what is typed with a button for each direction that it may speak for.

    Without a `question` one is chosen, at first `about`. A fragment, so that typing draws nothing
    else.
    """
    visit = visit.refresh()
    summaries = visit.tracker.questions.list()
    opened = {s.question.id: s.question for s in summaries if s.status == "open"}
    if question is None and not opened:
        st.caption("No question is open: evidence counts while a question is open.")
        return
    prefix = f"{place}-{st.session_state.get(_COUNT_KEY, 0)}"
    typed = st.text_input(
        "Add or find evidence",
        value=shared.source,
        key=f"{prefix}-source",
        placeholder=_HINT,
        autocomplete="off",
        max_chars=2_000,
        label_visibility="collapsed",
        icon=":material/add:",
    )
    if not (source := (typed or "").strip()):
        return
    question = question or _choose_question(opened, about, prefix)
    is_address = source.lower().startswith(("http://", "https://"))
    draft = _show_details(visit, question, prefix, shared, is_address=is_address)
    texts = {s.question.id: s.question.text for s in summaries}
    for hit in () if is_address else visit.tracker.evidence.search(source, limit=MAX_HITS):
        notes = (add_text.describe_hit(hit, visit.zone), add_text.describe_uses(hit, texts))
        show_report(hit.item.title, notes, link=(hit.item.url, f"{prefix}-read-{hit.item.id}"))
        if question is not None and not add_text.is_judged(hit, question.id):
            _show_choices(visit, question, replace(draft, source=hit.item.id), prefix)
    show_report(source, ("This page" if is_address else "Add these words as a headline",))
    if question is not None:
        _show_choices(visit, question, replace(draft, source=source), prefix)


def _show_choices(visit: Visit, question: Question, piece: ManualEvidence, prefix: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        name = piece.source if isinstance(piece.source, int) else "new"
        show_direction_buttons(visit, question, piece, f"{prefix}-{name}")


def _choose_question(
    opened: Mapping[QuestionId, Question], about: str, prefix: str
) -> Question | None:
    ids = list(opened)
    picked = st.selectbox(
        "Question",
        ids,
        index=ids.index(QuestionId(about)) if about in opened else None,
        format_func=lambda question_id: opened[question_id].text,
        placeholder="On which question?",
        label_visibility="collapsed",
        key=f"{prefix}-question",
    )
    return None if picked is None else opened[picked]


def _show_details(
    visit: Visit,
    question: Question | None,
    prefix: str,
    shared: SharedReport,
    *,
    is_address: bool,
) -> ManualEvidence:
    option, title = choose_option(question, prefix) if question else "", ""
    drawer = st.expander("Strength, date, note", type="compact", key=f"{prefix}-details")
    with drawer, st.container(horizontal=True, vertical_alignment="bottom"):
        strength = st.selectbox(
            "Strength",
            STRENGTHS,
            index=STRENGTHS.index(Strength.SOME),
            format_func=strength_name,
            key=f"{prefix}-strength",
            width=150,
        )
        published = st.date_input(
            "Published",
            value=None,
            max_value=visit.now.astimezone(visit.zone).date(),
            format="YYYY-MM-DD",
            key=f"{prefix}-date",
            width=160,
        )
        if is_address:
            title = st.text_input(
                "Headline, if the page cannot be read", shared.title, key=f"{prefix}-title",
                autocomplete="off", width=300,
            )  # fmt: skip
        note = st.text_input(
            "Note", shared.note, key=f"{prefix}-note",
            max_chars=add_text.MAX_NOTE_CHARACTERS, width=300,
        )  # fmt: skip
    return ManualEvidence(
        "" if question is None else question.id,
        "",
        Direction.NEUTRAL,
        strength,
        published_at=_at_noon(published, visit),
        note=note or "",
        title=title or "",
        option=option,
    )


def _at_noon(day: date | None, visit: Visit) -> datetime | None:
    """Return a day's noon where the viewer is, so that it is the same day in most places."""
    if day is None:
        return None
    noon = datetime.combine(day, time(12), visit.zone).astimezone(UTC)
    return min(noon, visit.now)


def choose_option(question: Question, prefix: str) -> str:
    """Show the choice of an option; "" until one is chosen, or where the question has none."""
    if not question.options:
        return ""
    names = [option.name for option in question.options]
    return st.selectbox(
        "Option", names, index=None, placeholder="Which one?", key=f"{prefix}-option", width=220
    ) or ""  # fmt: skip


def show_report(title: str, notes: Sequence[str], link: tuple[str, str] | None = None) -> None:
    """Show a report with notes in small print, and the address and key of a link to read it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        lines = [make_tag("div", note, kind="note") for note in notes if note]
        headline = clip(title, add_text.MAX_HEADLINE_CHARACTERS)
        show_markup(make_tag("div", make_tag("div", headline), *lines))
        if link:
            link_to_site(link[0], "Read", key=link[1])


def show_direction_buttons(
    visit: Visit, question: Question, piece: ManualEvidence, prefix: str
) -> None:
    """Show a button for each direction, which adds the piece; an option has to be chosen first."""
    for direction, _ in DIRECTION_KEYS:
        if st.button(
            escape_markdown(capitalise(describe_choice(question, direction, piece.option))),
            key=f"{prefix}-{int(direction)}",
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
    return Notice(words, undo if result.previous in (None, "logged", "rejected") else None)


def _undo_addition(
    tracker: Tracker, question: Question, piece: ManualEvidence, result: ManualResult
) -> Notice:
    redo = partial(_add_piece, tracker, question, piece)
    if result.previous == "logged":
        tracker.evidence.reopen(result.evidence.id)
        return Notice("Taken back: it waits again", redo)
    tracker.evidence.review(result.evidence.id, "rejected", note="taken back")
    return Notice("Taken back: it has no weight", redo)


def show_bookmarklet(visit: Visit) -> None:
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
