"""Draft in progress: its form, what stands in it, and how it follows the choices of a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import uuid4

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.essays.draft_values import (
    DraftForm,
    build_questions,
    initial_fields,
    read_saved_fields,
)
from dashboard.questions.question_form import (
    QuestionForm,
    read_range,
    read_stated_prior,
    read_statements,
)
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.draft import ClaimDraft, move_last_day, redraft, with_wording
from forecasts.essays.draft_fields import (
    AS_WORDED,
    RULES,
    drop_lost_condition,
    fill_gaps,
    is_skeleton,
    join_sources,
    list_days,
    list_gaps,
    parse_day,
    rank_drafts,
    read_blanks,
    show_blanks,
    split_sources,
)
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.drafting.acts import OPTION_GAPS
from forecasts.essays.drafting.publishers import follow_source
from forecasts.essays.drafting.rewording import SOURCE_GAP
from forecasts.essays.question_names import find_free_name, name_question
from forecasts.evidence.evidence import Direction
from forecasts.linting.flaws import FlawPlace
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import EssayId, HorizonShape, Kind
from tracker.llm.draft_proposals import Proposal
from tracker.model.essays import EssayPage, SavedDraft

_FORMS_KEY: Final = "draft-forms"
_OUTCOME_FIELDS: Final = ("bears", "compared", "bound", "bound-day")
"""Fields of the answer that bears the claim out."""

SIGNPOST_FIELDS: Final = {Direction.YES: "signposts-yes", Direction.NO: "signposts-no"}

Part = Literal["text", "criteria"]


def open_form(essay_id: str, offset: int) -> None:
    """Open the draft of a sentence."""
    st.session_state.setdefault(_FORMS_KEY, {})[f"{essay_id}@{offset}"] = uuid4().hex


def close_form(essay_id: str, offset: int) -> None:
    """Close the form of a sentence."""
    st.session_state.get(_FORMS_KEY, {}).pop(f"{essay_id}@{offset}", None)


def is_open(page: EssayPage, mapped: MappedSentence) -> bool:
    """Return True if the draft of the sentence is open or saved."""
    offset = mapped.sentence.offset
    return offset in page.drafts or f"{page.essay.id}@{offset}" in st.session_state.get(
        _FORMS_KEY, {}
    )


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
    def place(self) -> tuple[str, int]:
        """Id of its essay, and offset of its sentence."""
        return self.page.essay.id, self.mapped.sentence.offset

    @property
    def today(self) -> date:
        """Day of drafting (UTC)."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class FilledDraft:
    """Content of the form, and the questions that it makes, soonest first.

    `missing` names what nobody has filled in yet, by its part of the question; `refusal` is why
    some of it could not be read.
    """

    form: DraftForm
    questions: tuple[NewQuestion, ...]
    missing: dict[FlawPlace, str]
    refusal: ForecastsError | None


def build_work(visit: Visit, page: EssayPage, mapped: MappedSentence) -> DraftWork:
    """Build the draft with its form, which starts from what was saved, else from the rules."""
    essay_id, offset = page.essay.id, mapped.sentence.offset
    drafts = rank_drafts(visit.tracker.essays.drafts(essay_id, offset))
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS_KEY, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    stored = {} if saved is None else read_saved_fields(saved.fields, now.date())
    form = QuestionForm(form_id, _list_fields(drafts[0], now) | stored)
    proposal = st.session_state.get(proposal_key(form))
    offered = (*drafts, *(proposal.drafts if isinstance(proposal, Proposal) else ()))
    return DraftWork(visit, page, mapped, offered, _choose_draft(offered, form), form, saved, now)


def proposal_key(form: QuestionForm) -> str:
    """Return the key of what a model has proposed, which is no field."""
    return f"proposal-{form.id}"


def _choose_draft(drafts: Sequence[ClaimDraft], form: QuestionForm) -> ClaimDraft:
    """Return the chosen draft, as the kind and to the day that the fields were filled for."""
    pick = min(int(form.value("pick") or 0), len(drafts) - 1)
    day = form.value("drafted-day")
    last = date.fromisoformat(day) if day else None
    return redraft(drafts[pick], kind=form.value("kind"), last=last)


def list_proposed_days(work: DraftWork) -> tuple[str, ...]:
    """List the days to choose from; the sentence, the two after it and the question name some."""
    sentences = [mapped.sentence for mapped in work.page.mapped]
    index = sentences.index(work.mapped.sentence)
    near = [sentence.text for sentence in sentences[index : index + 3]]
    return list_days(work.draft, [*near, read_part(work, "text")], work.today)


# What stands in the form


