"""The claims in an essay: every sentence with its place, and which look ahead and could be put to
the test.

By rule and offline. The rules are tuned to miss little, because a person who reads the essay
rejects a wrong proposal in a second and never sees a missed one. What the essay is about plays no
part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forecasts.claims import boilerplate, grammar, phrases, verb_forms
from forecasts.claims.grammar import Cue, Setting
from forecasts.claims.marks import plain
from forecasts.claims.phrases import ClaimForm
from forecasts.claims.sentences import spans
from forecasts.claims.words import Phrases, spelled, tokens

__all__ = ["KEPT_FROM", "ClaimForm", "Sentence", "find_claims"]

KEPT_FROM: Final = 0.5
"""Score from which a sentence is proposed as a claim."""

_PERIODS: Final = Phrases([phrases.PERIODS])
_BYGONE: Final = Phrases([phrases.BYGONE])
_DURATIONS: Final = Phrases([phrases.DURATIONS])
_META: Final = Phrases([phrases.META])
_YEAR: Final = re.compile(r"(?:1[5-9]|20|21)\d\d(?:s)?")
_CONDITION: Final = re.compile(
    r"(?:^|[,;:]) (?:(?:but|and|so|yet|then|still) )?(?:even |only )?(?:if|unless|should|were"
    r"|provided|assuming|without"
    r"|as long as|in case|suppose|absent|barring|once|in that case|in this case|otherwise) "
    r"| (?:if|unless|as long as|provided that|in the event of) "
)
_FIRST_IF: Final = re.compile(r" (?:but |and |yet )?(?:even |only )?(?:if|unless) (?!you |i |one )")
_OUGHT: Final = re.compile(r" (?:must|ought to|needs? to|should(?! be the)) ")
_NOW: Final = frozenset("is are has have will remains".split())
_QUESTION_PAST: Final = frozenset("did was were had".split())
_POINTERS: Final = frozenset("it this that them".split())
_HEDGES: Final = frozenset("perhaps maybe".split())
_PERFECT: Final = frozenset("has have".split())
_QUESTION_READER: Final = frozenset("you your i my me we our us".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an essay, and what kind of claim it makes, if any.

    `text[offset:end]` of the source is the sentence as it stands there. `text` need not be equal to
    that: it is what a reader sees, without marks of emphasis, links, code and tags, and with white
    space folded. `kind` is None for a sentence that does not look ahead. `cue` is the marker in
    lower case, "" without one; `modality` (0 to 1) how sure the writer is by it: "will" 1.0,
    "would" 0.8, "may" 0.5. `score` (0 to 1) is how good a sign the marker is that somebody could
    check the sentence later. It is `kept` from a score of 0.5, unless it is a heading, a repeat or
    no part of the essay. `why` says in one clause why it was kept or dropped.
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
    """Every sentence of a text in order, each judged. Takes a second or two for a megabyte,
    whatever is in it.

    >>> found = find_claims("Prices fell in May. If it rains, they will rise again. Has the bank the will to act?")
    >>> [(sentence.kept, sentence.kind, sentence.cue, sentence.modality) for sentence in found]
    [(False, None, '', 0.0), (True, 'conditional', 'will', 1.0), (False, None, '', 0.0)]
    >>> found[1].text, found[1].offset, found[1].why
    ('If it rains, they will rise again.', 20, '“will” before a verb')
    """
    places = spans(text)
    quotes = [plain(text[place.offset : place.end]) for place in places]
    spellings = [spelled(quote) for quote in quotes]
    dirt = boilerplate.reasons(text, places, spellings)
    present = _present(spellings, dirt)
    found = []
    for place, quote, spelling, reason in zip(places, quotes, spellings, dirt, strict=True):
        cue = None if reason else _judged(spelling, present)
        found.append(_sentence((place.offset, place.end), quote, reason, cue))
    return tuple(found)


def _sentence(place: tuple[int, int], quote: str, dirt: str, cue: Cue | None) -> Sentence:
    if cue is None:
        return Sentence(
            *place, quote, None, "", 0.0, 0.0, False, dirt or "nothing in it looks ahead"
        )
    score = round(min(1.0, max(0.0, cue.score)), 2)
    kept = score >= KEPT_FROM
    kind = cue.kind if kept else None
    return Sentence(*place, quote, kind, cue.words, cue.modality, score, kept, cue.why)


def _present(spellings: Sequence[str], dirt: Sequence[str]) -> int:
    """The year in which the essay seems to have been written: the last that it speaks of in the
    past; 0 if none.
    """
    years = [0]
    for spelling, reason in zip(spellings, dirt, strict=True):
        words = tokens(spelling)
        if (
            not reason
            and verb_forms.PAST & {*words}
            and not (verb_forms.MODALS | {"expected", "going"}) & {*words}
        ):
            years += [int(word[:4]) for word in words if _YEAR.fullmatch(word)]
        years += [int(b) for a, b in pairwise(words) if a == "since" and _YEAR.fullmatch(b)]
    return max(year for year in years if year < 2100)


def _setting(spelling: str, present: int) -> Setting:
    words = (*tokens(spelling),)
    years = [int(word[:4]) for word in words if _YEAR.fullmatch(word)]
    when = _PERIODS.any_within(spelling)
    by = any(
        a in ("by", "until", "before", "till") and _YEAR.fullmatch(b) for a, b in pairwise(words)
    )
    future = any(year > present for year in years) and (present > 0 or by)
    past = any(year <= max(present, 1999) for year in years) and "since" not in words
    told = _is_told(words)
    bygone = past or bool(_BYGONE.any_within(spelling))
    ahead = future or (bool(when) and not bygone)
    return Setting(words, ahead, bygone and not future, told, bool(_DURATIONS.any_within(spelling)))


def _is_told(words: Sequence[str]) -> bool:
    """Has it a verb in the past?"""
    return any(
        word in verb_forms.PAST
        and not (word in verb_forms.PARTICIPLES_TOO and before in verb_forms.BEFORE_PARTICIPLES)
        for before, word in zip(("", *words), words, strict=False)
    )


def _has_ed(words: Sequence[str]) -> bool:
    """Has it a regular verb that may be in the past?"""
    return any(
        b.endswith("ed") and a not in verb_forms.BEFORE_PARTICIPLES for a, b in pairwise(words)
    )


def _judged(spelling: str, present: int) -> Cue | None:
    """The best cue of a sentence with what the rest of the sentence makes of it; None without
    any.
    """
    setting = _setting(spelling, present)
    asks = setting.tokens[-3:].count("?") > 0
    found = [
        *grammar.cues(setting),
        *(_timed(cue, setting) for cue in grammar.phrase_cues(spelling)),
    ]
    found += _bare(spelling, setting, asks)
    if not found:
        return None
    best = max(found, key=lambda cue: cue.score)  # the first of equals
    return _named(_weighed(best, spelling, setting), spelling, asks)


def _timed(cue: Cue, setting: Setting) -> Cue:
    """A phrase in a story told says less."""
    if (
        setting.told
        and not setting.ahead
        and not _NOW & {*setting.tokens}
        and (setting.bygone or cue.score < 0.7)
    ):
        return replace(cue, score=cue.score - 0.3, why=f"“{cue.words}” tells of the past")
    return cue


def _bare(spelling: str, setting: Setting, asks: bool) -> list[Cue]:
    """Cues that are no words of their own: a question, a condition, a time to come."""
    words = {*setting.tokens}
    found = []
    if (
        asks
        and len(words) >= (7 if words & _POINTERS else 5)
        and not words & (_QUESTION_PAST | _QUESTION_READER)
        and not _PERFECT & {*setting.tokens[:6]}
    ):
        found.append(Cue("?", "open question", 0.5, 0.55, "a question that is put to the world"))
    if _FIRST_IF.match(spelling):
        found.append(
            Cue(setting.tokens[0], "conditional", 0.6, 0.5, "a condition and what follows from it")
        )
    if spelling.startswith((" whether ", " but whether ", " and whether ", " yet whether ")):
        found.append(Cue("whether", "open question", 0.5, 0.6, "it asks whether"))
    if (
        setting.ahead
        and not setting.told
        and not _has_ed(setting.tokens)
        and not words & {"you", "your"}
    ):
        period = _PERIODS.any_within(spelling) or "a year to come"
        found.append(Cue(period, "explicit prediction", 0.6, 0.52, "it names a time still to come"))
    return found


def _weighed(cue: Cue, spelling: str, setting: Setting) -> Cue:
    """A figure or a time to come makes a claim easier to check; talk about the text, or to the
    reader, is none.
    """
    if _HEDGES & {*setting.tokens}:
        cue = replace(cue, modality=min(cue.modality, 0.5))
    score = cue.score
    if score >= 0.4:
        score += 0.06 if setting.ahead else 0.0
        score += 0.03 if any(word[0].isdigit() for word in setting.tokens) else 0.0
    meta = _META.any_within(spelling)
    if meta and not setting.ahead:
        return replace(
            cue,
            score=score - 0.4,
            why=f"“{meta}” speaks of the text, of its writer or to its reader",
        )
    if (
        cue.kind in ("trend", "status quo", "causal expectation")
        and _OUGHT.search(spelling)
        and not verb_forms.MODALS & {*setting.tokens}
    ):
        return replace(cue, score=score - 0.2, why="it says what ought to be")
    return replace(cue, score=score)


def _named(cue: Cue, spelling: str, asks: bool) -> Cue:
    """A condition or a question mark says more of the form of a claim than its verb."""
    if asks:
        return replace(cue, kind="open question", score=cue.score + 0.02)
    if cue.kind != "open question" and _CONDITION.search(spelling) and "whether" not in spelling:
        return replace(cue, kind="conditional")
    return cue
