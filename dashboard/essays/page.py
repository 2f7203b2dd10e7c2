"""Essays page: all essays with their records, and the form of a new one."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    TITLE,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.sharing import choose_members
from dashboard.components.visit import Visit
from dashboard.components.widgets import find_unused, show_empty, show_refusals
from dashboard.essays.text import describe_practice, describe_standing
from dashboard.wording.numbers import escape_markdown, plural
from forecasts.questions.new_question import OWN_ESSAY, short_name
from forecasts.questions.question import Essay
from tracker.errors import Refused
from tracker.essays.extracting import NOT_ENGLISH, is_english
from tracker.model.essays import EssaySummary, NewEssay

MAX_ESSAY_MEGABYTES: Final = 5
_KINDS: Final = ["txt", "md", "markdown", "html", "htm", "mhtml"]
_FORM_KEY: Final = "new-essay"
_COLUMNS: Final = (
    RowColumn(TITLE, "Essay"),
    RowColumn("published", "Published"),
    RowColumn("standing", "How it stands"),
    RowColumn("unasked", "Without a question", "end"),
)


def render(visit: Visit) -> None:
    """Show a row for each essay, then the form for another."""
    st.subheader("Essays", anchor=False)
    essays = visit.tracker.essays.list()
    if essays:
        show_rows("essays", "Essays", _COLUMNS, [_build_row(essay) for essay in essays])
    else:
        show_empty(
            "There are no essays yet.",
            "Paste one below. Its claims are marked at once, and each can become a question.",
        )
    if len(essays) > 1:
        _show_comparison(visit, essays)
    drawer = st.expander(
        "Add an essay", icon=":material/add:", expanded=not essays, key="add-essay"
    )
    with drawer, st.container(width=760):
        _show_new_essay_form(visit)


def _build_row(essay: EssaySummary) -> Row:
    """Build a row: the live record, with the retrospective one in small print after it."""
    standing = describe_standing(essay.live) or "Nothing has been asked yet."
    unasked = essay.coverage.undecided if essay.has_text else 0
    return Row(
        essay.essay.id,
        {
            TITLE: LinkCell(essay.essay.title, page_address("essay", e=essay.essay.id)),
            "published": TextCell(essay.essay.published, tone="quiet"),
            "standing": TextCell(standing, describe_practice(essay.retrospective)),
            "unasked": TextCell(plural(unasked, "claim") if unasked else ""),
        },
    )


def _show_comparison(visit: Visit, essays: Sequence[EssaySummary]) -> None:
    """Compare the records of two essays in sentences, once somebody opens the drawer."""
    drawer = st.expander(
        "Compare two essays", icon=":material/compare_arrows:", key="compare", on_change="rerun"
    )
    if not drawer.open:
        return
    titles = {str(essay.essay.id): essay.essay.title for essay in essays}
    names = list(titles)
    with drawer:
        left, right = st.columns(2)
        first = left.selectbox("First essay", names, format_func=titles.__getitem__, key="first")
        second = right.selectbox(
            "Second essay", names, index=1, format_func=titles.__getitem__, key="second"
        )
        if first == second:
            st.caption("Pick two different essays.")
            return
        compared = visit.tracker.essays.compare(first, second)
        for name, records in (("Live", compared.live), ("Looking back", compared.retrospective)):
            sentences = ["Neither has an answer yet."]
            if records.first.answered or records.second.answered:
                sentences = list(records.describe(titles[first], titles[second]))
            st.markdown(f"**{name}.** {escape_markdown(' '.join(sentences))}")


def _show_new_essay_form(visit: Visit) -> None:
    form = st.session_state.setdefault(_FORM_KEY, uuid4().hex)  # a new id clears the fields
    title = st.text_input(
        "Title", autocomplete="off", max_chars=200, placeholder="Taken from the text if empty",
        key=f"title-{form}", persist_state="session",
    )  # fmt: skip
    published = st.text_input(
        "Published", autocomplete="off", max_chars=40, placeholder="2026-11-25, or May 2022",
        key=f"published-{form}", persist_state="session",
    )  # fmt: skip
    pasted, file = _show_text_inputs(form)
    private_to = choose_members(visit, form)
    if not st.button("Add this essay", type="primary", key="add-it"):
        return
    with show_refusals():
        text, source = _read_text(visit, pasted, file)
        title = title.strip() or visit.tracker.essays.read_title(
            *(file or (pasted.encode(), "pasted"))
        )
        if not title:
            raise Refused("the essay has no title yet: give it one")
        used = {*visit.tracker.essays.titles(), OWN_ESSAY}
        name = find_unused(short_name(title) or "essay", used)
        new = NewEssay(name, title, text, source, published=published or "")
        stored = visit.tracker.essays.add(new, private_to=private_to)
        st.session_state.pop(_FORM_KEY, None)
        notify("Essay added" if is_english(text) else f"Essay added. {NOT_ENGLISH}")
        st.switch_page(visit.pages["essay"], query_params={"e": stored.essay_id})


def show_text_form(visit: Visit, essay: Essay) -> None:
    """Show the form for the first text, or a new version, of a known essay."""
    name = f"text-of-{essay.id}"
    form = st.session_state.setdefault(name, uuid4().hex)
    pasted, file = _show_text_inputs(form)
    if st.button("Save this text", type="primary", key=f"keep-{essay.id}"):
        with show_refusals():
            text, source = _read_text(visit, pasted, file)
            visit.tracker.essays.add(NewEssay(essay.id, essay.title, text, source))
            st.session_state.pop(name, None)
            notify("Text saved")
            st.rerun()


def _show_text_inputs(form: str) -> tuple[str, tuple[bytes, str] | None]:
    pasted = st.text_area("Text", height=240, key=f"text-{form}", persist_state="session") or ""
    uploaded = st.file_uploader(
        "Or a file: plain text, Markdown or a saved web page", type=_KINDS, key=f"file-{form}",
        max_upload_size=MAX_ESSAY_MEGABYTES,
    )  # fmt: skip
    return pasted, None if uploaded is None else (uploaded.getvalue(), uploaded.name)


def _read_text(visit: Visit, pasted: str, file: tuple[bytes, str] | None) -> tuple[str, str]:
    """Read the text and its source; raises `Refused` where there are two texts or none."""
    if file is not None and pasted.strip():
        raise Refused("there is both a text and a file: remove one of them")
    if file is not None:
        return visit.tracker.essays.read_text(*file), file[1]
    if not pasted.strip():
        raise Refused("there is no text yet: paste it or choose a file")
    return visit.tracker.essays.read_text(pasted.encode(), "the pasted text"), "pasted"
