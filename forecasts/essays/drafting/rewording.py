"""Plain rewording of a claim as a question, with its open parts marked."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.acts import OPTION_GAPS, find_actor_fault, list_notes
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure, parse_figures
from forecasts.essays.drafting.grammar import (
    find_condition_fault,
    find_predicate_fault,
)
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.subjects import ACTOR_GAP, UNIT_GAP
from forecasts.essays.drafting.window import add_days
from forecasts.essays.english import is_participle, lowercase_subject
from forecasts.questions.question import HorizonShape, Kind

TEST_GAP: Final = "[… the act, text or figure that decides it, and what is not enough]"
SOURCE_GAP: Final = "[… who publishes the answer, and where]"
SERIES_GAP: Final = "[… the published series]"
MAX_OPTION_CHARACTERS: Final = 60
CONDITION_GAP: Final = "[… which condition]"
PREDICATE_GAP: Final = "[… do what]"

_DELAY_DAYS: Final = 14
_LASTING: Final = frozenset(
    "continue remain stay keep persist last endure hold maintain survive retain preserve".split()
)
_OR: Final = re.compile(r",?\s+or\s+(?:rather\s+|else\s+|instead\s+)?")
_PREPOSITIONS: Final = {"event_by": "by", "holds_until": "until", "state_at": "on"}


def plan_rewording(claim: Claim, kind: Kind = "binary") -> QuestionPlan:
    """Plan a question in the claim's own words; a person says what decides it.

    A subject or predicate that does not read as a question is left as a gap with the claim's words.
    """
    window, clause = claim.window, claim.clause
    shape: HorizonShape = _find_shape(clause) if kind == "binary" else "state_at"
    last = format_long_date(window.last)
    subject, predicate = _name_parts(claim)
    options = find_alternatives(clause.event) or OPTION_GAPS
    figure = next(iter(parse_figures(claim.text.text)), None)
    unit = figure.unit if figure else UNIT_GAP
    wording = _Wording(subject, predicate, f"{_PREPOSITIONS[shape]} {last}", options, unit)
    text, rule = _word(wording, claim, kind)
    if kind == "binary" and not find_actor_fault(claim):
        rule = _word_figure(subject, claim) or rule
    if clause.condition:
        is_clear = not find_condition_fault(clause.condition)
        condition = lowercase_subject(clause.condition) if is_clear else CONDITION_GAP
        word = "Unless" if clause.is_unless else "If"
        text = f"{word} {condition}, {text[:1].lower()}{text[1:]}"
        comes = "comes about" if clause.is_unless else "does not come about"
        rule = f"{rule} Annulled if the condition, “{condition}”, {comes} by {last} (UTC)."
    return QuestionPlan(
        kind=kind,
        shape="event_by" if kind == "date" else shape,
        text=text,
        criteria=rule,
        sources=(SOURCE_GAP,),
        last=window.last,
        published=add_days(window.last, _DELAY_DAYS),
        bears_out=_name_outcome(claim, figure, kind),
        options=options if kind in ("categorical", "ordered") else (),
        unit=unit if kind == "numeric" else "",
        base_rate="How often did this happen in comparable cases? Give k of n.",
        notes=list_notes(claim),
    )


def _name_parts(claim: Claim) -> tuple[str, str]:
    """Return subject and predicate, each as a gap if it does not read well."""
    subject, predicate = claim.actor, claim.clause.event
    if not predicate or find_predicate_fault(predicate):
        predicate = PREDICATE_GAP
    is_existence = subject == "there" and predicate.startswith("be ")
    if not is_existence and find_actor_fault(claim):
        subject = ACTOR_GAP
    return subject, predicate


@dataclass(frozen=True, slots=True)
class _Wording:
    subject: str
    predicate: str
    when: str
    options: tuple[str, ...]
    unit: str


def _word(wording: _Wording, claim: Claim, kind: Kind) -> tuple[str, str]:
    """Return question and rule."""
    subject, predicate, when = wording.subject, wording.predicate, wording.when
    first, last = format_long_date(claim.window.first), format_long_date(claim.window.last)
    period = f"between {first} and {last} (UTC)"
    match kind:
        case "binary":
            return (
                f"Will {subject} {predicate} {when}?",
                f"YES if, {period}, {TEST_GAP}. NO otherwise.",
            )
        case "date":
            return (
                f"When will {subject} {predicate}?",
                f"The first day, {period}, on which {TEST_GAP}; “never” if there is none.",
            )
        case "numeric":
            return (
                f"How high will {subject} be {when}, in {wording.unit}?",
                f"The value of {SERIES_GAP}, {period}, in {wording.unit}, as first published.",
            )
        case _:
            return (
                f"Which of these will come first {when}: {', '.join(wording.options)}?",
                f"The first option, {period}, for which {TEST_GAP}.",
            )


def _word_figure(subject: str, claim: Claim) -> str:
    """Return the rule of a claim that names the figure of its subject, "" without one."""
    event, last = claim.clause.event, format_long_date(claim.window.last)
    figures = parse_figures(event)
    if len(figures) != 1 or not _MEASURES.match(event) or UNIT_GAP in figures[0].unit:
        return ""
    figure = figures[0]
    newest = f"the newest figure for {subject} that covers a time up to {last}"
    if re.search(r"\bby\W*$", event[: figure.start + 2]):
        side = "lower" if _FALLS.match(event) else "higher"
        return (
            f"YES if {newest} is at least {figure.words} {side} than the newest one before "
            f"{format_long_date(claim.window.first)}. NO if not."
        )
    is_fall = bool(_FALLS.match(event)) and not figure.is_strict
    goal = "at most" if is_fall else figure.bears_out(negated=False).rpartition(" ")[0]
    return f"YES if {newest} is {goal} {figure.words}. NO if not."


_FALLS: Final = re.compile(r"(?:fall|drop|shrink|decline|decrease|sink|slide|plunge|slip)\b")
_MEASURES: Final = re.compile(
    rf"{_FALLS.pattern}|(?:reach|hit|exceed|surpass|top|pass|rise|climb|grow|increase|jump|soar|be"
    r"|stay|remain|account for|make up|cost|total|amount to|average|number)\b"
)
"""Verbs by which a figure is that of the subject."""


def _name_outcome(claim: Claim, figure: Figure | None, kind: Kind) -> str:
    """Return the answer that bears the claim out."""
    clause = claim.clause
    if clause.asks:
        return ""
    if kind == "binary":
        return "no" if clause.negated else "yes"
    if kind == "numeric" and figure is not None:
        return figure.bears_out(negated=clause.negated)
    is_dated = kind == "date" and not clause.negated
    return f"by {claim.window.last.isoformat()}" if is_dated else ""


def find_alternatives(event: str) -> tuple[str, ...]:
    """Return the options of "either A or B" and of "A, B or C" with "Other"; () if there are fewer.

    >>> find_alternatives("either devalue or default")
    ('devalue', 'default', 'Other')
    """
    parts = _OR.split(event.removeprefix("either "))
    options = tuple(
        dict.fromkeys(piece.strip(" ,;") for part in parts for piece in part.split(", "))
    )
    is_enough = len(options) >= 3 or (event.startswith("either ") and len(options) == 2)
    is_short = all(option and len(option) <= MAX_OPTION_CHARACTERS for option in options)
    return (*options, "Other") if len(parts) > 1 and is_enough and is_short else ()


def _find_shape(clause: Clause) -> HorizonShape:
    verb, _, complement = clause.event.partition(" ")
    is_held = verb == "hold" and complement  # "hold talks" is an event
    if verb in _LASTING and not clause.negated and not is_held:
        return "holds_until"
    is_passive = is_participle(complement.split(" ", 1)[0])
    is_state = verb == "be" and not is_passive and clause.subject != "there"
    return "state_at" if is_state else "event_by"
