"""Detection of verbs that look ahead: modals, perfects, progressives and effects.

Heuristic, no parser: verbs are detected by neighbouring words and word lists. A person reviews
false positives.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forecasts.essays import english
from forecasts.essays.extraction import phrases
from forecasts.essays.extraction.phrase_matching import PhraseMatch, PhraseMatcher
from forecasts.essays.extraction.phrases import ClaimForm, remove_disclaimers


@dataclass(frozen=True, slots=True)
class ForwardCue:
    """Marker of a claim: its words, the claim form, the modality and its strength as a sign."""

    words: str
    kind: ClaimForm
    modality: float
    score: float
    why: str


_CHANGING: Final = frozenset(map(english.present_participle, english.CHANGE_VERBS))
_CHANGED: Final = frozenset(map(english.past_participle, english.CHANGE_VERBS))
_EFFECTS_THIRD: Final = frozenset(map(english.third_person, english.EFFECT_VERBS))
_ADVERBS: Final = frozenset(
    "also now already still not never soon thus then only just even ever perhaps very"
    " quite rather well almost always often once all both again yet far so therefore"
    " however instead too in fact long further more no longer .".split()
)
_WRITER_AND_READER: Final = frozenset("i we you".split())
_PEOPLE: Final = frozenset("i we you he she they who".split())
_DETERMINERS: Final = frozenset(
    (
        "the a an this that these those its their his her our my your of no any some 's such all"
        " in for with by"
    ).split()
)
_CLAUSE_OPENERS: Final = frozenset("that it he she they the this there".split())
_NOT_PROGRESSIVE: Final = frozenset(
    "nothing something anything everything during interesting boring missing".split()
)


@dataclass(frozen=True, slots=True)
class TimeContext:
    """Time context of a sentence."""

    tokens: tuple[str, ...]
    is_future: bool
    """True if the sentence names a time still to come."""
    is_past: bool
    """True if it names a time that is over."""
    has_past_verb: bool
    """True if it has a verb in the past, as in a story."""
    has_duration: bool
    """True if it gives a start, a duration or an amount."""


def find_verb_cues(setting: TimeContext) -> Iterator[ForwardCue]:
    """Yield a cue for each verb that looks ahead."""
    words = remove_disclaimers(f" {' '.join(setting.tokens)} ")
    setting = replace(setting, tokens=(*words.split(),))
    for index, word in enumerate(setting.tokens):
        if word in english.MODALS:
            yield from _modal_cues(setting, index)
        elif word == "should":
            yield from _should_cues(setting, index)
        elif word in ("has", "have"):
            yield from _perfect_cues(setting, index)
        elif word in ("is", "are"):
            yield from _progressive_cues(setting, index)
        elif word in _EFFECTS_THIRD:
            yield from _effect_cues(setting, index)


def _modal_cues(setting: TimeContext, index: int) -> Iterator[ForwardCue]:
    word = setting.tokens[index]
    before = setting.tokens[index - 1] if index else ""
    after, verb = _following_verb(setting.tokens, index)
    if not verb or _is_noun(word, before, after):
        return
    words = " ".join(setting.tokens[index : index + 2]) if after == "not" else word
    match word:
        case "will" | "shall":
            yield ForwardCue(
                words,
                "explicit prediction",
                1.0,
                0.85 if word == "will" else 0.6,
                f"“{words}” before a verb",
            )
        case "would":
            yield _would_cue(setting, index, words)
        case "can":
            yield from _can_cues(setting, index, words)
        case _:
            yield _hedge_cue(setting, index, words)


def _following_verb(tokens: Sequence[str], index: int) -> tuple[str, str]:
    """Return the next word, and the next that is no adverb."""
    following = tokens[index + 1 : index + 6]
    verb = next(
        (word for word in following if word not in _ADVERBS and not word.endswith("ly")), ""
    )
    is_aside = list(following[:1]) == [","] and len(following) > 2  # “will, however, fall”
    return (following[0] if following else ""), verb if verb.isalpha() or is_aside else ""


def _is_noun(word: str, before: str, after: str) -> bool:
    if word == "will":
        return before in english.NOUN_BEFORE_WILL or after in english.NOUN_AFTER_WILL
    if word == "might":
        return before in english.NOUN_BEFORE_MIGHT or after in english.NOUN_AFTER_MIGHT
    return word == "can" and before in english.TIN_BEFORE_CAN


def _is_reported(setting: TimeContext, index: int) -> bool:
    """Return True after a reporting verb in the past, as in "said that it would"."""
    if setting.is_future:
        return False
    before = setting.tokens[max(0, index - 14) : index]
    return any(
        word in english.REPORTING_VERBS
        or (word in english.REPORTING_VERBS_WITH_THAT and next_word in _CLAUSE_OPENERS)
        for word, next_word in zip(before, (*before[1:], ""), strict=False)
    )


def _is_narrative(setting: TimeContext, index: int) -> bool:
    """Return True in a narrative: a time that is over, or somebody's past deeds."""
    if setting.is_future:
        return False
    before = setting.tokens[index - 1] if index else ""
    return setting.is_past or (
        setting.has_past_verb and (before in _PEOPLE or before in ("that", "it", "which"))
    )


