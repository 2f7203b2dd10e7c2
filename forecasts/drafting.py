"""A claim in an essay → the draft of a question, by rule; a person completes it.

What the rules can read off the sentence stands in the draft; where a person has to decide there is
a visible gap such as "[… what exactly counts]", and the linter lets no question open while one is
left.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.asking import OWN_ESSAY, Asked
from forecasts.cdf import Scale, day_number
from forecasts.drafts import shapes
from forecasts.drafts.clauses import clause_of
from forecasts.drafts.deadlines import begins_on, deadline_of, horizons_from
from forecasts.drafts.figures import figures
from forecasts.drafts.plans import FROM_THE_OPENING, Form, Plan, between
from forecasts.drafts.sources import sources_for
from forecasts.drafts.terms import terms_from
from forecasts.essay import Sentence
from forecasts.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.question import ClaimId, EssayId, HorizonShape, Kind, QuestionId
from forecasts.said_dates import long_date, said_times

_RESOLVES_AFTER: Final = timedelta(days=7)
_LONGEST: Final = 1_000
"""Characters of a sentence that are read: nobody asks about one that is longer."""

_COUNTED: Final = re.compile(
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
class Slots:
    """What the sentence itself says of the parts that a question needs; "" for what was not
    found.
    """

    actor: str = ""
    event: str = ""
    threshold: str = ""
    place: str = ""
    deadline: str = ""
    source: str = ""
    annul_rule: str = ""


@dataclass(frozen=True, slots=True)
class DraftIndicator:
    """What to look for, as proposed: `examples` are phrasings of a report in its direction,
    `opposites` of a denial.
    """

    name: str
    direction: Direction
    strength: Strength
    examples: tuple[str, ...]
    opposites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as the rules propose it, from the sentence at `[offset, end)` of the essay.

    `horizons` are the last days proposed, the essay's own deadline first; text and criteria are
    written for the first. `past_resolutions` is for the person: how often did this happen before?
    `bears_out` says by which answer the claim comes true (see `Question.bears_out`), "" where that
    cannot be told.
    """

    quote: str
    offset: int
    end: int
    modality: float
    claim_kind: str
    slots: Slots
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


def draft(sentence: Sentence, today: date) -> Draft:
    """The draft of a question on what the sentence claims; every sentence has one, whatever it
    says.

    >>> from forecasts.essay import find_claims
    >>> (claim,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    >>> made = draft(claim, date(2026, 11, 24))
    >>> made.text, made.kind, made.horizon_shape, made.bears_out
    ('Will Arland sign the river treaty by 31 December 2027?', 'binary', 'event_by', 'yes')
    >>> [day.isoformat() for day in made.horizons]
    ['2027-12-31', '2027-03-31', '2028-12-31']
    """
    text = sentence.text[:_LONGEST]
    clause = clause_of(text, sentence.cue)
    said = deadline_of(clause.raw_event, today) or deadline_of(text, today)
    horizons = horizons_from(said, today)
    counted = _COUNTED.search(clause.subject)
    figure = next(iter(figures(clause.raw_event, counted["what"] if counted else "")), None)
    first = begins_on(text, said, today) if said else None
    form = Form(clause, sentence.kind or "", figure, horizons[0], said, sources_for(text), first)
    plan = shapes.plan(form)
    return Draft(
        quote=sentence.text,
        offset=sentence.offset,
        end=sentence.end,
        modality=sentence.modality,
        claim_kind=sentence.kind or "",
        slots=_slots(text, form),
        text=plan.text,
        criteria=plan.criteria,
        kind=plan.kind,
        horizon_shape=plan.shape,
        horizons=horizons,
        base_rate_prompt=plan.base_rate_prompt,
        past_resolutions="",
        sources=form.sources,
        indicators=_indicators(plan),
        edge_cases=shapes.edge_cases(plan.kind, plan.shape),
        bears_out=plan.bears_out,
        options=plan.options,
        unit=plan.unit,
    )


