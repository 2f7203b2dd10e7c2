"""Which verbs of a sentence look ahead: modals, what has changed, what is changing, what has
effects.

Nobody parses here. A verb is known by the words beside it and by lists, which is wrong now and
then; a person reads what comes out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forecasts.claims import phrases, verb_forms
from forecasts.claims.disclaimers import without_disclaimers
from forecasts.claims.phrases import ClaimForm
from forecasts.claims.words import Found, Phrases


@dataclass(frozen=True, slots=True)
class Cue:
    """What shows that a sentence looks ahead: the words, what they say of the claim, and how good a
    sign they are.
    """

    words: str
    kind: ClaimForm
    modality: float
    score: float
    why: str


def inflected(verbs: frozenset[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Forms of regular and listed verbs: third person, -ing, past participle.

    >>> third, doing, done = inflected(frozenset({"shrink", "tighten", "stop", "ease"}))
    >>> sorted(third), sorted(doing)
    (['eases', 'shrinks', 'stops', 'tightens'], ['easing', 'shrinking', 'stopping', 'tightening'])
    >>> sorted(done)
    ['eased', 'shrunk', 'stopped', 'tightened']
    """
    return (
        frozenset(map(_third, verbs)),
        frozenset(_stem(verb) + "ing" for verb in verbs),
        frozenset(verb_forms.IRREGULAR.get(verb) or _participle(verb) for verb in verbs),
    )


_DOUBLING: Final = frozenset(
    "begin cut drop get put run sag set shut slip snap spin split spur stop thin trap trim"
    " win".split()
)


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _stem(verb: str) -> str:
    if verb in _DOUBLING:
        return verb + verb[-1]
    return verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb


