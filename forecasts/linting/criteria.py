"""Lint checks of resolution criteria, and of the context: prior, indicators, siblings and feeds."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.evidence.evidence import Direction
from forecasts.linting.flaws import MAX_PRIOR, MIN_PRIOR, Flaw, FlawPlace, LintContext, LintTarget
from forecasts.linting.wording import split_rules
from forecasts.questions.question import Question

_UNNAMED_SOURCE: Final = re.compile(
    r"\b(?:the|a|an|any|and|or|of|in|on|by|from|as|other|various|several|many|public|publicly"
    r"|available|open|official|officials?|news|newspapers?|media|press|outlets?|reports?|reporting"
    r"|reported|articles?|internet|web|website|sites?|online|google|search|sources?|data|statistics"
    r"|information|credible|reliable|major|leading|reputable|trusted|mainstream|international|local"
    r"|national|government|authorit(?:y|ies)|experts?|analysts?|common|knowledge|general"
    r"|consensus|social|tba|tbd|n/a|none|unknown|etc)\b",
    re.IGNORECASE,
)
_FALL_BACK: Final = re.compile(
    r"\bfall[- ]?backs?\b|\bfall(?:s|ing)? back\b|\bfailing (?:that|this|which)\b"
    r"|\bif (?:it|they|this|that|these|no|none|neither|the)\b[^.;]{0,120}"
    r"\b(?:no|not|nothing|fails?|stops?|ceases?|unavailable|down|silent|missing|publishes)\b"
    r"|\botherwise\b|\bin (?:its|their) (?:absence|place)\b|\bor,? if\b|\binstead\b|\bsubstitute\b"
    r"|\bbackup\b",
    re.IGNORECASE,
)
_ANNULMENT: Final = re.compile(
    r"\bannul|\bvoid(?:ed|s)?\b|\bcancel(?:s|led|ed|lation)?\b[^.;]{0,40}\b(?:question|resol)"
    r"|\bN/A\b|\bresolves? (?:as )?ambiguous"
    r"|\bif (?:no|none|neither|nothing)\b"
    r"|(?<!YES )(?<!NO )\bif (?:it|they|this|that|the)\b[^.;]{0,60}\b(?:is|are|was|were|be) not\b"
    r"|\bif [^.;]{0,60}\b(?:publish|releas|giv|issu)\w* (?:no|none|neither|nothing)\b",
    re.IGNORECASE,
)
_VERDICT: Final = re.compile(r"\b(?:YES|NO|(?i:resolves?|counts?|the answer is))\b")


def find_criteria_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of sources, rules and thresholds."""
    yield from _check_sources(question)
    if question.kind == "binary" and not _VERDICT.search(question.criteria):
        reason = "the criteria do not say what the answer YES takes"
        yield Flaw(
            "no-verdict",
            "advice",
            "criteria",
            reason,
            "Write “YES if …”, and what looks alike but does not count.",
        )
    if not _ANNULMENT.search(question.criteria):
        reason = "nothing says when there is no answer, or what counts if the source is silent"
        yield Flaw(
            "no-annul-rule",
            "advice",
            "criteria",
            reason,
            "Add “Annulled if …”: the one thing without which it makes no sense.",
        )
    yield from _check_thresholds(question)


def is_named_source(source: str) -> bool:
    """Return True for a source that can be found: a name or an address, not “the media”.

    >>> [is_named_source(source) for source in ("Reuters", "customs.gov.cn", "official sources")]
    [True, True, False]
    """
    return bool(re.search(r"\w", _UNNAMED_SOURCE.sub(" ", source)))


def _check_sources(question: LintTarget) -> Iterator[Flaw]:
    named_sources = [
        source for source in dict.fromkeys(question.sources) if is_named_source(source)
    ]
    if not named_sources:
        quoted_sources = ", ".join(f"“{source}”" for source in question.sources) or "an empty list"
        reason = f"{quoted_sources} names nobody who publishes the answer"
        fix = "Name who publishes it and where, such as “UN Digital Library, voting data”."
        yield Flaw("no-source", "blocking", "sources", reason, fix)
    elif len(named_sources) == 1 and not _FALL_BACK.search(
        f"{named_sources[0]} {question.criteria}"
    ):
        reason = f"“{named_sources[0]}” is the only source, and it may fail"
        yield Flaw(
            "no-fall-back",
            "blocking",
            "sources",
            reason,
            "Add another one, such as “Reuters, as fall-back”.",
        )


