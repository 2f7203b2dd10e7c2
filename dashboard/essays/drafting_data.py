"""A draft as a form: what is filled in at first, what a changed slot changes, and what the form
asks in the end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from forecasts.distributions.cdf import Scale
from forecasts.essays.dates import long_date, said_times
from forecasts.essays.draft import Draft, asked_from
from forecasts.linting.lint import Flaw
from forecasts.questions.new_question import Asked, short_name
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
"""What a question needs, each with its name and a hint, in the order in which one thinks about
it.
"""

_GAPS: Final[Mapping[Slot, str]] = MappingProxyType(
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
class Written:
    """The parts of a question that a slot can change; `sources` one a line."""

    text: str
    criteria: str
    sources: str


def with_slot(written: Written, slot: Slot, old: str, new: str) -> Written:
    """The wording with a slot said anew: in the place of what it said before, or of the gap that
    was left for it.

    What has no place yet gets one: a rule at the end of the criteria, a source at the top. An empty
    slot changes nothing, and neither does the deadline, which is chosen among the closing days.
    """
    if not new or new == old or slot == "deadline":
        return written
    for pattern in filter(None, (re.escape(old) if old else "", _GAPS.get(slot, ""))):
        changed = _everywhere(written, pattern, new)
        if changed != written:
            return changed
    if slot == "source" and new not in written.sources:
        return replace(written, sources=f"{new}\n{written.sources}".strip())
    if slot == "annul_rule" and new not in written.criteria:
        return replace(written, criteria=f"{written.criteria} {new}".strip())
    return written


def _everywhere(written: Written, pattern: str, new: str) -> Written:
    text, criteria, sources = (
        re.sub(pattern, lambda _: new, said)
        for said in (written.text, written.criteria, written.sources)
    )
    return Written(text, criteria, sources)


def day_of(text: str, today: date) -> date | None:
    """The last day that a slot names, when it lies ahead: `31 December 2027`, `2027-12-31`, `end of
    2027`.
    """
    ahead = [day for said in said_times(text) for day in said.last_days if day > today]
    return max(ahead, default=None)


def choices(draft: Draft, deadline: str, today: date) -> tuple[date, ...]:
    """The closing days to choose from: those proposed, and the one that the deadline slot names
    now.
    """
    said = day_of(deadline, today)
    return tuple(dict.fromkeys([*draft.horizons, *([said] if said else [])]))


Bearing = tuple[str, str]
"""How an answer has to compare and with what: `("at least", "200")`, `("by", "2027-01-01")`."""


def bearing_parts(kind: Kind, bears_out: str) -> Bearing:
    """What bears the claim out, in the two parts of its field; empty where it says nothing or fits
    no kind.
    """
    said = bears_out.strip()
    if kind == "numeric" and (bound := _BOUND.fullmatch(said)):
        return bound[1].lower(), bound[2]
    if kind == "date" and (day := _DAY.fullmatch(said)):
        return day[1].lower(), day[2]
    return "", ""


def begun(draft: Draft, first: Asked) -> dict[str, Any]:
    """What stands in the form of a draft before anybody writes; `first` is the question for its
    first horizon.
    """
    compared, bound = bearing_parts(draft.kind, draft.bears_out)
    scale = first.scale if draft.kind == "numeric" else None
    rows: dict[str, Any] = {}
    for n, one in enumerate(draft.indicators):
        rows |= {
            f"use-{n}": True,
            f"name-{n}": one.name,
            f"direction-{n}": one.direction.name,
            f"strength-{n}": one.strength.name,
            f"examples-{n}": "\n".join(one.examples),
            f"opposites-{n}": "\n".join(one.opposites),
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
        "compared": compared,
        "bound": float(bound) if compared and draft.kind == "numeric" else None,
        "bound-day": bound if draft.kind == "date" and compared else None,
        "name": _bare_name(draft),
        "indicators": len(draft.indicators),
        **rows,
    }


def _bare_name(draft: Draft) -> str:
    """A short name without the day, which comes with the horizon where there are several, and
    without gaps.
    """
    said = _GAP.sub("", draft.text)
    for day in draft.horizons[:1]:
        said = said.replace(long_date(day), "")
    name = short_name(said)
    return name if "-" in name else short_name(draft.quote)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form says beside the draft's own fields: one question for each of the closing days
    `days`.
    """

    draft: Draft
    name: str
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    scale: Scale | None
    essay_id: EssayId
    claim_ids: tuple[ClaimId, ...]


def questions_of(chosen: Chosen, now: datetime) -> tuple[Asked, ...]:
    """The questions that a form asks, the soonest first; several have the day behind their name."""
    days = tuple(sorted(set(chosen.days)))
    made = []
    for day, name in zip(days, names(chosen.name, days), strict=True):
        asked = asked_from(
            chosen.draft,
            name=name,
            closes_on=day,
            now=now,
            essay_id=chosen.essay_id,
            prior=chosen.prior,
            prior_reason=chosen.prior_reason,
        )
        scale = asked.scale if chosen.draft.kind == "date" else chosen.scale
        made.append(replace(asked, claim_ids=chosen.claim_ids, scale=scale))
    return tuple(made)


def names(base: str, days: Sequence[date]) -> tuple[str, ...]:
    """A name for each day: the base alone for one, else with the shortest form of the days that
    tells them apart.
    """
    if len(days) < 2:
        return (base,) * len(days)
    for shape in ("%Y", "%Y-%m", "%Y-%m-%d"):
        ends = [day.strftime(shape) for day in days]
        if len(set(ends)) == len(days):
            return tuple(f"{base}-{end}" for end in ends)
    raise ValueError(f"a day stands twice among {days}")


def together(found: Iterable[tuple[Flaw, ...]]) -> tuple[Flaw, ...]:
    """The findings of several questions as one list, each once, those that block first."""
    flaws = dict.fromkeys(flaw for each in found for flaw in each)
    return tuple(sorted(flaws, key=lambda flaw: flaw.severity != "blocking"))


def kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a form, as it can be stored: days and times as text, nothing that no form
    could hold.
    """
    return {name: _stored(value) for name, value in fields.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, date):  # times are dates too
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_stored(each) for each in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
