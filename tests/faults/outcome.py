"""What a row of the table of faults reached."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`met` is None for what could not be tried; `figures` says why, or what was measured."""

    met: bool | None
    figures: str


@dataclass(frozen=True, slots=True)
class Check:
    """One promise and whether it was kept, in the words of the table."""

    kept: bool
    words: str


class NotTried(Exception):
    """The row cannot be tried here; the message says why."""


def judge(checks: Sequence[Check], figures: str = "") -> Outcome:
    """Sum checks up: what was broken comes first, in capitals, then the figures."""
    broken = [f"MISSED: {check.words}" for check in checks if not check.kept]
    kept = [check.words for check in checks if check.kept]
    return Outcome(not broken, "; ".join([*broken, *kept, *([figures] if figures else [])]))
