"""Pairs of headlines that say opposite things, invented for these tests, each with phrasings that
neither repeats.

A line is a family and a subject in brackets, then `+` examples, `-` opposites, `yes:` an item that
affirms the examples and `no:` one that denies them. The held-out half was written first, before any
rule; its errors were not looked at while the rules were tuned on the development half. Both have
the same authors, who also wrote the lists of cues: figures on them flatter.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pair:
    """Phrasings of an indicator, an item that affirms them, and one that denies them."""

    family: str
    subject: str
    examples: tuple[str, ...]
    opposites: tuple[str, ...]
    affirms: str
    denies: str


def development() -> tuple[Pair, ...]:
    """The half that rules may be looked up in."""
    return _read("development")


def held_out() -> tuple[Pair, ...]:
    """The half that only figures are taken from."""
    return _read("held_out")


def _read(half: str) -> tuple[Pair, ...]:
    text = (Path(__file__).parent / f"opposite_pairs_{half}.txt").read_text(encoding="utf-8")
    return tuple(_pair(line) for line in text.splitlines())


def _pair(line: str) -> Pair:
    head, *parts = line.split(" | ")
    family, subject = head.strip("[]").split(" ", 1) if " " in head else (head.strip("[]"), "")
    said = [tuple(part.split(" ", 1)) for part in parts]
    of = {
        mark: tuple(text.strip() for m, text in said if m == mark)
        for mark in ("+", "-", "yes:", "no:")
    }
    return Pair(family, subject, of["+"], of["-"], of["yes:"][0], of["no:"][0])
