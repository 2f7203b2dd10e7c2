"""Siblings in lists: folded under their parent, so that many windows take one line."""

from collections.abc import Iterable, Sequence

from forecasts.questions.question import QuestionId
from tracker.model.read_models import QuestionSummary


def fold_siblings(rows: Sequence[QuestionSummary]) -> list[QuestionSummary]:
    """Keep the latest sibling of each question, right behind it where it is in the list.

    A family stands where the first of the two would, so that what closes soon stays on top.
    """
    listed = {row.question.id: row for row in rows}
    latest: dict[QuestionId, QuestionSummary] = {}
    for row in sorted(rows, key=lambda row: row.question.closes_at):
        if row.parent_id is not None:
            latest[row.parent_id] = row
    folded: list[QuestionSummary] = []
    seen: set[QuestionId] = set()
    for row in rows:
        head = row.question.id if row.parent_id is None else row.parent_id
        if (row.parent_id is None or row is latest[head]) and head not in seen:
            seen.add(head)
            folded += filter(None, (listed.get(head), latest.get(head)))
    return folded


def keep_due_siblings(rows: Iterable[QuestionSummary]) -> list[QuestionSummary]:
    """Leave out siblings, except for each question the first that has no answer."""
    all_rows = list(rows)
    due: dict[QuestionId, QuestionSummary] = {}
    for row in sorted(all_rows, key=lambda row: row.question.closes_at):
        if row.parent_id is not None and row.resolution is None:
            due.setdefault(row.parent_id, row)
    return [row for row in all_rows if row.parent_id is None or row is due.get(row.parent_id)]
