"""Wording history of a question: edits, versions and differences.

Nothing is overwritten. An edit holds the whole new wording, and a forecast keeps the version on
which it was made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import ForecasterId, Option, Question, QuestionId


@dataclass(frozen=True, slots=True)
class QuestionEdit:
    """New wording of an open question, with author and reason."""

    question_id: QuestionId
    at: datetime
    by: ForecasterId
    why: str
    text: str
    criteria: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionVersion:
    """Wording of a question from `at` on; number 1 is the original, without an author."""

    number: int
    at: datetime
    by: ForecasterId | None
    why: str
    text: str
    criteria: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordingSegment:
    """Run of words that two wordings share, or that only one of them has."""

    text: str
    change: Literal["same", "added", "removed"]


def apply_edits(question: Question, edits: Sequence[QuestionEdit]) -> Question:
    """Apply the question's own edits, returning its newest wording."""
    own_edits = _sort_edits(question, edits)
    if not own_edits:
        return question
    return replace(
        question,
        text=own_edits[-1].text,
        criteria=own_edits[-1].criteria,
        sources=own_edits[-1].sources,
    )


def list_question_versions(
    question: Question, edits: Sequence[QuestionEdit]
) -> tuple[QuestionVersion, ...]:
    """List all wordings of a question, oldest first; `question` has the original wording.

    Edits of other questions are left out; of two made at one instant the later in the sequence is
    the newer.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> question = Question("truce", "essay", "binary", "A truce by July?", "As announced.",
    ...     ("https://example.org",),
    ...     "event_by", utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> edit = QuestionEdit("truce", utc("2026-02-01"), "ann", "who announces it",
    ...     "A truce by July?", "As both announce.", ())
    >>> [(version.number, version.criteria) for version in list_question_versions(question, [edit])]
    [(1, 'As announced.'), (2, 'As both announce.')]
    """
    opened = QuestionVersion(
        1, question.opens_at, None, "as opened", question.text, question.criteria, question.sources
    )
    edited = [
        QuestionVersion(number, edit.at, edit.by, edit.why, edit.text, edit.criteria, edit.sources)
        for number, edit in enumerate(_sort_edits(question, edits), 2)
    ]
    return (opened, *edited)


def find_version(versions: Sequence[QuestionVersion], at: datetime) -> QuestionVersion:
    """Version that applied at `at`, or the first one.

    A forecast at the very instant of an edit was made on the new wording.
    """
    return next((version for version in reversed(versions[1:]) if version.at <= at), versions[0])


def diff_words(old: str, new: str) -> tuple[WordingSegment, ...]:
    """Word-by-word difference between two wordings; white space is ignored.

    Segments marked same or added make up the new wording, those marked same or removed the old one,
    with a space between segments. Removed words precede the added ones that replace them.

    >>> for piece in diff_words("A truce by July, as announced.",
    ...     "A truce by August, as announced."):
    ...     print(piece.change, "|", piece.text)
    same | A truce by
    removed | July,
    added | August,
    same | as announced.
    """
    old_tokens, new_tokens = old.split(), new.split()
    segments = []
    for _, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old_tokens, new_tokens, autojunk=False
    ).get_opcodes():
        old_words = " ".join(old_tokens[old_from:old_to])
        new_words = " ".join(new_tokens[new_from:new_to])
        if old_words == new_words:
            segments.append(WordingSegment(new_words, "same"))
            continue
        if old_words:
            segments.append(WordingSegment(old_words, "removed"))
        if new_words:
            segments.append(WordingSegment(new_words, "added"))
    return tuple(segments)


WordingPart = Literal["question", "criteria", "sources"]


def diff_versions(
    before: QuestionVersion, after: QuestionVersion, *, joiner: str
) -> dict[WordingPart, tuple[WordingSegment, ...]]:
    """Word-by-word differences of the parts that changed; sources are joined by `joiner`."""
    parts: dict[WordingPart, tuple[str, str]] = {
        "question": (before.text, after.text),
        "criteria": (before.criteria, after.criteria),
        "sources": (joiner.join(before.sources), joiner.join(after.sources)),
    }
    return {
        part: diff_words(old, new)
        for part, (old, new) in parts.items()
        if old.split() != new.split()
    }


