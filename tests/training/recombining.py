"""New sentences out of those that were read: shorter, mixed, about other countries and people.

Free text on the news is scarce. These variants teach the table how the model reads headlines, names
it has met only once, and words side by side that no sentence of ours brings together. They need not
make sense: what is imitated is the model, not the world.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from tests.training.texts import LONGEST

_DROPPED = frozenset(
    "a an the is are was were be been being has have had will would that which who its"
    " their his her this these those of in on at for and also said says as with by it".split()
)
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
_PLACE = re.compile(r"\b(?:in|of|to|from|against|with) ([A-Z][a-z]{3,})\b")


def recombined(sentences: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """`count` variants of the sentences, by every way in turn."""
    names = _frequent(_NAME, sentences, 3)
    places = _frequent(_PLACE, sentences, 5)
    words = [
        word for sentence in sentences for word in sentence.split() if word.lower() not in _DROPPED
    ]
    ways: tuple[Callable[[int], str], ...] = (
        lambda at: _as_headline(sentences[at], chance),
        lambda at: " ".join(
            sentences[at : at + chance.choice((2, 2, 3))]
        ),  # a headline and its summary
        lambda at: _halves(sentences[at], chance.choice(sentences)),
        lambda at: _as_headline(_swapped(sentences[at], (names, places), chance), chance),
        lambda at: _swapped(sentences[at], (names, places), chance),
        lambda at: f"{_as_headline(sentences[at], chance)}. {chance.choice(sentences)}",
        lambda at: " ".join(chance.sample(words, chance.randint(2, 7))),
    )
    made = (ways[i % len(ways)](chance.randrange(len(sentences))) for i in range(count))
    return [" ".join(text.split()[:LONGEST]) for text in made]


def _frequent(pattern: re.Pattern[str], sentences: Sequence[str], least: int) -> list[str]:
    counts = Counter(found for sentence in sentences for found in pattern.findall(sentence))
    return sorted(name for name, count in counts.items() if count >= least)


def _as_headline(sentence: str, chance: random.Random) -> str:
    """Without the small words, and no longer than a headline."""
    return " ".join(
        [w for w in sentence.split() if w.lower() not in _DROPPED][: chance.randint(5, 14)]
    )


def _halves(first: str, second: str) -> str:
    """The beginning of one sentence with the end of another."""
    a, b = first.split(), second.split()
    return " ".join((*a[: len(a) // 2], *b[len(b) // 2 :]))


def _swapped(sentence: str, others: tuple[list[str], list[str]], chance: random.Random) -> str:
    """About another person and another place: each name becomes one that is as frequent
    elsewhere.
    """
    names, places = others
    place, name = partial(_another, places, chance), partial(_another, names, chance)
    return _NAME.sub(name, _PLACE.sub(place, sentence))


def _another(names: list[str], chance: random.Random, found: re.Match[str]) -> str:
    old = found[found.lastindex or 0]
    return found[0].replace(old, chance.choice(names)) if names else found[0]
