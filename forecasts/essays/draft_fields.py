"""Parts of a draft as a person fills them in: gaps, standard rules, sources, and last days."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.essays.draft import ClaimDraft
from forecasts.essays.drafting.plan import GAP
from forecasts.essays.drafting.publishers import list_sources
from forecasts.essays.drafting.rewording import SOURCE_GAP
from forecasts.essays.drafting.times import find_claim_time
from forecasts.essays.english import lowercase_subject

AS_WORDED: Final = "The source named here reports it exactly as the question is worded."
"""Test of a question whose event everybody sees alike."""

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A plan or an announcement is not enough.": "a plan is not enough",
        "The first published figure counts, and no later revision.": "the first figure counts",
        "Annulled if the source stops publishing.": "annulled if the source stops",
    }
)
"""Sentences that most criteria need, with a short label."""

BLANK: Final = "____"
"""A gap in a text that a person edits."""


def list_gaps(template: str) -> tuple[str, ...]:
    """List the gaps of a text in order."""
    return tuple(GAP.findall(template))


def fill_gaps(template: str, words: Sequence[str]) -> str:
    """Put words into the gaps of a text; a gap without words stays.

    >>> fill_gaps("YES if, in May, [… the act]. NO otherwise.", ["The toll rises to 8 euros."])
    'YES if, in May, the toll rises to 8 euros. NO otherwise.'
    """
    filled, position = [], 0
    for match, entered in zip(GAP.finditer(template), words, strict=False):
        filled.append(template[position : match.start()])
        filled.append(_fit(entered, template[match.end() :]) or match[0])
        position = match.end()
    return "".join([*filled, template[position:]])


def _fit(entered: str, after: str) -> str:
    """Return words as they continue a sentence: a small first letter, and one full stop."""
    words = lowercase_subject(" ".join(entered.split()))
    return words.rstrip(".") if after[:1] in (".", ";", ",", "?") else words


def show_blanks(text: str) -> str:
    """Return a text with its gaps as blanks.

    >>> show_blanks("Will [… who] sign?")
    'Will ____ sign?'
    """
    return GAP.sub(BLANK, text)


def read_blanks(text: str) -> str:
    """Return a text with its blanks as gaps, which the linter blocks.

    >>> read_blanks("Will ____ sign?")
    'Will [… fill in] sign?'
    """
    return re.sub("_{3,}", "[… fill in]", text)


_CONDITION: Final = re.compile(r"\s?\bAnnulled if the condition, “(?P<condition>[^”]+)”[^.]*\.")


def drop_lost_condition(criteria: str, text: str) -> str:
    """Remove the rule on a condition that the question no longer has.

    >>> drop_lost_condition("YES if so. Annulled if the condition, “it rains”, fails.", "Will it?")
    'YES if so.'
    """
    match = _CONDITION.search(criteria)
    if match is None or match["condition"].lower() in text.lower():
        return criteria
    return criteria.replace(match[0], "")


def is_skeleton(draft: ClaimDraft) -> bool:
    """Return True for the claim's own words, which ask nothing yet."""
    return not draft.plan.text.endswith("?")


def rank_drafts(drafts: Sequence[ClaimDraft]) -> tuple[ClaimDraft, ...]:
    """Rank drafts for a person to choose from: complete ones first, and no skeleton beside others.

    At least one stays.
    """
    useful = [draft for draft in drafts if not is_skeleton(draft)] or drafts[:1]
    return tuple(sorted(useful, key=lambda draft: bool(draft.plan.gaps)))


USUAL_FALLBACK: Final = "Reuters"
MAX_PROPOSALS: Final = 4

