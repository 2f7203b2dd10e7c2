"""A sentence becomes a question: its draft, completed step by step, with what the linter finds
beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, sentence
from dashboard.essays import proposals
from dashboard.essays.draft_fields import Drafting, Filled, fields, slots
from dashboard.essays.draft_signposts import Row, indicator_rows, indicators_for
from dashboard.essays.drafting_data import Chosen, begun, kept, questions_of, together
from dashboard.home.question_form import Form, override_of, show_findings
from dashboard.wording import inert, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import Mapped
from forecasts.essays.claim_outcomes import check_bearing
from forecasts.essays.draft import asked_from
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import Asked, question_from
from forecasts.questions.question import EssayId
from tracker.essays.horizons import Wanted
from tracker.model.essays import EssayPage

_FORMS: Final = "draft-forms"


def open_form(essay_id: str, offset: int) -> None:
    """Begin the draft of a sentence."""
    st.session_state.setdefault(_FORMS, {})[f"{essay_id}@{offset}"] = uuid4().hex


def close_form(essay_id: str, offset: int) -> None:
    """Put the form away; what was kept of the draft stays."""
    st.session_state.get(_FORMS, {}).pop(f"{essay_id}@{offset}", None)


def is_open(page: EssayPage, one: Mapped) -> bool:
    """Whether a draft of the sentence stands open, or one was kept."""
    offset = one.sentence.offset
    return offset in page.drafts or f"{page.essay.id}@{offset}" in st.session_state.get(_FORMS, {})


@st.fragment
def render(visit: Visit, page: EssayPage, one: Mapped) -> None:
    """The form of the sentence's draft. A fragment: what is typed here does not read the whole
    essay again.
    """
    with calm():
        work = _begun(visit, page, one)
        if work.saved is not None:
            st.caption(
                f":material/save: Kept by {inert(work.saved.by)}, {visit.age(work.saved.saved_at)}."
            )
        slots(work)
        proposals.render(work)
        filled = fields(work)
        rows = indicator_rows(work.form, filled.draft.kind, filled.draft.options)
        work.form.place("indicators", "feeds")
        _opening(work, filled, rows)


def _begun(visit: Visit, page: EssayPage, one: Mapped) -> Drafting:
    """The draft with its form, which begins with what was kept of it, or else with what the rules
    propose.
    """
    essay_id, offset = page.essay.id, one.sentence.offset
    draft = visit.tracker.draft(essay_id, offset)
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    first = asked_from(draft, name="draft", closes_on=draft.horizons[0], now=now)
    form = Form(form_id, {**begun(draft, first), **(saved.fields if saved is not None else {})})
    return Drafting(visit, page, one, draft, form, saved, now)


def _opening(work: Drafting, filled: Filled, rows: Sequence[Row]) -> None:
    """What the linter finds, what will be opened, and the buttons."""
    asked = _asked(work, filled)
    watched = {each.id: indicators_for(filled.draft, each.id, rows) for each in asked}
    flaws = together(work.visit.tracker.lint(each, watched[each.id]) for each in asked)
    problem = filled.refusal or _problem(asked)
    show_findings(work.form, flaws)
    st.markdown("**6 · Open it**")
    for each in asked:
        st.caption(
            f":material/arrow_forward: {inert(each.text)} · closes {work.visit.day(each.closes_at)}"
        )
    override = override_of(work.form, flaws) if asked else ""
    if problem is not None:
        st.markdown(f":material/error: {sentence(str(problem))}")
    stuck = problem is not None or (
        any(flaw.severity == "blocking" for flaw in flaws) and not override
    )
    with st.container(horizontal=True, gap="xsmall"):
        label = "Open the question" if len(asked) < 2 else f"Open {plural(len(asked), 'question')}"
        opened = st.button(label, type="primary", key="open-claim", disabled=stuck)
        saved = st.button("Save draft", key="save-draft")
        again = "Back to what was kept" if work.saved is not None else "Discard"
        st.button(
            again,
            key="discard-draft",
            type="tertiary",
            on_click=close_form,
            args=(work.essay_id, work.offset),
        )
    if saved:
        _save(work)
    if opened:
        _open(work, asked, watched, override)


def _asked(work: Drafting, filled: Filled) -> tuple[Asked, ...]:
    if filled.refusal is not None:
        return ()
    chosen = Chosen(
        filled.draft, filled.name, filled.days, filled.prior, filled.prior_reason, filled.scale,
        EssayId(work.essay_id), work.one.claim_ids,
    )  # fmt: skip
    return questions_of(chosen, work.now)


def _problem(asked: Sequence[Asked]) -> ForecastsError | None:
    """Why the questions could not be made as they stand; None when they can."""
    for each in asked:
        try:
            check_bearing(question_from(each))
        except ForecastsError as problem:
            return problem
    return None


def _save(work: Drafting) -> None:
    work.visit.tracker.save_draft(work.essay_id, work.offset, kept(work.form.fields()))
    say("The draft is kept")
    st.rerun()


def _open(
    work: Drafting,
    asked: Sequence[Asked],
    watched: Mapping[str, tuple[Indicator, ...]],
    override: str,
) -> None:
    """Open them all, or none: several last days of one event are bound as a group in the same
    step.
    """
    wanted = [Wanted(each, watched[each.id]) for each in asked]
    work.visit.tracker.open_claims(wanted, work.offset, override=override)
    close_form(work.essay_id, work.offset)
    say("The question is open" if len(asked) == 1 else f"{plural(len(asked), 'question')} are open")
    st.rerun()
