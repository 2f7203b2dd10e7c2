"""Draft in progress: its sentence, its form, and how the form follows a choice of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.essays.draft_values import initial_fields, list_days, parse_day
from dashboard.essays.gaps import AS_WORDED, list_gaps, read_blanks, show_blanks
from dashboard.essays.sources import split_sources
from dashboard.questions.question_form import QuestionForm
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.draft import (
    ClaimDraft,
    build_new_question,
    move_last_day,
    redraft,
    with_wording,
)
from forecasts.essays.drafting.publishers import follow_source
from tracker.model.essays import EssayPage, SavedDraft

_OUTCOME_FIELDS: Final = ("bears", "compared", "bound", "bound-day")
"""Fields of the answer that bears the claim out."""


@dataclass(frozen=True, slots=True)
class DraftWork:
    """Draft in progress: its sentence, the proposed questions, the chosen one, and its form.

    `draft` is the chosen one, as the kind and to the day that the fields were filled for. `saved`
    is the stored draft.
    """

    visit: Visit
    page: EssayPage
    mapped: MappedSentence
    drafts: tuple[ClaimDraft, ...]
    draft: ClaimDraft
    form: QuestionForm
    saved: SavedDraft | None
    now: datetime

    @property
    def essay_id(self) -> str:
        """Id of its essay."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Offset of its sentence."""
        return self.mapped.sentence.offset

    @property
    def today(self) -> date:
        """Day of drafting (UTC)."""
        return self.now.date()


def list_proposed_days(work: DraftWork, text: str) -> tuple[str, ...]:
    """List the days to choose from; the sentence, the two after it and the question name some."""
    sentences = [mapped.sentence for mapped in work.page.mapped]
    index = sentences.index(work.mapped.sentence)
    near = [sentence.text for sentence in sentences[index : index + 3]]
    return list_days(work.draft, [*near, text], work.today)


def choose_draft(drafts: Sequence[ClaimDraft], form: QuestionForm) -> ClaimDraft:
    """Return the chosen draft, as the kind and to the day that the fields were filled for."""
    pick = min(int(form.value("pick") or 0), len(drafts) - 1)
    day = form.value("drafted-day")
    last = date.fromisoformat(day) if day else None
    return redraft(drafts[pick], kind=form.value("kind"), last=last)


def take_candidate(work: DraftWork) -> None:
    """Fill the form with the chosen question, before the page runs."""
    _fill_form(work, work.drafts[int(work.form.value("pick") or 0)])


def take_kind(work: DraftWork) -> None:
    """Draft the question anew as the chosen kind, before the page runs; its days stay."""
    form = work.form
    days = {name: form.value(name) for name in ("day", "more-days")}
    last = date.fromisoformat(days["day"]) if days["day"] else None
    _fill_form(work, redraft(work.draft, kind=form.value("kind"), last=last))
    _set_fields(form, days)


def take_day(work: DraftWork) -> None:
    """Move text, criteria and outcome to the chosen last day, before the page runs.

    The words of a person stay, with the new day in them.
    """
    form, chosen = work.form, work.form.value("day")
    if not chosen:
        return
    last = date.fromisoformat(chosen)
    moved = move_last_day(_word_draft(work), work.draft, last)
    before = _list_fields(work.draft, work.now)
    after = _list_fields(redraft(work.draft, last=last), work.now)
    outcome = {name: after[name] for name in _OUTCOME_FIELDS if form.value(name) == before[name]}
    words = {"text": show_blanks(moved.plan.text), "criteria": show_blanks(moved.plan.criteria)}
    _set_fields(form, outcome | words | {"drafted-day": chosen})


def _word_draft(work: DraftWork) -> ClaimDraft:
    """Return the draft with text and criteria as a person edited them."""
    form, plan = work.form, work.draft.plan
    words = {"text": plan.text, "criteria": plan.criteria}
    edited = {
        part: read_blanks(str(form.value(part) or ""))
        for part in words
        if form.value(f"own-{part}") or not list_gaps(words[part])
    }
    return with_wording(work.draft, **words | edited)


def take_typed_day(work: DraftWork) -> None:
    """Choose the day that was typed, before the page runs; nothing changes for no day ahead."""
    if day := _read_day(work, "typed-day"):
        _set_fields(work.form, {"day": day, "typed-day": ""})
        take_day(work)


def take_further_day(work: DraftWork) -> None:
    """Add the day that was typed to the further days, before the page runs."""
    if day := _read_day(work, "further-day"):
        days = sorted({*(work.form.value("more-days") or ()), day})
        _set_fields(work.form, {"more-days": days, "further-day": ""})


def _read_day(work: DraftWork, field: str) -> str:
    """Return the day ahead that was typed into a field; empty for none."""
    day = parse_day(str(work.form.value(field) or ""), work.today)
    return "" if day is None else day.isoformat()


def write_freely(work: DraftWork, part: str, words: str) -> None:
    """Turn a part that is filled in gap by gap into one text, before the page runs."""
    _set_fields(work.form, {part: show_blanks(words), f"own-{part}": True})


def take_words_as_test(work: DraftWork) -> None:
    """Let the words of the question decide it, before the page runs."""
    _set_fields(work.form, {"gap-criteria-0": AS_WORDED})


def take_source(work: DraftWork, source: str) -> None:
    """Set a proposed source, before the page runs."""
    _set_fields(work.form, {"sources": source})


def word_criteria(work: DraftWork) -> str:
    """Return the drafted criteria with the source of the field in them."""
    first = split_sources(work.draft.plan.sources).first
    return follow_source(work.draft.plan.criteria, first, str(work.form.value("sources") or ""))


def name_source_in_criteria(work: DraftWork) -> None:
    """Let criteria that are one text name the source of the field, before they are shown."""
    form = work.form
    form.register_field("named-source")
    before = form.value("named-source") or split_sources(work.draft.plan.sources).first
    now = str(form.value("sources") or "").strip()
    if now and now != before:
        criteria = follow_source(str(form.value("criteria") or ""), str(before), now)
        _set_fields(form, {"criteria": criteria, "named-source": now})


def _fill_form(work: DraftWork, draft: ClaimDraft) -> None:
    gaps = {name: "" for name in work.form.used if name.startswith("gap-")}
    _set_fields(work.form, gaps | _list_fields(draft, work.now))


def _set_fields(form: QuestionForm, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        st.session_state[form.key(name)] = value


def _list_fields(draft: ClaimDraft, now: datetime) -> dict[str, Any]:
    return initial_fields(draft, build_new_question(draft, name="draft", now=now))
