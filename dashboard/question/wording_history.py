"""Wordings of a question: earlier versions, the linter's findings, and the forms that change it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import ask_line, show_refusals, unwrap_prose
from dashboard.wording.judgements import judge_name
from dashboard.wording.numbers import clip, display_name, escape_markdown, plural
from dashboard.wording.questions import count_flaws, diff_markdown, flaw_line, override_line
from forecasts.linting.lint import Flaw
from forecasts.questions.amendments import QuestionVersion, WordingSegment, diff_versions
from forecasts.questions.question import RESERVED, ForecasterId, Question
from tracker.app.questions import Wording
from tracker.model.read_models import QuestionPage

MAX_TEXT_CHARACTERS = 300


def render(visit: Visit, page: QuestionPage) -> None:
    """Show earlier wordings, findings, and the forms, where they can still be used."""
    _show_override(visit, page)
    _show_versions(visit, page)
    if visit.looks_back:
        return
    if page.summary.status in ("open", "upcoming"):
        flaws = visit.tracker.questions.lint_stored(page.summary.question.id)
        label = f"Resolvability check: {count_flaws(flaws)}"
        with st.expander(label, icon=":material/fact_check:", key="wording-lint"):
            _show_flaws(flaws)
    if page.summary.resolution is None:
        with st.expander(
            "Edit wording", icon=":material/edit:", key="wording-anew", on_change="rerun"
        ) as drawer:
            if drawer.open:
                _show_wording_form(visit, page)
        _show_retract_form(visit, page)
    else:
        st.caption("It is resolved, so its wording can no longer be edited.")


def show_current_wording(visit: Visit, page: QuestionPage) -> None:
    """Show the number of the current wording, if there is more than one."""
    if len(page.versions) > 1:
        newest, count = page.versions[-1], len(page.versions)
        st.caption(f"Wording {newest.number} of {count}, since {visit.day(newest.at)}: see below.")


def _name_author(visit: Visit, page: QuestionPage, forecaster_id: ForecasterId | None) -> str:
    if forecaster_id is None:
        return "unknown"
    if forecaster_id == visit.me or forecaster_id not in page.forecasters:
        return judge_name(forecaster_id, visit.me)
    return display_name(page.forecasters[forecaster_id], visit.me)


def _show_override(visit: Visit, page: QuestionPage) -> None:
    override = page.override
    if override is None:
        return
    is_initial = all(version.at != override.at for version in page.versions[1:])
    author = _name_author(visit, page, override.by)
    message = override_line(override, opened=is_initial, by=author, on=visit.day(override.at))
    st.markdown(f":material/gavel: {escape_markdown(message)}")


def _show_versions(visit: Visit, page: QuestionPage) -> None:
    """Show each later wording, the newest first: time, author, reason and changes."""
    changes = list_rewordings(page.versions)
    if not changes:
        return
    st.markdown(
        f"**Edited {plural(len(changes), 'time')}**: additions are **bold**, deletions "
        "~~struck out~~"
    )
    for rewording in changes:
        version = rewording.version
        with st.container(border=True, gap="xsmall"):
            author = _name_author(visit, page, version.by)
            message = f"Edited on {visit.ago(version.at)} by {author}: {version.why}"
            st.markdown(
                f"**{version.number}** · {escape_markdown(message)}", help=visit.utc(version.at)
            )
            for change in rewording.changes:
                st.caption(change.part)
                st.markdown(diff_markdown(change.pieces))
    first = page.versions[0]
    with st.expander("Original wording", type="compact", key="wording-first"):
        st.text(first.text)
        st.text(unwrap_prose(first.criteria))
        st.text("\n".join(f"• {source}" for source in first.sources))


def _show_flaws(flaws: Sequence[Flaw]) -> None:
    if not flaws:
        st.caption("Somebody who saw the future, but not our minds, could answer it.")
    for flaw in flaws:
        icon = ":material/block:" if flaw.severity == "blocking" else ":material/lightbulb:"
        st.markdown(f"{icon} {escape_markdown(flaw_line(flaw))}")


@st.fragment
def _show_wording_form(visit: Visit, page: QuestionPage) -> None:
    """Show the form of a new wording with the linter's findings; the old wording is kept."""
    question = page.summary.question
    form = st.session_state.setdefault(f"wording-form-{question.id}", uuid4().hex)
    st.caption("Existing forecasts stay with the wording they were made on.")
    key = f"anew-text-{form}"
    text = ask_line("Question", key, question.text, max_chars=MAX_TEXT_CHARACTERS)
    criteria = st.text_area(
        "How it is resolved",
        unwrap_prose(question.criteria),
        key=f"anew-criteria-{form}",
        height=140,
    )
    listed = st.text_area(
        "Sources, one per line", "\n".join(question.sources), key=f"anew-sources-{form}", height=100
    )
    sources = tuple(line.strip() for line in (listed or "").splitlines() if line.strip())
    wording = Wording(text, (criteria or "").strip(), sources)
    override = _check_wording(visit, page, _apply_wording(question, wording), form)
    why = ask_line("Reason for the change", f"anew-why-{form}")
    if st.button("Edit wording", key=f"anew-save-{form}", type="primary"):
        with show_refusals(page.summary.question):
            _save_wording(visit, question, wording, (why, override))


