"""Forms of evidence by hand: a report by its address or headline, or one that was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_site, show_refusals
from dashboard.inbox import add_text
from dashboard.inbox.add_text import SharedReport
from dashboard.wording import clip, escape_markdown, strength_name
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import EvidenceId, Question, QuestionId
from tracker.app.tracker import Tracker
from tracker.model.evidence import ManualEvidence, ManualResult, SearchHit

DIRECTIONS: Final = (Direction.YES, Direction.NO, Direction.NEUTRAL)
STRENGTHS: Final = tuple(strength for strength in Strength if strength is not Strength.NONE)
MAX_HITS: Final = 10
_COUNT_KEY: Final = "added-by-hand"
"""Session key of the number of pieces added: the forms begin anew after each."""

_QUESTION_KEY: Final = "add-about"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Direction of a report, None until it is chosen, with its strength and option."""

    direction: Direction | None
    strength: Strength
    option: str


NOTHING_SHARED: Final = SharedReport()


@dataclass(frozen=True, slots=True)
class AddForm:
    """Place of a form on a page, which keeps its keys apart, and what is filled in."""

    place: str
    shared: SharedReport = NOTHING_SHARED

    def key(self, name: str) -> str:
        """Return the key of a field; another one after each piece that was added."""
        return f"{self.place}-{name}-{st.session_state.get(_COUNT_KEY, 0)}"


def show_on_question(visit: Visit, question: Question) -> None:
    """Show both ways to add evidence on the page of an open question."""
    with st.expander("Add evidence", icon=":material/add:", key="add-evidence"):
        show_form(visit, question, AddForm("question"))
    with st.expander("Find in what was read", icon=":material/search:", key="find-read"):
        show_search(visit, question.id)


def show_in_inbox(visit: Visit) -> None:
    """Show both ways to add evidence on any open question."""
    with st.expander("Add evidence that is missing", icon=":material/add:", key="add-evidence"):
        show_with_picker(visit, AddForm("inbox"), st.query_params.get("about", ""))
        show_bookmarklet(visit)


def show_with_picker(visit: Visit, form: AddForm, preset: str) -> None:
    """Show the choice of an open question, at first `preset`, the form, and the search below it."""
    questions = {
        s.question.id: s.question for s in visit.tracker.questions.list() if s.status == "open"
    }
    if not questions:
        st.caption("No question is open: evidence counts while a question is open.")
        return
    picked = st.selectbox(
        "Question",
        list(questions),
        index=list(questions).index(QuestionId(preset)) if preset in questions else None,
        format_func=lambda question_id: questions[question_id].text,
        placeholder="Type to search",
        key=_QUESTION_KEY,
    )
    if picked is None:
        st.caption("Choose the question that the report bears on.")
        return
    show_form(visit, questions[picked], form)
    st.markdown("**Or find it in what was read**")
    show_search(visit, picked)


def show_form(visit: Visit, question: Question, form: AddForm) -> None:
    """Show the form for a report by its address or headline."""
    with st.form(form.key("form"), border=False):
        source = st.text_input(
            "Address or headline",
            value=form.shared.source,
            key=form.key("source"),
            placeholder="https://… or the headline itself",
            autocomplete="off",
            max_chars=2_000,
        )
        judgement = _show_judgement(question, form)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            published = st.date_input(
                "Published",
                value=None,
                max_value=visit.now.astimezone(visit.zone).date(),
                format="YYYY-MM-DD",
                key=form.key("date"),
                width=160,
            )
            title = st.text_input(
                "Headline, if the page cannot be read",
                value=form.shared.title,
                key=form.key("title"),
                autocomplete="off",
                width=300,
            )
            note = st.text_input(
                "Note",
                value=form.shared.note,
                key=form.key("note"),
                max_chars=add_text.MAX_NOTE_CHARACTERS,
                width=300,
            )
        if st.form_submit_button("Add evidence", type="primary", key=form.key("submit")):
            report = ManualEvidence(
                question.id,
                source or "",
                Direction.NEUTRAL,
                published_at=_at_noon(published, visit),
                title=title or "",
                note=note or "",
            )
            _add_report(visit, question, judgement, report)


def _show_judgement(question: Question, form: AddForm) -> Judgement:
    """Show option, direction and strength."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        option = _choose_option(question, form)
        direction = st.segmented_control(
            "It points" if question.kind in ("numeric", "date") else "It speaks",
            DIRECTIONS,
            format_func=lambda side: escape_markdown(
                add_text.describe_choice(question, side, option)
            ),
            key=form.key("direction"),
        )
        strength = st.selectbox(
            "How strongly",
            STRENGTHS,
            index=STRENGTHS.index(Strength.SOME),
            format_func=strength_name,
            key=form.key("strength"),
            width=150,
        )
    return Judgement(direction, strength, option)


def _choose_option(question: Question, form: AddForm) -> str:
    if not question.options:
        return ""
    names = [option.name for option in question.options]
    picked: str | None = st.selectbox(
        "Option", names, index=None, placeholder="Which one?", key=form.key("option"), width=220
    )
    return picked or ""


def _at_noon(day: date | None, visit: Visit) -> datetime | None:
    """Return a day's noon where the viewer is, so that it is the same day in most places."""
    if day is None:
        return None
    noon = datetime.combine(day, time(12), visit.zone).astimezone(UTC)
    return min(noon, visit.now)