def _would_cue(setting: TimeContext, index: int, words: str) -> ForwardCue:
    after = [word for word in setting.tokens[index + 1 : index + 5] if word not in _ADVERBS]
    if after[:1] == ["have"] and after[1:2] != ["to"]:
        return ForwardCue(
            words, "causal expectation", 0.8, 0.15, "“would have” tells what did not come about"
        )
    if _is_reported(setting, index) or _is_narrative(setting, index):
        return ForwardCue(words, "causal expectation", 0.8, 0.25, f"“{words}” tells of the past")
    if index and setting.tokens[index - 1] in _WRITER_AND_READER:
        return ForwardCue(
            words, "causal expectation", 0.8, 0.35, f"“{words}” of the writer or the reader"
        )
    return ForwardCue(words, "causal expectation", 0.8, 0.65, f"“{words}” before a verb")


def _hedge_cue(setting: TimeContext, index: int, words: str) -> ForwardCue:
    word = setting.tokens[index]
    modality = {"could": 0.5, "may": 0.5, "might": 0.4}[word]
    kind: ClaimForm = "causal expectation" if word == "could" else "explicit prediction"
    after = [word for word in setting.tokens[index + 1 : index + 5] if word not in _ADVERBS]
    before = setting.tokens[index - 1] if index else ""
    if after[:1] == ["have"] and after[1:2] != ["to"]:
        return ForwardCue(words, kind, modality, 0.15, f"“{words} have” guesses about the past")
    if (
        _is_reported(setting, index)
        or _is_narrative(setting, index)
        or (word == "could" and setting.has_past_verb and not setting.is_future)
    ):
        return ForwardCue(words, kind, modality, 0.3, f"“{words}” tells of the past")
    if before in _WRITER_AND_READER or (
        word == "may" and {"each", "any", "either"} & {*setting.tokens[max(0, index - 3) : index]}
    ):
        return ForwardCue(
            words, kind, modality, 0.3, f"“{words}” is what somebody is able or allowed to do"
        )
    if words == "could not":
        return ForwardCue(
            words, kind, modality, 0.4, "“could not” is mostly about what somebody was able to do"
        )
    return ForwardCue(words, kind, modality, 0.6, f"“{words}” before a verb")


def _can_cues(setting: TimeContext, index: int, words: str) -> Iterator[ForwardCue]:
    before = setting.tokens[index - 1] if index else ""
    _, verb = _following_verb(setting.tokens, index)
    is_change = verb in english.CHANGE_VERBS or verb in english.EFFECT_VERBS
    if (
        is_change
        and before not in _WRITER_AND_READER
        and setting.tokens[index - 1 : index] != ("one",)
    ):
        yield ForwardCue(
            words, "causal expectation", 0.5, 0.52, f"“{words}” before a verb of change"
        )
    elif before not in _WRITER_AND_READER and (
        verb == "expect" or setting.tokens[index + 1 : index + 3] == ("no", "longer")
    ):
        yield ForwardCue(words, "explicit prediction", 0.7, 0.55, f"“{words}” of what is to come")
    else:
        yield ForwardCue(
            words,
            "causal expectation",
            0.5,
            0.2,
            f"“{words}” is what somebody is able or allowed to do",
        )


_NUMBER: Final = re.compile(
    r"(?!(?:1[5-9]|20|21)\d\d$)\d.*|percent|hundred|thousand|million|billion|trillion"
)


def _should_cues(setting: TimeContext, index: int) -> Iterator[ForwardCue]:
    """Treat "should" as advice after a person or before a deed, as a forecast with a number or a
    date.
    """
    before = setting.tokens[index - 1] if index else ""
    after, verb = _following_verb(setting.tokens, index)
    is_advice = before in _WRITER_AND_READER or before == "one" or verb in english.ACTION_VERBS
    # Inverted: "Should the talks collapse"
    is_inverted = not before.isalpha() or not verb or after in _DETERMINERS
    if (
        is_advice
        or is_inverted
        or not (setting.is_future or any(map(_NUMBER.fullmatch, setting.tokens)))
    ):
        return
    words = "should not" if after == "not" else "should"
    yield ForwardCue(
        words, "explicit prediction", 0.7, 0.6, f"“{words}” before a verb, with a figure or a time"
    )


