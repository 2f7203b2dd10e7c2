"""Values of a draft's form: its initial fields, the questions it makes, and their storage."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from forecasts.distributions.cdf import Scale
from forecasts.essays.draft import ClaimDraft, move_last_day
from forecasts.essays.draft_fields import is_skeleton, show_blanks, split_sources
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.drafting.plan import GAP
from forecasts.essays.question_names import name_questions
from forecasts.linting.lint import Flaw
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import ClaimId, EssayId, Kind

_BOUND: Final = re.compile(
    r"(at least|at most|more than|less than)\s+([+-]?\d+(?:\.\d+)?)", re.IGNORECASE
)
_DAY: Final = re.compile(r"(by|after)\s+(\d{4}-\d{2}-\d{2})", re.IGNORECASE)


def split_condition(kind: Kind, bears_out: str) -> tuple[str, str]:
    """Split the condition that confirms the claim: `("at least", "200")`; empty if it fits none."""
    text = bears_out.strip()
    if kind == "numeric" and (bound := _BOUND.fullmatch(text)):
        return bound[1].lower(), bound[2]
    if kind == "date" and (day := _DAY.fullmatch(text)):
        return day[1].lower(), day[2]
    return "", ""


def initial_fields(draft: ClaimDraft, new_question: NewQuestion) -> dict[str, Any]:
    """Return the initial fields of a draft form.

    Text and criteria with gaps are filled in gap by gap, unless `own-text` or `own-criteria` is
    set. A question that has nothing of the claim begins as the claim's own words.
    """
    plan, scale = draft.plan, new_question.scale if draft.plan.kind == "numeric" else None
    comparison, bound = split_condition(plan.kind, plan.bears_out)
    sources, words_alone = split_sources(plan.sources), is_skeleton(draft)
    return {
        "kind": plan.kind,
        "text": draft.text if words_alone else show_blanks(plan.text),
        "own-text": words_alone,
        "criteria": show_blanks(plan.criteria),
        "own-criteria": False,
        "sources": sources.first,
        "named-source": sources.first,
        "fallback": sources.fallback,
        "shape": plan.shape,
        "options": "\n".join(name for name in plan.options if not GAP.search(name)),
        "lower": None if scale is None else scale.lower,
        "upper": None if scale is None else scale.upper,
        "open-lower": scale is not None and scale.open_lower,
        "open-upper": scale is not None and scale.open_upper,
        "unit": plan.unit,
        "day": draft.window.last.isoformat(),
        "drafted-day": draft.window.last.isoformat(),
        "more-days": [],
        "reason": "",
        "bears": plan.bears_out if plan.kind in ("binary", "categorical", "ordered") else "",
        "compared": comparison,
        "bound": float(bound) if comparison and plan.kind == "numeric" else None,
        "bound-day": date.fromisoformat(bound) if comparison and plan.kind == "date" else None,
    }


def read_saved_fields(saved: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the fields of a saved draft; those of an older form are converted."""
    fields = {name: value for name, value in saved.items() if value is not None}
    for part in ("text", "criteria"):
        if part in fields:
            fields.setdefault(f"own-{part}", True)
            fields[part] = show_blanks(str(fields[part]))
    if "sources" in fields and "fallback" not in fields:
        sources = split_sources(str(fields["sources"]).splitlines())
        fields |= {"sources": sources.first, "fallback": sources.fallback}
    days = sorted(day for day in fields.pop("horizons", ()) if day > today.isoformat())
    if days and "day" not in fields:
        fields |= {"day": days[0], "more-days": days[1:]}
    return fields


@dataclass(frozen=True, slots=True)
class DraftForm:
    """Content of a form: the draft as worded by a person, and its closing days, a question each.

    `proposal` is the draft as the rules word it for the chosen day.
    """

    draft: ClaimDraft
    proposal: ClaimDraft
    name: str
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    scale: Scale | None
    essay_id: EssayId
    claim_ids: tuple[ClaimId, ...]
    statements: CompiledQuestion | None = None


def build_questions(form: DraftForm, now: datetime) -> tuple[NewQuestion, ...]:
    """Build the questions of a form, soonest first; several have the day appended to their name."""
    days = tuple(sorted(set(form.days)))
    questions = []
    for day, name in zip(days, name_questions(form.name, days), strict=True):
        question = build_new_question(
            move_last_day(form.draft, form.proposal, day),
            name=name,
            now=now,
            essay_id=form.essay_id,
            prior=form.prior,
            prior_reason=form.prior_reason,
        )
        scale = question.scale if form.draft.plan.kind == "date" else form.scale
        questions.append(
            replace(
                question,
                claim_ids=form.claim_ids,
                scale=scale,
                statements=form.statements if len(days) == 1 else None,
            )
        )
    return tuple(questions)


def merge_flaws(flaws_by_question: Iterable[tuple[Flaw, ...]]) -> tuple[Flaw, ...]:
    """Merge the flaws of several questions without duplicates, blocking ones first."""
    flaws = dict.fromkeys(flaw for question_flaws in flaws_by_question for flaw in question_flaws)
    return tuple(sorted(flaws, key=lambda flaw: flaw.severity != "blocking"))


def serialise_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Serialise form fields for storage: days and times as text, other values as JSON types."""
    return {name: _serialise_value(value) for name, value in fields.items()}


def _serialise_value(value: Any) -> Any:
    if isinstance(value, date):  # times are dates too
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_serialise_value(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
