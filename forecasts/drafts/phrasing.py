"""A claim's subject and event in the sentences that a draft needs: question, report, denial."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.drafts.blanks import WHO
from forecasts.drafts.casing import sentence_case
from forecasts.drafts.clauses import Clause
from forecasts.drafts.verbs import is_plural, participle, past, third_person

_VERB: Final = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True, slots=True)
class Phrased:
    """The sentences in which a claim is asked, reported and denied. None of them ends with a full stop."""

    question: str
    reports: tuple[str, ...]
    denials: tuple[str, ...]


def phrased(clause: Clause, who: str) -> Phrased:
    """How a statement about the future reads, `who` being the subject.

    >>> found = phrased(Clause(subject="the bank", event="raise rates"), "the bank")
    >>> found.question, found.reports[0], found.denials[0]
    ('Will the bank raise rates', 'The bank raises rates', 'The bank will not raise rates')
    """
    verb, _, rest = clause.event.partition(" ")
    rest = f" {rest}" if rest else ""
    if not who or not _VERB.fullmatch(verb):
        return _as_whole(clause.event, who)
    plural = is_plural(who)
    name = sentence_case(who) if who != WHO else ""
    if who == "there" and verb == "be":
        return Phrased(
            f"Will there be{rest}",
            (f"There is{rest}", f"There has been{rest}"),
            (f"There is no{_an(rest)}", f"There will be no{_an(rest)}"),
        )
    now = ("are" if plural else "is") if verb == "be" else verb if plural else third_person(verb)
    then = "were" if verb == "be" and plural else past(verb)
    has = "have" if plural else "has"
    reports = (f"{name} {now}{rest}", f"{name} {then}{rest}", f"{name} {has} {participle(verb)}{rest}")
    denials = (
        f"{name} will not {verb}{rest}",
        f"{name} {has} not {participle(verb)}{rest}",
        f"No sign that {name and who} will {verb}{rest}",
    )
    return Phrased(f"Will {who} {verb}{rest}", _tidy(reports), _tidy(denials))


def _tidy(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sentence_case(" ".join(one.split())) for one in said)


def _as_whole(event: str, who: str) -> Phrased:
    """What could not be split: it is reported as what it is said to be."""
    said = f"{who} {event}".strip()
    reports = (f"Reports confirm: {said}", f"Officials confirm: {said}")
    return Phrased(f"Will {said}", reports, (f"Officials deny: {said}", f"No sign yet: {said}"))


def _an(rest: str) -> str:
    return re.sub(r"^ (?:a|an|any|some|another) ", " ", rest)
