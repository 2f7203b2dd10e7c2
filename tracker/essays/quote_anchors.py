"""Positions of quotes in a text, so that claims keep their place in other copies and later
versions.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import count, islice
from typing import Final

from forecasts.essays.claim_map import ClaimRejection
from forecasts.essays.extract import Sentence
from forecasts.question_sets.question_set import MAX_QUOTED_WORDS
from forecasts.questions.question import Claim, ClaimId

MAX_QUOTE_CHARS: Final = 300
"""Characters; text without spaces counts as one word, however long it is."""

_MAX_SEARCHED_WORDS: Final = 200
"""Words of a sentence that are searched for a quote."""

_WORD: Final = re.compile(r"\S+")


def anchor_claims(claims: Iterable[Claim], text: str) -> tuple[Claim, ...]:
    """Return the claims with the offsets of their quotes in `text`; one that is not found keeps its
    own.
    """
    return tuple(
        replace(claim, offset=find_quote(claim.quote, claim.offset, text)) for claim in claims
    )


def move_rejections(
    rejections: Iterable[tuple[ClaimRejection, str]], text: str
) -> tuple[ClaimRejection, ...]:
    """Return the rejections at their new places in `text`, in its order.

    One whose words are gone is dropped: a person has to judge their replacement.
    """
    moved_rejections = (
        at_place
        for rejection, quote in rejections
        if (at_place := move_rejection(rejection, quote, text)) is not None
    )
    return tuple(sorted(moved_rejections, key=lambda at_place: at_place.offset))


def move_rejection(rejection: ClaimRejection, quote: str, text: str) -> ClaimRejection | None:
    """Return a rejection at its new place in `text`, None if its words are gone, unchanged without
    a text.
    """
    offset = find_quote(quote, rejection.offset, text)
    if text and not _matches_at(quote, offset, text):
        return None
    return replace(rejection, offset=offset, end=offset + rejection.end - rejection.offset)


def find_quote(quote: str, offset: int, text: str) -> int:
    """Return the position of a quote nearest to an offset, ignoring differences of white space.
    Returns the offset itself if the quote is not found.

    >>> find_quote("they will meet", 3, "Soon they will\\nmeet. Or so they say.")
    5
    """
    words = quote.split()
    if not words or not text:
        return offset
    if _matches_at(quote, offset, text):
        return offset
    pattern = _quote_pattern(quote)
    return min(
        (match.start() for match in pattern.finditer(text)),
        key=lambda at: abs(at - offset),
        default=offset,
    )


def choose_quote(sentence: Sentence, text: str) -> tuple[str, int]:
    """Choose the words that identify a sentence in its text, at most fifteen, and their offset.

    They are copied as they are: the longest run without Markdown or HTML markup, if there is one.

    >>> from forecasts.essays.extract import find_claims
    >>> text = "**Traffic:** it will grow by 4% in 2027."
    >>> choose_quote(find_claims(text)[0], text)
    ('it will grow by 4% in 2027.', 13)
    """
    original = text[sentence.offset : sentence.end]
    matches = list(islice(_WORD.finditer(original), _MAX_SEARCHED_WORDS))
    words, plain_words = [word[0] for word in matches], sentence.text.split()[:_MAX_SEARCHED_WORDS]
    run = SequenceMatcher(None, words, plain_words, autojunk=False).find_longest_match()
    first, size = (run.a, run.size) if run.size else (0, len(words))
    quote = " ".join(words[first : first + min(size, MAX_QUOTED_WORDS)])
    return quote[:MAX_QUOTE_CHARS], sentence.offset + matches[first].start()


def free_claim_id(offset: int, used_ids: Collection[ClaimId]) -> ClaimId:
    """Return an unused id for a claim at an offset, which another claim may have had in an earlier
    text.

    >>> free_claim_id(120, {"at-120", "at-120-2"})
    'at-120-3'
    """
    first = ClaimId(f"at-{offset}")
    more = (ClaimId(f"at-{offset}-{n}") for n in count(2))
    return first if first not in used_ids else next(name for name in more if name not in used_ids)


def has_quote(claim: Claim, text: str) -> bool:
    """Return True if a claim's quote is at its offset."""
    return _matches_at(claim.quote, claim.offset, text)


def select_claims_in(sentence: Sentence, claims: Iterable[Claim], text: str) -> tuple[Claim, ...]:
    """Return the claims, anchored in `text`, whose quotes begin in a sentence."""
    return tuple(
        claim
        for claim in claims
        if sentence.offset <= claim.offset < sentence.end and has_quote(claim, text)
    )


def _matches_at(quote: str, offset: int, text: str) -> bool:
    return _quote_pattern(quote).match(text, offset) is not None


def _quote_pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, quote.split())))
