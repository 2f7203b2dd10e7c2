"""Nouns for what is counted or measured, and the verbs by which it takes a figure."""

import re
from typing import Final

QUANTITY: Final = re.compile(
    r"\b(?:number|share|rate|level|size|cost|price|volume|amount|length|area|average|budget|turnout"
    r"|population|demand|output|revenue|income|traffic|consumption|production|attendance|cover"
    r"|inflation|(?:un)?employment|growth|rise|increase|decline|pace|value|index|measures?"
    r"|(?:[a-z]+ )?(?:emissions|sales|prices|costs|cases|deaths|births|numbers|revenues|profits"
    r"|imports|exports|lists|queues|stocks|reserves|visitors|temperatures|rents|wages|fees"
    r"|admissions|shipments|levels))\b",
    re.IGNORECASE,
)
"""Nouns of what is higher or lower in one year than in another."""

_BARE: Final = re.compile(
    r"(?:the |its |their )?(?:prices?|sales|rates?|costs?|output|demand|production|growth|revenues?"
    r"|profits?|numbers?|exports|imports|investment|employment|trade|spending|markets?|shares?"
    r"|wages|cases|deaths|budget)"
)
_FALLS: Final = r"(?:fall|drop|shrink|decline|decrease|sink|slide|plunge|slip|dip)\b"
_MEASURES: Final = re.compile(
    rf"{_FALLS}|(?:reach|hit|exceed|surpass|top|pass|rise|climb|grow|increase|jump|soar|be|cost"
    r"|stay|remain|account for|make up|total|amount to|average|number|trade|break through)\b"
)


def is_bare(subject: str) -> bool:
    """Return True for a quantity that does not say of what.

    >>> is_bare("the price"), is_bare("the price of rye")
    (True, False)
    """
    return _BARE.fullmatch(subject) is not None


def is_measure(event: str) -> bool:
    """Return True for a predicate that gives the subject a figure: "fall by a third".

    >>> is_measure("top 4 per cent"), is_measure("sign the pact")
    (True, False)
    """
    return _MEASURES.match(event) is not None


def is_fall(event: str) -> bool:
    """Return True for a predicate by which the subject falls."""
    return re.match(_FALLS, event) is not None
