"""Form that links questions: kind, questions in the kind's order, and reason."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from dashboard.components.toasts import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.scenarios.coherence_data import list_linkable_questions
from dashboard.scenarios.coherence_text import LINK_KIND_NAMES, LINK_ROLES, OPTIONAL_ROLE
from dashboard.wording import LINK_RULES, clip, escape_markdown
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.new_question import short_name
from forecasts.questions.question import QuestionId
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import CoherenceReport


def show_link_form(visit: Visit, coherence: CoherenceReport) -> None:
    """Show the form, collapsed."""
    with st.expander("Link questions", key="add-link", on_change="rerun") as drawer:
        if drawer.open:
            _show_form(visit, coherence)


@st.fragment
def _show_form(visit: Visit, coherence: CoherenceReport) -> None:
    kinds: tuple[LinkKind, ...] = get_args(LinkKind)
    kind = st.selectbox(
        "How they are linked", kinds, format_func=LINK_KIND_NAMES.__getitem__, key="link-kind"
    )
    st.caption(escape_markdown(LINK_RULES[kind]))
    rows = visit.tracker.questions.list()
    chosen = _choose_questions(kind, rows)
    labels = _show_label_inputs(kind, chosen, {row.question.id: row.question.text for row in rows})
    title = st.text_input("Title", key="link-title", max_chars=120, autocomplete="off") or ""
    reason = (
        st.text_area(
            "Why", key="link-why", height=80, max_chars=1_000, placeholder="What makes it so?"
        )
        or ""
    )
    if st.button("Link them", type="primary", key="link-them"):
        with show_refusals():
            _add_link(
                visit,
                coherence,
                Link(LinkId(""), kind, chosen, title.strip(), labels, reason.strip()),
            )


def _choose_questions(kind: LinkKind, rows: Sequence[QuestionSummary]) -> tuple[QuestionId, ...]:
    """Show a field for each role of the link, or one for all where the number is open."""
    if kind not in LINK_ROLES:
        texts = list_linkable_questions(kind, rows)
        chosen = st.multiselect(
            "Questions, in order", list(texts), format_func=texts.__getitem__,
            key=f"link-all-{kind}", placeholder="Type to search",
            help="The nearest date first." if kind == "dates" else None,
        )  # fmt: skip
        return tuple(chosen)
    roles = (*LINK_ROLES[kind], OPTIONAL_ROLE) if kind == "condition" else LINK_ROLES[kind]
    selected = []
    for position, role in enumerate(roles):
        texts = list_linkable_questions(kind, rows, position)
        question_choice = st.selectbox(
            role, list(texts), index=None, format_func=texts.__getitem__,
            placeholder="Type to search", key=f"link-{kind}-{position}",
        )  # fmt: skip
        selected.append(question_choice)
    return tuple(question_id for question_id in selected if question_id is not None)


def _show_label_inputs(
    kind: LinkKind, chosen: Sequence[QuestionId], texts: dict[QuestionId, str]
) -> tuple[str, ...]:
    """Show the short names for a chart, all or none."""
    if kind not in ("dates", "members", "condition") or not chosen:
        return ()
    st.caption("Short names for a chart, such as “end of 2027”; leave all of them empty for none.")
    labels = [
        (
            st.text_input(
                escape_markdown(clip(texts[question_id], 90)),
                key=f"link-label-{question_id}",
                max_chars=40,
                autocomplete="off",
            )
            or ""
        ).strip()
        for question_id in chosen
    ]
    return tuple(labels) if any(labels) else ()


def _add_link(visit: Visit, coherence: CoherenceReport, entered: Link) -> None:
    if not entered.title:
        raise InvalidQuestion("a link needs a title: what do the questions have in common?")
    if not entered.why:
        raise InvalidQuestion("a link needs its reason: write a sentence under Why")
    if entered.kind in LINK_ROLES and len(entered.question_ids) < len(LINK_ROLES[entered.kind]):
        raise InvalidQuestion("choose a question for every place of the link")
    if entered.labels and not all(entered.labels):
        raise InvalidQuestion("give every question a short name, or none")
    link_id = LinkId(
        _make_unused_id(short_name(entered.title) or "link", {link.id for link in coherence.links})
    )
    visit.tracker.links.add(
        Link(
            link_id, entered.kind, entered.question_ids, entered.title, entered.labels, entered.why
        )
    )
    notify("Linked")
    for key in [key for key in st.session_state if str(key).startswith("link-")]:
        del st.session_state[key]
    st.rerun()


def _make_unused_id(name: str, used_ids: set[LinkId]) -> str:
    """Return the name, with a number if it is used."""
    names = (name, *(f"{name}-{n}" for n in range(2, len(used_ids) + 3)))
    return next(candidate for candidate in names if candidate not in used_ids)