_CURRENCY: Final = r"(?P<{0}>[A-Z]{{0,3}}[$€£¥₹]\s?|[A-Z]{{3}}\s)?"
_DIGITS: Final = r"[0-9][0-9.,\u202f\u00a0 ]{0,24}(?<![., ])"
_OR_MORE: Final = r"or (?:more|higher|above|fewer|less|lower|below)\b"
_AMOUNT: Final = re.compile(
    r"\b(?:at least|at most|more than|fewer than|less than|no more than|no fewer than|not less"
    r" than|up to|over|above|below|under|beyond|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?"
    r"|reach(?:es|ed|ing)?|a minimum of|a maximum of|(?:fall|drop|rise|grow|climb|decline"
    r"|increase)(?:s|ed)? (?:to|by)) (?:about |some |the )?"
    rf"{_CURRENCY.format('before')}(?P<number>{_DIGITS})(?P<after>.{{0,40}})"
    rf"|{_CURRENCY.format('before2')}\b(?P<number2>{_DIGITS})(?P<after2> {_OR_MORE}.{{0,30}})"
)
_SCALE_WORD: Final = re.compile(
    r"^\s*(?:(?:hundred|thousand|million|billion|trillion|dozen)s?\b|(?:bn|mn|tn|m|k)\b"
    rf"|{_OR_MORE}|(?:full|further|other|additional|new|different|distinct|separate)\b)"
)
_UNIT: Final = re.compile(r"^\s*[-–]?\s*(?:%|‰|°|[$€£¥₹]|[A-Za-z][\w/-]*|of\b)")
_NO_UNIT: Final = re.compile(
    r"^\s*(?:by|in|on|at|before|until|till|during|for|and|or|the|a|if|when|as|this|next|within"
    r"|from|to|between|than|is|are|was|were|will|would|has|have|after|since|through|with|per|that"
    r"|which|again|ever|any|its|their|according|compared|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b"
)
_UNIT_WORDS: Final = re.compile(
    r"[%‰°$€£¥₹]|\b(?:per ?cent(?:age)?|dollars?|USD|euros?|EUR|yuan|renminbi|roubles?|rubles?"
    r"|pounds?|yen|rupees?|tonnes?|tons?|barrels?|degrees?|celsius|votes?|seats?|points?|km"
    r"|kilomet\w+|miles?|hectares?|index|score|ratio|magnitude|number of|how many|count of"
    r"|rank(?:ing)?|place|share of|GW|MW|TWh|kWh|days?|weeks?|months?|years?"
    r"|people)\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


def _check_thresholds(question: LintTarget) -> Iterator[Flaw]:
    parts: tuple[tuple[FlawPlace, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
    )
    for where, text in parts:
        bare_numbers = [
            number for sentence in split_rules(text) for number in _find_bare_amounts(sentence)
        ]
        if bare_numbers and not (
            where == "text" and _criteria_give_unit(bare_numbers, question.criteria)
        ):
            numbers = ", ".join(f"“{number}”" for number in dict.fromkeys(bare_numbers))
            fix = (
                "Write the unit behind the number: per cent, US dollars, tonnes, or what is "
                "counted."
            )
            yield Flaw("threshold-unit", "blocking", where, f"{numbers} has no unit", fix)
    if (
        question.kind == "numeric"
        and question.scale is not None
        and not question.scale.unit.strip()
    ):
        reason = f"the range {question.scale.lower:g} to {question.scale.upper:g} has no unit"
        yield Flaw(
            "scale-unit",
            "blocking",
            "scale",
            reason,
            "Give the range a unit, such as “billion US dollars” or “meetings”.",
        )


def _find_bare_amounts(sentence: str) -> list[str]:
    if _UNIT_WORDS.search(sentence):
        return []
    dates = [(mention.start, mention.end) for mention in find_dates(sentence)]
    amounts = []
    for match in _AMOUNT.finditer(sentence):
        is_suffix_form = match["number"] is None
        number, after = (
            match["number2" if is_suffix_form else "number"],
            match["after2" if is_suffix_form else "after"],
        )
        start = match.start("number2" if is_suffix_form else "number")
        is_date = any(a <= start < b for a, b in dates) or _YEAR.fullmatch(number)
        if (
            not is_date
            and not match["before2" if is_suffix_form else "before"]
            and not _has_unit_after(after)
        ):
            amounts.append(match[0][: len(match[0]) - len(after)].strip())
    return amounts


def _has_unit_after(after: str) -> bool:
    remainder = after
    while (scale_match := _SCALE_WORD.match(remainder)) is not None:
        remainder = remainder[scale_match.end() :]
    return bool(_UNIT.match(remainder)) and not _NO_UNIT.match(remainder)


def _criteria_give_unit(bare_numbers: list[str], criteria: str) -> bool:
    """Return True if the criteria give the same number with its unit."""
    numbers = {re.sub(r"\.0+$", "", re.sub(r"[^0-9.]", "", amount)) for amount in bare_numbers}
    for sentence in split_rules(criteria):
        sentence_numbers = {
            re.sub(r"\.0+$", "", number)
            for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", sentence.replace(",", ""))
        }
        if numbers <= sentence_numbers and _UNIT_WORDS.search(sentence):
            return True
    return False


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
