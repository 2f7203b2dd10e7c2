"""Pairs of headlines, invented for these tests, by the relation of what they report.

A line is the relation in brackets and two headlines: `same` event in two wordings, `contradiction`,
or another (`different`) fact about the same actors. Three pairs stand in the notes on the product's
evidence; the others were written before the rules that they test.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

Relation = Literal["same", "contradiction", "different"]


@dataclass(frozen=True, slots=True)
class HeadlinePair:
    """Two headlines and the relation of what they report."""

    relation: Relation
    first: str
    second: str


def read_pairs(relation: Relation) -> tuple[HeadlinePair, ...]:
    """Return the pairs of a relation."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    pairs = (_parse_pair(line) for line in text.splitlines())
    return tuple(pair for pair in pairs if pair.relation == relation)


def _parse_pair(line: str) -> HeadlinePair:
    label, titles = line.removeprefix("[").split("] ", 1)
    first, second = titles.split(" | ")
    return HeadlinePair(cast(Relation, label), first, second)
