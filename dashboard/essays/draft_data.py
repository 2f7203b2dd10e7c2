"""Draft form: initial fields, effects of a changed slot, and the questions it asks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from forecasts.distributions.cdf import Scale
from forecasts.essays.dates import find_dates, format_long_date
from forecasts.essays.draft import ClaimDraft, build_new_question
from forecasts.linting.lint import Flaw
from forecasts.questions.new_question import NewQuestion, short_name
from forecasts.questions.question import ClaimId, EssayId, Kind

Slot = Literal["actor", "event", "threshold", "place", "deadline", "source", "annul_rule"]

SLOTS: Final[Mapping[Slot, tuple[str, str]]] = MappingProxyType(
    {
        "actor": ("Who", "Who or what does it, by name."),
        "event": ("Does what", "What an observer would see."),
        "threshold": (
            "From where on it counts",
            "The act, text or figure that decides it, and what does not count.",
        ),
        "place": ("Where", "If it matters."),
        "deadline": ("By when", "The day that the sentence itself gives; it is offered below."),
        "source": ("Who will report it", "The body that publishes the answer."),
        "annul_rule": ("When it is annulled", "What happens if nobody can tell any more."),
    }
)
"""The slots of a question in the order of the form, each with its name and a hint."""

_SLOT_GAPS: Final[Mapping[Slot, str]] = MappingProxyType(
    {
        "actor": r"\[… who or what\]",
        "event": r"\[… (?:do )?what\]",
        "threshold": r"\[… the act[^\]]*\]",
        "source": r"\[… who publishes[^\]]*\]",
    }
)
_GAP: Final = re.compile(r"\[…[^\]]*\]")
_BOUND: Final = re.compile(
    r"(at least|at most|more than|less than)\s+([+-]?\d+(?:\.\d+)?)", re.IGNORECASE
)
_DAY: Final = re.compile(r"(by|after)\s+(\d{4}-\d{2}-\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionWording:
    """The parts of a question that a slot can change; `sources` has one per line."""

    text: str
    criteria: str
    sources: str


def fill_slot(wording: QuestionWording, slot: Slot, old: str, new: str) -> QuestionWording:
    """Replace a slot's old text, or the gap left for it, by its new text.

    If neither occurs, an annulment rule is appended to the criteria and a source is put first. An
    empty slot changes nothing, nor does the deadline, which is chosen among the closing days.
    """
    if not new or new == old or slot == "deadline":
        return wording
    for pattern in filter(None, (re.escape(old) if old else "", _SLOT_GAPS.get(slot, ""))):
        changed = _replace_everywhere(wording, pattern, new)
        if changed != wording:
            return changed
    if slot == "source" and new not in wording.sources:
        return replace(wording, sources=f"{new}\n{wording.sources}".strip())
    if slot == "annul_rule" and new not in wording.criteria:
        return replace(wording, criteria=f"{wording.criteria} {new}".strip())
    return wording


def _replace_everywhere(wording: QuestionWording, pattern: str, new: str) -> QuestionWording:
    text, criteria, sources = (
        re.sub(pattern, lambda _: new, part)
        for part in (wording.text, wording.criteria, wording.sources)
    )
    return QuestionWording(text, criteria, sources)


def parse_deadline(text: str, today: date) -> date | None:
    """Return the last future day that a slot names: `31 December 2027`, `2027-12-31`, `end of
    2027`.
    """
    ahead = [day for time in find_dates(text) for day in time.last_days if day > today]
    return max(ahead, default=None)


def list_closing_days(draft: ClaimDraft, deadline: str, today: date) -> tuple[date, ...]:
    """List the closing days to choose from: the proposed ones, and the one in the deadline slot."""
    day = parse_deadline(deadline, today)
    return tuple(dict.fromkeys([*draft.horizons, *([day] if day else [])]))


OutcomeCondition = tuple[str, str]
"""Comparison and bound of an answer: `("at least", "200")`, `("by", "2027-01-01")`."""


def split_condition(kind: Kind, bears_out: str) -> OutcomeCondition:
    """Split the condition that confirms the claim into its two fields; empty if it fits no kind."""
    text = bears_out.strip()
    if kind == "numeric" and (bound := _BOUND.fullmatch(text)):
        return bound[1].lower(), bound[2]
    if kind == "date" and (day := _DAY.fullmatch(text)):
        return day[1].lower(), day[2]
    return "", ""


def initial_fields(draft: ClaimDraft, first_question: NewQuestion) -> dict[str, Any]:
    """Return the initial fields of a draft form; `first_question` is for the first horizon."""
    comparison, bound = split_condition(draft.kind, draft.bears_out)
    scale = first_question.scale if draft.kind == "numeric" else None
    rows: dict[str, Any] = {}
    for n, indicator in enumerate(draft.indicators):
        rows |= {
            f"use-{n}": True,
            f"name-{n}": indicator.name,
            f"direction-{n}": indicator.direction.name,
            f"strength-{n}": indicator.strength.name,
            f"examples-{n}": "\n".join(indicator.examples),
            f"opposites-{n}": "\n".join(indicator.opposites),
        }
    return {
        **{f"slot-{slot}": getattr(draft.slots, slot) for slot in SLOTS},
        "kind": draft.kind,
        "text": draft.text,
        "criteria": draft.criteria,
        "sources": "\n".join(draft.sources),
        "shape": draft.horizon_shape,
        "options": "\n".join(draft.options),
        "lower": None if scale is None else scale.lower,
        "upper": None if scale is None else scale.upper,
        "open-lower": scale is not None and scale.open_lower,
        "open-upper": scale is not None and scale.open_upper,
        "unit": draft.unit,
        "horizons": [day.isoformat() for day in draft.horizons[:1]],
        "reason": draft.past_resolutions,
        "bears": draft.bears_out if draft.kind in ("binary", "categorical", "ordered") else "",
        "compared": comparison,
        "bound": float(bound) if comparison and draft.kind == "numeric" else None,
        "bound-day": bound if draft.kind == "date" and comparison else None,
        "name": _base_name(draft),
        "indicators": len(draft.indicators),
        **rows,
    }


def _base_name(draft: ClaimDraft) -> str:
    """Return a short name without gaps and without the day, which is appended per horizon."""
    text = _GAP.sub("", draft.text)
    for day in draft.horizons[:1]:
        text = text.replace(format_long_date(day), "")
    name = short_name(text)
    return name if "-" in name else short_name(draft.quote)


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The content of a form beside the draft's own fields; `days` are closing days, one question
    each.
    """

    draft: ClaimDraft
    name: str
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    scale: Scale | None
    essay_id: EssayId
    claim_ids: tuple[ClaimId, ...]


