"""Contradiction between headlines: one denies what the other says, or says the opposite of it; and
the difference between a deed and the plans of it.

Opposite ends that both name decide ("extends the waiver", "rules out renewal of the waiver"). Where
they name none, denials and the listed opposites do, or a negation that governs most of what they
share. Headlines on different facts contradict each other by accident: compare only those that are
near in meaning.
"""

from functools import lru_cache

from forecasts.evidence.rungs import Rung, read_rung
from tracker.matching.headline_assertions import HeadlineAssertions, analyse_assertions
from tracker.matching.headline_compatibility import HeadlineStance, analyse_stance
from tracker.matching.tokens import OTHER_SCRIPT_PATTERN

MIN_SAME_WORDING = 0.5
"""Common share of all words of substance from which one opposite word is enough."""

MIN_NEGATED_WORDS = 2
"""Common words that a negation must govern in one headline alone."""

_analyse = lru_cache(maxsize=4_096)(analyse_assertions)


def titles_contradict(title: str, other: str) -> bool:
    """Return True if headlines contradict each other, in whatever words and order.

    >>> titles_contradict("Arland extends the waiver", "Arland rules out renewal of the waiver")
    True
    >>> titles_contradict("Summit ends without a deal", "Summit fails to bring deal")
    False
    """
    stance, other_stance = analyse_stance(title), analyse_stance(other)
    is_opposed = _have_opposed_stances(stance, other_stance)
    if is_opposed and _have_same_wording(stance, other_stance):
        return True
    assertions, other_assertions = _analyse(title), _analyse(other)
    balance = _compare_axes(assertions, other_assertions)
    return balance < 0 or (
        balance == 0 and (is_opposed or _is_negated(assertions, other_assertions))
    )


def is_deed_and_plan(title: str, other: str) -> bool:
    """Return True if one headline reports the deed and the other talk or announcements of it.

    Certainty is read from English, so that headlines in different scripts are not compared.
    """
    return have_same_script(title, other) and (
        (read_rung(title) >= Rung.DONE) != (read_rung(other) >= Rung.DONE)
    )


def have_same_script(title: str, other: str) -> bool:
    """Return True if both headlines are in Latin script, or neither is."""
    return bool(OTHER_SCRIPT_PATTERN.search(title)) == bool(OTHER_SCRIPT_PATTERN.search(other))


def _have_opposed_stances(a: HeadlineStance, b: HeadlineStance) -> bool:
    """Return True if one has a denial more, or they point in opposite directions."""
    return a.denials % 2 != b.denials % 2 or any(-side in b.sides for side in a.sides)


def _have_same_wording(a: HeadlineStance, b: HeadlineStance) -> bool:
    return len(a.substance & b.substance) >= MIN_SAME_WORDING * len(a.substance | b.substance)


def _compare_axes(a: HeadlineAssertions, b: HeadlineAssertions) -> int:
    """Return the number of opposites of which both name the same end, less those of which they name
    different ends.
    """
    products = [value * b.axes.get(axis, 0.0) for axis, value in a.axes.items()]
    return sum(p > 0 for p in products) - sum(p < 0 for p in products)


def _is_negated(a: HeadlineAssertions, b: HeadlineAssertions) -> bool:
    """Return True if one is reversed, and half of what they share is negated in one of them."""
    if a.parity == b.parity:
        return False
    products = [sign * b.stems[word] for word, sign in a.stems.items() if word in b.stems]
    return sum(p < 0 for p in products) >= max(MIN_NEGATED_WORDS, sum(p > 0 for p in products))
