"""Families of the stored questions, the same for every page, command, report and check."""

from collections.abc import Iterable, Mapping

from forecasts.questions.families import FamilyId, group_families
from forecasts.questions.question import Question, QuestionId
from forecasts.questions.series import SeriesId
from tracker.storage import scenarios, series
from tracker.storage.sessions import Session


def load_families(session: Session, questions: Iterable[Question]) -> Mapping[QuestionId, FamilyId]:
    """Group questions that share their fate: by claim, link, event, or the series that settles.

    Pass all questions: two may share their fate by a third alone.
    """
    by_series: dict[SeriesId, list[QuestionId]] = {}
    for question_id, settlement in series.load_settlements(session).items():
        by_series.setdefault(settlement.series_id, []).append(question_id)
    return group_families(questions, scenarios.list_links(session), by_series.values())
