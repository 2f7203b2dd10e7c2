"""Selection of the kind of question that fits a claim, and its typical edge cases."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from forecasts.essays.drafting import binary, kinds
from forecasts.essays.drafting.plan import ClaimParts, QuestionPlan
from forecasts.questions.question import HorizonShape, Kind

_QUESTION_PLANS: Final[Mapping[str, Callable[[ClaimParts], QuestionPlan]]] = MappingProxyType(
    {
        "when": kinds.plan_date,
        "number": kinds.plan_amount_question,
        "which": kinds.plan_open_choice,
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
        return kinds.plan_choice(form, options)
    if not clause.is_future:
        return (
            kinds.plan_trend(form) if form.claim_kind == "trend" else binary.plan_persistence(form)
        )
    if (
        form.figure is None
        or clause.subject in ("", "there")
        or not kinds.asks_for_amount(clause, form.figure)
    ):
        return binary.plan_event(form)
    return kinds.plan_number(form, form.figure)


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
