"""The form that links questions: a kind, questions in the order that the kind asks for, and why."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm
from dashboard.scenarios.coherence_data import fitting
from dashboard.scenarios.coherence_text import ABOUT, KIND_OF_LINK, ROLES
from dashboard.wording import RULE, clipped, inert
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.new_question import short_name
from forecasts.questions.question import QuestionId
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import Coherence


def render(visit: Visit, found: Coherence) -> None:
    """The form, closed at first."""
    with st.expander("Link questions", key="add-link", on_change="rerun") as drawer:
        if drawer.open:
            _form(visit, found)


@st.fragment
def _form(visit: Visit, found: Coherence) -> None:
    kinds: tuple[LinkKind, ...] = get_args(LinkKind)
    kind = st.selectbox(
        "How they are linked", kinds, format_func=KIND_OF_LINK.__getitem__, key="link-kind"
    )
    st.caption(inert(RULE[kind]))
    rows = visit.tracker.questions()
    chosen = _questions(kind, rows)
    labels = _labels(kind, chosen, {row.question.id: row.question.text for row in rows})
    title = st.text_input("Title", key="link-title", max_chars=120, autocomplete="off") or ""
    why = (
        st.text_area(
            "Why", key="link-why", height=80, max_chars=1_000, placeholder="What makes it so?"
        )
        or ""
    )
    if st.button("Link them", type="primary", key="link-them"):
        with calm():
            _add(visit, found, Link(LinkId(""), kind, chosen, title.strip(), labels, why.strip()))


def _questions(kind: LinkKind, rows: Sequence[QuestionSummary]) -> tuple[QuestionId, ...]:
    """One field for each place of the link, or one for all where any number may be linked."""
    if kind not in ROLES:
        texts = fitting(kind, rows)
        chosen = st.multiselect(
            "Questions, in order", list(texts), format_func=texts.__getitem__, key=f"link-all-{kind}",
            placeholder="Type to search", help="The nearest date first." if kind == "dates" else None,
        )  # fmt: skip
        return tuple(chosen)
    roles = (*ROLES[kind], ABOUT) if kind == "condition" else ROLES[kind]
    found = []
    for place, role in enumerate(roles):
        texts = fitting(kind, rows, place)
        picked = st.selectbox(
            role, list(texts), index=None, format_func=texts.__getitem__, placeholder="Type to search",
            key=f"link-{kind}-{place}",
        )  # fmt: skip
        found.append(picked)
    return tuple(question_id for question_id in found if question_id is not None)


def _labels(
    kind: LinkKind, chosen: Sequence[QuestionId], texts: dict[QuestionId, str]
) -> tuple[str, ...]:
    """Short names for a chart, all or none."""
    if kind not in ("dates", "members", "condition") or not chosen:
        return ()
    st.caption("Short names for a chart, such as “end of 2027”; leave all of them empty for none.")
    found = [
        (
            st.text_input(
                inert(clipped(texts[each], 90)),
                key=f"link-label-{each}",
                max_chars=40,
                autocomplete="off",
            )
            or ""
        ).strip()
        for each in chosen
    ]
    return tuple(found) if any(found) else ()


def _add(visit: Visit, found: Coherence, given: Link) -> None:
    if not given.title:
        raise InvalidQuestion("a link needs a title: what do the questions have in common?")
    if not given.why:
        raise InvalidQuestion("a link needs its reason: write a sentence under Why")
    if given.kind in ROLES and len(given.question_ids) < len(ROLES[given.kind]):
        raise InvalidQuestion("choose a question for every place of the link")
    if given.labels and not all(given.labels):
        raise InvalidQuestion("give every question a short name, or none")
    named = LinkId(_free(short_name(given.title) or "link", {link.id for link in found.links}))
    visit.tracker.add_link(
        Link(named, given.kind, given.question_ids, given.title, given.labels, given.why)
    )
    say("Linked")
    for key in [key for key in st.session_state if str(key).startswith("link-")]:
        del st.session_state[key]
    st.rerun()


def _free(name: str, taken: set[LinkId]) -> str:
    """The name, with a number where it is taken."""
    names = (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
