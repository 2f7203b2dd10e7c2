"""Stories on scenarios that already count through a question of the scenarios' table."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Evidence, StoryId
from forecasts.evidence.weights import SuggestionModel, find_root, map_merges, visible_evidence
from forecasts.questions.question import QuestionId
from tracker.storage import evidence, evidence_history
from tracker.storage.scenarios import find_scenario_set
from tracker.storage.tables import ScenarioSetRow

NEWEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""An instant after everything."""


def list_counted_stories(
    session: Session, question_ids: Collection[QuestionId], at: datetime, model: SuggestionModel
) -> dict[QuestionId, frozenset[StoryId]]:
    """Return, for each scenario set among these questions, the stories that count through its rows.

    As judged at an instant; a story merged with a counted one counts as the same.
    """
    query = select(ScenarioSetRow.question_id).where(
        col(ScenarioSetRow.question_id).in_(question_ids), ScenarioSetRow.at <= at
    )
    return {
        QuestionId(question_id): _list_stories(session, QuestionId(question_id), at, model)
        for question_id in session.exec(query).all()
    }


def _list_stories(
    session: Session, question_id: QuestionId, at: datetime, model: SuggestionModel
) -> frozenset[StoryId]:
    scenario_set = find_scenario_set(session, question_id, at)
    rows = () if scenario_set is None else scenario_set.rows
    counted = {
        piece.story_id
        for row in rows
        for piece in visible_evidence(
            evidence_history.load_evidence_as_of(session, row.question_id, at),
            row.question_id,
            at,
            model,
        )
    }
    merged = map_merges(evidence.list_merges(session), at) if counted else {}
    roots = {find_root(story, merged) for story in counted}
    return frozenset(roots | {story for story in merged if find_root(story, merged) in roots})


def find_context_only(
    session: Session, pieces: Sequence[Evidence], at: datetime, model: SuggestionModel
) -> frozenset[int]:
    """Return the ids of the pieces that move no suggestion, however they are judged.

    Their story counts through a question of a table.
    """
    counted = list_counted_stories(session, {piece.question_id for piece in pieces}, at, model)
    return frozenset(e.id for e in pieces if e.story_id in counted.get(e.question_id, ()))
