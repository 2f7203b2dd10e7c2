"""Lint checks of the context of a question: prior, indicators and feeds."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.evidence.evidence import Direction
from forecasts.linting.flaws import (
    MAX_PRIOR,
    MIN_PRIOR,
    RULES,
    Flaw,
    LintContext,
    LintTarget,
    compile_regex,
)
from forecasts.questions.families import is_like_event, mask_event
from forecasts.questions.question import Question

_BASE_RATE: Final = compile_regex("base_rate")
_NO_REASON: Final = re.compile(
    r"none given\b|n/?a\b|unknown\b|guess\w*\b|gut\b|no reason|-+$|\?+$", re.IGNORECASE
)

GENERAL_FEED_WORDS: Final = frozenset(
    "world international wire wires headlines agency reuters afp worldwide top breaking"
    " general".split()
)
"""Words in the title or topics of a feed that reports on everything."""

_NOT_GENERAL: Final = compile_regex("not_general")


_STOP_WORDS: Final = frozenset(RULES["words"]["stop_words"].split())
_STEM_LENGTH: Final = 4


def find_context_flaws(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield flaws of the context of a question."""
    yield from _check_not_answered(question, context)
    yield from _check_family(question, context)
    yield from _check_prior(question, context)
    yield from _check_base_rate(question)
    yield from _check_indicators(question, context)
    yield from _check_feeds(question, context)


def _check_not_answered(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield a flaw if the same was asked before, of overlapping times, and has its answer."""
    if question.retrospective:
        return
    for other, resolution in context.answered:
        if (
            other.id != question.id
            and resolution.known_at <= context.now
            and resolution.outcome in ("yes", "no", "answered")
            and other.opens_at < question.closes_at
            and question.opens_at < other.closes_at
            and _fold_text(other.text) == _fold_text(question.text)
        ):
            answer = resolution.answer or resolution.outcome.upper()
            reason = f"“{other.text}” ({other.id}) asks the same and has its answer: {answer}"
            yield Flaw("already-settled", "blocking", "text", reason)


def _check_family(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield advice to link a question that seems to ask about the same event in other words."""
    for other in context.other_questions:
        if (
            other.id != question.id
            and other.opens_at < question.closes_at
            and question.opens_at < other.closes_at
            and mask_event(other.text) != mask_event(question.text)
            and is_like_event(other.text, question.text)
        ):
            reason = f"“{other.text}” seems to ask about the same event in other words"
            fix = f"Link the two (`tracker scenario add-link`, {other.id}), to be one family."
            yield Flaw("shared-event", "advice", "text", reason, fix)
            return


def _fold_text(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _check_prior(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if question.prior is None or MIN_PRIOR <= question.prior <= MAX_PRIOR:
        return
    if any(_closes_earlier(other, question, context) for other in context.sibling_questions):
        return  # only the shortest horizon has to be uncertain
    reason = f"{question.prior:.1%} is all but settled before anything is known"
    yield Flaw("extreme-prior", "blocking", "prior", reason)


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
    if not reason or _NO_REASON.match(reason):
        yield Flaw("no-base-rate", "advice", "prior", "the prior has no reason yet")
    elif not _BASE_RATE.search(reason):
        reason = "the reason has neither count, rate nor comparable cases"
        yield Flaw("no-base-rate", "advice", "prior", reason)


def _check_indicators(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if not context.indicators:
        reason = "no indicator says which reports would speak for or against it"
        yield Flaw("no-indicators", "advice", "indicators", reason)
        return
    sides = {indicator.direction for indicator in context.indicators} - {Direction.NEUTRAL}
    if len(sides) == 1 and question.kind in ("binary", "numeric", "date"):
        side = "YES" if Direction.YES in sides else "NO"
        reason = f"all {len(context.indicators)} indicators speak for {side}"
        fix = "Add one that would speak for the other answer."
        yield Flaw("no-indicators", "advice", "indicators", reason, fix)


def _check_feeds(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    if context.feeds is None:
        return
    if not context.feeds:
        yield Flaw("no-feed", "advice", "feeds", "no feed is polled")
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
    yield Flaw("no-feed", "advice", "feeds", reason)


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
