"""The matcher put to the test: questions and items in, chances and directions out; reports in,
clusters out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import numpy as np

from forecasts.evidence.evidence import StoryId
from forecasts.question_sets.question_set import QuestionSet
from tests.acceptance.evaluation.labelled import AskedAbout
from tests.acceptance.evaluation.relevance import Judged
from tracker.app import question_set_files
from tracker.matching.matcher import Match, Matcher, clean_item_text
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.matching.near_duplicates import NearDuplicates
from tracker.matching.semantic import (
    CachingEncoder,
    Encoder,
    encoder_input,
    encoder_kind,
    open_encoder,
    round_to_grid,
)
from tracker.matching.story_index import KnownStory, StoryIndex
from tracker.matching.tokens import Vocabulary

CACHE: Final = Path(gettempdir()) / "scenario-tracker-models"
"""Where an encoder keeps what it builds once, outside of any installation."""

Sided = tuple[Profile, int]
"""A profile, and which way its news points on what was asked: 1, −1, or 0 where nobody said."""


@dataclass(frozen=True, slots=True)
class MatcherJudge:
    """The matcher with the phrasings of a question set, or of none."""

    name: str
    threshold: float
    encoder: Encoder | None
    known: QuestionSet | None

    def judge(self, asked: Sequence[AskedAbout], items: Sequence[tuple[str, str]]) -> Judged:
        """P(relevant), direction and its chance for every question and item."""
        tokens = Vocabulary()
        encoder = CachingEncoder(self.encoder) if self.encoder else None
        said = [clean_item_text(title, summary) for title, summary in items]
        shape = (len(asked), len(items))
        relevance, chance = np.zeros(shape), np.full(shape, 0.5)
        direction = np.zeros(shape, dtype=np.int64)
        understood = []
        for row, about in enumerate(asked):
            sides, how = _understood(about, self.known)
            understood.append(how)
            matcher = Matcher(tuple(sides), encoder, tokens, call_bare=True)
            for column, found in enumerate(matcher.match(said, threshold=0.0)):
                if found:
                    relevance[row, column] = found[0].relevance
                    direction[row, column], chance[row, column] = _direction(found, sides)
        return Judged(relevance, direction, chance, tuple(understood))


def open_judge(set_name: str | None, encoder: str) -> MatcherJudge:
    """A judge that knows the phrasings of a set, the built-in one unless another is named."""
    known = question_set_files.load_question_set(set_name or question_set_files.DEFAULT_SET)
    found = open_encoder(encoder, CACHE)
    matcher = Matcher((Profile("nothing"),), found, Vocabulary())
    return MatcherJudge(matcher.version, matcher.heads.threshold, found, known)


def _understood(about: AskedAbout, known: QuestionSet | None) -> tuple[dict[Profile, int], str]:
    """The profiles that stand for what was asked, with their sides, and in words how it was
    understood.
    """
    if known is None:
        return {Profile(about[1]): 1}, "its text alone"
    names = {part.casefold() for part in about if part}
    for statement in known.statements:
        if {statement.id.casefold(), statement.text.casefold()} & names:
            own = Profile(
                statement.text, statement.examples, statement.opposites, statement.aliases
            )
            sides = {
                own: 1,
                **_of_slugs(known, statement.yes, 1),
                **_of_slugs(known, statement.no, -1),
            }
            return sides, f"statement {statement.id} of the set, {len(sides) - 1} indicators"
    for question in known.questions:
        if {question.id.casefold(), question.text.casefold()} & names:
            mine = [i for i in known.indicators if i.question_id == question.id]
            sides = {Profile(question.text): 0} | {
                profile_from_indicator(i): int(i.direction) for i in mine
            }
            return sides, f"question {question.id} of the set, {len(mine)} indicators"
    return {Profile(about[1]): 1}, "its text alone"


def _of_slugs(known: QuestionSet, slugs: Sequence[str], side: int) -> dict[Profile, int]:
    wanted = set(slugs)
    return {
        profile_from_indicator(i): side
        for i in known.indicators
        if i.id.partition("/")[2] in wanted
    }


def _direction(found: Sequence[Match], sides: dict[Profile, int]) -> tuple[int, float]:
    """The surest call of a direction, among the profiles that are about as likely as the best."""
    near = [
        m
        for m in found
        if m.relevance >= 0.5 * found[0].relevance and m.polarity.sign and sides[m.profile]
    ]
    if not near:
        return 0, 0.5
    best = max(near, key=lambda m: m.relevance * (2.0 * m.polarity.p_right - 1.0))
    return sides[best.profile] * best.polarity.sign, best.polarity.p_right


def cluster(reports: Sequence[tuple[str, str, datetime]]) -> list[int]:
    """Put reports (title, summary, first seen), in the order of time, into stories; the number of
    each one's story.
    """
    encoder, tokens = open_encoder("auto", CACHE), Vocabulary()
    roots = NearDuplicates().add(
        [(n, title, summary, at) for n, (title, summary, at) in enumerate(reports, 1)]
    )
    texts = [
        tokens.in_english(encoder_input(*_said(title, summary))) for title, summary, _ in reports
    ]
    vectors = (
        round_to_grid(encoder.encode(texts))
        if encoder
        else np.zeros((len(reports), 0), dtype=np.float32)
    )
    stories, found = StoryIndex([], encoder_kind(encoder)), list[int]()
    part_of: dict[int, int] = {}
    for n, ((title, summary, at), root) in enumerate(zip(reports, roots, strict=True)):
        if root is not None:
            found.append(found[root - 1])
            continue
        heading = _said(title, summary)[0]
        placed = stories.place(heading, vectors[n], {}, at)
        story = placed.story
        if story is None:
            story = KnownStory(StoryId(n), heading, vectors[n].copy(), at, at)
            stories.add(story)
        elif placed.also:
            earlier, later = sorted((story, placed.also), key=lambda s: s.id)
            part_of[later.id] = earlier.id
            stories.merge(later, earlier)
        stories.join(story, vectors[n], {}, at)
        found.append(int(story.id))
    return [_whole(story, part_of) for story in found]


def _whole(story: int, part_of: Mapping[int, int]) -> int:
    """The story that one is part of in the end."""
    while story in part_of:
        story = part_of[story]
    return story


def _said(title: str, summary: str) -> tuple[str, str]:
    words = clean_item_text(title, summary)
    return words.title, words.summary
