"""Proposed sources of answers by subject, always with a news agency as fall-back."""

import re
from typing import Final

FALLBACK_SOURCE: Final = "Reuters, as fall-back"

_BY_SUBJECT: Final = (
    (
        r"security council|general assembly|\bun\b|united nations|resolution|veto",
        ("UN Digital Library, voting data",),
    ),
    (r"\bnato\b", ("nato.int, official texts",)),
    (
        r"\beu\b|european union|brussels|commission",
        ("Official Journal of the EU (eur-lex.europa.eu)",),
    ),
    (
        r"sanction|embargo|blacklist|asset freeze",
        (
            "OFAC, Recent Actions (ofac.treasury.gov)",
            "Official Journal of the EU (eur-lex.europa.eu)",
        ),
    ),
    (
        r"trade|export|import|tariff|customs|goods",
        ("Customs administration of the country, first release",),
    ),
    (
        r"\boil\b|crude|brent|\bgas\b|\blng\b|barrel|opec|energy",
        ("US Energy Information Administration (eia.gov)",),
    ),
    (
        r"interest rate|central bank|\bfed\b|\becb\b|monetary|rate (?:cut|hike)",
        ("The central bank, rate decisions",),
    ),
    (
        r"inflation|consumer price|unemployment|jobs|wages",
        ("National statistics office, first release",),
    ),
    (
        r"\bgdp\b|growth|recession|econom|debt|deficit",
        ("National statistics office, first release", "IMF, World Economic Outlook"),
    ),
    (
        r"elect|\bvote[rs]?\b|ballot|referendum|president|parliament|coalition|party",
        ("National election commission, certified results",),
    ),
    (
        r"ceasefire|truce|war\b|invad|troops|front|offensive|annex",
        ("Institute for the Study of War, daily maps", "Statements of both governments"),
    ),
    (
        r"missile|nuclear|warhead|weapon|military|exercise|defen[cs]e",
        ("SIPRI, databases", "Statements of the defence ministry"),
    ),
    (r"court|ruling|verdict|indict|trial|sentence", ("The court, published rulings",)),
    (
        r"climate|emission|carbon|temperature|warming",
        ("Copernicus Climate Change Service", "Global Carbon Project"),
    ),
    (r"refugee|migra|asylum|displac", ("UNHCR, Operational Data Portal",)),
    (
        r"pandemic|virus|vaccine|disease|outbreak",
        ("World Health Organization, Disease Outbreak News",),
    ),
    (
        r"share price|stock|index|market|currency|exchange rate|dollar|euro|yuan|rouble",
        ("The exchange, official closing prices",),
    ),
    (
        r"treaty|agreement|contract|summit|visit|meet|talks|joint statement",
        ("Statements of both governments",),
    ),
    (r"poll|opinion|reputation|trust|popular|image", ("Pew Research Center, Global Attitudes",)),
    (
        r"\bai\b|artificial intelligence|chip|semiconductor|software|internet",
        ("The company or agency, press releases",),
    ),
    (
        r"population|birth|fertility|ageing",
        ("UN, World Population Prospects", "National statistics office, first release"),
    ),
)
_SOURCE_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), names) for pattern, names in _BY_SUBJECT
)
_MAX_SOURCES: Final = 2


def suggest_sources(text: str) -> tuple[str, ...]:
    """Return publishers of the answer to a question on this subject; the last is the fall-back.

    >>> suggest_sources("Will the Security Council adopt a resolution?")
    ('UN Digital Library, voting data', 'Reuters, as fall-back')
    >>> suggest_sources("Will it rain?")
    ('[… who publishes the answer, and where]', 'Reuters, as fall-back')
    """
    sources = list(
        dict.fromkeys(
            name for pattern, names in _SOURCE_PATTERNS if pattern.search(text) for name in names
        )
    )[:_MAX_SOURCES]
    return (*(sources or ["[… who publishes the answer, and where]"]), FALLBACK_SOURCE)
