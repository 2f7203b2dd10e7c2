"""Plans of questions for a number, a date or one of several options."""

import re
from typing import Final

from forecasts.essays.dates import long_date
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure
from forecasts.essays.drafting.letter_case import sentence_case
from forecasts.essays.drafting.phrasing import Phrased, phrased
from forecasts.essays.drafting.placeholders import SERIES, TEST, UNIT, WHAT
from forecasts.essays.drafting.plan import Form, Plan, between

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


def asks_how_much(clause: Clause, figure: Figure) -> bool:
    """Return True if the claim is about the figure: "exceed 5 %", not "cut its rate to 5 %"."""
    return (
        bool(_MEASURE_VERB.match(clause.event))
        or " " not in clause.raw_event[: figure.start].strip()
    )


def number(form: Form, figure: Figure) -> Plan:
    """Plan a question on the number that a claim names."""
    clause, last_day = form.clause, long_date(form.last)
    verb = clause.event.partition(" ")[0]
    period = between(form.first, form.last) if form.first else ""
    time_phrase = period or f"by {last_day}"
    if (_CHANGE_BY.search(clause.event) or _CHANGE_IN_PERCENT.match(clause.event)) and (
        match := _MEASURE_VERB.match(clause.event)
    ):
        text = f"By how much will {form.who} {match['verb']} {time_phrase}, in {figure.unit}?"
    elif _MEASURE_VERB.match(clause.event):
        text = f"How high will {form.who} be {period or f'on {last_day}'}, in {figure.unit}?"
    else:
        complement = _rest_of_event(clause.event, clause.raw_event[figure.end :].strip(" ,."))
        text = (
            f"How many {figure.unit}{f' {complement}' if complement else ''} will {form.who} "
            f"{verb} {time_phrase}?"
        )
    bears_out = "" if clause.asks else figure.bears_out(negated=clause.negated)
    return _numeric_plan(
        form,
        form.asked(text),
        phrased(clause, form.who),
        unit=figure.unit,
        bears_out=bears_out,
        is_lower=figure.is_upper,
    )


def trend(form: Form) -> Plan:
    """Plan a question on the series that a claim describes."""
    statement = form.clause.event or WHAT
    phrasing = Phrased(
        statement, statement, (sentence_case(statement),), (f"It is not true that {statement}",)
    )
    text = (
        f"What will [… the published series that shows it: “{statement}”] be on "
        f"{long_date(form.last)}?"
    )
    return _numeric_plan(form, text, phrasing, unit=UNIT)


def number_asked(form: Form) -> Plan:
    """Plan a question on an amount that the claim itself asks for."""
    question = form.clause.asked
    counted = _HOW_MANY.match(question)
    unit = counted["what"] if counted else form.figure.unit if form.figure else UNIT
    phrasing = Phrased(question, question, (question,), (f"No figure yet: {question}",))
    return _numeric_plan(
        form, form.asked(f"{question} by {long_date(form.last)}?"), phrasing, unit=unit
    )


def day(form: Form) -> Plan:
    """Plan a question on the date of an event."""
    question, last_day = form.clause.asked, long_date(form.last)
    return Plan(
        kind="date",
        shape="event_by",
        text=form.asked(f"{question}?"),
        criteria=f"The first day (UTC), {form.until}, on which it has happened, "
        f"by this test: {TEST}. "
        f"“Never” if it has not happened by {last_day}. {form.annul_rule}",
        base_rate_prompt="How long did comparable events take? Give a quarter, half and three "
        "quarters of the cases.",
        report=f"it is known: {question}",
        reports=(f"The day is set: {question}", f"It has happened: {question}"),
        denials=(f"It is put off: {question}",),
        bears_out=f"by {form.said.isoformat()}" if form.said else "",
    )


def which(form: Form) -> Plan:
    """Plan a question with options for a person to name."""
    options = ("[… first answer]", "[… second answer]", "Other")
    return _options_plan(
        form, form.asked(f"{form.clause.asked} by {long_date(form.last)}?"), options
    )


def choice(form: Form, options: tuple[str, ...]) -> Plan:
    """Plan a question on the alternatives that a claim names."""
    subject, last_day, verb = (
        form.who,
        long_date(form.last),
        form.clause.event.removeprefix("either ").partition(" ")[0],
    )
    # Places, not acts: "visit Moscow, Beijing or Delhi"
    if all(option[:1].isupper() for option in options[1:]):
        names = (options[0].removeprefix(f"{verb} "), *options[1:])
        text = f"Which will {subject} {verb} by {last_day}: {', '.join(names)} or another?"
        return _options_plan(form, form.asked(text), (*names, "Other"))
    text = f"What will {subject} do by {last_day}: {', '.join(options)}, or something else?"
    return _options_plan(form, form.asked(text), (*options, "Other"))


def _numeric_plan(
    form: Form,
    text: str,
    phrasing: Phrased,
    *,
    unit: str,
    bears_out: str = "",
    is_lower: bool = False,
) -> Plan:
    return Plan(
        kind="numeric",
        shape="state_at",
        text=text,
        criteria=f"The value of {SERIES}, in {unit}, {form.span}, in its first release at "
        f"{form.sources[0]}; later revisions do not count. Annulled if no figure is "
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


def _options_plan(form: Form, text: str, options: tuple[str, ...]) -> Plan:
    return Plan(
        kind="categorical",
        shape="state_at",
        text=text,
        criteria=f"The first of the options that comes true {form.until}, by this test: {TEST}. "
        f"“Other” if none of them does. {form.annul_rule}",
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
