"""Kind of question that fits a claim: its plan for a number, a date or options, and edge cases."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting import binary
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure
from forecasts.essays.drafting.plan import (
    ClaimParts,
    ClaimPhrasing,
    QuestionPlan,
    format_period,
    phrase_claim,
)
from forecasts.essays.drafting.subjects import (
    EVENT_PLACEHOLDER,
    SERIES_PLACEHOLDER,
    TEST_PLACEHOLDER,
    UNIT_PLACEHOLDER,
)
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import HorizonShape, Kind

_MEASURE_VERB: Final = re.compile(
    r"^(?P<verb>reach|exceed|surpass|be|hit|top|total|average|approach|rise|fall|drop|grow|climb"
    r"|shrink|decline|increase|decrease|sink|jump|expand|contract|double|halve|pass|stay|remain"
    r"|hold|run|settle|end|close"
    r"|(?:pick|go|move|edge|creep|inch|speed) (?:up|down))\b",
    re.IGNORECASE,
)
_ABOUT: Final = (
    r"(?:(?:about|around|at least|more than|up to|some|only|just|nearly|roughly|over|almost"
    r"|another) )*"
)
_CHANGE_BY: Final = re.compile(rf"\bby {_ABOUT}[0-9$€£]", re.IGNORECASE)
_CHANGE_IN_PERCENT: Final = re.compile(
    r"^(?:rise|fall|drop|grow|climb|shrink|decline|increase|decrease|sink|jump|expand|contract) "
    rf"{_ABOUT}[0-9][0-9.,]*\s?(?:%|per ?cent)",
    re.IGNORECASE,
)
_HOW_MANY: Final = re.compile(
    r"^how many (?P<what>.{1,60}?) (?:will|would|could|can|may|might|do|does|did|are|is)\b", re.I
)


def asks_for_amount(clause: Clause, figure: Figure) -> bool:
    """Return True if the claim is about the figure: "exceed 5 %", not "cut its rate to 5 %"."""
    return (
        bool(_MEASURE_VERB.match(clause.event))
        or " " not in clause.raw_event[: figure.start].strip()
    )


def plan_number(form: ClaimParts, figure: Figure) -> QuestionPlan:
    """Plan a question on the number that a claim names."""
    clause, last_day = form.clause, format_long_date(form.last)
    verb = clause.event.partition(" ")[0]
    period = format_period(form.first, form.last) if form.first else ""
    time_phrase = period or f"by {last_day}"
    if (_CHANGE_BY.search(clause.event) or _CHANGE_IN_PERCENT.match(clause.event)) and (
        match := _MEASURE_VERB.match(clause.event)
    ):
        text = (
            f"By how much will {form.named_subject} {match['verb']} {time_phrase}, in "
            f"{figure.unit}?"
        )
    elif _MEASURE_VERB.match(clause.event):
        text = (
            f"How high will {form.named_subject} be {period or f'on {last_day}'}, in {figure.unit}?"
        )
    else:
        complement = _rest_of_event(clause.event, clause.raw_event[figure.end :].strip(" ,."))
        text = (
            f"How many {figure.unit}{f' {complement}' if complement else ''} will "
            f"{form.named_subject} {verb} {time_phrase}?"
        )
    bears_out = "" if clause.asks else figure.bears_out(negated=clause.negated)
    return _numeric_plan(
        form,
        form.apply_condition(text),
        phrase_claim(clause, form.named_subject),
        unit=figure.unit,
        bears_out=bears_out,
        is_lower=figure.is_upper,
    )


def plan_trend(form: ClaimParts) -> QuestionPlan:
    """Plan a question on the series that a claim describes."""
    statement = form.clause.event or EVENT_PLACEHOLDER
    phrasing = ClaimPhrasing(
        statement,
        statement,
        (capitalise(statement),),
        (f"It is not true that {statement}",),
    )
    text = (
        f"What will [… the published series that shows it: “{statement}”] be on "
        f"{format_long_date(form.last)}?"
    )
    return _numeric_plan(form, text, phrasing, unit=UNIT_PLACEHOLDER)


def plan_amount_question(form: ClaimParts) -> QuestionPlan:
    """Plan a question on an amount that the claim itself asks for."""
    question = form.clause.question_text
    counted = _HOW_MANY.match(question)
    unit = counted["what"] if counted else form.figure.unit if form.figure else UNIT_PLACEHOLDER
    phrasing = ClaimPhrasing(question, question, (question,), (f"No figure yet: {question}",))
    return _numeric_plan(
        form,
        form.apply_condition(f"{question} by {format_long_date(form.last)}?"),
        phrasing,
        unit=unit,
    )


def plan_date(form: ClaimParts) -> QuestionPlan:
    """Plan a question on the date of an event."""
    question, last_day = form.clause.question_text, format_long_date(form.last)
    return QuestionPlan(
        kind="date",
        shape="event_by",
        text=form.apply_condition(f"{question}?"),
        criteria=f"The first day (UTC), {form.until_last_day}, on which it has happened, "
        f"by this test: {TEST_PLACEHOLDER}. "
        f"“Never” if it has not happened by {last_day}. {form.annul_rule}",
        base_rate_prompt="How long did comparable events take? Give a quarter, half and three "
        "quarters of the cases.",
        report=f"it is known: {question}",
        reports=(f"The day is set: {question}", f"It has happened: {question}"),
        denials=(f"It is put off: {question}",),
        bears_out=f"by {form.deadline.isoformat()}" if form.deadline else "",
    )


def plan_open_choice(form: ClaimParts) -> QuestionPlan:
    """Plan a question with options for a person to name."""
    options = ("[… first answer]", "[… second answer]", "Other")
    return _options_plan(
        form,
        form.apply_condition(f"{form.clause.question_text} by {format_long_date(form.last)}?"),
        options,
    )


def plan_choice(form: ClaimParts, options: tuple[str, ...]) -> QuestionPlan:
    """Plan a question on the alternatives that a claim names."""
    subject, last_day, verb = (
        form.named_subject,
        format_long_date(form.last),
        form.clause.event.removeprefix("either ").partition(" ")[0],
    )
    # Places, not acts: "visit Moscow, Beijing or Delhi"
    if all(option[:1].isupper() for option in options[1:]):
        names = (options[0].removeprefix(f"{verb} "), *options[1:])
        text = f"Which will {subject} {verb} by {last_day}: {', '.join(names)} or another?"
        return _options_plan(form, form.apply_condition(text), (*names, "Other"))
    text = f"What will {subject} do by {last_day}: {', '.join(options)}, or something else?"
    return _options_plan(form, form.apply_condition(text), (*options, "Other"))


def _numeric_plan(
    form: ClaimParts,
    text: str,
    phrasing: ClaimPhrasing,
    *,
    unit: str,
    bears_out: str = "",
    is_lower: bool = False,
) -> QuestionPlan:
    return QuestionPlan(
        kind="numeric",
        shape="state_at",
        text=text,
        criteria=f"The value of {SERIES_PLACEHOLDER}, in {unit}, {form.span}, in its first release "
        f"at {form.sources[0]}; later revisions do not count. Annulled if no figure is "
        "published within 90 days of the close.",
        base_rate_prompt="What were the last five values of this figure, and by how much does it "
        "change in a year?",
        report=phrasing.reports[0],
        reports=phrasing.reports,
        denials=phrasing.denials,
        bears_out=bears_out,
        unit=unit,
        is_lower=is_lower,
    )


def _options_plan(form: ClaimParts, text: str, options: tuple[str, ...]) -> QuestionPlan:
    return QuestionPlan(
        kind="categorical",
        shape="state_at",
        text=text,
        criteria=f"The first of the options that comes true {form.until_last_day}, by this test: "
        f"{TEST_PLACEHOLDER}. “Other” if none of them does. {form.annul_rule}",
        base_rate_prompt="How often did each of these come about in comparable cases? Give k of "
        "n for each.",
        report=f"it will be {options[0]}",
        reports=(f"Reports confirm: {options[0]}",),
        denials=(f"Ruled out: {options[0]}",),
        options=options,
    )


def _rest_of_event(event: str, text: str) -> str:
    """Return what follows the figure within the event, without its times."""
    words = text.split()
    while words and " ".join(words) not in event:
        words.pop()
    return " ".join(words)


_QUESTION_PLANS: Final[Mapping[str, Callable[[ClaimParts], QuestionPlan]]] = MappingProxyType(
    {
        "when": plan_date,
        "number": plan_amount_question,
        "which": plan_open_choice,
        "state": binary.plan_state_question,
    }
)
_OR: Final = re.compile(r",?\s+or\s+(?:rather\s+|else\s+|instead\s+)?")
_MAX_OPTION_CHARACTERS: Final = 60


def plan_question(form: ClaimParts) -> QuestionPlan:
    """Plan the question of a claim: its own question, else options, a number, a trend, an event, a
    state.
    """
    clause = form.clause
    if clause.asks in _QUESTION_PLANS:
        return _QUESTION_PLANS[clause.asks](form)
    if options := _find_alternatives(clause.event):
        return plan_choice(form, options)
    if not clause.is_future:
        return plan_trend(form) if form.claim_kind == "trend" else binary.plan_persistence(form)
    if (
        form.figure is None
        or clause.subject in ("", "there")
        or not asks_for_amount(clause, form.figure)
    ):
        return binary.plan_event(form)
    return plan_number(form, form.figure)


def list_edge_cases(kind: Kind, shape: HorizonShape) -> tuple[str, ...]:
    """Return typical edge cases as questions to the person who completes a draft."""
    kind_cases = {
        "binary": (
            "It is announced but not carried out by the last day: does the announcement count?",
            "It happens in part, or under another name: how much of it is enough?",
            "It is reported by one side and denied by the other: whose word counts?",
        ),
        "numeric": (
            "The figure is revised later: does the first release count?",
            "The series is stopped, or its method changes: which other one takes its place?",
            "The figure for the last day is out only later: how long is it waited for?",
        ),
        "date": (
            "It is announced on one day and takes effect on another: which of the two counts?",
            "It begins, stops and begins again: does the first day count?",
            "It has not come about by the last day: the answer is “never”.",
        ),
        "categorical": (
            "Two of the options come true: does the first one count?",
            "None of them comes true: is that “Other”?",
            "An option goes by another name by then: who decides that it is the same?",
        ),
        "ordered": ("A value lies on the border of two options: to which does it belong?",),
    }[kind]
    shape_case = {
        "event_by": (
            "It happened before the opening, but is reported only after: it does not count."
        ),
        "holds_until": (
            "It is broken off and taken up again before the last day: is the answer NO at "
            "the first break?"
        ),
        "state_at": (
            "The state changes on the last day itself: what is true at its end, 24:00 UTC, counts."
        ),
    }[shape]
    return (*kind_cases, shape_case)


def _find_alternatives(event: str) -> tuple[str, ...]:
    """Return the options of "either A or B" and of "A, B or C"; () if there are fewer."""
    is_either = bool(re.match(r"either ", event, re.IGNORECASE))
    parts = _OR.split(event.removeprefix("either "))
    if len(parts) < 2:
        return ()
    pieces = [piece for part in parts for piece in re.split(r",\s+", part)]
    options = tuple(
        dict.fromkeys(" ".join(piece.replace("=", " ").split()).strip(" ,;") for piece in pieces)
    )
    names = {option.casefold() for option in options}
    is_short = all(option and len(option) <= _MAX_OPTION_CHARACTERS for option in options)
    is_enough = len(options) >= 3 or (is_either and len(options) == 2)
    return (
        options
        if is_enough and is_short and len(names) == len(options) and "other" not in names
        else ()
    )
