"""Claim extraction: split an essay into sentences and find those that could be tested later.

Offline rules tuned for recall, because a person rejects a wrong proposal in a second and never sees
a missed one. The topic of the essay plays no part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forecasts.essays import english
from forecasts.essays.extraction import cleaning, cue_detection, phrases
from forecasts.essays.extraction.cleaning import strip_essay_markup
from forecasts.essays.extraction.cue_detection import ForwardCue, TimeContext
from forecasts.essays.extraction.phrase_matching import (
    PhraseMatcher,
    normalise_spelling,
    split_tokens,
)
from forecasts.essays.extraction.phrases import ClaimForm
from forecasts.essays.extraction.segmentation import segment_sentences

__all__ = ["MIN_CLAIM_SCORE", "ClaimForm", "Sentence", "find_claims"]

MIN_CLAIM_SCORE: Final = 0.5
"""Minimum score of a sentence that is proposed as a claim."""

_PERIODS: Final = PhraseMatcher([phrases.FUTURE_PERIODS])
_PAST_PERIODS: Final = PhraseMatcher([phrases.PAST_PERIODS])
_DURATIONS: Final = PhraseMatcher([phrases.DURATIONS])
_META: Final = PhraseMatcher([phrases.META_PHRASES])
_YEAR: Final = re.compile(r"(?:1[5-9]|20|21)\d\d(?:s)?")
_CONDITION: Final = re.compile(
    r"(?:^|[,;:]) (?:(?:but|and|so|yet|then|still) )?(?:even |only )?(?:if|unless|should|were"
    r"|provided|assuming|without|as long as|in case|suppose|absent|barring|once|in that case"
    r"|in this case|otherwise) | (?:if|unless|as long as|provided that|in the event of) "
)
_FIRST_IF: Final = re.compile(r" (?:but |and |yet )?(?:even |only )?(?:if|unless) (?!you |i |one )")
_OUGHT: Final = re.compile(r" (?:must|ought to|needs? to|should(?! be the)) ")
_PRESENT_VERBS: Final = frozenset("is are has have will remains".split())
_QUESTION_PAST: Final = frozenset("did was were had".split())
_POINTERS: Final = frozenset("it this that them".split())
_HEDGES: Final = frozenset("perhaps maybe".split())
_PERFECT: Final = frozenset("has have".split())
_QUESTION_READER: Final = frozenset("you your i my me we our us".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """Sentence of an essay with the form of its claim, if any.

    `text[offset:end]` of the source is the sentence; the field `text` is the same without emphasis,
    links, code and tags, with collapsed white space. `kind` is None for a sentence that does not
    look ahead. `cue` is the marker in lower case, "" without one; `modality` (0 to 1) is the
    certainty that it expresses: "will" 1.0, "would" 0.8, "may" 0.5. `score` (0 to 1) rates the
    marker as a sign of a checkable claim. The sentence is `kept` from a score of 0.5, unless it is
    a heading, a repeat or boilerplate. `why` gives the reason in one clause.
    """

    offset: int
    end: int
    text: str
    kind: ClaimForm | None
    cue: str
    modality: float
    score: float
    kept: bool
    why: str


def find_claims(text: str) -> tuple[Sentence, ...]:
    """Return every sentence of a text in order, classified; a megabyte takes about two seconds.

    >>> sentences = find_claims(
    ...     "Prices fell in May. If it rains, they will rise again. Has the bank the will to act?")
    >>> [(sentence.kept, sentence.kind, sentence.cue) for sentence in sentences]
    [(False, None, ''), (True, 'conditional', 'will'), (False, None, '')]
    >>> sentences[1].text, sentences[1].offset, sentences[1].why
    ('If it rains, they will rise again.', 20, '“will” before a verb')
    """
    places = segment_sentences(text)
    quotes = [strip_essay_markup(text[place.offset : place.end]) for place in places]
    spellings = [normalise_spelling(quote) for quote in quotes]
    exclusion_reasons = cleaning.find_exclusion_reasons(text, places, spellings)
    present_year = _find_present_year(spellings, exclusion_reasons)
    sentences = []
    for place, quote, spelling, exclusion_reason in zip(
        places, quotes, spellings, exclusion_reasons, strict=True
    ):
        cue = None if exclusion_reason else _find_best_cue(spelling, present_year)
        sentences.append(_make_sentence((place.offset, place.end), quote, exclusion_reason, cue))
    return tuple(sentences)


def _make_sentence(
    place: tuple[int, int], quote: str, exclusion_reason: str, cue: ForwardCue | None
) -> Sentence:
    if cue is None:
        return Sentence(
            *place,
            quote,
            None,
            "",
            0.0,
            0.0,
            False,
            exclusion_reason or "nothing in it looks ahead",
        )
    score = round(min(1.0, max(0.0, cue.score)), 2)
    is_kept = score >= MIN_CLAIM_SCORE
    kind = cue.kind if is_kept else None
    return Sentence(*place, quote, kind, cue.words, cue.modality, score, is_kept, cue.why)


def _find_present_year(spellings: Sequence[str], exclusion_reasons: Sequence[str]) -> int:
    """Return the last year that the essay mentions in the past, as its year of writing; 0 without
    one.
    """
    years = [0]
    for spelling, exclusion_reason in zip(spellings, exclusion_reasons, strict=True):
        words = split_tokens(spelling)
        if (
            not exclusion_reason
            and english.PAST_VERBS & {*words}
            and not (english.MODALS | {"expected", "going"}) & {*words}
        ):
            years += [int(word[:4]) for word in words if _YEAR.fullmatch(word)]
        years += [int(b) for a, b in pairwise(words) if a == "since" and _YEAR.fullmatch(b)]
    return max(year for year in years if year < 2100)


def _time_context(spelling: str, present_year: int) -> TimeContext:
    words = (*split_tokens(spelling),)
    years = [int(word[:4]) for word in words if _YEAR.fullmatch(word)]
    period = _PERIODS.first_match(spelling)
    has_deadline = any(
        a in ("by", "until", "before", "till") and _YEAR.fullmatch(b) for a, b in pairwise(words)
    )
    is_future = any(year > present_year for year in years) and (present_year > 0 or has_deadline)
    is_past = any(year <= max(present_year, 1999) for year in years) and "since" not in words
    has_past_verb = _has_past_verb(words)
    is_bygone = is_past or bool(_PAST_PERIODS.first_match(spelling))
    is_ahead = is_future or (bool(period) and not is_bygone)
    return TimeContext(
        words,
        is_ahead,
        is_bygone and not is_future,
        has_past_verb,
        bool(_DURATIONS.first_match(spelling)),
    )


def _has_past_verb(words: Sequence[str]) -> bool:
    """Return True if the sentence has a verb in the past tense."""
    return any(
        word in english.PAST_VERBS
        and not (word in english.AMBIGUOUS_PARTICIPLES and before in english.PARTICIPLE_PRECEDERS)
        for before, word in zip(("", *words), words, strict=False)
    )


def _has_regular_past_verb(words: Sequence[str]) -> bool:
    """Return True if it has a regular verb that may be in the past tense."""
    return any(
        b.endswith("ed") and a not in english.PARTICIPLE_PRECEDERS for a, b in pairwise(words)
    )


def _find_best_cue(spelling: str, present_year: int) -> ForwardCue | None:
    """Return the best cue, adjusted for the rest of the sentence; None without a cue."""
    setting = _time_context(spelling, present_year)
    is_question = setting.tokens[-3:].count("?") > 0
    cues = [
        *cue_detection.find_verb_cues(setting),
        *(_adjust_for_past(cue, setting) for cue in cue_detection.find_phrase_cues(spelling)),
    ]
    cues += _sentence_cues(spelling, setting, is_question)
    if not cues:
        return None
    best_cue = max(cues, key=lambda cue: cue.score)  # the first of equals
    return _adjust_form(_adjust_score(best_cue, spelling, setting), spelling, is_question)


def _adjust_for_past(cue: ForwardCue, setting: TimeContext) -> ForwardCue:
    """Lower the score of a phrase within a narrative."""
    if (
        setting.has_past_verb
        and not setting.is_future
        and not _PRESENT_VERBS & {*setting.tokens}
        and (setting.is_past or cue.score < 0.7)
    ):
        return replace(cue, score=cue.score - 0.3, why=f"“{cue.words}” tells of the past")
    return cue


def _sentence_cues(spelling: str, setting: TimeContext, is_question: bool) -> list[ForwardCue]:
    """Return cues that are no words: a question, a condition, a time to come."""
    words = {*setting.tokens}
    cues = []
    if (
        is_question
        and len(words) >= (7 if words & _POINTERS else 5)
        and not words & (_QUESTION_PAST | _QUESTION_READER)
        and not _PERFECT & {*setting.tokens[:6]}
    ):
        cues.append(
            ForwardCue("?", "open question", 0.5, 0.55, "a question that is put to the world")
        )
    if _FIRST_IF.match(spelling):
        cues.append(
            ForwardCue(
                setting.tokens[0], "conditional", 0.6, 0.5, "a condition and what follows from it"
            )
        )
    if spelling.startswith((" whether ", " but whether ", " and whether ", " yet whether ")):
        cues.append(ForwardCue("whether", "open question", 0.5, 0.6, "it asks whether"))
    if (
        setting.is_future
        and not setting.has_past_verb
        and not _has_regular_past_verb(setting.tokens)
        and not words & {"you", "your"}
    ):
        period = _PERIODS.first_match(spelling) or "a year to come"
        cues.append(
            ForwardCue(period, "explicit prediction", 0.6, 0.52, "it names a time still to come")
        )
    return cues


def _adjust_score(cue: ForwardCue, spelling: str, setting: TimeContext) -> ForwardCue:
    """Raise the score for a figure or a time to come; lower it for comments on the text."""
    if _HEDGES & {*setting.tokens}:
        cue = replace(cue, modality=min(cue.modality, 0.5))
    score = cue.score
    if score >= 0.4:
        score += 0.06 if setting.is_future else 0.0
        score += 0.03 if any(word[0].isdigit() for word in setting.tokens) else 0.0
    meta_phrase = _META.first_match(spelling)
    if meta_phrase and not setting.is_future:
        return replace(
            cue,
            score=score - 0.4,
            why=f"“{meta_phrase}” speaks of the text, of its writer or to its reader",
        )
    if (
        cue.kind in ("trend", "status quo", "causal expectation")
        and _OUGHT.search(spelling)
        and not english.MODALS & {*setting.tokens}
    ):
        return replace(cue, score=score - 0.2, why="it says what ought to be")
    return replace(cue, score=score)


def _adjust_form(cue: ForwardCue, spelling: str, is_question: bool) -> ForwardCue:
    """Replace the claim form of the verb by that of a question mark or a condition."""
    if is_question:
        return replace(cue, kind="open question", score=cue.score + 0.02)
    if cue.kind != "open question" and _CONDITION.search(spelling) and "whether" not in spelling:
        return replace(cue, kind="conditional")
    return cue
