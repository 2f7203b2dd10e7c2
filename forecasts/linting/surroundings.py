"""Checks against what stands around a question: prior, indicators, other questions of its claim,
feeds.
"""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.evidence import Direction
from forecasts.linting.flaws import LEAST_PRIOR, MOST_PRIOR, Examined, Flaw, Surroundings
from forecasts.question import Question

_BASE_RATE: Final = re.compile(
    r"[0-9]|%|\b(?:base rates?|reference class|rates?|hazards?|times?|years?|ever|never|none"
    r"|always|every|each|once"
    r"|twice|half|third|quarter|usually|seldom|rarely|often|mean|median|average|history"
    r"|historical\w*|precedents?|odds"
    r"|per cent|one|two|three|four|five|six|seven|eight|nine|ten|jeffreys|poisson|markets?)\b",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    r"none given\b|n/?a\b|unknown\b|guess\w*\b|gut\b|no reason|-+$|\?+$", re.IGNORECASE
)

GENERAL_FEED_WORDS: Final = frozenset(
    "world international wire wires headlines agency reuters afp worldwide top breaking"
    " general".split()
)
"""A feed with one of these words in its title or topics reports on everything, and could carry
anything.
"""

_NOT_GENERAL: Final = re.compile(
    r"\bworld (?:bank|health|trade|cup|economic|food|heritage|wide web)\b|\batomic energy agency\b",
    re.I,
)
_COMMON: Final = frozenset(
    """will would could should have been that this with from into they their there than then when
    where what which whose more most least many much about after before until during between against
    under over above below each other another next first last year years month months report reports
    news latest press release releases official update updates daily times post today feed english
    online december november october september august july june april march february january million
    billion dollars number does both take make hold name call reach""".split()
)
_STEM: Final = 4


def surroundings_flaws(question: Examined, around: Surroundings) -> Iterator[Flaw]:
    """Flaws of what a question is asked with."""
    yield from _prior(question, around)
    yield from _base_rate(question)
    yield from _indicators(question, around)
    yield from _feeds(question, around)


def _prior(question: Examined, around: Surroundings) -> Iterator[Flaw]:
    if question.prior is None or LEAST_PRIOR <= question.prior <= MOST_PRIOR:
        return
    if any(_closes_earlier(other, question, around) for other in around.alike):
        return  # only the shortest horizon has to be uncertain
    reason = f"{question.prior:.1%} is all but settled before anything is known"
    fix = (
        "Ask for something less sure, such as a higher threshold or a later day, or for "
        "what would make the difference."
    )
    yield Flaw("extreme-prior", "blocking", "prior", reason, fix)


def _closes_earlier(other: Question, question: Examined, around: Surroundings) -> bool:
    comparable = (
        other.id != question.id
        and other.kind == "binary"
        and other.retrospective == question.retrospective
    )
    is_live = other.retrospective or other.closes_at > around.now
    return comparable and is_live and other.closes_at < question.closes_at


def _base_rate(question: Examined) -> Iterator[Flaw]:
    said = question.prior_reason
    fix = (
        "Say how often it happened in comparable cases: k of n, a rate a year, or what a "
        "market says."
    )
    if not said or _NOTHING.match(said):
        yield Flaw("no-base-rate", "advice", "prior", "no reason stands behind the prior", fix)
    elif not _BASE_RATE.search(said):
        yield Flaw(
            "no-base-rate",
            "advice",
            "prior",
            "the reason has neither count, rate nor comparable cases",
            fix,
        )


def _indicators(question: Examined, around: Surroundings) -> Iterator[Flaw]:
    if not around.indicators:
        reason = "no indicator says which reports would speak for or against it"
        yield Flaw(
            "no-indicators",
            "advice",
            "indicators",
            reason,
            "Write down one for each side before the first report comes.",
        )
        return
    sides = {indicator.direction for indicator in around.indicators} - {Direction.NEUTRAL}
    if len(sides) == 1 and question.kind in ("binary", "numeric", "date"):
        side = "YES" if Direction.YES in sides else "NO"
        reason = f"all {len(around.indicators)} indicators speak for {side}"
        yield Flaw(
            "one-sided",
            "advice",
            "indicators",
            reason,
            "Add one that would speak for the other answer.",
        )


def _feeds(question: Examined, around: Surroundings) -> Iterator[Flaw]:
    if around.feeds is None:
        return
    if not around.feeds:
        yield Flaw(
            "no-feed",
            "advice",
            "feeds",
            "no feed is polled",
            "Subscribe to a feed that would report the answer.",
        )
        return
    about = [question.text, *question.options]
    about += [
        " ".join([i.name, *(term for group in i.terms for term in group)])
        for i in around.indicators
    ]
    subject = content_words(" ".join(about))
    if any(is_general(feed) or subject & content_words(feed) for feed in around.feeds):
        return
    named = ", ".join(sorted(subject)[:6]) or "its subject"
    reason = f"none of {len(around.feeds)} feeds is about {named}, and none carries news in general"
    yield Flaw(
        "no-feed",
        "advice",
        "feeds",
        reason,
        "Subscribe to a feed on the subject, or to one of world news.",
    )


def is_general(feed: str) -> bool:
    """Whether a feed, by the words of its title and topics, carries news of every kind: see
    `GENERAL_FEED_WORDS`.

    >>> is_general("BBC News, World"), is_general("World Health Organization, news"), is_general("OilPrice.com")
    (True, False, False)
    """
    said = _NOT_GENERAL.sub(" ", feed.lower())
    return bool(GENERAL_FEED_WORDS & set(re.findall(r"[a-z]+", said)))


def content_words(text: str) -> frozenset[str]:
    """The words that say what a text is about, cut to their first four letters.

    >>> sorted(content_words("Will China trade with Chinese banks?"))
    ['bank', 'chin', 'trad']
    """
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return frozenset(
        word[:_STEM]
        for word in words
        if word not in _COMMON and (len(word) >= _STEM or word in _SHORT)
    )


_SHORT: Final = frozenset("oil gas war fed ecb nato usa opec iran".split())
