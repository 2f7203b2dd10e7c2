"""How far an essay commits itself by a claim: the word that carries it, and how sure that word
sounds.

`Claim.modality` holds the essay's own words, such as "will not" or "could ultimately (0.5)", or
says in words of grammar what stands there, such as "present perfect". The figures are those of
`forecasts.essays.extract`.
"""

import re
from types import MappingProxyType

A_QUESTION = "a question"
NOT_SAID = "not said"

SURENESS = MappingProxyType(
    {
        "will": 1.0,
        "shall": 1.0,
        "must": 0.9,
        "would": 0.8,
        "should": 0.7,
        "may": 0.5,
        "could": 0.5,
        "can": 0.5,
        "might": 0.4,
    }
)
"""How sure (0 to 1) a verb makes a claim sound, where the claim itself gives no figure."""

_PHRASES = MappingProxyType(
    {
        "certain": 0.95,
        "bound": 0.95,
        "going": 0.95,
        "set": 0.8,
        "poised": 0.8,
        "expected": 0.8,
        "likely": 0.75,
        "unlikely": 0.75,
        "ought": 0.7,
    }
)
_HEDGE = re.compile(r"\b(?:perhaps|maybe|possibly)\b")
_HEDGED = 0.5  # however firm the verb beside it
_FIGURE = re.compile(r"\((\d+(?:\.\d+)?)\s*(%?)\)")
_ASIDE = re.compile(r"\([^)]*\)")
_SHORTENED = (
    ("won't", "will not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("n't", " not"),
    ("'ll", " will"),
)
_ASKS = re.compile(r"\bquestions?\b|^whether\b|\?")
_PERFECT = re.compile(r"(?:has|have) (?:(?:not|never|yet|already|just|long) )*(?!to\b|yet\b)[a-z]+")
_BE = re.compile(r"^(?:is|are|am|be|seems?|looks?|appears?)\b")


def head_word(modality: str) -> str:
    """The word by which claims are counted together: a modal verb, a tense, a phrase; "a question"
    for what only asks.

    The first modal verb counts, whatever denies or hedges it; "are likely to" is "is likely to";
    "has risen" and "have begun" are the present perfect. What fits no rule stands as it is, without
    what is in brackets or after a sign.

    >>> [head_word(said) for said in ("will not (1.0)", "could ultimately (0.5)", "present perfect + clearly", "")]
    ['will', 'could', 'present perfect', 'not said']
    >>> [head_word(said) for said in ("Will (question)", "are likely to", "have begun", "would … perhaps (0.5)")]
    ['a question', 'is likely to', 'present perfect', 'would']
    """
    said = _plain(modality)
    if _ASKS.search(said):
        return A_QUESTION
    said = " ".join(re.split(r"[+;,…/]|\.\.", _ASIDE.sub(" ", said))[0].split())
    modal = next((word for word in said.split() if word in SURENESS), None)
    if modal is not None:
        return modal
    if _PERFECT.match(said):
        return "present perfect"
    return _BE.sub("is", said) or NOT_SAID


def sureness(modality: str) -> float | None:
    """How sure the essay sounds by a claim, 0 to 1: the figure in brackets, or that of its words;
    None where unclear.

    "perhaps" and its like make half a commitment of any verb. Questions and tenses have no figure
    of their own.

    >>> [sureness(said) for said in ("could easily (0.6)", "(80 %)", "will not", "would … perhaps", "present perfect")]
    [0.6, 0.8, 1.0, 0.5, None]
    """
    said = _plain(modality)
    figure = _FIGURE.search(said)
    if figure:
        value = float(figure[1]) / (100.0 if figure[2] else 1.0)
        return value if 0.0 <= value <= 1.0 else None
    head = head_word(modality)
    known = SURENESS.get(
        head, next((_PHRASES[word] for word in head.split() if word in _PHRASES), None)
    )
    return min(known, _HEDGED) if known is not None and _HEDGE.search(said) else known


def _plain(modality: str) -> str:
    said = " ".join(modality.casefold().replace("’", "'").split())
    for short, full in _SHORTENED:
        said = said.replace(short, full)
    return said
