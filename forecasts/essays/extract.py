"""Claim extraction: split an essay into sentences and find those that say what will be.

P(prediction) of a sentence is a logistic model over its cues and those of its neighbours, with the
weights of `extraction/weights.toml`. A second head finds *background*: facts of the present that
could be checked today. The topic of the essay plays no part.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from forecasts.essays.extraction import cleaning, cues
from forecasts.essays.extraction.cleaning import strip_essay_markup
from forecasts.essays.extraction.cues import Reading, normalise_spelling, read_sentence
from forecasts.essays.extraction.segmentation import SentenceSpan, segment_sentences

ClaimForm = Literal[
    "explicit prediction",
    "conditional",
    "trend",
    "open question",
    "causal expectation",
    "status quo",
]
Head = Literal["prediction", "background"]

MIN_CLAIM_SCORE: Final = 0.35
"""Minimum P(prediction) of a sentence that is proposed as a claim."""

_MIN_BACKGROUND: Final = 0.25
_SHOWN_CUES: Final = 3
MAX_FRAME: Final = 12
"""Sentences that a time to come is carried to."""

_OUTSIDE_SCENE: Final = frozenset(("the text itself", "speaker"))
_OUTSIDE_FRAME: Final = _OUTSIDE_SCENE | {"perfect tense", "present time"}
_FRAMED: Final = frozenset(("year ahead", "dated scene", "scene before", "frame before"))
"""Cues of a time to come; a sentence with neither these nor a marker says nothing of it."""

_HEDGE: Final = re.compile(r"\b(?:perhaps|maybe)\b", re.IGNORECASE)
_OPEN: Final = frozenset(("question", "open question"))
_TRENDS: Final = frozenset(("rising", "progressive tense", "perfect tense"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """Sentence of an essay with the form of its claim, if any.

    `text[offset:end]` of the source is the sentence; the field `text` is the same without emphasis,
    links, code and tags, with collapsed white space. `score` is P(prediction); from 0.35 on the
    sentence is `kept` as a claim. It is 0 for a heading, a repeat and boilerplate, for what would
    have been, and for a statement without a sign of a time to come. `kind` is the
    form of a claim, or "trend" or "status quo" for background that is not kept; else None. `cue` is
    the marker in lower case, "" without one; `modality` (0 to 1) is the certainty that it
    expresses: "will" 1.0, "would" 0.8, "may" 0.5. `why` names the cues that decided. `is_dated`: it
    names a year to come itself.
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
    is_dated: bool = False

    @property
    def is_background(self) -> bool:
        """True for a fact of the present that could be checked today, and is no claim."""
        return self.kind is not None and not self.kept


def find_claims(text: str, year: int = 0) -> tuple[Sentence, ...]:
    """Return every sentence of a text in order, classified; a megabyte takes a few seconds.

    `year` is that of writing; 0 takes the last year that the text tells of in the past.

    >>> sentences = find_claims(
    ...     "Prices fell in May. If it rains, they will rise again. Has the bank the will to act?")
    >>> [(sentence.kept, sentence.kind, sentence.cue) for sentence in sentences]
    [(False, None, ''), (True, 'conditional', 'will'), (False, None, '')]
    >>> sentences[1].text, sentences[1].offset
    ('If it rains, they will rise again.', 20)
    """
    spans = segment_sentences(text)
    quotes = [strip_essay_markup(text[span.offset : span.end]) for span in spans]
    spellings = [normalise_spelling(quote) for quote in quotes]
    reasons = cleaning.find_exclusion_reasons(text, spans, spellings)
    body = [index for index, reason in enumerate(reasons) if not reason]
    described = describe_cues([spellings[index] for index in body], year)
    by_index = dict(zip(body, described, strict=True))
    return tuple(
        _classify(span, quote, *by_index[index])
        if index in by_index
        else Sentence(span.offset, span.end, quote, None, "", 0.0, 0.0, False, reasons[index])
        for index, (span, quote) in enumerate(zip(spans, quotes, strict=True))
    )


