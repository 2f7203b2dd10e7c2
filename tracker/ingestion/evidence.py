"""Link new and edited items to stories and evidence, in the writer's transaction.

The steps are: find copies, match, assign a story, log evidence or lift that of the story, update
suggestions.

An item needs no story until it matches a question: only then does it matter that reports of one
event count once. So an item without a match joins a story only as a copy of an item in it, and
starts none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    SourceReport,
    StoryId,
)
from forecasts.evidence.lifts import lift_evidence
from forecasts.evidence.rungs import read_rung
from forecasts.evidence.weights import StoryMerge
from forecasts.questions.question import MATCHER, EvidenceId, QuestionId
from tracker.feeds.item import ItemId
from tracker.ingestion.item_matches import (
    ItemMatch,
    MatchResult,
    drop_left_out,
    match_items,
    select_best_matches,
)
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.model.evidence import Decision, MatchReason, make_revision
from tracker.questions.scenarios.signpost_marks import mark_signposts
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import decisions, evidence, items
from tracker.storage.evidence import StandingEvidence
from tracker.storage.items import SavedItem
from tracker.storage.learned import calibration_at
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Match
    from tracker.matching.story_index import KnownStory, StoryIndex

logger = structlog.get_logger("tracker.ingestion.evidence")


def link_evidence(
    session: Session,
    match_state: MatchState,
    profiles: OpenProfiles,
    stored: Sequence[SavedItem],
    *,
    now: datetime,
) -> int:
    """Link items one after the other; return the number of new pieces of evidence."""
    if not stored:
        return 0
    with match_state.lock:
        try:
            items_with_copies = detect_copies(session, match_state, stored, now)
            stories = _load_stories(session, match_state, profiles, now)
            linker = EvidenceLinker(session, match_state, profiles, stories, now=now)
            new_evidence = linker.link_items(items_with_copies)
        except BaseException:
            match_state.clear_caches()
            raise
    touched = [
        profiles.questions[q]
        for q in sorted(linker.affected_question_ids)
        if q in profiles.questions
    ]
    record_suggestions(session, touched, now, prompted=True)
    if expecting := profiles.filter_expecting(touched):
        mark_signposts(session, expecting, now)
    return new_evidence


def _load_stories(
    session: Session, match_state: MatchState, profiles: OpenProfiles, now: datetime
) -> "StoryIndex":
    """Load the stories that items can join by meaning: none where no question is open."""
    from tracker.matching.story_index import StoryIndex

    if not profiles.indicators_by_profile:
        return StoryIndex((), "")
    return match_state.load_stories(session, now)


def detect_copies(
    session: Session, match_state: MatchState, stored: Sequence[SavedItem], now: datetime
) -> list[SavedItem]:
    """Mark each new item with the item that it copies, here and in the database."""
    from tracker.matching.boilerplate import find_agency

    new_items = [stored_item for stored_item in stored if not stored_item.edited]
    copies = match_state.update_copies(session, [stored_item.id for stored_item in new_items], now)
    roots = copies.add(
        [
            (stored_item.id, stored_item.item.title, stored_item.item.summary, now)
            for stored_item in new_items
        ]
    )
    marks = [
        (
            stored_item.id,
            None if root is None else ItemId(root),
            find_agency(stored_item.item.title, stored_item.item.summary),
        )
        for stored_item, root in zip(new_items, roots, strict=True)
    ]
    items.mark_copies(session, marks)
    copied_by = {item: root for item, root, _ in marks}
    return [replace(stored_item, copy_of=copied_by.get(stored_item.id)) for stored_item in stored]


class EvidenceLinker:
    """Assign items to stories and log evidence; collect the affected questions."""

    def __init__(
        self,
        session: Session,
        match_state: MatchState,
        profiles: OpenProfiles,
        known_stories: "StoryIndex",
        *,
        now: datetime,
    ) -> None:
        self._session = session
        self._match_state = match_state
        self._profiles = profiles
        self._stories = known_stories
        self._now = now
        self._calibration = calibration_at(session, now)
        self._story_ids: dict[ItemId, StoryId] = {}
        self._changed: dict[StoryId, KnownStory] = {}
        self.affected_question_ids: set[QuestionId] = set()

    def link_items(
        self, stored: Sequence[SavedItem], results: "Sequence[MatchResult] | None" = None
    ) -> int:
        """Match items, assign each to its story and log new evidence; return the number of pieces.

        `results` are the matches of the items if they were computed before.
        """
        earlier = {item.copy_of for item in stored if item.copy_of} | {
            item.same_as for item in stored if item.same_as
        }
        self._story_ids = items.map_items_to_stories(self._session, sorted(earlier))
        results = match_items(self._profiles, stored) if results is None else results
        count = sum(
            self._link_item(item, *result) for item, result in zip(stored, results, strict=True)
        )
        if self._changed:
            evidence.save_vectors(
                self._session, list(self._changed.values()), self._match_state.encoder_name
            )
        return count

    def _link_item(self, stored: SavedItem, matches: "tuple[Match, ...]", vector: object) -> int:
        at = stored.seen_at or self._now
        item_matches = self._select_matches(matches)
        if matches and not item_matches:
            vector = None  # a story begins with evidence
        sides = {
            question: item_match.direction
            for question, item_match in item_matches.items()
            if item_match.direction
        }
        story = self._assign_story(stored, sides, vector, at)
        if story is None:
            return 0
        if (known := self._stories.get(story)) is not None:
            known.titles.add(_get_headline(stored))
        return sum(
            self._log_match(story, item_match, stored, at) for item_match in item_matches.values()
        )

    def _select_matches(self, matches: "tuple[Match, ...]") -> dict[QuestionId, ItemMatch]:
        best = select_best_matches(matches, self._profiles, self._calibration)
        return drop_left_out(best, self._profiles, self._calibration)

    def _assign_story(
        self, stored: SavedItem, sides: Mapping[QuestionId, Direction], vector: object, at: datetime
    ) -> StoryId | None:
        """Find the story of an item: its own, that of a repeated item, a similar or a new one."""
        import numpy as np

        if stored.story_id is not None and (stored.edited or stored.seen_at is not None):
            return stored.story_id
        earlier = (
            self._story_ids.get(item_id)
            for item_id in (stored.copy_of, stored.same_as)
            if item_id is not None
        )
        known = next((story for story in earlier if story is not None), stored.story_id)
        if known is not None:
            self._join_story(stored.id, known, at)
            return known
        if vector is None:
            return None
        meaning = np.asarray(vector, dtype=np.float32)
        placed = self._stories.place(_get_headline(stored), meaning, sides, at)
        if placed.story is None:
            return self._start_story(stored, meaning, sides, at)
        if placed.also is not None:
            self._merge_stories(placed.story, placed.also)
        story = self._stories.get(placed.story.id) or placed.story
        self._stories.join(story, meaning, sides, at)
        self._changed[story.id] = story
        self._join_story(stored.id, story.id, at)
        self.affected_question_ids.update(story.sides)
        return story.id

    def _start_story(
        self, stored: SavedItem, vector: object, sides: Mapping[QuestionId, Direction], at: datetime
    ) -> StoryId:
        """Start a story with the item and any item without a story that it repeats."""
        import numpy as np

        from tracker.matching.story_index import KnownStory

        story_id = evidence.add_story(self._session, stored.item.title, at)
        story = KnownStory(
            story_id, _get_headline(stored), np.array(vector, dtype=np.float32), at, at, dict(sides)
        )
        self._stories.add(story)
        self._changed[story_id] = story
        for earlier in (stored.copy_of, stored.same_as):
            if earlier is not None:
                self._join_story(earlier, story_id, at)
        self._join_story(stored.id, story_id, at)
        return story_id

    def _join_story(self, item_id: ItemId, story_id: StoryId, at: datetime) -> None:
        evidence.join_story(self._session, item_id, story_id, at)
        self._story_ids[item_id] = story_id

    def _merge_stories(self, first: "KnownStory", second: "KnownStory") -> None:
        """Merge two stories; the later one counts as part of the earlier from now on."""
        earlier, later = sorted((first, second), key=lambda s: (s.first_seen_at, s.id))
        merge = StoryMerge(later.id, earlier.id, self._now)
        evidence.merge_stories(self._session, merge, f"a report fits both: {earlier.title[:150]}")
        for question_id in sorted(earlier.sides.keys() & later.sides.keys()):
            self._lift_merged(later.id, earlier.id, question_id)
        self._stories.merge(later, earlier)
        self.affected_question_ids.update([*first.sides, *second.sides])

    def _log_match(
        self, story_id: StoryId, item_match: ItemMatch, stored: SavedItem, at: datetime
    ) -> bool:
        """Log a match as evidence; if its story is evidence on that question already, lift that."""
        piece = _make_piece(story_id, item_match, stored, at)
        why = MatchReason(
            item_match.match.nearest,
            item_match.match.cosine,
            item_match.match.polarity.why,
            self._profiles.matcher.version,
        )
        standing = evidence.find_standing_evidence(self._session, story_id, piece.question_id)
        if standing is not None:
            # A new version of the matcher does not judge the archive's evidence anew.
            if stored.seen_at is None or standing.why.matcher == why.matcher:
                self._lift(standing, piece, why, item_id=stored.id, seen_at=at)
            return False
        edited = " in an edited version" if stored.edited else ""
        words = f"matched {', '.join(piece.matched)}{edited}"
        logged = Decision("logged", piece.direction, piece.strength, MATCHER, self._now, words)
        evidence_id = evidence.add_evidence(self._session, piece, logged, why)
        logger.info(
            "evidence.logged",
            feed=stored.feed_id,
            item=stored.id,
            story=story_id,
            evidence=evidence_id,
            question=piece.question_id,
            relevance=round(piece.relevance, 2),
            title=stored.item.title,
        )
        self._note_piece(piece)
        return True

    def _lift(
        self,
        standing: StandingEvidence,
        report: Evidence,
        why: MatchReason,
        *,
        item_id: ItemId | None,
        seen_at: datetime | None,
    ) -> None:
        """Record what a report of its story adds to a piece from now on, if it is enough."""
        lifted = lift_evidence(standing.piece, report)
        if lifted is None:
            return
        lifted = replace(lifted, matched=report.matched)
        if not report.direction:
            why = replace(why, leaning=standing.why.leaning)
        note = f"lifted from relevance {standing.piece.relevance:.2f} to {lifted.relevance:.2f}"
        decision = Decision(
            "logged",
            lifted.direction,
            lifted.strength,
            MATCHER,
            self._now,
            note,
            make_revision(lifted, why, item_id, seen_at),
        )
        decisions.add_decision(self._session, lifted.id, decision)
        relevance = round(lifted.relevance, 2)
        logger.info("evidence.lifted", item=item_id, evidence=lifted.id, relevance=relevance)
        self._note_piece(lifted)

    def _lift_merged(self, story: StoryId, into: StoryId, question_id: QuestionId) -> None:
        """Lift a piece of the story that stays by that of the one that became part of it."""
        whole = evidence.find_standing_evidence(self._session, into, question_id)
        part = evidence.find_standing_evidence(self._session, story, question_id)
        if whole is None or part is None or part.piece.status != "logged":
            return
        if _get_side(whole.piece) == _get_side(part.piece):  # others stay two pieces
            carrier = evidence.find_carrier(self._session, part.piece)
            self._lift(whole, part.piece, part.why, item_id=carrier, seen_at=None)

    def _note_piece(self, piece: Evidence) -> None:
        """Remember the side of a story, and the question for its suggestion."""
        self.affected_question_ids.add(piece.question_id)
        known = self._stories.get(piece.story_id)
        if known is not None and (piece.direction or piece.question_id not in known.sides):
            known.sides[piece.question_id] = piece.direction


def _get_side(piece: Evidence) -> tuple[Direction, str]:
    return piece.direction, piece.option


def _make_piece(
    story_id: StoryId, item_match: ItemMatch, stored: SavedItem, at: datetime
) -> Evidence:
    """Return the evidence that a report would be by itself."""
    indicator = item_match.indicator
    report = SourceReport("", 0.0, at, rung=read_rung(stored.item.title))
    return Evidence(
        id=EvidenceId(0),
        question_id=indicator.question_id,
        story_id=story_id,
        indicator_id=indicator.id,
        direction=item_match.direction,
        strength=item_match.strength,
        relevance=item_match.relevance,
        status="logged",
        judged_by=MATCHER,
        first_seen_at=at,
        reports=(report,),
        matched=item_match.match.matched,
        p_direction=item_match.p_direction,
        option=indicator.option,
    )


def _get_headline(stored: SavedItem) -> str:
    from tracker.matching.boilerplate import clean_headline

    return clean_headline(stored.item.title)