def read_form(work: DraftWork) -> FilledDraft:
    """Read all fields, those that are not shown as well."""
    _name_source_in_criteria(work)
    form = work.form
    kind: Kind = form.value("kind") or "binary"
    options, scale, refusal = _read_answers(form, kind)
    text = read_part(work, "text")
    rules = [rule for rule in RULES if rule in (form.value("rules") or ())]
    draft = with_wording(
        work.draft,
        text=text,
        criteria=" ".join(filter(None, [read_part(work, "criteria"), *rules])),
        sources=join_sources(_read_line(form, "sources"), _read_line(form, "fallback")),
        kind=kind,
        shape=_read_shape(form, kind),
        options=options,
        bears_out=read_outcome(form, kind, options),
    )
    reason = _read_line(form, "reason")
    days = {form.value("day"), *(form.value("more-days") or ())}
    filled = DraftForm(
        draft, work.draft, _read_name(work, text), tuple(sorted(map(date.fromisoformat, days))),
        _read_line(form, "prior") or read_stated_prior(kind, reason), reason, scale,
        EssayId(work.page.essay.id), work.mapped.claim_ids,
    )  # fmt: skip
    missing = _list_missing(work, draft)
    try:
        first = next(iter(build_questions(filled, work.now)))
        statements = read_statements(work.visit, form, first)
        filled = replace(filled, statements=statements)
    except ForecastsError as error:
        refusal = refusal or error
    questions = () if refusal is not None else build_questions(filled, work.now)
    return FilledDraft(filled, questions, missing, refusal)


def read_part(work: DraftWork, part: Part) -> str:
    """Read the question or what decides it: one text, or the draft with its gaps filled."""
    form, template = work.form, find_template(work, part)
    gaps = list_gaps(template)
    if form.value(f"own-{part}") or not gaps:
        lines = read_lines(form, part)
        return read_blanks((" " if part == "text" else "\n").join(lines))
    names = {gap: f"gap-{part}-{k}" for k, gap in enumerate(dict.fromkeys(gaps))}
    filled = fill_gaps(template, [_read_gap(form, gap, names[gap]) for gap in gaps])
    return drop_lost_condition(filled, read_part(work, "text")) if part == "criteria" else filled


def find_template(work: DraftWork, part: Part) -> str:
    """Return a part as drafted; the criteria name the source of the field."""
    plan = work.draft.plan
    if part == "text":
        return plan.text
    return follow_source(
        plan.criteria, split_sources(plan.sources).first, _read_line(work.form, "sources")
    )


def _read_gap(form: QuestionForm, gap: str, name: str) -> str:
    """Read the words for a gap; those of an option stand among the options."""
    if gap in OPTION_GAPS:
        options, place = read_lines(form, "options"), OPTION_GAPS.index(gap)
        return options[place] if place < len(options) - 1 else ""
    return " ".join(read_lines(form, name))


def _read_line(form: QuestionForm, name: str) -> str:
    return str(form.value(name) or "").strip()


def read_lines(form: QuestionForm, name: str) -> tuple[str, ...]:
    """Read the lines of a field that are not empty."""
    return tuple(filter(None, map(str.strip, str(form.value(name) or "").splitlines())))


def _read_answers(
    form: QuestionForm, kind: Kind
) -> tuple[tuple[str, ...], Scale | None, ForecastsError | None]:
    """Read options and range of a kind; the range of a date is the time until the close."""
    if kind in ("categorical", "ordered"):
        return read_lines(form, "options"), None, None
    try:
        return (), read_range(form) if kind == "numeric" else None, None
    except ForecastsError as error:
        return (), None, error


def _read_shape(form: QuestionForm, kind: Kind) -> HorizonShape:
    if kind == "binary":
        shape: HorizonShape = form.value("shape") or "event_by"
        return shape
    return "event_by" if kind == "date" else "state_at"


def read_outcome(form: QuestionForm, kind: Kind, options: Sequence[str]) -> str:
    """Read the answer that bears the claim out, as in `Question.bears_out`; "" for none."""
    if kind == "binary":
        return str(form.value("bears") or "")
    if kind in ("categorical", "ordered"):
        chosen = form.value("among")
        names = str(form.value("bears") or "").split("|") if chosen is None else chosen
        return " | ".join(name for name in map(str.strip, names) if name in options)
    comparison = form.value("compared")
    bound = form.value("bound" if kind == "numeric" else "bound-day")
    if not comparison or bound is None:
        return ""
    words = f"{float(bound):.12g}" if kind == "numeric" else str(bound)[:10]
    return f"{comparison} {words}"


def _read_name(work: DraftWork, text: str) -> str:
    """Read the id of the question, which follows its text until somebody changes it."""
    form = work.form
    form.register_field("name", "")
    used = {summary.question.id for summary in work.visit.tracker.questions.list()}
    name = name_question(text, work.draft.text)
    form.follow("name", find_free_name(name, used, work.draft.window.last.year))
    return _read_line(form, "name")