def describe_cues(
    spellings: Sequence[str], year: int = 0
) -> Iterator[tuple[Reading, Mapping[str, float]]]:
    """Yield what each normalised sentence of an essay's body says, with the amounts of its cues.

    To its own cues come those of its surroundings: a time to come that earlier sentences opened,
    how strongly its neighbours look ahead, and how strongly the whole essay does.
    """
    bare = [cleaning.remove_disclaimers(spelling) for spelling in spellings]
    present_year = year or cues.find_present_year(bare)
    readings = [read_sentence(words, present_year) for words in bare]
    names = [*_carry_times(readings)]
    in_scene = ("scene before" in cue_names for cue_names in names)
    pairs = zip(readings, in_scene, strict=True)
    weights = [0.0, *(max(reading.weight, is_set / 2) for reading, is_set in pairs), 0.0]
    density = min(1.0, 2 * (sum(weights) + 2) / (len(readings) + 8))
    for index, (reading, cue_names) in enumerate(zip(readings, names, strict=True)):
        amounts = dict.fromkeys(cue_names, 1.0)
        amounts["neighbours ahead"] = (weights[index] + weights[index + 2]) / 2
        amounts["essay ahead"] = density
        yield reading, amounts


def _carry_times(readings: Sequence[Reading]) -> Iterator[frozenset[str]]:
    """Yield the cues of each sentence, with that of a time to come which earlier ones opened.

    In a scene the present and the perfect tense tell of the time to come.
    """
    frame, left = "", 0
    for reading in readings:
        left -= 1
        is_weak = frame == "frame" and "present time" in reading.names
        if reading.ends_frame or is_weak or left == 0:
            frame = ""
        if frame == "scene" and _OUTSIDE_SCENE.isdisjoint(reading.names):
            yield reading.names - {"no verb ahead", "perfect tense"} | {"scene before"}
        elif frame and _OUTSIDE_FRAME.isdisjoint(reading.names):
            yield reading.names | {"frame before"}
        else:
            yield reading.names
        if reading.opened:
            frame, left = reading.opened, MAX_FRAME


@cache
def read_weights() -> Mapping[Head, Mapping[str, float]]:
    """Return the weights of both heads; the name of the constant term is ""."""
    content = resources.files("forecasts.essays.extraction").joinpath("weights.toml")
    table = tomllib.loads(content.read_text("utf-8"))
    return {head: {name: float(w) for name, w in table[head].items()} for head in get_args(Head)}


def _estimate(amounts: Mapping[str, float], head: Head) -> float:
    weights = read_weights()[head]
    logit = weights[""] + sum(weights.get(name, 0.0) * n for name, n in amounts.items())
    return 1 / (1 + math.exp(-logit))


def _classify(
    span: SentenceSpan, quote: str, reading: Reading, amounts: Mapping[str, float]
) -> Sentence:
    is_barred = _is_barred(reading, amounts)
    score = 0.0 if is_barred else round(_estimate(amounts, "prediction"), 2)
    is_kept = score >= MIN_CLAIM_SCORE
    kind = _name_form(reading.names) if is_kept else None
    if not (is_kept or reading.is_unreal) and _estimate(amounts, "background") >= _MIN_BACKGROUND:
        kind = "status quo" if _TRENDS.isdisjoint(reading.names) else "trend"
    is_asked = is_kept and "question" in reading.names
    marker = reading.marker or (cues.Marker("?", 0.5) if is_asked else cues.Marker("", 0.0))
    is_hedged = bool(_HEDGE.search(quote))
    modality = min(marker.modality, 0.5) if is_hedged else marker.modality
    why = _explain(amounts, marker.words, is_kept=is_kept)
    return Sentence(
        *(span.offset, span.end, quote, kind, marker.words, modality, score, is_kept, why),
        is_dated="year ahead" in reading.names,
    )


def _is_barred(reading: Reading, amounts: Mapping[str, float]) -> bool:
    """Return True for what no neighbours make a prediction: what would have been, and a statement
    about the present without a sign of a time to come.
    """
    if reading.is_unreal:
        return "scene before" not in amounts
    is_stated = {"if", "question"}.isdisjoint(amounts)
    return reading.marker is None and is_stated and _FRAMED.isdisjoint(amounts)


def _name_form(names: frozenset[str]) -> ClaimForm:
    if not _OPEN.isdisjoint(names):
        return "open question"
    if "if" in names:
        return "conditional"
    return "causal expectation" if "cause" in names else "explicit prediction"


def _explain(amounts: Mapping[str, float], cue: str, *, is_kept: bool) -> str:
    """Return the cues that weighed most for a claim, or against it."""
    weights = read_weights()["prediction"]
    sign = 1 if is_kept else -1
    ranked = sorted(((sign * weights.get(n, 0.0) * v, n) for n, v in amounts.items()), reverse=True)
    named = [name for weight, name in ranked if weight > 0][:_SHOWN_CUES]
    if not cue and not is_kept:
        return "nothing in it looks ahead"
    return ", ".join(named) if is_kept else f"“{cue}”, but {', '.join(named) or 'few signs'}"
