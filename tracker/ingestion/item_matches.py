"""Matches of items with questions: the best on each, calibrated and corrected by reviews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from forecasts.evidence.evidence import (
    Direction,
    Indicator,
    Strength,
    is_own_text,
)
from forecasts.questions.question import QuestionId
from tracker.ingestion.match_state import OpenProfiles
from tracker.storage.items import SavedItem
from tracker.storage.learned import MatcherCalibration

if TYPE_CHECKING:
    from tracker.matching.matcher import Match


MatchResult = tuple["tuple[Match, ...]", object]
"""Matches of one item, best first, and its vector if there are any."""

ORDINARY_STRENGTH: Final = Strength.SOME
"""Strength of a report against a decisive indicator, and of a question's own lines."""


@dataclass(frozen=True, slots=True)
class ItemMatch:
    """Match of one item with one question: indicator, direction, and probabilities."""

    indicator: Indicator
    direction: Direction
    p_direction: float
    relevance: float
    match: "Match"

    @property
    def strength(self) -> Strength:
        """Strength of the indicator; against a decisive one that of an ordinary indicator.

        A treaty that is signed decides; "talks on the treaty stall" does not.
        """
        is_against = int(self.direction) * int(self.indicator.direction) < 0
        is_decisive = self.indicator.strength is Strength.DECISIVE
        return ORDINARY_STRENGTH if is_against and is_decisive else self.indicator.strength


def match_items(profiles: OpenProfiles, stored: Sequence[SavedItem]) -> "list[MatchResult]":
    """Match these items, and encode those that match anything."""
    if not profiles.indicators_by_profile:
        return [((), None) for _ in stored]
    from tracker.matching.matcher import clean_item_text

    texts = [clean_item_text(item.item.title, item.item.summary) for item in stored]
    matches = list(profiles.matcher.match(texts))
    matching = [n for n, item_matches in enumerate(matches) if item_matches]
    vectors = dict(
        zip(matching, profiles.matcher.encode([texts[n] for n in matching]), strict=True)
    )
    return [(item_matches, vectors.get(n)) for n, item_matches in enumerate(matches)]


def select_best_matches(
    matches: "tuple[Match, ...]", profiles: OpenProfiles, known: MatcherCalibration
) -> dict[QuestionId, ItemMatch]:
    """Select the best match on each question, with probabilities calibrated by reviews.

    The surest match gives the relevance. An indicator that somebody wrote and that matches, too,
    gives direction and strength; one without a direction leaves that to the question's own lines.
    What the reviews of a question have taught to leave out stays in, with its corrected relevance:
    see `drop_left_out`.
    """
    by_question: dict[QuestionId, list[ItemMatch]] = {}
    for match in matches:  # the surest come first
        for indicator in profiles.indicators_by_profile[match.profile]:
            item_match = _make_item_match(indicator, match, known)
            by_question.setdefault(indicator.question_id, []).append(item_match)
    return {
        question_id: _choose_match(item_matches, known)
        for question_id, item_matches in by_question.items()
    }


def drop_left_out(
    item_matches: Mapping[QuestionId, ItemMatch], profiles: OpenProfiles, known: MatcherCalibration
) -> dict[QuestionId, ItemMatch]:
    """Drop matches whose like was rejected: corrected, they are below the matcher's threshold."""
    if not item_matches:
        return {}
    threshold = profiles.matcher.heads.threshold
    return {
        question_id: item_match
        for question_id, item_match in item_matches.items()
        if not known.is_left_out(item_match.relevance, question_id, threshold)
    }


def _make_item_match(indicator: Indicator, match: "Match", known: MatcherCalibration) -> ItemMatch:
    sign, p_right = match.polarity.sign, match.polarity.p_right
    has_direction = bool(sign and indicator.direction)
    direction = Direction(int(indicator.direction) * sign) if has_direction else Direction.NEUTRAL
    p = known.direction.apply(p_right) if has_direction else 0.5
    relevance = known.relevance.apply(match.relevance)
    return ItemMatch(indicator, direction, max(0.5, p), relevance, match)


def _choose_match(item_matches: Sequence[ItemMatch], known: MatcherCalibration) -> ItemMatch:
    """Return a written indicator's match with a direction, else any with one, else the surest.

    Its relevance is that of the surest, corrected by the reviews of the chosen one. Where reviews
    have lowered an indicator that matches, each match stands for itself, and the surest that is
    left is chosen: what an indicator finds wrongly never drags down what another finds. Options
    share their lines, so that they match alike: the one whose own statement is nearest goes before
    its rivals.
    """
    ranked = sorted(item_matches, key=lambda m: (-m.match.relevance, not _is_own_option(m)))
    if any(known.lowers(m.indicator.id) for m in ranked):
        return max((_correct(m, m.relevance, known) for m in ranked), key=_get_relevance)
    written = [m for m in ranked if not is_own_text(m.indicator.id)]
    called = (m for m in (*written, *ranked) if m.direction)
    return _correct(next(called, ranked[0]), ranked[0].relevance, known)


def _correct(item_match: ItemMatch, relevance: float, known: MatcherCalibration) -> ItemMatch:
    indicator = item_match.indicator
    corrected = known.correct_relevance(relevance, indicator.question_id, indicator.id)
    return replace(item_match, relevance=corrected)


def _get_relevance(item_match: ItemMatch) -> float:
    return item_match.relevance


def _is_own_option(item_match: ItemMatch) -> bool:
    match = item_match.match
    return bool(item_match.indicator.option) and match.nearest == match.profile.text
