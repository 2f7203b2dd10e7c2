"""Question drafts from the claims of an essay, by rule; a person completes them.

Parts that need a decision hold a placeholder such as "[… what exactly counts]", and the linter
blocks questions with placeholders.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.distributions.cdf import Scale, day_number
from forecasts.essays.dates import find_dates, format_long_date
from forecasts.essays.drafting import kinds
from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.drafting.figures import parse_figures, suggest_sources
from forecasts.essays.drafting.plan import OPENING_PHRASE, ClaimParts, QuestionPlan, format_period
from forecasts.essays.drafting.terms import derive_terms
from forecasts.essays.extract import Sentence
from forecasts.essays.relative_dates import find_deadline, parse_period_start, propose_horizons
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion
from forecasts.questions.question import ClaimId, EssayId, HorizonShape, Kind, QuestionId

_RESOLUTION_DELAY: Final = timedelta(days=7)
_MAX_SENTENCE_CHARACTERS: Final = 1_000
"""Maximum characters of a sentence that are parsed."""

_COUNTED_NOUN: Final = re.compile(
    r"\bnumber of (?P<what>\w+(?:\s(?!(?:in|of|at|that|who|which|with|on|for|from|by"
    r"|to)\b)\w+){0,3})"
)
_PLACE: Final = re.compile(
    r"\b(?:in|at|near|across|over|around|inside"
    r"|off)\s(?:the\s)?(?P<place>(?:[A-Z][\w’'-]+)(?:\s(?:of\s)?[A-Z][\w’'-]+){0,3})"
)
_NO_PLACE: Final = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Q[1-4]|H[12])\b"
)


@dataclass(frozen=True, slots=True)
class DraftSlots:
    """Parts of a question found in the sentence; "" for a part that was not found."""

    actor: str = ""
    event: str = ""
    threshold: str = ""
    place: str = ""
    deadline: str = ""
    source: str = ""
    annul_rule: str = ""


@dataclass(frozen=True, slots=True)
class DraftIndicator:
    """Proposed indicator: `examples` phrase a report in its direction, `opposites` a denial."""

    name: str
    direction: Direction
    strength: Strength
    examples: tuple[str, ...]
    opposites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """Question proposed for the sentence at `[offset, end)` of the essay.

    `horizons` are the proposed last days, the essay's own deadline first; text and criteria are
    written for the first. `past_resolutions` is for the person: how often did this happen before?
    `bears_out` is the outcome condition of the claim (see `Question.bears_out`), "" if it is
    unknown.
    """

    quote: str
    offset: int
    end: int
    modality: float
    claim_kind: str
    slots: DraftSlots
    text: str
    criteria: str
    kind: Kind
    horizon_shape: HorizonShape
    horizons: tuple[date, ...]
    base_rate_prompt: str
    past_resolutions: str
    sources: tuple[str, ...]
    indicators: tuple[DraftIndicator, ...]
    edge_cases: tuple[str, ...]
    bears_out: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""


def draft_question(sentence: Sentence, today: date) -> ClaimDraft:
    """Draft a question on the claim of a sentence; every sentence yields a draft.

    >>> from forecasts.essays.extract import find_claims
    >>> (claim,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    >>> treaty = draft_question(claim, date(2026, 11, 24))
    >>> treaty.text, treaty.kind, treaty.horizon_shape, treaty.bears_out
    ('Will Arland sign the river treaty by 31 December 2027?', 'binary', 'event_by', 'yes')
    >>> [day.isoformat() for day in treaty.horizons]
    ['2027-12-31', '2027-03-31', '2028-12-31']
    """
    text = sentence.text[:_MAX_SENTENCE_CHARACTERS]
    clause = parse_clause(text, sentence.cue)
    deadline = find_deadline(clause.raw_event, today) or find_deadline(text, today)
    horizons = propose_horizons(deadline, today)
    counted_noun = _COUNTED_NOUN.search(clause.subject)
    figure = next(
        iter(parse_figures(clause.raw_event, counted_noun["what"] if counted_noun else "")), None
    )
    first = parse_period_start(text, deadline, today) if deadline else None
    form = ClaimParts(
        clause, sentence.kind or "", figure, horizons[0], deadline, suggest_sources(text), first
    )
    plan = kinds.plan_question(form)
    return ClaimDraft(
        quote=sentence.text,
        offset=sentence.offset,
        end=sentence.end,
        modality=sentence.modality,
        claim_kind=sentence.kind or "",
        slots=_fill_slots(text, form),
        text=plan.text,
        criteria=plan.criteria,
        kind=plan.kind,
        horizon_shape=plan.shape,
        horizons=horizons,
        base_rate_prompt=plan.base_rate_prompt,
        past_resolutions="",
        sources=form.sources,
        indicators=_draft_indicators(plan),
        edge_cases=kinds.list_edge_cases(plan.kind, plan.shape),
        bears_out=plan.bears_out,
        options=plan.options,
        unit=plan.unit,
    )


def build_new_question(
    draft: ClaimDraft,
    *,
    name: str,
    closes_on: date,
    now: datetime,
    essay_id: EssayId = OWN_ESSAY,
    claim_id: ClaimId | None = None,
    prior: str = "",
    prior_reason: str = "",
) -> NewQuestion:
    """Build the question of a draft, open from now to the end of a last day (UTC).

    It resolves a week later. The last day in text and criteria is changed to `closes_on`, and "from
    the opening" to the day of `now`. The range of a numeric question is proposed as 0 to twice the
    number of the claim, with open ends.
    """
    closes_at = _first_instant_after(closes_on)
    text, criteria = (
        _insert_dates(template, draft, closes_on, now) for template in (draft.text, draft.criteria)
    )
    has_options = draft.kind in ("categorical", "ordered")
    return NewQuestion(
        id=name,
        text=text,
        criteria=criteria,
        sources=draft.sources,
        opens_at=now,
        closes_at=closes_at,
        resolves_at=_add_clamped(closes_at, _RESOLUTION_DELAY),
        kind=draft.kind,
        horizon_shape=draft.horizon_shape,
        prior=prior,
        prior_reason=prior_reason or draft.past_resolutions,
        options=draft.options if has_options else (),
        scale=_propose_scale(draft, now, closes_at),
        essay_id=essay_id,
        claim_ids=(claim_id,) if claim_id else (),
        bears_out=draft.bears_out,
    )


def build_draft_indicators(draft: ClaimDraft, question_id: QuestionId) -> tuple[Indicator, ...]:
    """Build the indicators of a draft with terms from their phrasings, which match each example."""
    option = next(iter(draft.options), "")
    return tuple(
        Indicator(
            id=IndicatorId(f"{question_id}/draft-{number}"),
            question_id=question_id,
            name=indicator.name,
            direction=indicator.direction,
            strength=indicator.strength,
            terms=terms,
            examples=indicator.examples,
            opposites=indicator.opposites,
            option=option,
        )
        for number, indicator in enumerate(draft.indicators, 1)
        if (terms := derive_terms(indicator.examples or (indicator.name,)))
    )


def _fill_slots(text: str, form: ClaimParts) -> DraftSlots:
    clause, figure, deadline = form.clause, form.figure, form.deadline
    places = [
        match["place"] for match in _PLACE.finditer(text) if not _NO_PLACE.match(match["place"])
    ]
    subject = "" if clause.subject in ("there", "") else clause.subject
    return DraftSlots(
        actor=subject,
        event=clause.event,
        threshold=figure.words if figure else "",
        place=next(iter(places), ""),
        deadline=format_long_date(deadline) if deadline else "",
        source=form.sources[0] if "…" not in form.sources[0] else "",
        annul_rule=form.annul_rule,
    )


def _draft_indicators(plan: QuestionPlan) -> tuple[DraftIndicator, ...]:
    """Return one indicator for and one against; with options both are about the first."""
    report_side, denial_side = (
        (Direction.NO, Direction.YES) if plan.is_lower else (Direction.YES, Direction.NO)
    )
    report = DraftIndicator(
        f"Report: {plan.report}", report_side, Strength.MODERATE, plan.reports, plan.denials
    )
    denial = DraftIndicator(
        f"Denied: {plan.report}", denial_side, Strength.SOME, plan.denials, plan.reports
    )
    return report, denial


def _first_instant_after(day: date) -> datetime:
    return _add_clamped(datetime.combine(day, time(), UTC), timedelta(days=1))


def _add_clamped(at: datetime, by: timedelta) -> datetime:
    """Add a duration, up to the end of the calendar."""
    latest = datetime.max.replace(tzinfo=UTC)
    return at + by if latest - at > by else latest


def _insert_dates(template: str, draft: ClaimDraft, closes_on: date, now: datetime) -> str:
    written_day = format_long_date(draft.horizons[0]) if draft.horizons else ""
    moved = (
        _move_last_day(template, draft.horizons[0], closes_on, now.date())
        if written_day
        else template
    )
    return moved.replace(OPENING_PHRASE, f"between {format_long_date(now.date())} and")


def _move_last_day(text: str, old_day: date, closes_on: date, today: date) -> str:
    """Move the last day in a text. A future period moves with it, or starts today if it cannot."""
    period = re.compile(
        rf"between (?P<first>[0-9]{{1,2}} [A-Z][a-z]+ [0-9]{{4}}) and {format_long_date(old_day)}"
    )
    for match in reversed([*period.finditer(text)]):
        for day in find_dates(match["first"]):
            if day.first > today:
                start = date(closes_on.year, day.first.month, 1)
                start = start if today < start < closes_on else today
                text = text[: match.start()] + format_period(start, closes_on) + text[match.end() :]
    return text.replace(format_long_date(old_day), format_long_date(closes_on))


def _propose_scale(draft: ClaimDraft, now: datetime, closes_at: datetime) -> Scale | None:
    if draft.kind == "date":
        first, last = day_number(now), day_number(closes_at)
        return Scale(first, last, open_upper=True) if first < last else None
    if draft.kind != "numeric":
        return None
    number = re.search(r"[0-9]+(?:\.[0-9]+)?", draft.bears_out)
    upper = 2.0 * float(number[0]) if number and 0.0 < float(number[0]) < 1e300 else 100.0
    return Scale(0.0, upper, open_lower=True, open_upper=True, unit=draft.unit)
