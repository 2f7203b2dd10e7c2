"""Questions for a number, a date or one of several options."""

import re
from typing import Final

from forecasts.drafts.blanks import SERIES, TEST, UNIT, WHAT
from forecasts.drafts.casing import sentence_case
from forecasts.drafts.clauses import Clause
from forecasts.drafts.figures import Figure
from forecasts.drafts.phrasing import Phrased, phrased
from forecasts.drafts.plans import Form, Plan, between
from forecasts.said_dates import long_date

_MEASURES: Final = re.compile(
    r"^(?P<verb>reach|exceed|surpass|be|hit|top|total|average|approach|rise|fall|drop|grow|climb"
    r"|shrink|decline|increase"
    r"|decrease|sink|jump|expand|contract|double|halve|pass|stay|remain|hold|run|settle|end|close"
    r"|(?:pick|go|move|edge|creep|inch|speed) (?:up|down))\b",
    re.IGNORECASE,
)
_ABOUT: Final = (
    r"(?:(?:about|around|at least|more than|up to|some|only|just|nearly|roughly|over|almost"
    r"|another) )*"
)
_BY: Final = re.compile(rf"\bby {_ABOUT}[0-9$€£]", re.IGNORECASE)
_CHANGES: Final = re.compile(
    r"^(?:rise|fall|drop|grow|climb|shrink|decline|increase|decrease|sink|jump|expand|contract) "
    rf"{_ABOUT}[0-9][0-9.,]*\s?(?:%|per ?cent)",
    re.IGNORECASE,
)
_HOW_MANY: Final = re.compile(
    r"^how many (?P<what>.{1,60}?) (?:will|would|could|can|may|might|do|does|did|are|is)\b", re.I
)


def asks_how_much(clause: Clause, figure: Figure) -> bool:
    """Is the figure what a claim is about: "exceed 5 %", "send 5,000 troops", and not "cut its rate
    to 5 %"?
    """
    return (
        bool(_MEASURES.match(clause.event)) or " " not in clause.raw_event[: figure.start].strip()
    )


def number(form: Form, figure: Figure) -> Plan:
    """How high will the number be that a claim names?"""
    clause, last = form.clause, long_date(form.last)
    verb = clause.event.partition(" ")[0]
    within = between(form.first, form.last) if form.first else ""
    by = within or f"by {last}"
    if (_BY.search(clause.event) or _CHANGES.match(clause.event)) and (
        m := _MEASURES.match(clause.event)
    ):
        text = f"By how much will {form.who} {m['verb']} {by}, in {figure.unit}?"
    elif _MEASURES.match(clause.event):
        text = f"How high will {form.who} be {within or f'on {last}'}, in {figure.unit}?"
    else:
        rest = _within(clause.event, clause.raw_event[figure.end :].strip(" ,."))
        text = f"How many {figure.unit}{f' {rest}' if rest else ''} will {form.who} {verb} {by}?"
    bears_out = "" if clause.asks else figure.bears_out(negated=clause.negated)
    return _numeric(
        form, form.asked(text), phrased(clause, form.who), (figure.unit, bears_out, figure.is_upper)
    )


def trend(form: Form) -> Plan:
    """Where will the series stand whose course a claim describes?"""
    what = form.clause.event or WHAT
    said = Phrased(what, what, (sentence_case(what),), (f"It is not true that {what}",))
    text = (
        f"What will [… the published series that shows it: “{what}”] be on {long_date(form.last)}?"
    )
    return _numeric(form, text, said, (UNIT, "", False))


def number_asked(form: Form) -> Plan:
    """How many, how much, how far: as the claim asks itself."""
    asked = form.clause.asked
    many = _HOW_MANY.match(asked)
    unit = many["what"] if many else form.figure.unit if form.figure else UNIT
    said = Phrased(asked, asked, (asked,), (f"No figure yet: {asked}",))
    return _numeric(
        form, form.asked(f"{asked} by {long_date(form.last)}?"), said, (unit, "", False)
    )


def day(form: Form) -> Plan:
    """When will it happen?"""
    asked, last = form.clause.asked, long_date(form.last)
    return Plan(
        kind="date",
        shape="event_by",
        text=form.asked(f"{asked}?"),
        criteria=f"The first day (UTC), {form.until}, on which it has happened, by this test: {TEST}. "
        f"“Never” if it has not happened by {last}. {form.annul_rule}",
        base_rate_prompt="How long did comparable events take? Give a quarter, half and three "
        "quarters of the cases.",
        report=f"it is known: {asked}",
        reports=(f"The day is set: {asked}", f"It has happened: {asked}"),
        denials=(f"It is put off: {asked}",),
        bears_out=f"by {form.said.isoformat()}" if form.said else "",
    )


def which(form: Form) -> Plan:
    """Who, where, which: options that a person has to name."""
    options = ("[… first answer]", "[… second answer]", "Other")
    return _options(form, form.asked(f"{form.clause.asked} by {long_date(form.last)}?"), options)


def choice(form: Form, options: tuple[str, ...]) -> Plan:
    """One of the alternatives that a claim names."""
    who, last, verb = (
        form.who,
        long_date(form.last),
        form.clause.event.removeprefix("either ").partition(" ")[0],
    )
    if all(
        option[:1].isupper() for option in options[1:]
    ):  # "visit Moscow, Beijing or Delhi": places, and not acts
        names = (options[0].removeprefix(f"{verb} "), *options[1:])
        text = f"Which will {who} {verb} by {last}: {', '.join(names)} or another?"
        return _options(form, form.asked(text), (*names, "Other"))
    text = f"What will {who} do by {last}: {', '.join(options)}, or something else?"
    return _options(form, form.asked(text), (*options, "Other"))


def _numeric(form: Form, text: str, said: Phrased, scale: tuple[str, str, bool]) -> Plan:
    unit, bears_out, is_lower = scale
    return Plan(
        kind="numeric",
        shape="state_at",
        text=text,
        criteria=f"The value of {SERIES}, in {unit}, {form.span}, in its first release at "
        f"{form.sources[0]}; later revisions do not count. Annulled if no figure is "
        "published within 90 days of the close.",
        base_rate_prompt="What were the last five values of this figure, and by how much does it "
        "change in a year?",
        report=said.reports[0],
        reports=said.reports,
        denials=said.denials,
        bears_out=bears_out,
        unit=unit,
        is_lower=is_lower,
    )


def _options(form: Form, text: str, options: tuple[str, ...]) -> Plan:
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


def _within(event: str, rest: str) -> str:
    """What follows the figure and is still part of the event, without its times."""
    words = rest.split()
    while words and " ".join(words) not in event:
        words.pop()
    return " ".join(words)
