"""Gates in code that each question of a language model has to pass before a person sees it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, Final

from forecasts.errors import ForecastsError
from forecasts.essays.catalogue.entries import load_catalogue
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.essays.dates import DateMention, find_dates
from forecasts.essays.draft import ClaimDraft, ClaimSource
from forecasts.essays.draft_question import build_new_question
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.new_question import build_question
from tracker.llm.draft_actors import EssayNames, find_actor_fault
from tracker.llm.draft_prompts import (
    MAX_CRITERIA_CHARS,
    MAX_SOURCE_CHARS,
    MAX_TEXT_CHARS,
    MAX_YEARS,
    describe_entry,
    find_offered,
)

_LIMITS: Final = {"text": MAX_TEXT_CHARS, "criteria": MAX_CRITERIA_CHARS}
_ADDRESS: Final = re.compile(r"://|\bwww\.|@|\b[\w-]{2,}\.[a-z]{2,}\b", re.IGNORECASE)
_OPENING_WORD: Final = re.compile(
    r"(?:Will|What|When|How|If|Unless|By how|Which|Who|Is|Are|Does|Do|On which|At what|In which)\b"
)
_TWO_ACTS: Final = re.compile(r"\band (?:will|also|then)\b|\band/or\b|;", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]{3,}")
_MAX_OVERLAP: Final = 0.85
_MAX_DELAY_YEARS: Final = 3

_IGNORED_FLAWS: Final = frozenset(("no-base-rate", "extreme-prior", "no-indicators", "no-feed"))
"""Flaws of parts that a draft does not have yet."""


def gather_names(source: ClaimSource, essay: str = "") -> EssayNames:
    """Gather the names that a question on a claim may use; `essay` is the whole text, if known."""
    entries = [describe_entry(match, source.today) for match in find_offered(source, essay)]
    claim = source.sentence.text
    return EssayNames(
        claim,
        "\n".join((source.title, source.setting, *source.before)),
        "\n".join((source.title, source.setting, *source.before, claim, essay)),
        "\n".join(entries),
    )


def find_candidate_fault(
    candidate: Mapping[str, Any], texts: Mapping[str, str], source: ClaimSource, names: EssayNames
) -> str:
    """Return why a candidate of a model is refused, "" if its draft may be looked at."""
    sources = f"{texts['source']}\n{texts['fallback']}"
    faults = chain(
        _iter_text_faults(texts),
        filter(None, (find_actor_fault(texts["text"], sources, names),)),
        _iter_value_faults(candidate, texts, source),
    )
    return next(faults, "")


def _iter_text_faults(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield why the texts of a candidate cannot be a question: lengths, form, sources."""
    for name, content in texts.items():
        if len(content) > _LIMITS.get(name, MAX_SOURCE_CHARS):
            yield f"its {name} is too long"
    if any(_ADDRESS.search(content) for content in texts.values()):
        yield "it holds an address, which a person has to look up"
    text = texts["text"]
    if not (_OPENING_WORD.match(text) and text.endswith("?")):
        yield "it is no question"
    if _TWO_ACTS.search(text):
        yield "it asks about two acts"
    if not texts["source"] or not texts["fallback"]:
        yield "it names no source, or no fall-back"


def _iter_value_faults(
    candidate: Mapping[str, Any], texts: Mapping[str, str], source: ClaimSource
) -> Iterator[str]:
    """Yield why the unit, the entry or the dates of a candidate cannot stand."""
    if candidate["kind"] == "numeric" and not texts["unit"]:
        yield "its number has no unit"
    if candidate["entry"] and load_catalogue().find_entry(candidate["entry"]) is None:
        yield "it names an entry that the catalogue does not have"
    last, published = parse_day(candidate["last_day"]), parse_day(candidate["published_by"])
    if last is None:
        yield "its last day is no day"
    elif published is None:
        yield "its day of publication is no day"
    else:
        yield from _iter_date_faults(texts["text"], last, published, source.today)


def _iter_date_faults(text: str, last: date, published: date, today: date) -> Iterator[str]:
    if not today < last <= today + timedelta(days=366 * MAX_YEARS):
        yield "its last day does not lie ahead"
    if not last <= published <= last + timedelta(days=366 * _MAX_DELAY_YEARS):
        yield "its day of publication does not follow its last day"
    dates = [d for d in find_dates(text) if not _is_part_of_name(d, text)]
    if dates and all(mention.first > published for mention in dates):
        yield "its text names a later day than its last"


def parse_day(content: str) -> date | None:
    """Return the day that a model wrote as YYYY-MM-DD, None if it is none."""
    try:
        return date.fromisoformat(content.strip())
    except ValueError:
        return None


def _is_part_of_name(mention: DateMention, text: str) -> bool:
    """Return True for the year of a title: "Global EV Outlook 2028"."""
    is_year = text[mention.start : mention.end].isdigit()
    return is_year and any(word[0].isupper() for word in text[: mention.start].split()[-1:])


def find_draft_fault(draft: ClaimDraft, earlier: Sequence[ClaimDraft], now: datetime) -> str:
    """Return why a draft is refused: a flaw that blocks it, an outcome that does not fit its
    answer, or another draft that asks the same.
    """
    question = build_new_question(draft, name="draft", now=now)
    for flaw in find_flaws(question, LintContext(now)):
        if flaw.severity == "blocking" and flaw.code not in _IGNORED_FLAWS:
            return flaw.reason
    try:
        check_outcome_condition(build_question(question))
    except ForecastsError as error:
        return str(error)
    words = set(_WORD.findall(draft.plan.text.lower()))
    for other in earlier:
        other_words = set(_WORD.findall(other.plan.text.lower()))
        if len(words & other_words) > _MAX_OVERLAP * len(words | other_words):
            return "another draft asks the same"
    return ""
