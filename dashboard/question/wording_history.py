"""How a question came to read as it does, what the linter says of it now, and the ways to change
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, flat
from dashboard.question.wording_data import forecast_by_somebody, rewordings
from dashboard.wording import (
    against_the_linter,
    capital,
    clipped,
    finding,
    findings,
    inert,
    judge,
    marked,
    named,
    plural,
)
from forecasts.linting.lint import Flaw
from forecasts.questions.question import ForecasterId, Question
from tracker.app.question_verbs import Wording
from tracker.model.read_models import QuestionPage

WHY_LIMIT = 1_000
TEXT_LIMIT = 300


def render(visit: Visit, page: QuestionPage) -> None:
    """Earlier wordings, the linter's findings, and below them the forms, where they can still be
    used.
    """
    _override(visit, page)
    _earlier(visit, page)
    if visit.looks_back:
        return
    if page.summary.status in ("open", "upcoming"):
        _lint(visit, page)
    if page.summary.resolution is None:
        with st.expander(
            "Word it anew", icon=":material/edit:", key="wording-anew", on_change="rerun"
        ) as anew:
            if anew.open:
                _anew(visit, page)
        _take_back(visit, page)
    else:
        st.caption("It has its answer, so its wording stays as it is.")


def wording_now(visit: Visit, page: QuestionPage) -> None:
    """Which wording stands, where there was more than one."""
    if len(page.versions) > 1:
        newest = page.versions[-1]
        st.caption(
            f"Wording {newest.number} of {len(page.versions)}, since {visit.day(newest.at)}: see "
            "below."
        )


def _name(visit: Visit, page: QuestionPage, who: ForecasterId | None) -> str:
    if who is None:
        return "nobody in particular"
    if who == visit.me or who not in page.forecasters:
        return judge(who, visit.me)
    return named(page.forecasters[who], visit.me)


def _override(visit: Visit, page: QuestionPage) -> None:
    override = page.override
    if override is None:
        return
    opened = all(version.at != override.at for version in page.versions[1:])
    who = _name(visit, page, override.by)
    said = against_the_linter(override, opened=opened, by=who, on=visit.day(override.at))
    st.markdown(f":material/gavel: {inert(said)}")


def _earlier(visit: Visit, page: QuestionPage) -> None:
    """Each later wording, the newest first: when, by whom, why, and what changed."""
    found = rewordings(page.versions)
    if not found:
        return
    st.markdown(
        f"**Worded anew {plural(len(found), 'time')}**: what was added is **bold**, what went is "
        "~~struck out~~"
    )
    for each in found:
        version = each.version
        with st.container(border=True, gap="xsmall"):
            who = _name(visit, page, version.by)
            said = f"Worded anew on {visit.ago(version.at)}, by {who} because: {version.why}"
            st.markdown(f"**{version.number}** · {inert(said)}", help=visit.utc(version.at))
            for change in each.changes:
                st.caption(change.part)
                st.markdown(marked(change.pieces))
    first = page.versions[0]
    with st.expander("As it was opened", type="compact", key="wording-first"):
        st.text(first.text)
        st.text(flat(first.criteria))
        st.text("\n".join(f"• {source}" for source in first.sources))


def _lint(visit: Visit, page: QuestionPage) -> None:
    flaws = visit.tracker.lint_question(page.summary.question.id)
    label = f"Can a stranger resolve it? {capital(findings(flaws))}"
    with st.expander(label, icon=":material/fact_check:", key="wording-lint"):
        _flaws(flaws)


def _flaws(flaws: Sequence[Flaw]) -> None:
    if not flaws:
        st.caption(
            "The linter finds nothing: somebody who sees the future, but not our minds, could "
            "answer it."
        )
    for flaw in flaws:
        icon = ":material/block:" if flaw.severity == "blocking" else ":material/lightbulb:"
        st.markdown(f"{icon} {inert(finding(flaw))}")


# Word it anew


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands in the form."""

    wording: Wording
    why: str
    override: str


@st.fragment
def _anew(visit: Visit, page: QuestionPage) -> None:
    """The wording to be changed, with what the linter would say of it; it is kept beside the old
    one.
    """
    question = page.summary.question
    form = st.session_state.setdefault(f"wording-form-{question.id}", uuid4().hex)
    st.caption(
        "Forecasts keep the wording they were made on. Everybody sees what changed, and why."
    )
    text = st.text_input(
        "Question", question.text, key=f"anew-text-{form}", max_chars=TEXT_LIMIT, autocomplete="off"
    )
    criteria = st.text_area(
        "How it is resolved", flat(question.criteria), key=f"anew-criteria-{form}", height=140
    )
    listed = st.text_area(
        "Sources, one a line", "\n".join(question.sources), key=f"anew-sources-{form}", height=100
    )
    sources = tuple(line.strip() for line in (listed or "").splitlines() if line.strip())
    wording = Wording((text or "").strip(), (criteria or "").strip(), sources)
    override = _checked(visit, page, _worded(question, wording), form)
    why = st.text_input(
        "Why it changes", key=f"anew-why-{form}", max_chars=WHY_LIMIT, autocomplete="off"
    )
    if st.button("Word it anew", key=f"anew-save-{form}", type="primary"):
        with calm():
            _save(visit, page, _Said(wording, (why or "").strip(), override))


def _worded(question: Question, wording: Wording) -> Question:
    return replace(
        question,
        text=wording.text or question.text,
        criteria=wording.criteria or question.criteria,
        sources=wording.sources or question.sources,
    )


def _checked(visit: Visit, page: QuestionPage, worded: Question, form: str) -> str:
    """What the linter says of the new wording; why it stands all the same, where it blocks what it
    did not before.
    """
    question = page.summary.question
    indicators = tuple(page.indicators.values())
    flaws = visit.tracker.lint(worded, indicators)
    st.caption(f"The linter on this wording: {findings(flaws)}")
    with st.container(gap="xxsmall"):
        _flaws(flaws) if flaws else None
    before = {flaw.code for flaw in visit.tracker.lint(question, indicators)}
    new = [flaw for flaw in flaws if flaw.severity == "blocking" and flaw.code not in before]
    if not new or page.override is not None:
        return ""
    said = st.text_input(
        "Why it stands against the linter", key=f"anew-override-{form}", max_chars=WHY_LIMIT
    )
    return (said or "").strip()


def _save(visit: Visit, page: QuestionPage, said: _Said) -> None:
    question = page.summary.question
    wording = said.wording
    if wording.criteria == flat(question.criteria):
        wording = replace(
            wording, criteria=question.criteria
        )  # the line breaks of its file are no change
    visit.tracker.edit_question(question.id, wording, why=said.why, override=said.override)
    st.session_state.pop(f"wording-form-{question.id}", None)
    say("Worded anew; the earlier wording is kept")
    st.rerun()


# Take it back


def _take_back(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if forecast_by_somebody(page):
        st.caption(
            "Somebody has forecast it, so it cannot be taken back: it can only be annulled, in "
            "the tab Answer."
        )
        return
    with st.popover("Take the question back", icon=":material/undo:", key="taking-back"):
        st.caption(
            "Nobody has forecast it yet, so it may go. The log keeps that it was asked, and why "
            "it went."
        )
        why = st.text_input(
            "Why it goes",
            key=f"take-back-why-{question.id}",
            max_chars=WHY_LIMIT,
            autocomplete="off",
        )
        if st.button("Take it back", key=f"take-back-{question.id}"):
            with calm():
                visit.tracker.retract(question.id, (why or "").strip())
                say(f"Taken back: {clipped(question.text, 80)}")
                st.switch_page(visit.pages["questions"])