def _list_missing(work: DraftWork, draft: ClaimDraft) -> dict[FlawPlace, str]:
    """Name the parts that nobody has filled in yet."""
    plan = draft.plan
    is_untouched = is_skeleton(work.draft) and plan.text == work.draft.text
    missing: dict[FlawPlace, str] = {}
    if is_untouched or list_gaps(plan.text):
        missing["text"] = "the question"
    has_options = plan.kind in ("categorical", "ordered")
    if list_gaps("\n".join(plan.options)) or (has_options and len(plan.options) < 2):
        missing["options"] = "at least two options"
    if plan.kind == "numeric" and None in (work.form.value("lower"), work.form.value("upper")):
        missing["scale"] = "the range"
    if list_gaps(plan.criteria):
        missing["criteria"] = "what decides it"
    if SOURCE_GAP in plan.sources:
        missing["sources"] = "the source"
    return missing


# What a choice changes, before the page runs


def set_fields(form: QuestionForm, fields: dict[str, Any]) -> None:
    """Fill fields of the form."""
    for name, value in fields.items():
        st.session_state[form.key(name)] = value


def take_candidate(work: DraftWork) -> None:
    """Fill the form with the chosen question."""
    _fill_form(work, work.drafts[int(work.form.value("pick") or 0)])


def take_kind(work: DraftWork) -> None:
    """Draft the question anew as the chosen kind; its days stay."""
    form = work.form
    days = {name: form.value(name) for name in ("day", "more-days")}
    last = date.fromisoformat(days["day"]) if days["day"] else None
    _fill_form(work, redraft(work.draft, kind=form.value("kind"), last=last))
    set_fields(form, days)


def take_day(work: DraftWork) -> None:
    """Move text, criteria and outcome to the chosen last day; the words of a person stay."""
    form, chosen = work.form, work.form.value("day")
    if not chosen:
        return
    last = date.fromisoformat(chosen)
    moved = move_last_day(_word_draft(work), work.draft, last)
    before = _list_fields(work.draft, work.now)
    after = _list_fields(redraft(work.draft, last=last), work.now)
    outcome = {name: after[name] for name in _OUTCOME_FIELDS if form.value(name) == before[name]}
    words = {"text": show_blanks(moved.plan.text), "criteria": show_blanks(moved.plan.criteria)}
    set_fields(form, outcome | words | {"drafted-day": chosen})


def _word_draft(work: DraftWork) -> ClaimDraft:
    """Return the draft with text and criteria as a person edited them."""
    form, plan = work.form, work.draft.plan
    words = {"text": plan.text, "criteria": plan.criteria}
    edited = {
        part: read_blanks(_read_line(form, part))
        for part in words
        if form.value(f"own-{part}") or not list_gaps(words[part])
    }
    return with_wording(work.draft, **words | edited)


def take_typed_day(work: DraftWork) -> None:
    """Choose the day that was typed; nothing changes for no day ahead."""
    if day := parse_day(_read_line(work.form, "typed-day"), work.today):
        set_fields(work.form, {"day": day.isoformat(), "typed-day": ""})
        take_day(work)


def take_further_day(work: DraftWork) -> None:
    """Add the day that was typed to the further days."""
    if day := parse_day(_read_line(work.form, "further-day"), work.today):
        days = sorted({*(work.form.value("more-days") or ()), day.isoformat()})
        set_fields(work.form, {"more-days": days, "further-day": ""})


def write_freely(work: DraftWork, part: Part) -> None:
    """Turn a part that is filled in gap by gap into one text."""
    words = show_blanks(read_part(work, part))
    set_fields(work.form, {part: words, f"own-{part}": True})


def take_words_as_test(work: DraftWork) -> None:
    """Let the words of the question decide it."""
    set_fields(work.form, {"gap-criteria-0": AS_WORDED})


def _name_source_in_criteria(work: DraftWork) -> None:
    """Let criteria that are one text name the source of the field."""
    form = work.form
    form.register_field("named-source")
    before = form.value("named-source") or split_sources(work.draft.plan.sources).first
    now = _read_line(form, "sources")
    if now and now != before:
        criteria = follow_source(str(form.value("criteria") or ""), str(before), now)
        set_fields(form, {"criteria": criteria, "named-source": now})


def _fill_form(work: DraftWork, draft: ClaimDraft) -> None:
    gaps = {name: "" for name in work.form.fields() if name.startswith("gap-")}
    set_fields(work.form, gaps | _list_fields(draft, work.now))


def _list_fields(draft: ClaimDraft, now: datetime) -> dict[str, Any]:
    return initial_fields(draft, build_new_question(draft, name="draft", now=now))
