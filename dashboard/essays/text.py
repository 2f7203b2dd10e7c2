"""Essays in words: states of sentences, coverage, record, and the fields of a draft."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from dashboard.wording.numbers import NBSP, percent_whole, plural
from forecasts.distributions.cdf import Scale
from forecasts.essays.claim_map import (
    ClaimCoverage,
    ClaimState,
    EssayCalibration,
    MappedSentence,
    TrackRecord,
    TrackRecordLine,
)
from forecasts.essays.dates import find_dates, format_long_date
from forecasts.essays.draft import ClaimDraft, build_new_question
from forecasts.linting.lint import Flaw
from forecasts.questions.formatting import capitalise
from forecasts.questions.new_question import NewQuestion, short_name
from forecasts.questions.question import ClaimId, EssayId, Kind


@dataclass(frozen=True, slots=True)
class StateStyle:
    """Style of a state over an essay: CSS name, mark before the sentence, and meaning."""

    name: str
    mark: str
    words: str


PLAIN_STYLE: Final = StateStyle("plain", "", "does not look ahead")

STATE_STYLES: Final[Mapping[ClaimState, StateStyle]] = MappingProxyType(
    {
        "borne out": StateStyle("borne-out", "✓", "borne out"),
        "mixed": StateStyle("mixed", "±", "mixed: 40 to 60 % borne out"),
        "not borne out": StateStyle("not-borne-out", "✗", "not borne out"),
        "open": StateStyle("open", "%", "open: how likely it is to be borne out"),
        "no answer": StateStyle("no-answer", "○", "asked, without an answer"),
        "not counted": StateStyle(
            "not-counted", "·", "asked, not counted: presupposed, or reported of others"
        ),
        "rejected": StateStyle("rejected", "–", "set aside as untestable"),
        "no question yet": StateStyle("no-question-yet", "?", "no question yet"),
        "dropped": PLAIN_STYLE,
        "not forward-looking": PLAIN_STYLE,
    }
)
"""Styles of all states. None is distinguished by colour alone; the likelier an open one, the
stronger its colour.
"""

DRAFTED_STYLE: Final = StateStyle("no-question-yet", "✎", "a draft is kept")
LOOKS_BACK_STYLE: Final = StateStyle("looks-back", "( )", "answers that look back")


def sentence_mark(claim: MappedSentence) -> str:
    """Return the mark before a sentence: `✓`, `(✓)` if retrospective, `62 %` while it is open."""
    style = STATE_STYLES[claim.state]
    if claim.state == "open":
        return "…" if claim.p is None else percent_whole(claim.p)
    return f"({style.mark})" if claim.retrospective and style.mark else style.mark


def sentence_shade(claim: MappedSentence) -> int | None:
    """Return the colour strength of an open sentence, 6 to 48 percent; None for all others."""
    if claim.state != "open":
        return None
    return 10 if claim.p is None else round(6 + 42 * claim.p)


def describe_coverage(coverage: ClaimCoverage) -> str:
    """State the coverage: `12 of 30 forward-looking sentences became questions, 15 have no question
    yet.`
    """
    total = coverage.forward_looking
    if not total:
        return "No sentence of it looks ahead."
    became = "became a question" if 1 in (coverage.asked, total) else "became questions"
    parts = [f"{coverage.asked:,} of {plural(total, 'forward-looking sentence')} {became}"]
    if coverage.rejected:
        parts.append(
            f"{coverage.rejected:,} {'was' if coverage.rejected == 1 else 'were'} set aside as "
            "untestable"
        )
    if coverage.undecided:
        parts.append(
            f"{coverage.undecided:,} {'has' if coverage.undecided == 1 else 'have'} no question yet"
        )
    return f"{', '.join(parts)}."


def describe_claim_coverage(coverage: ClaimCoverage) -> str:
    """State the coverage of an essay without a stored text, whose missed claims are unknown."""
    became = (
        "became a question"
        if 1 in (coverage.asked, coverage.forward_looking)
        else "became questions"
    )
    return f"{coverage.asked:,} of {plural(coverage.forward_looking, 'claim')} {became}."


def format_record(line: TrackRecordLine) -> str:
    """Format a record: `3 of 5 borne out`; `nothing answered yet` before the first answer."""
    if not line.answered:
        return "nothing answered yet" if line.claims else ""
    return f"{round(line.borne_out, 1):g} of {line.answered} borne out"


def record_headline(verdict: TrackRecord) -> tuple[str, str]:
    """Return the record in words: the headline, and its qualification."""
    line = verdict.overall
    if not line.claims:
        looks_back = (
            "No question looks back." if verdict.retrospective else "Nothing was asked live yet."
        )
        return "–", looks_back
    if not line.answered:
        return "No answer yet", f"{_open_words(line)}."
    parts = [
        f"{_interval_words(line.interval)}: {_too_few_words(line.answered)}"
        if line.is_small_sample
        else _interval_words(line.interval)
    ]
    if line.open:
        parts.append(_open_words(line))
    if line.unanswered:
        parts.append(f"{line.unanswered:,} without an answer")
    return capitalise(format_record(line)), f"{capitalise('; '.join(parts))}."


def _too_few_words(answered: int) -> str:
    return f"{plural(answered, 'answer')} {'is' if answered == 1 else 'are'} too few to judge by"


def _open_words(line: TrackRecordLine) -> str:
    chance_words = (
        ""
        if line.mean_chance is None
        else f", on average {percent_whole(line.mean_chance)} likely to be borne out"
    )
    return f"{plural(line.open, 'claim')} still open{chance_words}"


def _interval_words(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = (percent_whole(bound) for bound in interval)
    return f"the true share may lie between {low} and {high}"


def describe_overconfidence(calibration: EssayCalibration | None) -> str:
    """Compare claimed certainty with the share confirmed; "" before the first answer."""
    if calibration is None:
        return ""
    sentence = (
        f"Where its words tell how sure it is, it sounded {percent_whole(calibration.claimed)} "
        f"sure and was right in {percent_whole(calibration.share)} of "
        f"{plural(calibration.claims, 'claim')}"
    )
    gap = round(100 * calibration.overconfidence)
    if calibration.is_small_sample:
        return f"{sentence}: too few to judge by."
    if abs(gap) < 5:
        return f"{sentence}: as sure as it should have been."
    return f"{sentence}: {plural(abs(gap), 'point')} too {'sure' if gap > 0 else 'cautious'}."


def describe_modality(claim: MappedSentence) -> str:
    """Describe the wording of a claim: `“will” · explicit prediction · sounds 100 % sure`."""
    sentence = claim.sentence
    parts = [f"“{sentence.cue}”"] if sentence.cue else []
    if sentence.kind:
        parts.append(sentence.kind)
    if sentence.cue and sentence.modality:
        parts.append(f"sounds {percent_whole(sentence.modality)} sure")
    return " · ".join(parts)


def describe_claim_state(claim: MappedSentence) -> str:
    """Describe a sentence's state for its panel: `Mixed (1 of 2)`."""
    return capitalise(
        claim.words.replace("%", f"{NBSP}%") if claim.state == "open" else claim.words
    )


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
