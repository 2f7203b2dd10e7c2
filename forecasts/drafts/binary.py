"""Questions with YES and NO: will it happen, will it last, will it be so?"""

import re
from typing import Final

from forecasts.drafts.blanks import DO_WHAT, TEST, WHAT
from forecasts.drafts.casing import lowered, sentence_case
from forecasts.drafts.phrasing import Phrased, phrased
from forecasts.drafts.plans import Form, Plan
from forecasts.drafts.verbs import is_participle
from forecasts.question import HorizonShape
from forecasts.said_dates import long_date

_CONTINUES: Final = re.compile(
    r"^(?:continue|remain|stay|keep|persist|last|endure|hold|maintain|survive|go on|still|retain"
    r"|preserve|stick)\b",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(r"\b(?:until|till)\s", re.IGNORECASE)
_ENDS: Final = {"event_by": "by", "holds_until": "until", "state_at": "on"}


def event(form: Form) -> Plan:
    """Will what is predicted happen, by the last day, or until it?"""
    clause = form.clause
    said = phrased(clause, "" if clause.is_whole else form.who)
    asked = said.question if clause.event else f"Will {form.who} {DO_WHAT}"
    shape = _shape(form)
    text = form.asked(f"{asked} {_ENDS[shape]} {long_date(form.last)}?")
    return binary(form, shape, text, said)


def still(form: Form) -> Plan:
    """Will what is said of the present still be true?"""
    what = lowered(form.clause.event) or WHAT
    question = f"Will it still be true on {long_date(form.last)} that {what}?"
    reports = (sentence_case(what), f"It is still true that {what}")
    return binary(
        form,
        "holds_until",
        question,
        Phrased(what, what, reports, (f"It is no longer true that {what}",)),
    )


def state_asked(form: Form) -> Plan:
    """A question about the present that has to be turned into a statement by a person."""
    asked = form.clause.asked.strip()
    what = f"[… “{asked}” said as a statement]"
    said = Phrased(what, what, (f"Reports confirm: {asked}",), (f"Officials deny: {asked}",))
    return binary(form, "state_at", f"Will it be true on {long_date(form.last)} that {what}?", said)


def binary(form: Form, shape: HorizonShape, text: str, said: Phrased) -> Plan:
    """The wording around a text. A claim that denies its event is borne out by NO, one that only
    asks by neither.
    """
    what, last = said.what, long_date(form.last)
    rule = {
        "event_by": f"YES if it happens, {form.until}, that {what}, by this test: {TEST}. NO if not.",
        "holds_until": f"YES if it is true all the time {form.until} that {what}, by this test: {TEST}. NO "
        "at the first break.",
        "state_at": (
            f"YES if it is true at the end of {last} (UTC) that {what}, by this test: "
            f"{TEST}. NO if not."
        ),
    }[shape]
    prompt = {
        "event_by": f"How often did this happen in comparable years: {what}? Give k of n.",
        "holds_until": f"How often did such a state last for as long: {what}? Give k of n.",
        "state_at": f"In how many comparable years was this true: {what}? Give k of n.",
    }[shape]
    bears_out = "" if form.clause.asks else "no" if form.clause.negated else "yes"
    return Plan(
        kind="binary",
        shape=shape,
        text=text,
        criteria=f"{rule} {form.annul_rule}",
        base_rate_prompt=prompt,
        report=what,
        reports=said.reports,
        denials=said.denials,
        bears_out=bears_out,
    )


def _shape(form: Form) -> HorizonShape:
    clause = form.clause
    lasts = _CONTINUES.match(clause.event) or (
        _UNTIL.search(clause.raw_event) and not clause.negated
    )
    if lasts or (form.claim_kind == "status quo" and not clause.negated):
        return "holds_until"
    verb, _, rest = clause.event.partition(" ")
    is_state = (
        verb == "be"
        and rest
        and not is_participle(rest.split(" ", 1)[0])
        and clause.subject != "there"
    )
    return "state_at" if is_state else "event_by"
