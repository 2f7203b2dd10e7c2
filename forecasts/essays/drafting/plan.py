"""Values of drafting: the parts of a claim, and the proposed question."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure
from forecasts.essays.drafting.subjects import SUBJECT_PLACEHOLDER
from forecasts.essays.english import (
    is_participle,
    is_plural,
    lowercase_subject,
    past_participle,
    past_tense,
    third_person,
)
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import HorizonShape, Kind

OPENING_PHRASE: Final = "from the opening of the question to"
"""Phrase before the last day in the criteria of a draft, replaced by a date when it is asked."""


def format_period(first: date, last: date) -> str:
    """Format a period, both days included.

    >>> format_period(date(2027, 1, 1), date(2027, 12, 31))
    'between 1 January 2027 and 31 December 2027'
    """
    return f"between {format_long_date(first)} and {format_long_date(last)}"


@dataclass(frozen=True, slots=True)
class ClaimParts:
    """Parts of a claim. `deadline` is its own deadline, None without one; `last` the last day to
    ask about.

    `first` is the start of the period of a figure, None if it counts from the opening.
    """

    clause: Clause
    claim_kind: str
    figure: Figure | None
    last: date
    deadline: date | None
    sources: tuple[str, ...]
    first: date | None = None

    @property
    def named_subject(self) -> str:
        """Subject, or a placeholder for it."""
        return self.clause.subject or SUBJECT_PLACEHOLDER

    @property
    def until_last_day(self) -> str:
        """Time frame up to the last day, with its zone."""
        return f"{OPENING_PHRASE} {format_long_date(self.last)} (UTC)"

    @property
    def span(self) -> str:
        """Period of a figure, with its zone."""
        return (
            f"{format_period(self.first, self.last)} (UTC)" if self.first else self.until_last_day
        )

    @property
    def annul_rule(self) -> str:
        """Rule for no answer: without the claim's condition, its subject, or any source."""
        clause, sources = self.clause, "none of the sources can be consulted a week after the close"
        if clause.condition:
            comes = "comes about" if clause.is_unless else "does not come about"
            return (
                f"Annulled if the condition, “{clause.condition}”, {comes} by "
                f"{format_long_date(self.last)} (UTC)."
            )
        if clause.subject and clause.subject != "there":
            exists = "exist" if is_plural(clause.subject) else "exists"
            return f"Annulled if {clause.subject} no longer {exists}, or {sources}."
        return f"Annulled if {sources}."

    def apply_condition(self, question: str) -> str:
        """Return the question under the claim's condition, if it has one."""
        condition = self.clause.condition
        word = "Unless" if self.clause.is_unless else "If"
        return (
            f"{word} {lowercase_subject(condition)}, {question[:1].lower()}{question[1:]}"
            if condition
            else question
        )


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """Proposed question. `report` is the event as a clause, `reports` and `denials` are headlines.

    `is_lower`: a report of the event favours the lower number.
    """

    kind: Kind
    shape: HorizonShape
    text: str
    criteria: str
    base_rate_prompt: str
    report: str
    reports: tuple[str, ...]
    denials: tuple[str, ...]
    bears_out: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""
    is_lower: bool = False


_VERB: Final = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True, slots=True)
class ClaimPhrasing:
    """Sentences that ask, report and deny a claim, without a full stop.

    `event_clause` is the first report as a clause within a sentence.
    """

    question: str
    event_clause: str
    reports: tuple[str, ...]
    denials: tuple[str, ...]


def phrase_claim(clause: Clause, subject: str) -> ClaimPhrasing:
    """Phrase a statement about the future with the given subject.

    >>> phrasing = phrase_claim(Clause(subject="the bank", event="raise rates"), "the bank")
    >>> phrasing.question, phrasing.reports[0], phrasing.denials[0]
    ('Will the bank raise rates', 'The bank raises rates', 'The bank will not raise rates')
    """
    verb, _, complement = clause.event.partition(" ")
    complement = f" {complement}" if complement else ""
    if not subject or not _VERB.fullmatch(verb):
        return _phrase_whole(clause.event, subject)
    if subject == "there" and verb == "be":
        return _phrase_existence(complement)
    present, past_form, perfect, negated_perfect = _conjugate(
        verb, complement, is_plural=is_plural(subject)
    )
    name = subject if subject != SUBJECT_PLACEHOLDER else ""
    reports = (f"{name} {present}", f"{name} {past_form}", f"{name} {perfect}")
    denials = (
        f"{name} will not {verb}{complement}",
        f"{name} {negated_perfect}",
        f"No sign that {name} will {verb}{complement}",
    )
    distinct_reports = tuple(dict.fromkeys(_clean_sentences(reports)))
    return ClaimPhrasing(
        f"Will {subject} {verb}{complement}",
        f"{subject} {present}",
        distinct_reports,
        _clean_sentences(denials),
    )


def _conjugate(verb: str, complement: str, *, is_plural: bool) -> tuple[str, str, str, str]:
    """Return the present, past, perfect and negated perfect of a predicate."""
    has = "have" if is_plural else "has"
    # "will have doubled"
    if verb == "have" and complement and is_participle(complement.split(maxsplit=1)[0]):
        return (
            f"{has}{complement}",
            f"had{complement}",
            f"{has}{complement}",
            f"{has} not{complement}",
        )
    present = (
        ("are" if is_plural else "is")
        if verb == "be"
        else verb
        if is_plural
        else third_person(verb)
    )
    past_form = "were" if verb == "be" and is_plural else past_tense(verb)
    perfect = f"{past_participle(verb)}{complement}"
    return (
        f"{present}{complement}",
        f"{past_form}{complement}",
        f"{has} {perfect}",
        f"{has} not {perfect}",
    )


def _phrase_existence(complement: str) -> ClaimPhrasing:
    return ClaimPhrasing(
        f"Will there be{complement}",
        f"there is{complement}",
        (f"There is{complement}", f"There has been{complement}"),
        (
            f"There is no{_strip_article(complement)}",
            f"There will be no{_strip_article(complement)}",
        ),
    )


def _clean_sentences(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(capitalise(" ".join(sentence.split())) for sentence in sentences)


def _phrase_whole(event: str, subject: str) -> ClaimPhrasing:
    """Phrase a claim that could not be split as reported speech."""
    statement = f"{subject} {event}".strip()
    reports = (f"Reports confirm: {statement}", f"Officials confirm: {statement}")
    return ClaimPhrasing(
        f"Will {statement}",
        statement,
        reports,
        (f"Officials deny: {statement}", f"No sign yet: {statement}"),
    )


def _strip_article(complement: str) -> str:
    return re.sub(r"^ (?:a|an|any|some|another) ", " ", complement)
