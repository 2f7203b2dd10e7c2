"""Compare the claims that the product finds with labelled sentences, beside a regex of modal verbs."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasts.essays.extract import find_claims
from forecasts.essays.extraction.cleaning import strip_essay_markup
from tracker.errors import Refused
from tracker.essays.extracting import MAX_FILE_BYTES, extract_text
from tracker.files.user_files import read_bytes

LABELS_SUFFIX: Final = ".labels.json"
TEXT_SUFFIXES: Final = (".txt", ".md", ".html", ".htm")
PREDICTION: Final = "prediction"
TESTABLE: Final = "testable"

_MODAL_VERB: Final = re.compile(
    r"\b(?:will|would|may|might|could|can|should|shall|going to|expect\w*|likely|unlikely)\b"
    r"|\bwon['’]t\b",
    re.IGNORECASE,
)
_MIN_PART: Final = 20
"""Characters from which a sentence within another one counts as the same."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of sentences: proposed and right, proposed, and right in all."""

    hits: int = 0
    proposed: int = 0
    wanted: int = 0

    @classmethod
    def count(cls, truths: Sequence[bool], proposed: Sequence[bool]) -> "Rates":
        """Count pairs of what is true and what was proposed."""
        hits = sum(a and b for a, b in zip(truths, proposed, strict=True))
        return cls(hits, sum(proposed), sum(truths))

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(
            self.hits + other.hits, self.proposed + other.proposed, self.wanted + other.wanted
        )

    @property
    def precision(self) -> float | None:
        """Share of what was proposed that is right; None if nothing was."""
        return self.hits / self.proposed if self.proposed else None

    @property
    def recall(self) -> float | None:
        """Share of what is right that was proposed; None if nothing is."""
        return self.hits / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None if there is nothing to find."""
        total = self.proposed + self.wanted
        return 2 * self.hits / total if self.wanted else None

    def __str__(self) -> str:
        numbers = (self.precision, self.recall, self.f1)
        return " / ".join("  – " if n is None else f"{n:.3f}"[:5] for n in numbers)


@dataclass(frozen=True, slots=True)
class EssayFigures:
    """Rates on one essay, of the product and of modal verbs.

    `predictions` compares claims with predictions, `statements` claims and background with
    predictions and testable statements.
    """

    name: str
    sentences: int
    predictions: Rates
    modal_predictions: Rates
    statements: Rates
    modal_statements: Rates


def evaluate_claims(folder: Path) -> tuple[EssayFigures, ...]:
    """Return the figures of each labelled essay in a folder, and of all together if there are more.

    Raises `Refused` if the folder holds no labelled essay, or a file cannot be read.
    """
    paths = sorted(folder.glob(f"*{LABELS_SUFFIX}"))
    if not paths:
        raise Refused(
            f"{folder} holds no labelled essay: it takes NAME.txt and NAME{LABELS_SUFFIX}"
        )
    essays = tuple(_evaluate_essay(path) for path in paths)
    if len(essays) == 1:
        return essays
    return (*essays, _add_up(essays))


def finds_modal_verb(text: str) -> bool:
    """Return True if a sentence has a modal verb, "expect", "likely" or "going to"."""
    return bool(_MODAL_VERB.search(text))


def _add_up(essays: Sequence[EssayFigures]) -> EssayFigures:
    rates = ([getattr(essay, name) for essay in essays] for name in EssayFigures.__slots__[2:])
    return EssayFigures(
        "all", sum(essay.sentences for essay in essays), *(sum(row, Rates()) for row in rates)
    )


def _evaluate_essay(path: Path) -> EssayFigures:
    name = path.name.removesuffix(LABELS_SUFFIX)
    candidates = (path.with_name(name + suffix) for suffix in TEXT_SUFFIXES)
    text_path = next((file for file in candidates if file.is_file()), None)
    if text_path is None:
        raise Refused(f"{path} has no essay beside it: it takes {name}.txt, .md or .html")
    text = extract_text(read_bytes(text_path, MAX_FILE_BYTES), text_path.name)
    try:
        rows = [*_read_body(json.loads(path.read_text("utf-8")))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    found = find_claims(text)
    kept = [_fold(s.text) for s in found if s.kept]
    background = [_fold(s.text) for s in found if s.is_background]
    sentences = [_fold(sentence) for sentence, _ in rows]
    is_claim = [_is_among(sentence, kept) for sentence in sentences]
    is_stated = [a or _is_among(s, background) for s, a in zip(sentences, is_claim, strict=True)]
    modal = [finds_modal_verb(sentence) for sentence, _ in rows]
    predictions = [label == PREDICTION for _, label in rows]
    statements = [label in (PREDICTION, TESTABLE) for _, label in rows]
    return EssayFigures(
        name,
        len(rows),
        Rates.count(predictions, is_claim),
        Rates.count(predictions, modal),
        Rates.count(statements, is_stated),
        Rates.count(statements, modal),
    )


def _read_body(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield sentence and label of what belongs to the body of the essay."""
    for row in rows:
        if row.get("zone", "body") == "body":
            yield str(row["sentence"]), str(row["label"])


def _fold(text: str) -> str:
    return " ".join(strip_essay_markup(text).split()).casefold()


def _is_among(sentence: str, others: Sequence[str]) -> bool:
    """Return True if a sentence is one of the others, a part of one, or holds one."""
    return any(
        sentence == other
        or (
            min(len(sentence), len(other)) >= _MIN_PART and (sentence in other or other in sentence)
        )
        for other in others
    )