def _add_report(
    visit: Visit, question: Question, judgement: Judgement, report: ManualEvidence
) -> None:
    """Add a report as judged, and begin the forms anew; a refusal leaves them as they are."""
    if judgement.direction is None:
        st.error(
            "Say which way it points; “for neither side” is an answer too.",
            icon=":material/error:",
        )
        return
    piece = replace(
        report,
        direction=judgement.direction,
        strength=judgement.strength,
        option=judgement.option,
    )
    with show_refusals():
        with st.spinner("Adding …"):
            result = visit.tracker.evidence.add(piece)
        words = add_text.describe_addition(question, result)
        reverse = _make_undo(visit.tracker, piece, result, words)
        push_notice(Notice(words, reverse))
        st.session_state[_COUNT_KEY] = st.session_state.get(_COUNT_KEY, 0) + 1
        st.rerun()


def _make_undo(
    tracker: Tracker, piece: ManualEvidence, result: ManualResult, words: str
) -> Callable[[], Notice] | None:
    """Return the way back: what was new or rejected is rejected, what had waited waits again."""
    evidence_id = result.evidence.id
    if result.previous == "logged":
        return partial(_undo_review, tracker, piece, evidence_id, words)
    if result.previous in (None, "rejected"):
        return partial(undo_addition, tracker, evidence_id, words)
    return None  # another person's judgement stood there: edit it


def undo_addition(tracker: Tracker, evidence_id: EvidenceId, words: str) -> Notice:
    """Reject a piece that was added; the notice takes it up again."""
    tracker.evidence.review(evidence_id, "rejected", note="taken back")
    return Notice("Taken back: it counts nothing", partial(_redo, tracker, evidence_id, words))


def _redo(tracker: Tracker, evidence_id: EvidenceId, words: str) -> Notice:
    tracker.evidence.reopen(evidence_id)
    return Notice(words, partial(undo_addition, tracker, evidence_id, words))


def _undo_review(
    tracker: Tracker, piece: ManualEvidence, evidence_id: EvidenceId, words: str
) -> Notice:
    """Take back the review that an addition became; the notice adds the piece once more."""
    tracker.evidence.reopen(evidence_id)
    return Notice("Taken back: it waits again", partial(_add_again, tracker, piece, words))


def _add_again(tracker: Tracker, piece: ManualEvidence, words: str) -> Notice:
    evidence_id = tracker.evidence.add(piece).evidence.id
    return Notice(words, partial(_undo_review, tracker, piece, evidence_id, words))


@st.fragment
def show_search(visit: Visit, question_id: QuestionId) -> None:
    """Show the search over everything read; a fragment, so that typing draws nothing else."""
    visit = visit.refresh()
    form = AddForm(f"found-{question_id}")
    words = st.text_input(
        "Words",
        key=f"{form.place}-words",
        placeholder="words of the report, “a phrase”, or begin*",
        autocomplete="off",
        label_visibility="collapsed",
    )
    if not words:
        return
    hits = visit.tracker.evidence.search(words, limit=MAX_HITS)
    if not hits:
        st.caption("Nothing that was read has these words.")
        return
    questions = {s.question.id: s.question for s in visit.tracker.questions.list()}
    question = questions[question_id]
    judgement = _show_judgement(question, form)
    texts = {question_id: q.text for question_id, q in questions.items()}
    for hit in hits:
        _show_hit(visit, question, judgement, hit, texts=texts)


def _show_hit(
    visit: Visit,
    question: Question,
    judgement: Judgement,
    hit: SearchHit,
    *,
    texts: Mapping[QuestionId, str],
) -> None:
    """Show a hit with its source, what it is evidence on, and the button that adds it."""
    with st.container(border=True, gap="xxsmall"):
        st.text(clip(hit.item.title, add_text.MAX_HEADLINE_CHARACTERS))
        source = add_text.describe_hit(hit, visit.zone)
        for line in filter(None, (source, add_text.describe_uses(hit, texts))):
            st.caption(escape_markdown(line))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _show_add_button(visit, question, judgement, hit)
            link_to_site(hit.item.url, "Read it", key=f"found-link-{hit.item.id}")


def _show_add_button(
    visit: Visit, question: Question, judgement: Judgement, hit: SearchHit
) -> None:
    use = add_text.find_use(hit, question.id)
    is_done = use is not None and use.status in ("confirmed", "edited")
    if st.button(
        "Evidence already" if is_done else "Add as evidence",
        key=f"add-hit-{hit.item.id}",
        disabled=is_done,
        icon=":material/check:" if is_done else ":material/add:",
    ):
        report = ManualEvidence(question.id, hit.item.id, Direction.NEUTRAL)
        _add_report(visit, question, judgement, report)


def show_bookmarklet(visit: Visit) -> None:
    """Show the bookmark that opens the form from any page, and how to use it."""
    public_url = visit.tracker.settings.public_url
    page = f"{public_url.rstrip('/')}/add" if public_url else st.context.url
    if not page:
        return
    st.caption(
        "From the browser: make a bookmark with this as its address. On any article it opens the "
        "form, filled in with address, headline and the text that you selected."
    )
    st.code(add_text.make_bookmarklet(page), language=None)
