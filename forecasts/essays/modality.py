"""Modality: the word that carries a claim, and the certainty that it expresses.

`Claim.modality` holds the essay's own words, such as "will not" or "could ultimately (0.5)", or a
term of grammar, such as "present perfect". The figures are those of `forecasts.essays.extract`.
"""

import re
from types import MappingProxyType

A_QUESTION = "a question"
UNSTATED = "not said"

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
"""Certainty (0 to 1) that a modal verb expresses, where the claim gives no figure."""

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
_MAX_HEDGED = 0.5  # cap for hedged verbs
_FIGURE = re.compile(r"\((\d+(?:\.\d+)?)\s*(%?)\)")
_ASIDE = re.compile(r"\([^)]*\)")
_CONTRACTIONS = (
    ("won't", "will not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("n't", " not"),
    ("'ll", " will"),
)
_QUESTION = re.compile(r"\bquestions?\b|^whether\b|\?")
_PERFECT = re.compile(r"(?:has|have) (?:(?:not|never|yet|already|just|long) )*(?!to\b|yet\b)[a-z]+")
_BE = re.compile(r"^(?:is|are|am|be|seems?|looks?|appears?)\b")


def head_word(modality: str) -> str:
    """Return the label that groups claims: a modal verb, a tense, a phrase or "a question".

    The first modal verb counts, even if negated or hedged; "are likely to" becomes "is likely to";
    "has risen" and "have begun" are the present perfect. Other text is returned without what is in
    brackets or after a sign.

    >>> modalities = "will not (1.0)", "could ultimately (0.5)", "present perfect + clearly", ""
    >>> [head_word(modality) for modality in modalities]
    ['will', 'could', 'present perfect', 'not said']
    >>> modalities = "Will (question)", "are likely to", "have begun", "would … perhaps (0.5)"
    >>> [head_word(modality) for modality in modalities]
    ['a question', 'is likely to', 'present perfect', 'would']
    """
    text = _normalise_modality(modality)
    if _QUESTION.search(text):
        return A_QUESTION
    text = " ".join(re.split(r"[+;,…/]|\.\.", _ASIDE.sub(" ", text))[0].split())
    modal = next((word for word in text.split() if word in SURENESS), None)
    if modal is not None:
        return modal
    if _PERFECT.match(text):
        return "present perfect"
    return _BE.sub("is", text) or UNSTATED


def estimate_sureness(modality: str) -> float | None:
    """Return the certainty that the essay expresses, 0 to 1; None where it is unclear.

    The figure in brackets counts, else that of the words. "perhaps" and the like cap any verb at
    0.5. Questions and tenses have no figure.

    >>> modalities = "could easily (0.6)", "(80 %)", "will not", "would … perhaps", "has been"
    >>> [estimate_sureness(modality) for modality in modalities]
    [0.6, 0.8, 1.0, 0.5, None]
    """
    text = _normalise_modality(modality)
    figure = _FIGURE.search(text)
    if figure:
        value = float(figure[1]) / (100.0 if figure[2] else 1.0)
        return value if 0.0 <= value <= 1.0 else None
    head = head_word(modality)
    certainty = SURENESS.get(
        head, next((_PHRASES[word] for word in head.split() if word in _PHRASES), None)
    )
    return (
        min(certainty, _MAX_HEDGED) if certainty is not None and _HEDGE.search(text) else certainty
    )


def _normalise_modality(modality: str) -> str:
    text = " ".join(modality.casefold().replace("’", "'").split())
    for short, full in _CONTRACTIONS:
        text = text.replace(short, full)
    return text
