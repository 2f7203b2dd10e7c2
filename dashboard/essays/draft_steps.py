"""Steps of a draft: question and criteria; window, source and base rate; signposts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final, Literal

import streamlit as st

from dashboard.components.widgets import format_sentence
from dashboard.essays.draft_form import (
    SIGNPOST_FIELDS,
    DraftWork,
    FilledDraft,
    Part,
    find_template,
    list_proposed_days,
    proposal_key,
    read_part,
    set_fields,
    take_candidate,
    take_day,
    take_further_day,
    take_kind,
    take_typed_day,
    take_words_as_test,
    write_freely,
)
from dashboard.questions.question_form import (
    EXAMPLES,
    QuestionForm,
    choose_kind,
    choose_shape,
    input_options,
    input_prior,
    input_range,
    input_reason,
    input_statements,
)
from dashboard.wording.evidence import side_label
from dashboard.wording.numbers import clip, escape_markdown, plural
from forecasts.errors import ForecastsError
from forecasts.essays.draft_fields import (
    RULES,
    is_skeleton,
    list_gaps,
    parse_day,
    propose_sources,
    show_blanks,
)
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.drafting.acts import OPTION_GAPS
from forecasts.essays.drafting.rewording import TEST_GAP
from forecasts.essays.drafting.subjects import ACTOR_GAP
from forecasts.linting.agreement import is_plain_event
from forecasts.linting.flaws import FlawPlace
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import Kind
from tracker.llm.draft_proposals import ProposalResult
from tracker.llm.llm_messages import LlmFailure

Step = Literal[1, 2, 3]

STEPS: Final[dict[Step, str]] = {
    1: "Question and criteria",
    2: "Window, source, base rate",
    3: "Signposts, if you want",
}
PLACES: Final[dict[Step, tuple[FlawPlace, ...]]] = {
    1: ("text", "criteria", "options", "scale"),
    2: ("times", "sources", "prior"),
}
"""Parts of the question that a step asks for."""

_PROMPTS: Final = {
    ACTOR_GAP: ("Who or what?", "its name in full"),
    TEST_GAP: (
        "What decides it",
        "What has to happen, be published or be measured, and what is not enough",
    ),
}
"""Labels of the fields of gaps, each with an example; others ask in the words of the gap."""

_MAX_TEXT: Final = 300
_EXAMPLE_DAY: Final = "30 April 2027"
_BINARY_OUTCOMES: Final = {"yes": "YES", "no": "NO", "": "Neither"}
_COMPARISONS: Final[dict[Kind, tuple[str, ...]]] = {
    "numeric": ("", "at least", "at most", "more than", "less than"),
    "date": ("", "by", "after"),
}


def show_step(work: DraftWork, filled: FilledDraft, step: Step) -> None:
    """Show the fields of a step; what nobody has filled in yet is said at its field."""
    show: dict[Step, Callable[[DraftWork, FilledDraft], None]] = {
        1: _show_question,
        2: _show_window,
        3: _show_signposts,
    }
    show[step](work, filled)
    for place in PLACES.get(step, ()):
        if place in filled.missing:
            with work.form.places[place]:
                st.caption(f":material/edit: Fill in {filled.missing[place]}.")


# Question and criteria


def _show_question(work: DraftWork, filled: FilledDraft) -> None:
    form, kind = work.form, filled.form.draft.plan.kind
    _show_candidates(work)
    choose_kind(form, on_change=take_kind, args=(work,), label_visibility="collapsed")
    _input_text(work, kind)
    form.place("text")
    if kind in ("categorical", "ordered"):
        input_options(form, kind)
    elif kind == "numeric":
        with suppress(ForecastsError):  # a range that is missing is told below
            input_range(form)
    form.place("options", "scale")
    _input_criteria(work)
    form.place("criteria")


def _show_candidates(work: DraftWork) -> None:
    """Show the questions that can be asked of the claim, to choose one of several."""
    options = work.form.register_field("pick", 0)
    # A model's draft that was saved may not be there any more.
    pick = min(int(work.form.value("pick") or 0), len(work.drafts) - 1)
    st.session_state[options["key"]] = pick
    if len(work.drafts) > 1:
        texts = [
            f"“{draft.text}”" if is_skeleton(draft) else show_blanks(draft.plan.text)
            for draft in work.drafts
        ]
        st.radio(
            "What to ask", range(len(texts)), format_func=lambda k: escape_markdown(texts[k]),
            on_change=take_candidate, args=(work,), **options,
        )  # fmt: skip
    for note in work.draft.plan.notes:
        st.caption(f":material/info: {escape_markdown(note)}")
    if work.visit.tracker.settings.model_url:
        _show_model_button(work)


def _show_model_button(work: DraftWork) -> None:
    """Show the button that asks the model for more questions, and why some are left out."""
    key = proposal_key(work.form)
    if st.button("Ask the model for more", icon=":material/smart_toy:", key=f"more-{key}"):
        with st.spinner("Asking the model …"):
            st.session_state[key] = work.visit.tracker.essays.propose(*work.place)
        st.rerun()
    proposal: ProposalResult | None = st.session_state.get(key)
    if isinstance(proposal, LlmFailure):
        st.markdown(f":material/error: {format_sentence(proposal.reason)}")
    elif proposal is not None:
        for reason in proposal.refused:
            st.caption(f":material/block: Left out {escape_markdown(reason)}")
        if not proposal.drafts and not proposal.refused:
            st.caption("It has nothing to add.")


def _input_text(work: DraftWork, kind: Kind) -> None:
    """Show the question: its gaps as fields, or as one text."""
    if _input_gaps(work, "text"):
        return
    work.form.lines("Question", "text", height=68, placeholder=EXAMPLES[kind], max_chars=_MAX_TEXT)
    if is_skeleton(work.draft) and read_part(work, "text") == work.draft.text:
        st.caption("These are the essay’s own words. Turn them into a question.")


def _input_criteria(work: DraftWork) -> None:
    """Show what decides the answer, and standard sentences; drafts of the catalogue have theirs."""
    form = work.form
    if not _input_gaps(work, "criteria"):
        form.lines("What decides it", "criteria", height=125)
    elif TEST_GAP in read_part(work, "criteria") and is_plain_event(read_part(work, "text")):
        st.button(
            "Just as the question is worded", icon=":material/add:", type="tertiary",
            key=f"as-worded-{form.id}", on_click=take_words_as_test, args=(work,),
        )  # fmt: skip
    if work.draft.match is None and not work.draft.by:
        options = form.register_field("rules", [])
        selected = [rule for rule in form.value("rules") or () if rule in RULES]
        st.session_state[options["key"]] = selected
        st.pills(
            "And", list(RULES), selection_mode="multi", format_func=RULES.__getitem__,
            label_visibility="collapsed", **options,
        )  # fmt: skip


def _input_gaps(work: DraftWork, part: Part) -> bool:
    """Show a part with its gaps as fields; False where it is edited as one text."""
    form = work.form
    form.register_field(f"own-{part}", False)
    gaps = list_gaps(find_template(work, part))
    if form.value(f"own-{part}") or not gaps:
        return False
    if part == "text":
        _show_filled(work, part)
    for k, gap in enumerate(dict.fromkeys(gaps)):
        name = f"gap-{part}-{k}"
        label, example = _PROMPTS.get(gap) or (f"{capitalise(gap.strip('[…] '))}?", "")
        if gap == TEST_GAP:
            form.lines(label, name, height=80, placeholder=example)
        elif gap not in OPTION_GAPS:  # those follow the options
            form.text(label, name, placeholder=example, live="300ms")
    if part == "criteria":
        _show_filled(work, part)
    return True


def _show_filled(work: DraftWork, part: Part) -> None:
    """Show the words of a part with its blanks, and the way to write them freely."""
    shown = escape_markdown(show_blanks(read_part(work, part)))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if part == "text":
            st.markdown(f"**{shown}**", width="stretch")
        else:
            st.caption(shown, width="stretch")
        st.button(
            "Edit", icon=":material/edit:", type="tertiary", key=f"own-{part}-{work.form.id}",
            help="Write it as one text.", on_click=write_freely, args=(work, part),
        )  # fmt: skip


# Window, source and base rate


def _show_window(work: DraftWork, filled: FilledDraft) -> None:
    form, draft = work.form, filled.form.draft
    _choose_days(work)
    form.place("times")
    _input_sources(work, draft.plan.text)
    form.place("sources")
    if work.draft.match is not None and work.draft.plan.base_rate:
        st.caption(escape_markdown(work.draft.plan.base_rate))
    kind = draft.plan.kind
    left, right = st.columns([2, 1])
    with left:
        reason = input_reason(form, kind)
    with right:
        first = build_new_question(draft, name="draft", now=work.now)
        shown = first if kind == "date" else replace(first, scale=filled.form.scale)
        input_prior(form, shown, filled.refusal, reason)
    form.place("prior")
    _choose_outcome(form, kind, draft.plan.options)


def _choose_days(work: DraftWork) -> None:
    """Show the choice of the last day, and of further ones, folded."""
    form = work.form
    options, chosen = form.register_field("day"), form.value("day")
    days = list_proposed_days(work)
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        st.pills(
            "Last day that counts (UTC)", sorted({*days, chosen}), required=True, wrap=True,
            format_func=_format_day, on_change=take_day, args=(work,), **options,
        )  # fmt: skip
    with right:
        _input_day(work, "Another day", "typed-day", take_typed_day)
    if chosen < work.today.isoformat():
        st.caption("This day has passed: the question looks back, and its scores are practice.")
    options = form.register_field("more-days", [])
    further = [day for day in form.value("more-days") or () if day != chosen]
    st.session_state[options["key"]] = further
    count = f": {plural(len(further) + 1, 'question')}" if further else ""
    with st.expander(f"Ask for several days{count}", type="compact", key=f"several-{form.id}"):
        st.pills(
            "The same question opens for each of these days, too",
            sorted({*days, *further} - {chosen}), selection_mode="multi", wrap=True,
            format_func=_format_day, **options,
        )  # fmt: skip
        _input_day(work, "Add a day", "further-day", take_further_day)


def _input_day(work: DraftWork, label: str, name: str, take: Callable[[DraftWork], None]) -> None:
    """Show a field for a day, which is taken with Enter; an unreadable one stays and says so."""
    typed = work.form.text(label, name, placeholder=_EXAMPLE_DAY, on_change=take, args=(work,))
    if typed and parse_day(typed, work.today) is None:
        words = f"“{escape_markdown(typed)}” is no day ahead. Write {_EXAMPLE_DAY}."
        st.caption(f":material/error: {words}")


def _format_day(day: str) -> str:
    read = date.fromisoformat(day)
    return f"{read.day} {read:%b %Y}"


def _input_sources(work: DraftWork, text: str) -> None:
    """Show the source with proposals below it, and its fall-back."""
    form = work.form
    left, right = st.columns([2, 1])
    with left:
        chosen = form.text(
            "Source", "sources", placeholder="Who publishes the answer, and where", live="300ms"
        )
    with right:
        form.text("Fall-back source", "fallback", placeholder="Reuters")
    near = [work.mapped.sentence.text, *reversed(work.draft.source.before)]
    earlier = [summary.question.sources for summary in work.page.questions.values()]
    proposals = [line for line in propose_sources(text, near, earlier) if line not in chosen]
    with st.container(horizontal=True, gap="xxsmall"):
        for k, source in enumerate(proposals):
            st.button(
                escape_markdown(clip(source, 60)), icon=":material/add:", type="tertiary",
                key=f"source-{k}-{form.id}", on_click=set_fields, args=(form, {"sources": source}),
            )  # fmt: skip


def _choose_outcome(form: QuestionForm, kind: Kind, options: tuple[str, ...]) -> None:
    """Show the choice of the answer that bears the claim out."""
    if kind == "binary":
        st.pills(
            "The claim is right if the answer is", list(_BINARY_OUTCOMES), required=True,
            format_func=_BINARY_OUTCOMES.__getitem__, **form.register_field("bears", ""),
        )  # fmt: skip
        return
    if kind in ("categorical", "ordered"):
        named = [name.strip() for name in str(form.value("bears") or "").split("|")]
        field = form.register_field("among", [name for name in named if name in options])
        chosen = [name for name in form.value("among") or () if name in options]
        st.session_state[field["key"]] = chosen
        st.multiselect("The claim is right if the answer is", list(options), **field)
        return
    left, right = st.columns(2, vertical_alignment="bottom")
    field = form.register_field("compared", "")
    if form.value("compared") not in _COMPARISONS[kind]:
        st.session_state[field["key"]] = ""
    with left:
        comparison = st.selectbox(
            f"The claim is right if {'the number is' if kind == 'numeric' else 'it happens'}",
            _COMPARISONS[kind], format_func=lambda word: word or "whatever it is", **field,
        )  # fmt: skip
    with right:
        if comparison and kind == "date":
            form.day("This day", "bound-day")
        elif comparison:
            st.number_input("This number", None, format="%g", **form.register_field("bound"))


# Signposts


def _show_signposts(work: DraftWork, filled: FilledDraft) -> None:
    """Show what to watch for, and what follows from the question until somebody changes it."""
    form, draft = work.form, filled.form.draft
    if draft.plan.options:
        st.caption("Signposts of an option are added once the question is open.")
    else:
        for direction, name in SIGNPOST_FIELDS.items():
            side = side_label(draft.plan.kind, direction)
            form.lines(f"{side}: headlines that would show it, one per line", name, height=80)
    if draft.plan.kind == "binary":
        choose_shape(form)
    form.text("ID", "name", help="For its address and for commands; kept for good.")
    if filled.questions:
        with suppress(ForecastsError):  # lines that cannot stand say so
            input_statements(work.visit, form, filled.questions[0])
    if cases := work.draft.plan.edge_cases:
        st.caption("Common edge cases:")
        st.text("\n".join(f"• {case}" for case in cases))
