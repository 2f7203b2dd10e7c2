"""Where quotes stand in a text: claims keep their place when the text is another copy or a later
version.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import count, islice
from typing import Final

from forecasts.essays.claim_map import Rejection
from forecasts.essays.extract import Sentence
from forecasts.question_sets.question_set import MAX_QUOTED_WORDS
from forecasts.questions.question import Claim, ClaimId

LONGEST_QUOTE: Final = 300
"""Characters: what stands without a space is one word, however long it is."""

_READ_FOR_A_QUOTE: Final = 200
"""Words of a sentence."""

_WORD: Final = re.compile(r"\S+")


def anchored(claims: Iterable[Claim], text: str) -> tuple[Claim, ...]:
    """The claims with the offsets at which their quotes stand in `text`; one that is not found
    keeps its own.
    """
    return tuple(replace(claim, offset=place(claim.quote, claim.offset, text)) for claim in claims)


def moved(rejected: Iterable[tuple[Rejection, str]], text: str) -> tuple[Rejection, ...]:
    """Rejections, each with the words that it set aside, where these stand in `text`, in its order.

    One whose words are no longer there is left out: what took their place is for a person to judge
    again.
    """
    found = (here for one, quote in rejected if (here := moved_one(one, quote, text)) is not None)
    return tuple(sorted(found, key=lambda here: here.offset))


def moved_one(one: Rejection, quote: str, text: str) -> Rejection | None:
    """A rejection where its words stand in `text`; None where they do not, itself while no text is
    kept.
    """
    offset = place(quote, one.offset, text)
    if text and not _at(quote, offset, text):
        return None
    return replace(one, offset=offset, end=offset + one.end - one.offset)


def place(quote: str, offset: int, text: str) -> int:
    """Where a quote stands nearest to an offset, however its white space is broken; the offset if
    it does not stand.

    >>> place("they will meet", 3, "Soon they will\\nmeet. Or so they say.")
    5
    """
    words = quote.split()
    if not words or not text:
        return offset
    if _at(quote, offset, text):
        return offset
    pattern = _pattern(quote)
    return min(
        (found.start() for found in pattern.finditer(text)),
        key=lambda at: abs(at - offset),
        default=offset,
    )


def quotable(sentence: Sentence, text: str) -> tuple[str, int]:
    """The words by which a sentence is found again in its text, at most fifteen, and the character
    where they start.

    They are words as they stand there: the longest run that has no marks of Markdown or HTML in it,
    where there is one.

    >>> from forecasts.essays.extract import find_claims
    >>> text = "**Traffic:** it will grow by 4 % in 2027."
    >>> quotable(find_claims(text)[0], text)
    ('it will grow by 4 % in 2027.', 13)
    """
    stretch = text[sentence.offset : sentence.end]
    found = list(islice(_WORD.finditer(stretch), _READ_FOR_A_QUOTE))
    words, read = [word[0] for word in found], sentence.text.split()[:_READ_FOR_A_QUOTE]
    run = SequenceMatcher(None, words, read, autojunk=False).find_longest_match()
    first, size = (run.a, run.size) if run.size else (0, len(words))
    quote = " ".join(words[first : first + min(size, MAX_QUOTED_WORDS)])
    return quote[:LONGEST_QUOTE], sentence.offset + found[first].start()


def free_id(offset: int, taken: Collection[ClaimId]) -> ClaimId:
    """A name for a claim that is found at an offset; in an earlier text another may have stood
    there.

    >>> free_id(120, {"at-120", "at-120-2"})
    'at-120-3'
    """
    first = ClaimId(f"at-{offset}")
    more = (ClaimId(f"at-{offset}-{n}") for n in count(2))
    return first if first not in taken else next(name for name in more if name not in taken)


def stands(claim: Claim, text: str) -> bool:
    """Whether a claim's quote stands at its offset."""
    return _at(claim.quote, claim.offset, text)


def _at(quote: str, offset: int, text: str) -> bool:
    return _pattern(quote).match(text, offset) is not None


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, quote.split())))
