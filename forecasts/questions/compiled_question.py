"""Compiled question: the lines that news is compared with, for any kind of question."""

from dataclasses import dataclass
from typing import Final

from forecasts.errors import InvalidQuestion

MAX_LINE_LENGTH: Final = 300
MAX_NAMES: Final = 40


@dataclass(frozen=True, slots=True)
class Statement:
    """Two headlines, in the present tense, that would report opposite outcomes.

    `yes` favours `Direction.YES` (it happens; the number is higher, the day earlier; the option
    named by `option`), `no` the reverse. Either may be empty: an option needs no opposite, since
    the statements of the other options are that. A line that is too long, or two lines that are
    the same, raise `InvalidQuestion`.

    >>> Statement("Finland joins NATO", "Finland stays out of NATO").reverse().yes
    'Finland stays out of NATO'
    """

    yes: str
    no: str
    option: str = ""

    def __post_init__(self) -> None:
        for line in (self.yes, self.no):
            if len(line) > MAX_LINE_LENGTH or line != " ".join(line.split()):
                raise InvalidQuestion(
                    f"a statement is one line of at most {MAX_LINE_LENGTH} characters, not "
                    f"{line[:60]!r}"
                )
        if self.yes == self.no:
            raise InvalidQuestion(
                f"both statements are {self.yes!r}: the second one has to say the opposite"
            )

    def reverse(self) -> "Statement":
        """Return the statement for the opposite outcome."""
        return Statement(self.no, self.yes, self.option)


@dataclass(frozen=True, slots=True)
class CompiledQuestion:
    """Lines that news is compared with: a statement (one for each option) and names to look for.

    Each entry of `names` is one actor or thing with its spellings, the usual one first. `author`
    is "rules", "model", or the id of the person or question set that wrote the lines.
    """

    statements: tuple[Statement, ...]
    names: tuple[tuple[str, ...], ...] = ()
    author: str = "rules"

    def __post_init__(self) -> None:
        options = [statement.option for statement in self.statements]
        if len(set(options)) < len(options):
            raise InvalidQuestion("a question has one statement, or one for each of its options")
        if len(self.names) > MAX_NAMES or not all(
            spellings and all(map(str.strip, spellings)) for spellings in self.names
        ):
            raise InvalidQuestion(f"a question has at most {MAX_NAMES} names, none of them empty")
