"""All essays with their records, and a new one: its text pasted, or from a file."""

from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, empty
from dashboard.essays.essay_data import in_a_row
from dashboard.essays.essay_text import asked_sentence, claims_asked
from dashboard.wording import inert
from forecasts.questions.new_question import OWN_ESSAY, short_name
from forecasts.questions.question import Essay
from tracker.errors import Refused
from tracker.model.essays import EssaySummary, NewEssay

MEGABYTES: Final = 5
_KINDS: Final = ["txt", "md", "markdown", "html", "htm", "mhtml"]
_FORM: Final = "new-essay"


def render(visit: Visit) -> None:
    """A row for each essay, then the form for another."""
    st.subheader("Essays", anchor=False)
    found = visit.tracker.essays()
    if found:
        for one in found:
            _row(visit, one)
    else:
        empty(
            "There are no essays yet.",
            "Paste one below: its claims are found at once, and each can become a question.",
        )
    drawer = st.expander("Add an essay", icon=":material/add:", expanded=not found, key="add-essay")
    with drawer, st.container(width=760):
        _add(visit)


def _row(visit: Visit, one: EssaySummary) -> None:
    with st.container(border=True, gap="xxsmall", key=f"essay-{one.essay.id}"):
        st.page_link(
            visit.pages["essay"],
            label=f"**{inert(one.essay.title)}**",
            icon=":material/article:",
            query_params={"e": one.essay.id},
        )
        told = asked_sentence(one.coverage) if one.has_text else claims_asked(one.coverage)
        st.markdown(told)
        record = " · ".join(filter(None, in_a_row(one.live, one.retrospective)))
        published = inert(one.essay.published)
        st.caption(" · ".join(filter(None, [published, record])))


def _add(visit: Visit) -> None:
    form = st.session_state.setdefault(_FORM, uuid4().hex)  # a new one empties the fields
    title = st.text_input(
        "Title", autocomplete="off", max_chars=200, placeholder="As it stands in the text",
        key=f"title-{form}", persist_state="session",
    )  # fmt: skip
    published = st.text_input(
        "Published", autocomplete="off", max_chars=40, placeholder="2026-11-25, or May 2022",
        key=f"published-{form}", persist_state="session",
    )  # fmt: skip
    pasted, file = _text(form)
    if not st.button("Add this essay", type="primary", key="add-it"):
        return
    with calm():
        text, source = _handed_in(visit, pasted, file)
        title = title.strip() or visit.tracker.read_title(*(file or (pasted.encode(), "pasted")))
        if not title:
            raise Refused("the essay has no title yet: give it one, it stands above the text")
        kept = visit.tracker.add_essay(
            NewEssay(_free_name(visit, title), title, text, source, published=published or "")
        )
        st.session_state.pop(_FORM, None)
        say("The essay is kept")
        st.switch_page(visit.pages["essay"], query_params={"e": kept.essay_id})


def text_form(visit: Visit, essay: Essay) -> None:
    """The text of an essay that is known: the first, or another version of it."""
    name = f"text-of-{essay.id}"
    form = st.session_state.setdefault(name, uuid4().hex)
    pasted, file = _text(form)
    if st.button("Keep this text", type="primary", key=f"keep-{essay.id}"):
        with calm():
            text, source = _handed_in(visit, pasted, file)
            visit.tracker.add_essay(NewEssay(essay.id, essay.title, text, source))
            st.session_state.pop(name, None)
            say("The text is kept")
            st.rerun()


def _text(form: str) -> tuple[str, tuple[bytes, str] | None]:
    pasted = st.text_area("Its text", height=240, key=f"text-{form}", persist_state="session") or ""
    uploaded = st.file_uploader(
        "Or a file: plain text, Markdown, or a saved web page", type=_KINDS, key=f"file-{form}",
        max_upload_size=MEGABYTES,
    )  # fmt: skip
    return pasted, None if uploaded is None else (uploaded.getvalue(), uploaded.name)


def _handed_in(visit: Visit, pasted: str, file: tuple[bytes, str] | None) -> tuple[str, str]:
    """The text and where it came from; raises `Refused` where there are two texts or none."""
    if file is not None and pasted.strip():
        raise Refused("there is a text and a file: take one of the two away")
    if file is not None:
        return visit.tracker.read_text(*file), file[1]
    if not pasted.strip():
        raise Refused("there is no text yet: paste it, or choose a file")
    return visit.tracker.read_text(pasted.encode(), "the pasted text"), "pasted"


def _free_name(visit: Visit, title: str) -> str:
    """A short name out of the title that no essay has yet."""
    made = short_name(title) or "essay"
    taken = {*visit.tracker.essay_titles(), OWN_ESSAY}
    return next(
        name
        for n in range(1, len(taken) + 2)
        if (name := made if n == 1 else f"{made}-{n}") not in taken
    )