def check_edit(question: Question, edit: QuestionEdit, answered: bool) -> None:
    """Raise `InvalidQuestion` for an edit that is incomplete, unexplained or without effect.

    `question` is in its newest wording; `answered` is True if it has a resolution.
    """
    if edit.question_id != question.id:
        raise InvalidQuestion(f"the edit belongs to {edit.question_id}, not to {question.id}")
    if answered:
        raise InvalidQuestion(f"{question.id} has its answer: its wording stays as it is")
    for field, value in (
        ("the question itself", edit.text),
        ("resolution criteria", edit.criteria),
    ):
        if not value.strip():
            raise InvalidQuestion(f"{field} must not be empty: say it in one sentence")
    if not all(map(str.strip, edit.sources)):
        raise InvalidQuestion("a source is empty: name who will report the answer, or leave it out")
    if not edit.why.strip():
        raise InvalidQuestion(
            "say why the wording changes: those who made a forecast on the old one will ask"
        )
    if _normalise_wording(edit) == _normalise_wording(question):
        raise InvalidQuestion("nothing has changed: edit the question, its criteria or its sources")


def _normalise_wording(wording: Question | QuestionEdit) -> tuple[list[str], ...]:
    """Words of a wording, so that white space does not count as a change."""
    return (
        wording.text.split(),
        wording.criteria.split(),
        [source.strip() for source in wording.sources],
    )


def _sort_edits(question: Question, edits: Sequence[QuestionEdit]) -> list[QuestionEdit]:
    return sorted(
        (edit for edit in edits if edit.question_id == question.id), key=lambda edit: edit.at
    )


_NO_NAMES = ("annulled", "ambiguous")  # reserved words for unanswered questions


@dataclass(frozen=True, slots=True)
class OptionChange:
    """Addition or removal of an option of a categorical question after its opening."""

    question_id: QuestionId
    name: str
    change: Literal["added", "removed"]
    at: datetime
    by: ForecasterId


def apply_option_changes(question: Question, changes: Sequence[OptionChange]) -> Question:
    """Apply option changes to a question, in the order in which they were made."""
    options = {option.name: option for option in question.options}
    for change in changes:
        if change.change == "added":
            options[change.name] = Option(change.name, added_at=change.at)
        else:
            options[change.name] = replace(options[change.name], removed_at=change.at)
    return replace(question, options=tuple(options.values())) if changes else question


def check_option_names(names: Iterable[str]) -> None:
    """Raise `InvalidQuestion` for option names that are ambiguous or cannot be typed as an answer.

    >>> check_option_names(["Moscow", "moscow"])
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: 'moscow' is there already: give each option a name of its own
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise InvalidQuestion(f"{name!r} is there already: give each option a name of its own")
        if not name or "=" in name or name != " ".join(name.split()).strip(" ,;"):
            raise InvalidQuestion(
                f"{name!r} is not a valid name for an option: leave out equal signs, and commas at "
                "its ends"
            )
        if name.casefold() in _NO_NAMES:
            raise InvalidQuestion(
                f"{name!r} cannot be an option: it would be taken for a question without an answer"
            )
        seen.add(name.casefold())


def fold_removed_options(question: Question, at: datetime, forecast: Distribution) -> Distribution:
    """Move the mass of options removed by `at` to `Other`."""
    for option in question.options:
        if (
            option.removed_at is not None
            and option.removed_at <= at
            and isinstance(forecast, Categorical)
        ):
            forecast = forecast.without(option.name)
    return forecast


def check_option_change(question: Question, change: OptionChange) -> None:
    """Raise `InvalidQuestion` for an option change that would invalidate forecasts."""
    names = [option.name for option in question.options]
    offered = question.offered_options(change.at)
    if question.kind != "categorical" or OTHER not in names:
        raise InvalidQuestion(
            f"only a categorical question with an option {OTHER!r} can change its options"
        )
    if not change.at < question.closes_at:
        raise InvalidQuestion(f"{question.id} is closed: its options stay as they are")
    if change.change == "added":
        if change.name.casefold() in map(str.casefold, names):
            raise InvalidQuestion(
                f"{change.name!r} is there already, or was: give the new option a name of its own"
            )
        check_option_names([change.name])
    if change.change == "removed" and (
        change.name == OTHER or change.name not in offered or len(offered) < 3
    ):
        raise InvalidQuestion(
            f"{change.name!r} cannot be removed: offered are {', '.join(offered)}"
        )