_FALLBACK: Final = re.compile(r",?\s*as (?:a )?fall-?back\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftSources:
    """Sources as a form has them: `first` with | between, the fall-back's name alone."""

    first: str
    fallback: str


def split_sources(sources: Sequence[str]) -> DraftSources:
    """Split the sources of a draft into the two fields; a gap is an empty first one.

    >>> split_sources(["[… who publishes the answer, and where]"])
    DraftSources(first='', fallback='Reuters')
    >>> split_sources(["Statistics Norway", "Reuters, as fall-back"])
    DraftSources(first='Statistics Norway', fallback='Reuters')
    """
    lines = [line for line in sources if not GAP.search(line)]
    fallbacks = [_FALLBACK.sub("", line) for line in lines if _FALLBACK.search(line)]
    first = " | ".join(line for line in lines if not _FALLBACK.search(line))
    usual = "" if first else USUAL_FALLBACK
    return DraftSources(first, ", ".join(fallbacks) or usual)


def join_sources(first: str, fallback: str) -> tuple[str, ...]:
    """Join the two fields to the sources of a question; without a first one it is a gap.

    >>> join_sources("Statistics Norway | Norges Bank", "Reuters")
    ('Statistics Norway', 'Norges Bank', 'Reuters, as fall-back')
    """
    name = _FALLBACK.sub("", fallback).strip()
    after = (f"{name}, as fall-back",) if name else ()
    named = tuple(filter(None, map(str.strip, first.split("|"))))
    return (*(named or (SOURCE_GAP,)), *after)


def propose_sources(
    question: str, sentences: Sequence[str], earlier: Iterable[Sequence[str]]
) -> tuple[str, ...]:
    """Propose sources: bodies that question and sentences name, then those of earlier questions.

    >>> propose_sources("Will it?", ["UNESCO lists it."], [("Reef Office", "BBC, as fall-back")])
    ('UNESCO, decisions of the World Heritage Committee', 'Reef Office')
    """
    used = Counter(
        line for lines in earlier for line in lines if line and not _FALLBACK.search(line)
    )
    near, *around = sentences or ("",)
    lines = list_sources(question, near, " ".join(around))
    return tuple(dict.fromkeys([*lines, *(line for line, _ in used.most_common())]))[:MAX_PROPOSALS]


def parse_day(typed: str, today: date) -> date | None:
    """Parse a day as a person types it; a month or a year means its last day, None for no day.

    >>> today = date(2026, 11, 28)
    >>> [str(parse_day(typed, today)) for typed in ("2027-04-30", "30 Apr", "April 2027", "x")]
    ['2027-04-30', '2027-04-30', '2027-04-30', 'None']
    """
    typed = typed.strip()
    for year in ("", f" {today.year}", f" {today.year + 1}"):
        for mention in find_dates(f"{typed}{year}"):
            if mention.start < len(typed) and mention.last_days[0] >= today:
                return mention.last_days[0]
    return _find_last_day(typed, today)


def _find_last_day(text: str, today: date) -> date | None:
    """Return the last day that a text names after today, None without one."""
    time = find_claim_time(text, today)
    return time.last if time else None


def find_named_days(sentence: str, today: date, written: date) -> tuple[date, ...]:
    """Find the last days ahead that the parts of a sentence name, as of the day it was written.

    >>> words = "It will bleach again this summer, and they will say so before the end of April."
    >>> [day.isoformat() for day in find_named_days(words, date(2026, 11, 28), date(2026, 11, 1))]
    ['2027-08-31', '2027-04-30']
    """
    parts = _CLAUSE_END.split(sentence)
    days = (_find_last_day(part, written) or parse_day(part, today) for part in parts)
    return tuple(dict.fromkeys(day for day in days if day is not None and day >= today))


_CLAUSE_END: Final = re.compile(r"[,;:]\s|\sand\s")


def list_days(draft: ClaimDraft, texts: Iterable[str], today: date) -> tuple[str, ...]:
    """List the days to choose from: those of the draft, and those ahead that texts name."""
    named = {day for text in texts for day in find_named_days(text, today, draft.source.day)}
    return tuple(sorted(day.isoformat() for day in named | set(draft.horizons)))