def _participle(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb[:-1] + "ied"
    return _stem(verb) + "ed"


_CHANGES_THIRD, _CHANGING, _CHANGED = inflected(verb_forms.CHANGES)
_EFFECTS_THIRD, _, _ = inflected(verb_forms.EFFECTS)
_ADVERBS: Final = frozenset(
    "also now already still not never soon thus then only just even ever perhaps very"
    " quite rather well almost always often once all both again yet far so therefore"
    " however instead too in fact long further more no longer .".split()
)
_SUBJECTS_I: Final = frozenset("i we you".split())
_PEOPLE: Final = frozenset("i we you he she they who".split())
_DETERMINERS: Final = frozenset(
    (
        "the a an this that these those its their his her our my your of no any some 's such all"
        " in for with by"
    ).split()
)
_AFTER_REPORT: Final = frozenset("that it he she they the this there".split())
_NOT_PROGRESSIVE: Final = frozenset(
    "nothing something anything everything during interesting boring missing".split()
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the whole sentence says about the time that it speaks of."""

    tokens: tuple[str, ...]
    ahead: bool
    """It names a time still to come."""
    bygone: bool
    """It names a time that is over."""
    told: bool
    """It has a verb in the past: it may be a story told."""
    lasting: bool
    """It says since when, how long or by how much."""


def cues(setting: Setting) -> Iterator[Cue]:
    """Every verb of a sentence that looks ahead, or seems to."""
    said = without_disclaimers(f" {' '.join(setting.tokens)} ")
    setting = replace(setting, tokens=(*said.split(),))
    for at, word in enumerate(setting.tokens):
        if word in verb_forms.MODALS:
            yield from _modal(setting, at)
        elif word == "should":
            yield from _should(setting, at)
        elif word in ("has", "have"):
            yield from _perfect(setting, at)
        elif word in ("is", "are"):
            yield from _progressive(setting, at)
        elif word in _EFFECTS_THIRD:
            yield from _effect(setting, at)


def _modal(setting: Setting, at: int) -> Iterator[Cue]:
    word = setting.tokens[at]
    before = setting.tokens[at - 1] if at else ""
    after, verb = _after(setting.tokens, at)
    if not verb or _is_noun(word, before, after):
        return
    words = " ".join(setting.tokens[at : at + 2]) if after == "not" else word
    match word:
        case "will" | "shall":
            yield Cue(
                words,
                "explicit prediction",
                1.0,
                0.85 if word == "will" else 0.6,
                f"“{words}” before a verb",
            )
        case "would":
            yield _would(setting, at, words)
        case "can":
            yield from _can(setting, at, words)
        case _:
            yield _hedge(setting, at, words)


def _after(tokens: Sequence[str], at: int) -> tuple[str, str]:
    """The next word, and the next that is no adverb."""
    rest = tokens[at + 1 : at + 6]
    verb = next((word for word in rest if word not in _ADVERBS and not word.endswith("ly")), "")
    apart = list(rest[:1]) == [","] and len(rest) > 2  # “will, however, fall”
    return (rest[0] if rest else ""), verb if verb.isalpha() or apart else ""


def _is_noun(word: str, before: str, after: str) -> bool:
    if word == "will":
        return before in verb_forms.NOUN_BEFORE_WILL or after in verb_forms.NOUN_AFTER_WILL
    if word == "might":
        return before in verb_forms.NOUN_BEFORE_MIGHT or after in verb_forms.NOUN_AFTER_MIGHT
    return word == "can" and before in verb_forms.TIN_BEFORE_CAN


def _is_reported(setting: Setting, at: int) -> bool:
    """Does a verb in the past stand before it, which makes it the future of that time?"""
    if setting.ahead:
        return False
    before = setting.tokens[max(0, at - 14) : at]
    return any(
        word in verb_forms.REPORTED
        or (word in verb_forms.REPORTED_THAT and next_word in _AFTER_REPORT)
        for word, next_word in zip(before, (*before[1:], ""), strict=False)
    )


def _story(setting: Setting, at: int) -> bool:
    """Is it part of a story told: another time, or somebody who did things?"""
    if setting.ahead:
        return False
    before = setting.tokens[at - 1] if at else ""
    return setting.bygone or (
        setting.told and (before in _PEOPLE or before in ("that", "it", "which"))
    )


def _would(setting: Setting, at: int, words: str) -> Cue:
    after = [word for word in setting.tokens[at + 1 : at + 5] if word not in _ADVERBS]
    if after[:1] == ["have"] and after[1:2] != ["to"]:
        return Cue(
            words, "causal expectation", 0.8, 0.15, "“would have” tells what did not come about"
        )
    if _is_reported(setting, at) or _story(setting, at):
        return Cue(words, "causal expectation", 0.8, 0.25, f"“{words}” tells of the past")
    if at and setting.tokens[at - 1] in _SUBJECTS_I:
        return Cue(words, "causal expectation", 0.8, 0.35, f"“{words}” of the writer or the reader")
    return Cue(words, "causal expectation", 0.8, 0.65, f"“{words}” before a verb")


def _hedge(setting: Setting, at: int, words: str) -> Cue:
    word = setting.tokens[at]
    modality = {"could": 0.5, "may": 0.5, "might": 0.4}[word]
    kind: ClaimForm = "causal expectation" if word == "could" else "explicit prediction"
    after = [word for word in setting.tokens[at + 1 : at + 5] if word not in _ADVERBS]
    before = setting.tokens[at - 1] if at else ""
    if after[:1] == ["have"] and after[1:2] != ["to"]:
        return Cue(words, kind, modality, 0.15, f"“{words} have” guesses about the past")
    if (
        _is_reported(setting, at)
        or _story(setting, at)
        or (word == "could" and setting.told and not setting.ahead)
    ):
        return Cue(words, kind, modality, 0.3, f"“{words}” tells of the past")
    if before in _SUBJECTS_I or (
        word == "may" and {"each", "any", "either"} & {*setting.tokens[max(0, at - 3) : at]}
    ):
        return Cue(
            words, kind, modality, 0.3, f"“{words}” is what somebody is able or allowed to do"
        )
    if words == "could not":
        return Cue(
            words, kind, modality, 0.4, "“could not” is mostly about what somebody was able to do"
        )
    return Cue(words, kind, modality, 0.6, f"“{words}” before a verb")


def _can(setting: Setting, at: int, words: str) -> Iterator[Cue]:
    before = setting.tokens[at - 1] if at else ""
    _, verb = _after(setting.tokens, at)
    changes = verb in verb_forms.CHANGES or verb in verb_forms.EFFECTS
    if changes and before not in _SUBJECTS_I and setting.tokens[at - 1 : at] != ("one",):
        yield Cue(words, "causal expectation", 0.5, 0.52, f"“{words}” before a verb of change")
    elif before not in _SUBJECTS_I and (
        verb == "expect" or setting.tokens[at + 1 : at + 3] == ("no", "longer")
    ):
        yield Cue(words, "explicit prediction", 0.7, 0.55, f"“{words}” of what is to come")
    else:
        yield Cue(
            words,
            "causal expectation",
            0.5,
            0.2,
            f"“{words}” is what somebody is able or allowed to do",
        )


_NUMBER: Final = re.compile(
    r"(?!(?:1[5-9]|20|21)\d\d$)\d.*|percent|hundred|thousand|million|billion|trillion"
)


def _should(setting: Setting, at: int) -> Iterator[Cue]:
    """What somebody ought to do is no forecast; what should come about by the numbers, or by a day,
    is one.
    """
    before = setting.tokens[at - 1] if at else ""
    after, verb = _after(setting.tokens, at)
    is_advice = before in _SUBJECTS_I or before == "one" or verb in verb_forms.DEEDS
    is_asked = (
        not before.isalpha() or not verb or after in _DETERMINERS
    )  # "Should the talks collapse"
    if is_advice or is_asked or not (setting.ahead or any(map(_NUMBER.fullmatch, setting.tokens))):
        return
    words = "should not" if after == "not" else "should"
    yield Cue(
        words, "explicit prediction", 0.7, 0.6, f"“{words}” before a verb, with a figure or a time"
    )


def _perfect(setting: Setting, at: int) -> Iterator[Cue]:
    before = setting.tokens[at - 1] if at else ""
    if before in ("to", "would", "could", "might", "may", "will", "should", "must", "not"):
        return
    after = [
        word
        for word in setting.tokens[at + 1 : at + 8]
        if word not in _ADVERBS and not word.endswith("ly")
    ]
    if not after:
        return
    done = after[1] if after[0] == "been" and len(after) > 1 else after[0]
    doing = after[0] == "been" and done.endswith("ing")
    changes = done in _CHANGED or done in _CHANGING
    if not (changes or doing or after[0] == "been" or done.endswith("ed") or done in _PARTICIPLES):
        return
    words = f"{setting.tokens[at]} {'been ' if after[0] == 'been' else ''}{done}"
    if before in _SUBJECTS_I or before == "who":
        yield Cue(words, "trend", 0.8, 0.25, "what somebody has done")
        return
    changes = changes and after[-1:] != ["out"] and "out" not in after[1:3]
    state = after[0] == "been" and not (doing or done.endswith("ed") or done in _PARTICIPLES)
    base = 0.62 if changes else 0.5 + (0.05 if setting.lasting else 0.0)
    score = base - (0.1 if done in _SAYING or (state and not setting.lasting) else 0.0)
    yield Cue(
        words, "trend", 0.8, score, f"“{words}” tells of a change that reaches to the present"
    )


_SAYING: Final = frozenset(
    (
        "said argued called written described asked claimed noted observed suggested pointed been "
        "turned had always"
    ).split()
)
"""Participles that tell of words rather than of change."""
_PARTICIPLES: Final = frozenset(
    "been shown given made taken brought kept held left lost won become grown begun fallen"
    " risen driven spread put led seen found broken got gotten sent spent sold bought built"
    " met paid cut hit set run".split()
)


_DOING: Final = frozenset(
    """
    acting asking being calling clamouring doing fighting getting giving hearing knowing listening
    living looking making meaning playing reading saying seeing seeking sitting speaking standing
    struggling suffering talking telling thinking trying using waging waiting watching wearing
    wondering working worrying writing
    """.split()
)
"""What people are at, which mostly tells of no change."""


def _progressive(setting: Setting, at: int) -> Iterator[Cue]:
    before = setting.tokens[at - 1] if at else ""
    after = [
        word
        for word in setting.tokens[at + 1 : at + 6]
        if word not in _ADVERBS and not word.endswith("ly")
    ]
    doing = next((word for word in after[:1] if word.endswith("ing") and len(word) > 4), "")
    if not doing or doing in _NOT_PROGRESSIVE or doing == "going":
        return
    words = f"{setting.tokens[at]} {doing}"
    if doing in _CHANGING:
        yield Cue(words, "trend", 0.8, 0.6, f"“{words}” tells of a change under way")
    else:
        score = 0.4 if doing in _DOING or (before in _SUBJECTS_I) else 0.5
        yield Cue(
            words,
            "trend",
            0.8,
            score + (0.05 if setting.lasting else 0.0),
            f"“{words}” tells what goes on now",
        )


def _effect(setting: Setting, at: int) -> Iterator[Cue]:
    before = setting.tokens[at - 1] if at else ""
    after = setting.tokens[at + 1] if at + 1 < len(setting.tokens) else ""
    if (
        not before.isalpha()
        or before in _DETERMINERS
        or after in ("", ".", ",", "in", "of", "and", "to", "are", "were")
    ):
        return
    yield Cue(
        setting.tokens[at],
        "causal expectation",
        0.7,
        0.5,
        f"“{setting.tokens[at]}” names an effect",
    )


_OUGHT: Final = re.compile(
    r" (?:must|should|ought to|needs? to|(?:has|have) to|let us)(?: not| also| therefore)?$"
)
_FAMILIES: Final = Phrases(family.phrases for family in phrases.FAMILIES)


def phrase_cues(words: str) -> Iterator[Cue]:
    """Every fixed phrase of a spelled sentence that looks ahead."""
    for found in _FAMILIES.within(without_disclaimers(words)):
        yield _cue(found)


def _cue(found: Found) -> Cue:
    family = phrases.FAMILIES[found.group]
    if _OUGHT.search(found.before):
        return Cue(
            found.words, family.kind, family.modality, 0.3, f"“{found.words}” is what ought to be"
        )
    if found.before.endswith(" to") and family.kind in (
        "status quo",
        "causal expectation",
        "trend",
    ):
        return Cue(
            found.words,
            family.kind,
            family.modality,
            0.4,
            f"“{found.words}” is an aim, not said to be so",
        )
    return Cue(
        found.words, family.kind, family.modality, family.score, f"“{found.words}” looks ahead"
    )
