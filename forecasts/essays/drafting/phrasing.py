"""Phrasing of a claim's subject and event as question, report and denial."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.letter_case import capitalise_sentence
from forecasts.essays.drafting.placeholders import SUBJECT_PLACEHOLDER
from forecasts.essays.drafting.verbs import (
    is_participle,
    is_plural,
    past_participle,
    past_tense,
    third_person,
)

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
    return tuple(capitalise_sentence(" ".join(sentence.split())) for sentence in sentences)


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
