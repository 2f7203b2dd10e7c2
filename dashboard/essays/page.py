"""Essays page: all essays with their records, and the form of a new one."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_table
from dashboard.essays.data import comparison_frame, summarise_records
from dashboard.essays.text import SKILL_NOTE, describe_claim_coverage, describe_coverage
from dashboard.wording import escape_markdown
from forecasts.essays.comparison import RecordComparison
from forecasts.questions.new_question import OWN_ESSAY, short_name
from forecasts.questions.question import Essay
from tracker.errors import Refused
from tracker.essays.extracting import NOT_ENGLISH, is_english
from tracker.model.essays import EssaySummary, NewEssay

_C = st.column_config
MAX_ESSAY_MEGABYTES: Final = 5
_KINDS: Final = ["txt", "md", "markdown", "html", "htm", "mhtml"]
_FORM_KEY: Final = "new-essay"


def render(visit: Visit) -> None:
    """Show a row for each essay, then the form for another."""
    st.subheader("Essays", anchor=False)
    essays = visit.tracker.essays.list()
    if essays:
        for essay in essays:
            _show_essay(visit, essay)
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


def _show_essay(visit: Visit, essay: EssaySummary) -> None:
    with st.container(border=True, gap="xxsmall", key=f"essay-{essay.essay.id}"):
        st.page_link(
            visit.pages["essay"],
            label=f"**{escape_markdown(essay.essay.title)}**",
            icon=":material/article:",
            query_params={"e": essay.essay.id},
        )
        coverage_line = (
            describe_coverage(essay.coverage)
            if essay.has_text
            else describe_claim_coverage(essay.coverage)
        )
        st.markdown(coverage_line)
        record = " · ".join(filter(None, summarise_records(essay.live, essay.retrospective)))
        published = escape_markdown(essay.essay.published)
        st.caption(" · ".join(filter(None, [published, record])))


def _show_comparison(visit: Visit, essays: Sequence[EssaySummary]) -> None:
    """Show the records of two essays side by side, once somebody opens the drawer."""
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
        both = titles[first], titles[second]
        _show_compared(compared.live, "Live", both)
        _show_compared(compared.retrospective, "Looking back", both)
        st.caption(SKILL_NOTE)


def _show_compared(records: RecordComparison, name: str, titles: tuple[str, str]) -> None:
    """Show one pair of records; their table only once one of them has an answer."""
    if not records.first.answered and not records.second.answered:
        st.caption(f"**{name}.** Neither has an answer yet.")
        return
    st.caption(f"**{name}.**")
    for sentence in records.describe(*titles):
        st.markdown(escape_markdown(sentence))
    columns = {
        "essay": _C.TextColumn("Essay", width=140),
        "skill": _C.TextColumn("Skill per claim (95%)", width=180),
        "answered": _C.TextColumn("Answered", width=80),
        "borne_out": _C.TextColumn("Borne out", width=80),
        "chance": _C.TextColumn("By chance", width=90),
    }
    show_table(comparison_frame(titles, records), columns, f"{name} records compared")


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
    if not st.button("Add this essay", type="primary", key="add-it"):
        return
    with show_refusals():
        text, source = _read_text(visit, pasted, file)
        title = title.strip() or visit.tracker.essays.read_title(
            *(file or (pasted.encode(), "pasted"))
        )
        if not title:
            raise Refused("the essay has no title yet: give it one")
        stored = visit.tracker.essays.add(
            NewEssay(
                _make_unused_name(visit, title), title, text, source, published=published or ""
            )
        )
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


def _make_unused_name(visit: Visit, title: str) -> str:
    """Make an unused short name out of the title."""
    base = short_name(title) or "essay"
    used_names = {*visit.tracker.essays.titles(), OWN_ESSAY}
    return next(
        name
        for n in range(1, len(used_names) + 2)
        if (name := base if n == 1 else f"{base}-{n}") not in used_names
    )
