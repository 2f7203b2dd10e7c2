"""Add an indicator to an existing question, after checking it."""

from collections.abc import Iterable
from datetime import datetime

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import (
    Direction,
    Expectation,
    Indicator,
    IndicatorId,
    Strength,
    describe_side,
)
from forecasts.questions.new_question import short_name
from forecasts.questions.question import Question, QuestionId, question_status
from tracker.errors import Refused
from tracker.questions.parse_side import check_option
from tracker.questions.queries.question_page import require_question
from tracker.storage import questions, resolution_record
from tracker.storage.sessions import Session

Terms = tuple[tuple[str, ...], ...]


def add_indicator(session: Session, new: Indicator, now: datetime) -> Indicator:
    """Store an indicator.

    Raises for a closed question, a duplicate name, and terms that never match. It counts for news
    from now on, and the archive is matched with it as with any new one.
    """
    question = require_question(session, new.question_id)
    state = question_status(
        question,
        resolution_record.find_resolution(session, question.id),
        now,
    )
    if state not in ("open", "upcoming"):
        raise Refused(f"{question.id} is {state}: nothing that is reported from now on moves it")
    if any(known.id == new.id for known in questions.list_indicators(session, [question.id])):
        raise InvalidQuestion(
            f"there is an indicator {new.id!r} already: give this one a name of its own"
        )
    check_indicator(question, new, now)
    questions.add_indicators(session, [new], now)
    return new


def check_indicator(question: Question, new: Indicator, now: datetime) -> None:
    """Refuse an indicator that does not fit its question, or does not match its own example."""
    if not new.name.strip() or new.id == f"{question.id}/":
        raise InvalidQuestion("the indicator has no name: say what would be reported")
    if new.direction is Direction.NEUTRAL or new.strength is Strength.NONE:
        raise InvalidQuestion(
            "such news would say nothing: say which answer it speaks for, and how strongly"
        )
    if new.half_life_days is not None and not new.half_life_days > 0.0:
        raise InvalidQuestion("a half-life is above 0 days")
    check_option(question, new.option, needed=True)
    _check_terms(new)
    if new.expected is not None:
        _check_expected(question, new, new.expected, now)


def _check_terms(new: Indicator) -> None:
    """Refuse empty terms, and terms that do not match the indicator's own example."""
    from tracker.matching.matching_profile import profile_from_indicator
    from tracker.matching.term_rules import find_strays

    if not all(new.terms) or not all(term.strip(" *") for group in new.terms for term in group):
        raise InvalidQuestion(
            "each group of words to find it by must have a word: leave empty groups out"
        )
    for term in (term for group in new.terms for term in group):
        if "*" in term.rstrip("*"):
            raise InvalidQuestion(f"a * may stand only at the end of a word, not as in {term!r}")
    if not new.examples:
        raise InvalidQuestion("give a headline that would say so: news is compared with it")
    for example in find_strays(new.examples, profile_from_indicator(new)):
        raise InvalidQuestion(
            f"example {example!r} does not match the words of its own indicator: mend one of them"
        )


def _check_expected(question: Question, new: Indicator, due: Expectation, now: datetime) -> None:
    if not (due.ratio_when_seen - 1.0) * new.direction > 0.0:
        favoured, other = ("YES", "NO") if new.direction is Direction.YES else ("NO", "YES")
        side = describe_side(question.kind, new.direction, new.option)
        raise InvalidQuestion(
            f"it speaks {side}, so it must be likelier to be reported if the answer is "
            f"{favoured} than if {other}"
        )
    if not max(now, question.opens_at) < due.by <= question.closes_at:
        raise InvalidQuestion(
            "its date must lie ahead, and in the time in which the question is open: by "
            f"{question.closes_at:%Y-%m-%d}"
        )


def make_indicator_id(question_id: str, name: str) -> IndicatorId:
    """Make the id of an indicator from its question and name."""
    return IndicatorId(f"{QuestionId(question_id)}/{short_name(name)}")


def parse_terms(lines: Iterable[str]) -> Terms:
    """Parse terms: each line is a group of alternatives separated by |; all lines must match.

    >>> parse_terms(["Arland* | Arlburg", "invit*"])
    (('Arland*', 'Arlburg'), ('invit*',))
    """
    groups = (
        tuple(" ".join(word.split()) for word in line.split("|")) for line in lines if line.strip()
    )
    return tuple(tuple(word for word in group if word) for group in groups)
