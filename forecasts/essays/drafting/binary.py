"""Plans of binary questions on events, lasting states and present states."""

import re
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.plan import ClaimParts, ClaimPhrasing, QuestionPlan, phrase_claim
from forecasts.essays.drafting.subjects import (
    ACTION_PLACEHOLDER,
    EVENT_PLACEHOLDER,
    TEST_PLACEHOLDER,
)
from forecasts.essays.english import is_participle, lowercase_subject
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import HorizonShape

_LASTING_VERBS: Final = re.compile(
    r"^(?:continue|remain|stay|keep|persist|last|endure|hold|maintain|survive|go on|still|retain"
    r"|preserve|stick)\b",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(r"\b(?:until|till)\s", re.IGNORECASE)
_LAST_DAY_PREPOSITIONS: Final = {"event_by": "by", "holds_until": "until", "state_at": "on"}


def plan_event(form: ClaimParts) -> QuestionPlan:
    """Plan a question on an event by the last day, or on a state until it."""
    clause = form.clause
    phrasing = phrase_claim(clause, "" if clause.is_whole else form.named_subject)
    question = (
        phrasing.question if clause.event else f"Will {form.named_subject} {ACTION_PLACEHOLDER}"
    )
    shape = _find_shape(form)
    text = form.apply_condition(
        f"{question} {_LAST_DAY_PREPOSITIONS[shape]} {format_long_date(form.last)}?"
    )
    return plan_binary(form, shape, text, phrasing)


def plan_persistence(form: ClaimParts) -> QuestionPlan:
    """Plan a question on a present state that may last."""
    statement = lowercase_subject(form.clause.event) or EVENT_PLACEHOLDER
    question = f"Will it still be true on {format_long_date(form.last)} that {statement}?"
    reports = (capitalise(statement), f"It is still true that {statement}")
    return plan_binary(
        form,
        "holds_until",
        question,
        ClaimPhrasing(statement, statement, reports, (f"It is no longer true that {statement}",)),
    )


def plan_state_question(form: ClaimParts) -> QuestionPlan:
    """Plan a question on the present, which a person has to turn into a statement."""
    question = form.clause.question_text.strip()
    statement = f"[… “{question}” said as a statement]"
    phrasing = ClaimPhrasing(
        statement, statement, (f"Reports confirm: {question}",), (f"Officials deny: {question}",)
    )
    return plan_binary(
        form,
        "state_at",
        f"Will it be true on {format_long_date(form.last)} that {statement}?",
        phrasing,
    )


def plan_binary(
    form: ClaimParts, shape: HorizonShape, text: str, phrasing: ClaimPhrasing
) -> QuestionPlan:
    """Plan a binary question with the given text.

    NO confirms a claim that denies its event; neither answer confirms one that only asks.
    """
    statement, last_day = phrasing.event_clause, format_long_date(form.last)
    rule = {
        "event_by": f"YES if it happens, {form.until_last_day}, that {statement}, "
        f"by this test: {TEST_PLACEHOLDER}. NO if not.",
        "holds_until": f"YES if it is true all the time {form.until_last_day} that {statement}, "
        f"by this test: {TEST_PLACEHOLDER}. NO at the first break.",
        "state_at": (
            f"YES if it is true at the end of {last_day} (UTC) that {statement}, by this test: "
            f"{TEST_PLACEHOLDER}. NO if not."
        ),
    }[shape]
    prompt = {
        "event_by": f"How often did this happen in comparable years: {statement}? Give k of n.",
        "holds_until": f"How often did such a state last for as long: {statement}? Give k of n.",
        "state_at": f"In how many comparable years was this true: {statement}? Give k of n.",
    }[shape]
    bears_out = "" if form.clause.asks else "no" if form.clause.negated else "yes"
    return QuestionPlan(
        kind="binary",
        shape=shape,
        text=text,
        criteria=f"{rule} {form.annul_rule}",
        base_rate_prompt=prompt,
        report=statement,
        reports=phrasing.reports,
        denials=phrasing.denials,
        bears_out=bears_out,
    )


def _find_shape(form: ClaimParts) -> HorizonShape:
    clause = form.clause
    is_lasting = _LASTING_VERBS.match(clause.event) or (
        _UNTIL.search(clause.raw_event) and not clause.negated
    )
    if is_lasting or (form.claim_kind == "status quo" and not clause.negated):
        return "holds_until"
    verb, _, complement = clause.event.partition(" ")
    is_state = (
        verb == "be"
        and complement
        and not is_participle(complement.split(" ", 1)[0])
        and clause.subject != "there"
    )
    return "state_at" if is_state else "event_by"
