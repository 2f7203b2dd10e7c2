"""Fields of a draft that take words: the question, what decides it, and its sources."""

from typing import Final, Literal

import streamlit as st

from dashboard.essays.draft_work import (
    DraftWork,
    name_source_in_criteria,
    take_source,
    take_words_as_test,
    word_criteria,
    write_freely,
)
from dashboard.essays.gaps import (
    drop_lost_condition,
    fill_gaps,
    is_skeleton,
    list_gaps,
    prompt_gap,
    read_blanks,
    show_blanks,
)
from dashboard.essays.sources import join_sources, propose_sources
from dashboard.questions.question_form import EXAMPLES, QuestionForm
from dashboard.wording import clip, escape_markdown
from forecasts.essays.drafting.acts import OPTION_GAPS
from forecasts.essays.drafting.rewording import TEST_GAP
from forecasts.linting.agreement import is_plain_event
from forecasts.questions.question import Kind

_MAX_TEXT: Final = 300
_RULES: Final = {
    "A plan or an announcement is not enough.": "a plan is not enough",
    "The first published figure counts, and no later revision.": "the first figure counts",
    "Annulled if the source stops publishing.": "annulled if the source stops",
}
"""Sentences that most criteria need, with a short label."""


def input_text(work: DraftWork, kind: Kind) -> str:
    """Show the question: its gaps as fields, or as one text."""
    form = work.form
    text = _input_gaps(work, "text")
    if text is None:
        lines = form.lines(
            "Question", "text", height=80, placeholder=EXAMPLES[kind], max_chars=_MAX_TEXT
        )
        text = read_blanks(" ".join(lines))
        if is_skeleton(work.draft) and text == work.draft.text:
            st.caption("These are the essay’s own words. Turn them into a question.")
    form.place("text")
    return text


def input_criteria(work: DraftWork, text: str) -> str:
    """Show what decides the answer: its gaps as fields, or as one text.

    Where it names the source, it names the one of the field.
    """
    name_source_in_criteria(work)
    criteria = _input_gaps(work, "criteria", text)
    if criteria is not None and TEST_GAP in criteria and is_plain_event(text):
        st.button(
            "Just as the question is worded", icon=":material/add:", type="tertiary",
            key=f"as-worded-{work.form.id}", on_click=take_words_as_test, args=(work,),
        )  # fmt: skip
    if criteria is None:
        lines = work.form.lines("What decides it", "criteria", height=150)
        criteria = read_blanks("\n".join(lines))
    rules = _choose_rules(work)
    work.form.place("criteria")
    return " ".join(filter(None, [criteria, *rules]))


def _choose_rules(work: DraftWork) -> tuple[str, ...]:
    """Show standard sentences to add to the criteria; those of the catalogue have their own."""
    if work.draft.match is not None or work.draft.by:
        return ()
    options = work.form.register_field("rules", [])
    selected = [rule for rule in work.form.value("rules") or () if rule in _RULES]
    st.session_state[options["key"]] = selected
    chosen = st.pills(
        "And",
        list(_RULES),
        selection_mode="multi",
        format_func=_RULES.__getitem__,
        label_visibility="collapsed",
        **options,
    )
    return tuple(rule for rule in _RULES if rule in chosen)


def _input_gaps(
    work: DraftWork, part: Literal["text", "criteria"], question: str = ""
) -> str | None:
    """Show the gaps of a part as fields with its words; None where it is edited as one text.

    With the question the criteria lose what it no longer asks.
    """
    form = work.form
    template = work.draft.plan.text if part == "text" else word_criteria(work)
    form.register_field(f"own-{part}", False)
    gaps = list_gaps(template)
    if form.value(f"own-{part}") or not gaps:
        return None
    preview = st.container() if part == "text" else None
    distinct = enumerate(dict.fromkeys(gaps))
    words = {gap: _input_gap(form, gap, f"gap-{part}-{k}") for k, gap in distinct}
    filled = fill_gaps(template, [words[gap] for gap in gaps])
    if question:
        filled = drop_lost_condition(filled, question)
    with preview or st.container():
        _show_filled(work, part, filled)
    return filled


def _input_gap(form: QuestionForm, gap: str, name: str) -> str:
    """Show the field of a gap; that of an option is filled from the options below."""
    if gap in OPTION_GAPS:
        options = str(form.value("options") or "").splitlines()
        place = OPTION_GAPS.index(gap)
        return options[place] if place < len(options) - 1 else ""
    prompt = prompt_gap(gap)
    if gap == TEST_GAP:
        lines = form.lines(prompt.label, name, height=80, placeholder=prompt.example)
        return " ".join(lines)
    return form.text(prompt.label, name, placeholder=prompt.example, live="300ms")


def _show_filled(work: DraftWork, part: str, filled: str) -> None:
    """Show the words of a part with its blanks, and the way to write them freely."""
    shown = escape_markdown(show_blanks(filled))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if part == "text":
            st.markdown(f"**{shown}**", width="stretch")
        else:
            st.caption(shown, width="stretch")
        st.button(
            "Edit", icon=":material/edit:", type="tertiary", key=f"own-{part}-{work.form.id}",
            help="Write it as one text.", on_click=write_freely, args=(work, part, filled),
        )  # fmt: skip


def input_sources(work: DraftWork, text: str) -> tuple[str, ...]:
    """Show the source with proposals beside it, and its fall-back."""
    form = work.form
    left, right = st.columns([2, 1])
    with left:
        first = form.text(
            "Source", "sources", placeholder="Who publishes the answer, and where",
            help="Write | between several.", live="300ms",
        )  # fmt: skip
        _show_source_proposals(work, text, first)
    with right:
        fallback = form.text("Fall-back source", "fallback", placeholder="Reuters")
    form.place("sources")
    return join_sources(first, fallback)


def _show_source_proposals(work: DraftWork, text: str, chosen: str) -> None:
    near = [work.mapped.sentence.text, *reversed(work.draft.source.before)]
    earlier = [summary.question.sources for summary in work.page.questions.values()]
    proposals = [line for line in propose_sources(text, near, earlier) if line not in chosen]
    if not proposals:
        return
    with st.container(horizontal=True, gap="xxsmall"):
        for k, source in enumerate(proposals):
            st.button(
                escape_markdown(clip(source, 60)), icon=":material/add:", type="tertiary",
                key=f"source-{k}-{work.form.id}", on_click=take_source, args=(work, source),
            )  # fmt: skip
