"""Compiled question: the lines that news is compared with, and how people write and edit them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from forecasts.errors import InvalidQuestion
from forecasts.questions.question import Kind, Question

MAX_LINE_LENGTH: Final = 300
MAX_NAMES: Final = 40


@dataclass(frozen=True, slots=True)
class Statement:
    """Two headlines, in the present tense, that would report opposite outcomes.

    `yes` favours `Direction.YES` (it happens; the number is higher, the day earlier; the option
    named by `option`), `no` the reverse. Either may be empty: an option needs no opposite, since
    the statements of the other options are that. A line that is too long, or two lines that are
    the same, raise `InvalidQuestion`.
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


Names = tuple[tuple[str, ...], ...]

_HOW_TO_NAME: Final = "write a spelling with a letter in it, without line breaks or |"

SIDES: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {"binary": ("YES", "NO"), "numeric": ("higher", "lower"), "date": ("earlier", "later")}
)
"""Sides of the two lines, for kinds without options: than the median, for numbers and dates."""


def build_own_lines(
    yes: str = "", no: str = "", options: Mapping[str, str] | None = None, names: Names = ()
) -> CompiledQuestion:
    """Build the lines that somebody typed; an empty line leaves it to the rules.

    >>> build_own_lines("Finland joins  NATO").statements
    (Statement(yes='Finland joins NATO', no='', option=''),)
    """
    return change_lines(CompiledQuestion(()), yes=yes, no=no, options=options, names=names)


def change_lines(
    lines: CompiledQuestion,
    *,
    yes: str | None = None,
    no: str | None = None,
    options: Mapping[str, str] | None = None,
    names: Names | None = None,
) -> CompiledQuestion:
    """Replace some of the lines; None leaves one as it is, an empty one leaves it to the rules."""
    typed = {("", "yes"): yes, ("", "no"): no}
    typed |= {(option, "yes"): line for option, line in (options or {}).items()}
    changed = {
        (statement.option, side): line
        for statement in lines.statements
        for side, line in (("yes", statement.yes), ("no", statement.no))
    } | {place: " ".join(line.split()) for place, line in typed.items() if line is not None}
    statements = (
        Statement(changed.get((option, "yes"), ""), changed.get((option, "no"), ""), option)
        for option in dict.fromkeys(option for option, _ in changed)
        if changed.get((option, "yes")) or changed.get((option, "no"))
    )
    return CompiledQuestion(tuple(statements), lines.names if names is None else names)


def parse_names(lines: Iterable[str]) -> Names:
    """Parse names: one actor or thing a line, its spellings separated by |, the usual one first.

    A line of bars alone is left as it is, for `check_own_lines` to refuse.

    >>> parse_names(["Xi Jinping | Xi | 习近平", ""])
    (('Xi Jinping', 'Xi', '习近平'),)
    """
    return tuple(_parse_name(line) for line in lines if line.strip())


def _parse_name(line: str) -> tuple[str, ...]:
    spellings = (" ".join(part.split()) for part in line.split("|"))
    parsed = tuple(dict.fromkeys(filter(None, spellings)))
    return parsed or (line.strip(),)  # which the check of the lines refuses


def format_names(names: Names) -> tuple[str, ...]:
    """Write names as `parse_names` reads them, one a line."""
    return tuple(" | ".join(spellings) for spellings in names)


def list_lines(question: Question, lines: CompiledQuestion) -> tuple[tuple[str, str], ...]:
    """List the lines of a question, each with the answer that it reports."""
    if question.options:
        return tuple((statement.option, statement.yes) for statement in lines.statements)
    whole = next(iter(lines.statements), None)
    typed = ("", "") if whole is None else (whole.yes, whole.no)
    return tuple(zip(SIDES[question.kind], typed, strict=True))


def check_own_lines(question: Question, own_lines: CompiledQuestion) -> None:
    """Raise `InvalidQuestion` for lines that do not fit the kind or the options of a question."""
    names = [option.name for option in question.options if option.removed_at is None]
    for statement in own_lines.statements:
        if names and statement.option not in names:
            option = repr(statement.option) if statement.option else "a line without its option"
            raise InvalidQuestion(
                f"{question.id} has no place for {option}: name one of {', '.join(names)}"
            )
        if names and statement.no:
            raise InvalidQuestion(
                f"{statement.option} needs one line: the lines of the other options deny it"
            )
        if not names and statement.option:
            raise InvalidQuestion(
                f"{question.id} is a {question.kind} question and has no options: give a line for "
                f"{' and one for '.join(SIDES[question.kind])}"
            )
    _check_words(own_lines)
    if not own_lines.statements and not own_lines.names:
        raise InvalidQuestion("no line is given: write one, or go back to those of the rules")


def _check_words(own_lines: CompiledQuestion) -> None:
    """Refuse lines and names without a letter, which no news could match, and names of two lines.

    One spelling of a name may be without: 9/11 is one of “September 11 attacks”.
    """
    for line in (line for s in own_lines.statements for line in (s.yes, s.no) if line):
        if not _has_letter(line):
            raise InvalidQuestion(f"{line!r} has no word: write a headline that would report it")
    for spellings in own_lines.names:
        for spelling in spellings:
            if "|" in spelling or spelling != " ".join(spelling.split()):
                raise InvalidQuestion(f"{spelling!r} is not a valid name: {_HOW_TO_NAME}")
        if not any(map(_has_letter, spellings)):
            raise InvalidQuestion(f"{spellings[0]!r} is not a valid name: {_HOW_TO_NAME}")


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


def complete_own_lines(
    question: Question, own_lines: CompiledQuestion, rules: CompiledQuestion
) -> CompiledQuestion:
    """Fill the lines that nobody wrote with those of the rules, which follow the wording.

    An option that is gone takes its line with it; one that the rules do not know may have a line.
    """
    options = [option.name for option in question.options if option.removed_at is None] or [""]
    written, made = (
        {statement.option: statement for statement in lines.statements}
        for lines in (own_lines, rules)
    )
    statements = (_merge(written.get(option), made.get(option)) for option in options)
    return CompiledQuestion(
        tuple(filter(None, statements)), own_lines.names or rules.names, own_lines.author
    )


def _merge(written: Statement | None, made: Statement | None) -> Statement | None:
    if written is None or made is None:
        return written or made
    yes, no = written.yes or made.yes, written.no or made.no
    if yes == no:  # one side in own words, which the rules have on the other side
        return written
    return Statement(yes, no, written.option)


def drop_rule_lines(own_lines: CompiledQuestion, rules: CompiledQuestion) -> CompiledQuestion:
    """Drop lines that say what the rules say, so that they go on following the wording."""
    made = {(s.option, line) for s in rules.statements for line in (("yes", s.yes), ("no", s.no))}
    statements = []
    for statement in own_lines.statements:
        yes, no = (
            "" if (statement.option, (side, line)) in made else line
            for side, line in (("yes", statement.yes), ("no", statement.no))
        )
        if yes or no:
            statements.append(Statement(yes, no, statement.option))
    names = () if own_lines.names == rules.names else own_lines.names
    return replace(own_lines, statements=tuple(statements), names=names)
