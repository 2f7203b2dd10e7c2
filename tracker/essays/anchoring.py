"""Where quotes stand in a text: claims keep their place when the text is another copy or a later version."""

import re
from collections.abc import Iterable
from dataclasses import replace

from forecasts.claim_map import Rejection
from forecasts.question import Claim


def anchored(claims: Iterable[Claim], text: str) -> tuple[Claim, ...]:
    """The claims with the offsets at which their quotes stand in `text`; one that is not found keeps its own."""
    return tuple(replace(claim, offset=place(claim.quote, claim.offset, text)) for claim in claims)


def moved(rejected: Iterable[tuple[Rejection, str]], text: str) -> tuple[Rejection, ...]:
    """Rejections, each with the words that it set aside, where these stand in `text`."""
    return tuple(_moved(one, quote, text) for one, quote in rejected)


def _moved(one: Rejection, quote: str, text: str) -> Rejection:
    offset = place(quote, one.offset, text)
    return replace(one, offset=offset, end=offset + one.end - one.offset)


def place(quote: str, offset: int, text: str) -> int:
    """Where a quote stands nearest to an offset, however its white space is broken; the offset if it does not stand.

    >>> place("they will meet", 3, "Soon they will\\nmeet. Or so they say.")
    5
    """
    words = quote.split()
    if not words or not text:
        return offset
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    if pattern.match(text, offset):
        return offset
    return min((found.start() for found in pattern.finditer(text)), key=lambda at: abs(at - offset), default=offset)


def stands(claim: Claim, text: str) -> bool:
    """Whether a claim's quote stands at its offset."""
    return re.compile(r"\s+".join(map(re.escape, claim.quote.split()))).match(text, claim.offset) is not None