def asked_from(
    draft: Draft,
    *,
    name: str,
    closes_on: date,
    now: datetime,
    essay_id: EssayId = OWN_ESSAY,
    claim_id: ClaimId | None = None,
    prior: str = "",
    prior_reason: str = "",
) -> Asked:
    """The question that a draft asks, open from now to the end of a last day (UTC); it resolves a
    week later.

    The last day in text and criteria is changed to `closes_on`, and "from the opening" to the day
    of `now`. The range of a numeric question goes from 0 to twice the number that the claim names,
    with open ends: a proposal.
    """
    closes_at = _first_instant_after(closes_on)
    text, criteria = (_dated(said, draft, closes_on, now) for said in (draft.text, draft.criteria))
    has_options = draft.kind in ("categorical", "ordered")
    return Asked(
        id=name,
        text=text,
        criteria=criteria,
        sources=draft.sources,
        opens_at=now,
        closes_at=closes_at,
        resolves_at=_later(closes_at, _RESOLVES_AFTER),
        kind=draft.kind,
        horizon_shape=draft.horizon_shape,
        prior=prior,
        prior_reason=prior_reason or draft.past_resolutions,
        options=draft.options if has_options else (),
        scale=_scale(draft, now, closes_at),
        essay_id=essay_id,
        claim_ids=(claim_id,) if claim_id else (),
        bears_out=draft.bears_out,
    )


def indicators_from(draft: Draft, question_id: QuestionId) -> tuple[Indicator, ...]:
    """The indicators of a draft for a question, with terms made from their phrasings: each example
    matches them.
    """
    option = next(iter(draft.options), "")
    return tuple(
        Indicator(
            id=IndicatorId(f"{question_id}/draft-{n}"),
            question_id=question_id,
            name=one.name,
            direction=one.direction,
            strength=one.strength,
            terms=terms,
            examples=one.examples,
            opposites=one.opposites,
            option=option,
        )
        for n, one in enumerate(draft.indicators, 1)
        if (terms := terms_from(one.examples or (one.name,)))
    )


def _slots(text: str, form: Form) -> Slots:
    clause, figure, said = form.clause, form.figure, form.said
    places = [m["place"] for m in _PLACE.finditer(text) if not _NO_PLACE.match(m["place"])]
    subject = "" if clause.subject in ("there", "") else clause.subject
    return Slots(
        actor=subject,
        event=clause.event,
        threshold=figure.words if figure else "",
        place=next(iter(places), ""),
        deadline=long_date(said) if said else "",
        source=form.sources[0] if "…" not in form.sources[0] else "",
        annul_rule=form.annul_rule,
    )


def _indicators(plan: Plan) -> tuple[DraftIndicator, ...]:
    """One for and one against; with options both are about the first of them."""
    told, denied = (Direction.NO, Direction.YES) if plan.is_lower else (Direction.YES, Direction.NO)
    report = DraftIndicator(
        f"Report: {plan.report}", told, Strength.MODERATE, plan.reports, plan.denials
    )
    denial = DraftIndicator(
        f"Denied: {plan.report}", denied, Strength.SOME, plan.denials, plan.reports
    )
    return report, denial


def _first_instant_after(day: date) -> datetime:
    return _later(datetime.combine(day, time(), UTC), timedelta(days=1))


def _later(at: datetime, by: timedelta) -> datetime:
    """So much later, or the last instant of the calendar."""
    latest = datetime.max.replace(tzinfo=UTC)
    return at + by if latest - at > by else latest


def _dated(said: str, draft: Draft, closes_on: date, now: datetime) -> str:
    written = long_date(draft.horizons[0]) if draft.horizons else ""
    dated = _moved(said, draft.horizons[0], closes_on, now.date()) if written else said
    return dated.replace(FROM_THE_OPENING, f"between {long_date(now.date())} and")


def _moved(said: str, written: date, closes_on: date, today: date) -> str:
    """The words for another last day. A year that is still to begin moves with it, or begins today
    if it cannot.
    """
    stretch = re.compile(
        rf"between (?P<first>[0-9]{{1,2}} [A-Z][a-z]+ [0-9]{{4}}) and {long_date(written)}"
    )
    for match in reversed([*stretch.finditer(said)]):
        for day in said_times(match["first"]):
            if day.first > today:
                begins = date(closes_on.year, day.first.month, 1)
                begins = begins if today < begins < closes_on else today
                said = said[: match.start()] + between(begins, closes_on) + said[match.end() :]
    return said.replace(long_date(written), long_date(closes_on))


def _scale(draft: Draft, now: datetime, closes_at: datetime) -> Scale | None:
    if draft.kind == "date":
        first, last = day_number(now), day_number(closes_at)
        return Scale(first, last, open_upper=True) if first < last else None
    if draft.kind != "numeric":
        return None
    number = re.search(r"[0-9]+(?:\.[0-9]+)?", draft.bears_out)
    upper = 2.0 * float(number[0]) if number and 0.0 < float(number[0]) < 1e300 else 100.0
    return Scale(0.0, upper, open_lower=True, open_upper=True, unit=draft.unit)
