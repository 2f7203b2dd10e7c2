"""Lint checks against the context: prior, indicators, sibling questions and feeds."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.evidence.evidence import Direction
from forecasts.linting.flaws import MAX_PRIOR, MIN_PRIOR, Flaw, LintContext, LintTarget
from forecasts.questions.question import Question

_BASE_RATE: Final = re.compile(
    r"[0-9]|%|\b(?:base rates?|reference class|rates?|hazards?|times?|years?|ever|never|none"
    r"|always|every|each|once|twice|half|third|quarter|usually|seldom|rarely|often|mean|median"
    r"|average|history|historical\w*|precedents?|odds"
    r"|per cent|one|two|three|four|five|six|seven|eight|nine|ten|jeffreys|poisson|markets?)\b",
    re.IGNORECASE,
)
_NO_REASON: Final = re.compile(
    r"none given\b|n/?a\b|unknown\b|guess\w*\b|gut\b|no reason|-+$|\?+$", re.IGNORECASE
)

GENERAL_FEED_WORDS: Final = frozenset(
    "world international wire wires headlines agency reuters afp worldwide top breaking"
    " general".split()
)
"""Words in the title or topics of a feed that reports on everything."""

_NOT_GENERAL: Final = re.compile(
    r"\bworld (?:bank|health|trade|cup|economic|food|heritage|wide web)\b|\batomic energy agency\b",
    re.I,
)
_STOP_WORDS: Final = frozenset(
    """will would could should have been that this with from into they their there than then when
    where what which whose more most least many much about after before until during between against
    under over above below each other another next first last year years month months report reports
    news latest press release releases official update updates daily times post today feed english
    online december november october september august july june april march february january million
    billion dollars number does both take make hold name call reach""".split()
)
_STEM_LENGTH: Final = 4


def find_context_flaws(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield flaws of the context of a question."""
    yield from _check_prior(question, context)
    yield from _check_base_rate(question)
    yield from _check_indicators(question, context)
    yield from _check_feeds(question, context)


def _check_prior(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if question.prior is None or MIN_PRIOR <= question.prior <= MAX_PRIOR:
        return
    if any(_closes_earlier(other, question, context) for other in context.sibling_questions):
        return  # only the shortest horizon has to be uncertain
    reason = f"{question.prior:.1%} is all but settled before anything is known"
    fix = (
        "Ask for something less sure, such as a higher threshold or a later day, or for "
        "what would make the difference."
    )
    yield Flaw("extreme-prior", "blocking", "prior", reason, fix)


def _closes_earlier(sibling: Question, question: LintTarget, context: LintContext) -> bool:
    is_comparable = (
        sibling.id != question.id
        and sibling.kind == "binary"
        and sibling.retrospective == question.retrospective
    )
    is_live = sibling.retrospective or sibling.closes_at > context.now
    return is_comparable and is_live and sibling.closes_at < question.closes_at


def _check_base_rate(question: LintTarget) -> Iterator[Flaw]:
    reason = question.prior_reason
    fix = (
        "Say how often it happened in comparable cases: k of n, a rate a year, or what a "
        "market says."
    )
    if not reason or _NO_REASON.match(reason):
        yield Flaw("no-base-rate", "advice", "prior", "no reason stands behind the prior", fix)
    elif not _BASE_RATE.search(reason):
        yield Flaw(
            "no-base-rate",
            "advice",
            "prior",
            "the reason has neither count, rate nor comparable cases",
            fix,
        )


def _check_indicators(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if not context.indicators:
        reason = "no indicator says which reports would speak for or against it"
        yield Flaw(
            "no-indicators",
            "advice",
            "indicators",
            reason,
            "Write down one for each side before the first report comes.",
        )
        return
    sides = {indicator.direction for indicator in context.indicators} - {Direction.NEUTRAL}
    if len(sides) == 1 and question.kind in ("binary", "numeric", "date"):
        side = "YES" if Direction.YES in sides else "NO"
        reason = f"all {len(context.indicators)} indicators speak for {side}"
        yield Flaw(
            "one-sided",
            "advice",
            "indicators",
            reason,
            "Add one that would speak for the other answer.",
        )


def _check_feeds(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if context.feeds is None:
        return
    if not context.feeds:
        yield Flaw(
            "no-feed",
            "advice",
            "feeds",
            "no feed is polled",
            "Subscribe to a feed that would report the answer.",
        )
        return
    texts = [question.text, *question.options]
    texts += [
        " ".join([indicator.name, *(term for group in indicator.terms for term in group)])
        for indicator in context.indicators
    ]
    subject = content_stems(" ".join(texts))
    if any(is_general_feed(feed) or subject & content_stems(feed) for feed in context.feeds):
        return
    subject_words = ", ".join(sorted(subject)[:6]) or "its subject"
    reason = (
        f"none of {len(context.feeds)} feeds is about {subject_words}, and none carries news "
        "in general"
    )
    yield Flaw(
        "no-feed",
        "advice",
        "feeds",
        reason,
        "Subscribe to a feed on the subject, or to one of world news.",
    )


def is_general_feed(feed: str) -> bool:
    """Return True if the title and topics of a feed hold one of `GENERAL_FEED_WORDS`.

    >>> is_general_feed("BBC News, World"), is_general_feed("World Health Organization, news")
    (True, False)
    """
    text = _NOT_GENERAL.sub(" ", feed.lower())
    return bool(GENERAL_FEED_WORDS & set(re.findall(r"[a-z]+", text)))


def content_stems(text: str) -> frozenset[str]:
    """Return the content words of a text, cut to their first four letters.

    >>> sorted(content_stems("Will China trade with Chinese banks?"))
    ['bank', 'chin', 'trad']
    """
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return frozenset(
        word[:_STEM_LENGTH]
        for word in words
        if word not in _STOP_WORDS and (len(word) >= _STEM_LENGTH or word in _SHORT_CONTENT_WORDS)
    )


_SHORT_CONTENT_WORDS: Final = frozenset("oil gas war fed ecb nato usa opec iran".split())
