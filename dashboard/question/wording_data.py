"""The wording of a question over time: what changed from one version to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from forecasts.questions.forecaster import RESERVED
from forecasts.questions.versions import Piece, Version, difference
from tracker.model.read_models import QuestionPage


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a wording that changed, word by word: the question, its criteria, or its
    sources.
    """

    part: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Rewording:
    """A version with what it changed of the one before."""

    version: Version
    changes: tuple[Change, ...]


def rewordings(versions: Sequence[Version]) -> tuple[Rewording, ...]:
    """All versions after the first, the newest first."""
    return tuple(
        Rewording(later, _changes(earlier, later)) for earlier, later in pairwise(versions)
    )[::-1]


def _changes(earlier: Version, later: Version) -> tuple[Change, ...]:
    parts = (
        ("The question", earlier.text, later.text),
        ("How it is resolved", earlier.criteria, later.criteria),
        ("Sources", " · ".join(earlier.sources), " · ".join(later.sources)),
    )
    return tuple(
        Change(part, difference(old, new)) for part, old, new in parts if old.split() != new.split()
    )


def forecast_by_somebody(page: QuestionPage) -> bool:
    """Whether anybody, and not only what is computed, has ever forecast the question: then it
    stays.
    """
    return any(act.forecaster_id not in RESERVED for act in page.acts)
