"""Near misses: recent items that the matcher left out of a question's evidence, but not by far.

A second reader, such as a model, may log one as evidence. It joins its story as any match does, and
dates from when the item was first seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from forecasts.evidence.evidence import Evidence
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.ingestion.evidence import EvidenceLinker
from tracker.ingestion.item_matches import ItemMatch, select_best_matches
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import evidence, items
from tracker.storage.items import SavedItem
from tracker.storage.learned import MatcherCalibration, calibration_at
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Match

MIN_SHARE_OF_THRESHOLD: Final = 0.25
"""Share of the matcher's threshold below which an item is no near miss."""

PERIOD: Final = timedelta(days=2)
MAX_ITEMS: Final = 2000
"""Newest items that are looked through: a second, without a transaction."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An item and a question that it nearly matched; `relevance` is P(evidence), corrected."""

    item: SavedItem
    question: Question
    match: "Match"
    relevance: float


def list_near_misses(
    session: Session, match_state: MatchState, now: datetime
) -> tuple[NearMiss, ...]:
    """List the near misses among the newest items of the last days."""
    from tracker.matching.matcher import clean_item_text

    recent = _list_recent_items(session, now)
    profiles = match_state.load_profiles(session, now)
    calibration = calibration_at(session, now)
    texts = [clean_item_text(item.item.title, item.item.summary) for item in recent]
    minimum = MIN_SHARE_OF_THRESHOLD * profiles.matcher.heads.threshold
    with match_state.lock:
        matches = list(profiles.matcher.match(texts, threshold=minimum))
    return tuple(
        NearMiss(item, profiles.questions[question_id], best.match, best.relevance)
        for item, item_matches in zip(recent, matches, strict=True)
        for question_id, best in select_best_matches(item_matches, profiles, calibration).items()
        if is_omitted(question_id, best, profiles, calibration)
        and (
            item.story_id is None
            or not evidence.evidence_exists(session, item.story_id, question_id)
        )
    )


def is_omitted(
    question_id: QuestionId, best: ItemMatch, profiles: OpenProfiles, known: MatcherCalibration
) -> bool:
    """Return True if the matcher does not log this match, by itself or after reviews."""
    threshold = profiles.matcher.heads.threshold
    is_below = best.match.relevance < threshold
    return is_below or known.is_left_out(best.relevance, question_id, threshold)


def _list_recent_items(session: Session, now: datetime) -> Sequence[SavedItem]:
    """List the newest items of the last days; of copies the first."""
    first, last = items.find_id_bounds(session, now - PERIOD)
    after = ItemId(max(first - 1, last - MAX_ITEMS))
    listed = items.list_archive_items(session, after, last) if last else []
    return [item for item in listed if item.copy_of is None]


class NearMissLinker(EvidenceLinker):
    """Logs what a second reader takes, although reviews had taught to leave its like out."""

    def _select_matches(self, matches: "tuple[Match, ...]") -> dict[QuestionId, ItemMatch]:
        return select_best_matches(matches, self._profiles, self._calibration)


def log_near_miss(
    session: Session, match_state: MatchState, near_miss: NearMiss, now: datetime
) -> Evidence | None:
    """Log a near miss as the matcher's own evidence without a direction.

    Returns the piece that its story has on the question, which may have been there before; None if
    the item was deleted.
    """
    from tracker.matching.matcher import UNDECIDED_POLARITY, clean_item_text

    item_id, question = near_miss.item.id, near_miss.question
    stored = items.list_archive_items(session, ItemId(item_id - 1), item_id)
    profiles = _narrow_profiles(match_state.load_profiles(session, now), near_miss)
    if not stored or profiles is None:
        return None
    text = clean_item_text(stored[0].item.title, stored[0].item.summary)
    match = replace(near_miss.match, polarity=UNDECIDED_POLARITY)
    with match_state.lock:
        try:
            stories = match_state.load_stories(session, now)
            linker = NearMissLinker(session, match_state, profiles, stories, now=now)
            linker.link_items(stored, [((match,), profiles.matcher.encode([text])[0])])
        except BaseException:
            match_state.clear_caches()
            raise
    also_touched = linker.affected_question_ids - {question.id}
    record_suggestions(
        session, [profiles.questions[q] for q in sorted(also_touched)], now, prompted=True
    )
    return evidence.find_evidence_of_item(session, item_id, question.id)


def _narrow_profiles(profiles: OpenProfiles, near_miss: NearMiss) -> OpenProfiles | None:
    """Keep the profile that matched, for this question alone; None if it has changed since."""
    indicators = tuple(
        indicator
        for indicator in profiles.indicators_by_profile.get(near_miss.match.profile, ())
        if indicator.question_id == near_miss.question.id
    )
    if not indicators:
        return None
    return replace(profiles, indicators_by_profile={near_miss.match.profile: indicators})
