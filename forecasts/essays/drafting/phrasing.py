"""A claim's subject and event in the sentences that a draft needs: question, report, denial."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.letter_case import sentence_case
from forecasts.essays.drafting.placeholders import WHO
from forecasts.essays.drafting.verbs import is_participle, is_plural, participle, past, third_person

_VERB: Final = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True, slots=True)
class Phrased:
    """The sentences in which a claim is asked, reported and denied. None of them ends with a full
    stop.

    `what` is the first report as it stands within a sentence.
    """

    question: str
    what: str
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
    if who == "there" and verb == "be":
        return _there(rest)
    now, then, has_done, has_not = _forms(verb, rest, is_plural=is_plural(who))
    name = who if who != WHO else ""
    reports = (f"{name} {now}", f"{name} {then}", f"{name} {has_done}")
    denials = (
        f"{name} will not {verb}{rest}",
        f"{name} {has_not}",
        f"No sign that {name} will {verb}{rest}",
    )
    told = tuple(dict.fromkeys(_tidy(reports)))
    return Phrased(f"Will {who} {verb}{rest}", f"{who} {now}", told, _tidy(denials))


def _forms(verb: str, rest: str, *, is_plural: bool) -> tuple[str, str, str, str]:
    """What is, was, has been and has not been done."""
    has = "have" if is_plural else "has"
    if verb == "have" and rest and is_participle(rest.split(maxsplit=1)[0]):  # "will have doubled"
        return f"{has}{rest}", f"had{rest}", f"{has}{rest}", f"{has} not{rest}"
    now = (
        ("are" if is_plural else "is")
        if verb == "be"
        else verb
        if is_plural
        else third_person(verb)
    )
    then = "were" if verb == "be" and is_plural else past(verb)
    done = f"{participle(verb)}{rest}"
    return f"{now}{rest}", f"{then}{rest}", f"{has} {done}", f"{has} not {done}"


def _there(rest: str) -> Phrased:
    return Phrased(
        f"Will there be{rest}",
        f"there is{rest}",
        (f"There is{rest}", f"There has been{rest}"),
        (f"There is no{_an(rest)}", f"There will be no{_an(rest)}"),
    )


def _tidy(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sentence_case(" ".join(one.split())) for one in said)


def _as_whole(event: str, who: str) -> Phrased:
    """What could not be split: it is reported as what it is said to be."""
    said = f"{who} {event}".strip()
    reports = (f"Reports confirm: {said}", f"Officials confirm: {said}")
    return Phrased(
        f"Will {said}",
        said,
        reports,
        (f"Officials deny: {said}", f"No sign yet: {said}"),
    )


def _an(rest: str) -> str:
    return re.sub(r"^ (?:a|an|any|some|another) ", " ", rest)
