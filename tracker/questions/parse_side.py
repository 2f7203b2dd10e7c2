"""Parse the side that news speaks for, in the words of its question."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import Direction
from forecasts.questions.question import Kind, Question

Side = tuple[Direction, str]
"""A direction, and the option that it concerns; "" on a question without options."""

NEITHER: Final = "neither"

_WORDS: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {"binary": ("for", "against"), "numeric": ("higher", "lower"), "date": ("earlier", "later")}
)
"""Words for the two sides, for kinds without options."""


def parse_side(question: Question, text: str) -> Side:
    """Parse a side: a word of the question's kind, an option, “not” and an option, or neither.

    Case and spaces do not matter. Raises `InvalidQuestion` with the possible words.
    """
    sides = _list_sides(question)
    word = " ".join(text.split()).casefold()
    if word not in sides:
        raise InvalidQuestion(
            f"{question.id} is a {question.kind} question, and {text!r} is no side of it: say "
            f"{describe_sides(question)}"
        )
    return sides[word]


def describe_sides(question: Question) -> str:
    """Describe the words for the sides of a question: `for, against or neither`."""
    if not question.options:
        return f"{', '.join(_WORDS[question.kind])} or {NEITHER}"
    names = ", ".join(option.name for option in question.options)
    return f"one of {names}, “not” and one of them, or {NEITHER}"


def _list_sides(question: Question) -> Mapping[str, Side]:
    """Map each word to its side; an option goes before all words that are no option."""
    sides: dict[str, Side] = {NEITHER: (Direction.NEUTRAL, "")}
    if not question.options:
        words = zip(_WORDS[question.kind], (Direction.YES, Direction.NO), strict=True)
        return sides | {word: (direction, "") for word, direction in words}
    names = {" ".join(o.name.split()).casefold(): o.name for o in question.options}
    sides |= {f"not {word}": (Direction.NO, name) for word, name in names.items()}
    return sides | {word: (Direction.YES, name) for word, name in names.items()}


def check_option(question: Question, option: str, *, needed: bool) -> None:
    """Raise `InvalidQuestion` for an option that a question lacks, or for none where needed."""
    names = [known.name for known in question.options]
    if option and not names:
        raise InvalidQuestion(f"{question.id} is a {question.kind} question and has no options")
    if names and option not in names and (option or needed):
        raise InvalidQuestion(f"say which option it is about: {', '.join(names)}")