def _apply_wording(question: Question, wording: Wording) -> Question:
    return replace(
        question,
        text=wording.text or question.text,
        criteria=wording.criteria or question.criteria,
        sources=wording.sources or question.sources,
    )


def _check_wording(visit: Visit, page: QuestionPage, worded: Question, form: str) -> str:
    """Show the findings on the new wording; return the override, required for new blocking
    findings.
    """
    question = page.summary.question
    indicators = tuple(page.indicators.values())
    flaws = visit.tracker.questions.lint(worded, indicators)
    st.caption(f"This wording: {count_flaws(flaws)}")
    with st.container(gap="xxsmall"):
        _show_flaws(flaws) if flaws else None
    before = {flaw.code for flaw in visit.tracker.questions.lint(question, indicators)}
    new = [flaw for flaw in flaws if flaw.severity == "blocking" and flaw.code not in before]
    if not new or page.override is not None:
        return ""
    return ask_line("Override: reason", f"anew-override-{form}")


def _save_wording(
    visit: Visit, question: Question, wording: Wording, reasons: tuple[str, str]
) -> None:
    if wording.criteria == unwrap_prose(question.criteria):
        # Line breaks of the question's file are no change.
        wording = replace(wording, criteria=question.criteria)
    why, override = reasons
    visit.tracker.questions.edit(question.id, wording, why=why, override=override)
    st.session_state.pop(f"wording-form-{question.id}", None)
    notify("Wording edited; the earlier one is kept")
    st.rerun()


def _show_retract_form(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if has_human_forecast(page):
        st.caption(
            "It has forecasts, so it cannot be withdrawn: to end it, resolve it as annulled."
        )
        return
    with st.popover("Withdraw the question", icon=":material/undo:", key="taking-back"):
        st.caption(
            "Nobody has forecast it yet, so it can be withdrawn. The log keeps that it was asked."
        )
        why = ask_line("Reason", f"take-back-why-{question.id}")
        if st.button("Withdraw the question", key=f"take-back-{question.id}"):
            with show_refusals(page.summary.question):
                visit.tracker.questions.retract(question.id, why)
                notify(f"Withdrawn: {clip(question.text, 80)}")
                st.switch_page(visit.pages["questions"])


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A changed part of a wording (question, criteria or sources), word by word."""

    part: str
    pieces: tuple[WordingSegment, ...]


@dataclass(frozen=True, slots=True)
class Rewording:
    """A version and its changes from the one before."""

    version: QuestionVersion
    changes: tuple[WordingChange, ...]


def list_rewordings(versions: Sequence[QuestionVersion]) -> tuple[Rewording, ...]:
    """List all versions after the first, newest first."""
    return tuple(
        Rewording(later, _list_changes(earlier, later)) for earlier, later in pairwise(versions)
    )[::-1]


_PART_NAMES: Final = {
    "question": "The question",
    "criteria": "How it is resolved",
    "sources": "Sources",
}


def _list_changes(earlier: QuestionVersion, later: QuestionVersion) -> tuple[WordingChange, ...]:
    return tuple(
        WordingChange(_PART_NAMES[part], pieces)
        for part, pieces in diff_versions(earlier, later, joiner=" · ").items()
    )


def has_human_forecast(page: QuestionPage) -> bool:
    """Return True if a person ever forecast the question; it can then be annulled, but not
    withdrawn.
    """
    return any(act.forecaster_id not in RESERVED for act in page.acts)
