"""Families: questions that share their fate, and count together as one observation.

Deadlines and thresholds of one event, or versions of one claim, resolve together. Counted one by
one, a single piece of luck would count several times.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, NewType

from forecasts.questions.formatting import format_count
from forecasts.questions.links import Link
from forecasts.questions.question import Question, QuestionId

FamilyId = NewType("FamilyId", str)
"""Id of a family: that of its alphabetically first question."""

_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_VARYING: Final = re.compile(rf"\b\d[\d.,:]*|\b[qh][1-4]\b|\b(?:{_MONTHS})\b", re.IGNORECASE)
_SHORT: Final = 3
"""Letters of a word that says little about the event."""

_MIN_SHARED: Final = 0.6
"""Share of all words of two texts that both have, if they ask about one event."""

_MIN_WORDS: Final = 3
"""Words besides dates and numbers that make a text say which event it is about."""


def group_families(
    questions: Iterable[Question],
    links: Iterable[Link] = (),
    groups: Iterable[Iterable[QuestionId]] = (),
) -> dict[QuestionId, FamilyId]:
    """Group questions that share a claim, a link, a group, or the event that they ask about.

    `groups` are further sets of questions with one fate, such as those that one series settles.
    Links and groups may name other questions, which are ignored. Two questions ask about one event
    if their texts differ in dates and numbers alone. Sharing carries on: of A with B and B with C
    one family is made.

    >>> from forecasts.questions.families import mask_event
    >>> mask_event("Will rates fall below 3 % by 1 May 2027?")
    'will rates fall below # % by # # #?'
    >>> group_families([])
    {}
    """
    listed = {question.id: question for question in questions}
    parents: dict[Hashable, Hashable] = {}
    for question in listed.values():
        for key in _list_shared_keys(question):
            _join(parents, question.id, key)
    for members in (*(link.question_ids for link in links), *groups):
        present = [question_id for question_id in members if question_id in listed]
        for other in present[1:]:
            _join(parents, present[0], other)
    return _name_families(listed, parents)


def _list_shared_keys(question: Question) -> Iterable[Hashable]:
    for claim in question.claim_ids:
        yield "claim", question.essay_id, claim
    event = mask_event(question.text)
    if len(re.findall(r"[^\W\d_]+", event)) >= _MIN_WORDS:
        yield "event", question.kind, event


def mask_event(text: str) -> str:
    """Replace the dates and numbers of a question's text, so that versions of it are alike."""
    return " ".join(_VARYING.sub("#", text).lower().split())


def is_like_event(first: str, second: str) -> bool:
    """Return True if two texts seem to ask about one event in other words.

    >>> is_like_event("Will the strike at Fort Port end?", "Does Fort Port's strike end?")
    True
    >>> is_like_event("Will the strike at Fort Port end?", "Will the talks at Fort Port fail?")
    False
    """
    ours, theirs = (set(_list_content_words(text)) for text in (first, second))
    shared = ours & theirs
    return len(shared) >= _MIN_WORDS and len(shared) >= _MIN_SHARED * len(ours | theirs)


def _list_content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", mask_event(text)) if len(word) > _SHORT]


def describe_families(questions: int, families: int) -> str:
    """Describe a sample of questions.

    >>> describe_families(12, 9), describe_families(3, 1), describe_families(1, 1)
    ('12 questions (9 independent)', '3 questions (1 independent)', '1 question')
    """
    counted = format_count(questions, "question")
    if questions == families:
        return counted
    return f"{counted} ({families} independent)"


def _join(parents: dict[Hashable, Hashable], first: Hashable, second: Hashable) -> None:
    parents[_find_root(parents, first)] = _find_root(parents, second)


def _find_root(parents: dict[Hashable, Hashable], member: Hashable) -> Hashable:
    """Find the representative of a member's set, halving the path to it."""
    while (parent := parents.setdefault(member, member)) != member:
        parents[member] = parents[parent]
        member = parent
    return member


def _name_families(
    listed: Mapping[QuestionId, Question], parents: dict[Hashable, Hashable]
) -> dict[QuestionId, FamilyId]:
    names: dict[Hashable, FamilyId] = {}
    for question_id in sorted(listed):
        names.setdefault(_find_root(parents, question_id), FamilyId(question_id))
    return {question_id: names[_find_root(parents, question_id)] for question_id in listed}
