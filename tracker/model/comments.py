"""Comments on questions, private notes, and mentions of people; their texts are plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple, NewType

from forecasts.questions.question import EvidenceId, Forecaster, ForecasterId, QuestionId
from tracker.errors import Refused
from tracker.feeds.plain_text import remove_invisible

CommentId = NewType("CommentId", int)

MAX_TEXT_LENGTH: Final = 4_000
"""Characters of a comment or a note."""

_NEW_LINE: Final = re.compile("\r\n?|[\u2028\u2029\x85]")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_PART: Final = re.compile(r"https?://[^\s<>\"]+|(?<![\w@./:-])@\w[\w:.-]{0,79}", re.IGNORECASE)
_TRAILING: Final = ".,;:!?)]}'’”-"
"""Marks that end a sentence rather than a link or a name."""


@dataclass(frozen=True, slots=True)
class TextVersion:
    """Text of a comment or a note from `at` on; "" once it is removed."""

    text: str
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """Comment on a question with its versions, the oldest first.

    Of a removed one only the last version is known, which says by whom; `tracker.comments.history`
    has the others. `evidence_id` is the piece that it quotes, `mentions` are the people it names.
    """

    id: CommentId
    question_id: QuestionId
    by: ForecasterId
    at: datetime
    versions: tuple[TextVersion, ...]
    reply_to: CommentId | None = None
    evidence_id: EvidenceId | None = None
    mentions: frozenset[ForecasterId] = frozenset()

    @property
    def text(self) -> str:
        """Text as it is now; "" if it is removed."""
        return self.versions[-1].text

    @property
    def is_removed(self) -> bool:
        """Return True if the author or an admin removed it."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Mention:
    """Person whom a comment names, with its text as it is now."""

    id: int
    question_id: QuestionId
    forecaster_id: ForecasterId
    by: ForecasterId
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class WideGap:
    """Wide gap between me and another person on an open yes-no question, not yet talked about.

    `p` and `other_p` are the probabilities of YES; `since` is when the later of the two forecasts
    was made.
    """

    question_id: QuestionId
    other: Forecaster
    p: float
    other_p: float
    since: datetime

    def describe(self, mine: str, theirs: str) -> str:
        """Describe the gap, with both numbers as they are written.

        >>> ben = Forecaster(ForecasterId("ben"), "Ben", "person")
        >>> WideGap(QuestionId("q"), ben, 0.2, 0.75, datetime.max).describe("20%", "75%")
        'You say 20%, Ben 75%: what does Ben know that you don’t?'
        """
        name = self.other.name
        return f"You say {mine}, {name} {theirs}: what does {name} know that you don’t?"


class TextPart(NamedTuple):
    """Part of a text: prose, the address of a link, or a name with its @."""

    kind: Literal["prose", "link", "name"]
    text: str


def clean_text(text: str) -> str:
    """Return a typed text without control characters and those that hide or reorder others.

    Line breaks stay, two at most in a row. Raises `Refused` for a text that is empty or too long.

    >>> clean_text(" So it\\u202e is.\\r\\n\\r\\n\\r\\nOr\\u200b not.\\x07 ")
    'So it is.\\n\\nOr not.'
    """
    lines = remove_invisible(_NEW_LINE.sub("\n", text)).split("\n")
    cleaned = _BLANK_LINES.sub("\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()
    if not cleaned:
        raise Refused("there is no text: write some, or remove the comment")
    if len(cleaned) > MAX_TEXT_LENGTH:
        raise Refused(
            f"this text has {len(cleaned):,} characters, and {MAX_TEXT_LENGTH:,} fit: shorten it"
        )
    return cleaned


def split_text(text: str) -> Iterator[TextPart]:
    """Split a text into prose, links and names; together they are the text.

    >>> [part.text for part in split_text("Ask @ben. See https://a.example/b, or me@b.example")]
    ['Ask ', '@ben', '. See ', 'https://a.example/b', ', or me@b.example']
    """
    start = 0
    for match in _PART.finditer(text):
        words = match[0].rstrip(_TRAILING)
        if start < match.start():
            yield TextPart("prose", text[start : match.start()])
        yield TextPart("name" if words.startswith("@") else "link", words)
        start = match.start() + len(words)
    if start < len(text):
        yield TextPart("prose", text[start:])


def find_names(text: str) -> frozenset[ForecasterId]:
    """Find the names that a text mentions, in lower case, known or not.

    >>> sorted(find_names("@Ben, @ada-lovelace: look"))
    ['ada-lovelace', 'ben']
    """
    names = (part.text for part in split_text(text) if part.kind == "name")
    return frozenset(ForecasterId(name.removeprefix("@").lower()) for name in names)