def build_questions(form: DraftForm, now: datetime) -> tuple[NewQuestion, ...]:
    """Build the questions of a form, soonest first; several have the day appended to their name."""
    days = tuple(sorted(set(form.days)))
    questions = []
    for day, name in zip(days, name_questions(form.name, days), strict=True):
        question = build_new_question(
            form.draft,
            name=name,
            closes_on=day,
            now=now,
            essay_id=form.essay_id,
            prior=form.prior,
            prior_reason=form.prior_reason,
        )
        scale = question.scale if form.draft.kind == "date" else form.scale
        questions.append(replace(question, claim_ids=form.claim_ids, scale=scale))
    return tuple(questions)


def name_questions(base: str, days: Sequence[date]) -> tuple[str, ...]:
    """Name a question per day: the base alone for one day, else with the shortest distinct date
    suffix.
    """
    if len(days) < 2:
        return (base,) * len(days)
    for shape in ("%Y", "%Y-%m", "%Y-%m-%d"):
        ends = [day.strftime(shape) for day in days]
        if len(set(ends)) == len(days):
            return tuple(f"{base}-{end}" for end in ends)
    raise ValueError(f"a day stands twice among {days}")


def merge_flaws(flaws_by_question: Iterable[tuple[Flaw, ...]]) -> tuple[Flaw, ...]:
    """Merge the flaws of several questions into one list without duplicates, blocking ones
    first.
    """
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