def _perfect_cues(setting: TimeContext, index: int) -> Iterator[ForwardCue]:
    before = setting.tokens[index - 1] if index else ""
    if before in ("to", "would", "could", "might", "may", "will", "should", "must", "not"):
        return
    after = [
        word
        for word in setting.tokens[index + 1 : index + 8]
        if word not in _ADVERBS and not word.endswith("ly")
    ]
    if not after:
        return
    participle = after[1] if after[0] == "been" and len(after) > 1 else after[0]
    is_progressive = after[0] == "been" and participle.endswith("ing")
    is_change = participle in _CHANGED or participle in _CHANGING
    if not (
        is_change
        or is_progressive
        or after[0] == "been"
        or participle.endswith("ed")
        or participle in _PARTICIPLES
    ):
        return
    words = f"{setting.tokens[index]} {'been ' if after[0] == 'been' else ''}{participle}"
    if before in _WRITER_AND_READER or before == "who":
        yield ForwardCue(words, "trend", 0.8, 0.25, "what somebody has done")
        return
    is_change = is_change and after[-1:] != ["out"] and "out" not in after[1:3]
    is_state = after[0] == "been" and not (
        is_progressive or participle.endswith("ed") or participle in _PARTICIPLES
    )
    base_score = 0.62 if is_change else 0.5 + (0.05 if setting.has_duration else 0.0)
    score = base_score - (
        0.1 if participle in _SPEECH_PARTICIPLES or (is_state and not setting.has_duration) else 0.0
    )
    yield ForwardCue(
        words, "trend", 0.8, score, f"“{words}” tells of a change that reaches to the present"
    )


_SPEECH_PARTICIPLES: Final = frozenset(
    (
        "said argued called written described asked claimed noted observed suggested pointed been "
        "turned had always"
    ).split()
)
"""Participles of speech, which name no change."""
_PARTICIPLES: Final = frozenset(
    "been shown given made taken brought kept held left lost won become grown begun fallen"
    " risen driven spread put led seen found broken got gotten sent spent sold bought built"
    " met paid cut hit set run".split()
)


_ACTIVITIES: Final = frozenset(
    """
    acting asking being calling clamouring doing fighting getting giving hearing knowing listening
    living looking making meaning playing reading saying seeing seeking sitting speaking standing
    struggling suffering talking telling thinking trying using waging waiting watching wearing
    wondering working worrying writing
    """.split()
)
"""Progressives of activities, which mostly name no change."""


def _progressive_cues(setting: TimeContext, index: int) -> Iterator[ForwardCue]:
    before = setting.tokens[index - 1] if index else ""
    after = [
        word
        for word in setting.tokens[index + 1 : index + 6]
        if word not in _ADVERBS and not word.endswith("ly")
    ]
    verb = next((word for word in after[:1] if word.endswith("ing") and len(word) > 4), "")
    if not verb or verb in _NOT_PROGRESSIVE or verb == "going":
        return
    words = f"{setting.tokens[index]} {verb}"
    if verb in _CHANGING:
        yield ForwardCue(words, "trend", 0.8, 0.6, f"“{words}” tells of a change under way")
    else:
        score = 0.4 if verb in _ACTIVITIES or (before in _WRITER_AND_READER) else 0.5
        yield ForwardCue(
            words,
            "trend",
            0.8,
            score + (0.05 if setting.has_duration else 0.0),
            f"“{words}” tells what goes on now",
        )


def _effect_cues(setting: TimeContext, index: int) -> Iterator[ForwardCue]:
    before = setting.tokens[index - 1] if index else ""
    after = setting.tokens[index + 1] if index + 1 < len(setting.tokens) else ""
    if (
        not before.isalpha()
        or before in _DETERMINERS
        or after in ("", ".", ",", "in", "of", "and", "to", "are", "were")
    ):
        return
    yield ForwardCue(
        setting.tokens[index],
        "causal expectation",
        0.7,
        0.5,
        f"“{setting.tokens[index]}” names an effect",
    )


_OUGHT: Final = re.compile(
    r" (?:must|should|ought to|needs? to|(?:has|have) to|let us)(?: not| also| therefore)?$"
)
_FAMILIES: Final = PhraseMatcher(family.phrases for family in phrases.PHRASE_FAMILIES)


def find_phrase_cues(words: str) -> Iterator[ForwardCue]:
    """Yield a cue for each fixed phrase of a normalised sentence that looks ahead."""
    for match in _FAMILIES.find_matches(remove_disclaimers(words)):
        yield _phrase_cue(match)


def _phrase_cue(match: PhraseMatch) -> ForwardCue:
    family = phrases.PHRASE_FAMILIES[match.group]
    if _OUGHT.search(match.before):
        return ForwardCue(
            match.words, family.kind, family.modality, 0.3, f"“{match.words}” is what ought to be"
        )
    if match.before.endswith(" to") and family.kind in (
        "status quo",
        "causal expectation",
        "trend",
    ):
        return ForwardCue(
            match.words,
            family.kind,
            family.modality,
            0.4,
            f"“{match.words}” is an aim, not said to be so",
        )
    return ForwardCue(
        match.words, family.kind, family.modality, family.score, f"“{match.words}” looks ahead"
    )
