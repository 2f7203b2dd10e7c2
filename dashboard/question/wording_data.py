"""Wording changes of a question from version to version."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from forecasts.questions.forecaster import RESERVED
from forecasts.questions.versions import QuestionVersion, WordingSegment, diff_words
from tracker.model.read_models import QuestionPage


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A changed part of a wording (question, criteria or sources), word by word."""

    part: str
    pieces: tuple[WordingSegment, ...]


@dataclass(frozen=True, slots=True)
class Rewording:
    """A version and its changes from the one before."""

    version: QuestionVersion
    changes: tuple[WordingChange, ...]


def list_rewordings(versions: Sequence[QuestionVersion]) -> tuple[Rewording, ...]:
    """List all versions after the first, newest first."""
    return tuple(
        Rewording(later, _list_changes(earlier, later)) for earlier, later in pairwise(versions)
    )[::-1]


def _list_changes(earlier: QuestionVersion, later: QuestionVersion) -> tuple[WordingChange, ...]:
    parts = (
        ("The question", earlier.text, later.text),
        ("How it is resolved", earlier.criteria, later.criteria),
        ("Sources", " · ".join(earlier.sources), " · ".join(later.sources)),
    )
    return tuple(
        WordingChange(part, diff_words(old, new))
        for part, old, new in parts
        if old.split() != new.split()
    )


def has_human_forecast(page: QuestionPage) -> bool:
    """Return True if a person ever forecast the question; it can then be annulled, but not
    withdrawn.
    """
    return any(act.forecaster_id not in RESERVED for act in page.acts)
