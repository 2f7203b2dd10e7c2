"""Find the questions of rows that tell a question by its text: existing ones, or new ones.

A row matches a retrospective question by its link, or else by equal text. New questions are
retrospective: a live record holds nothing but what was entered at the time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.questions.new_question import NewQuestion, build_question, short_name
from forecasts.questions.question import Question, QuestionId
from tracker.errors import NotFound, TrackerError
from tracker.model.forecast_import import (
    FileRow,
    ImportChoices,
    ImportedQuestion,
    RefusedRow,
    Source,
)

SITES: Final[Mapping[Source, str]] = {
    "fatebook": "Fatebook",
    "predictionbook": "PredictionBook",
    "metaculus": "Metaculus",
    "manifold": "Manifold",
}
AFTER_LAST_FORECAST: Final = timedelta(minutes=1)
"""Time from the last forecast to the close, where the forecast came after the deadline."""


@dataclass(slots=True)
class MatchedRows:
    """Rows that name a question by its id, the questions to be opened, and what is planned."""

    rows: list[FileRow] = field(default_factory=list)
    new: dict[QuestionId, Question] = field(default_factory=dict)
    planned: list[ImportedQuestion] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


def match_rows(
    rows: Iterable[FileRow],
    source: Source,
    choices: ImportChoices,
    *,
    existing: Sequence[Question],
    used_ids: Collection[str],
) -> MatchedRows:
    """Give each row its question; rows of one that cannot be opened are refused with the reason."""
    matched, index = MatchedRows(), _Index(existing)
    by_key: dict[str, list[FileRow]] = {}
    for row in rows:
        if "question" in row.values:
            matched.rows.append(row)
        elif "text" not in row.values:
            reason = "the text of the question is missing: give it, or the id of a question"
            matched.refused.append(RefusedRow(row.file, row.line, reason))
        else:
            by_key.setdefault(_make_key(row.values), []).append(row)
    reserved = set(used_ids)
    for own_rows in by_key.values():
        try:
            question = index.find(own_rows[0].values, choices)
            is_new = question is None
            if question is None:
                question = _build_question(own_rows, source, reserved)
                matched.new[question.id] = question
                reserved.add(question.id)
        except (ForecastsError, TrackerError) as error:
            matched.refused += [RefusedRow(r.file, r.line, str(error)) for r in own_rows]
            continue
        matched.planned.append(
            ImportedQuestion(
                text=question.text,
                link=str(own_rows[0].values.get("link", "")),
                opens_at=question.opens_at,
                closes_at=question.closes_at,
                matched=None if is_new else question.id,
            )
        )
        for row in own_rows:
            matched.rows.append(replace(row, values={**row.values, "question": question.id}))
    return matched


class _Index:
    """Existing questions by id, and retrospective ones by link and by text."""

    def __init__(self, existing: Sequence[Question]) -> None:
        past = [question for question in existing if question.retrospective]
        self._by_id = {question.id: question for question in existing}
        self._by_link = {_trim_link(s): q for q in past for s in q.sources}
        self._by_text = {_fold(q.text): q for q in past}

    def find(self, values: Mapping[str, Any], choices: ImportChoices) -> Question | None:
        """Return the question of a row as chosen, or by link or text; raises `NotFound`."""
        text, link = str(values["text"]), str(values.get("link", ""))
        if chosen := choices.questions.get(link) or choices.questions.get(text):
            if QuestionId(chosen) not in self._by_id:
                raise NotFound("question", chosen, "`tracker question list` has the names")
            return self._by_id[QuestionId(chosen)]
        by_link = self._by_link.get(_trim_link(link)) if link else None
        return by_link or self._by_text.get(_fold(text))


def _make_key(values: Mapping[str, Any]) -> str:
    link = values.get("link")
    return _trim_link(str(link)) if link else _fold(str(values["text"]))


def _trim_link(link: str) -> str:
    return link.strip().removeprefix("https://").removeprefix("http://").rstrip("/")


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _build_question(rows: Sequence[FileRow], source: Source, used_ids: Collection[str]) -> Question:
    first = rows[0].values
    opens_at, closes_at = _find_window(rows)
    site = SITES.get(source)
    criteria = f"As it was resolved on {site}." if site else "As whoever asked it judged."
    link = first.get("link")
    return build_question(
        NewQuestion(
            id=_find_unused(short_name(str(first["text"])) or "question", used_ids),
            text=str(first["text"]),
            criteria=str(first.get("criteria") or criteria),
            sources=(str(link),) if link else (),
            opens_at=opens_at,
            closes_at=closes_at,
            resolves_at=closes_at,
            tags=(source,) if site else (),
            retrospective=True,
        )
    )


def _find_window(rows: Sequence[FileRow]) -> tuple[datetime, datetime]:
    """Return opening and close: as given, widened to what was forecast before an answer."""
    times: dict[str, list[datetime]] = {
        name: [row.values[name] for row in rows if name in row.values]
        for name in ("opens_at", "closes_at", "made_at", "known_at")
    }
    begins = (*times["opens_at"], *times["made_at"])
    if not begins:
        raise InvalidQuestion("nobody says when the question was asked: give opens_at")
    ends = times["closes_at"] or times["known_at"]
    if not ends:
        raise InvalidQuestion("its deadline is missing: give closes_at, or the answer with its day")
    known_at = min(times["known_at"], default=None)
    counting = [at for at in times["made_at"] if known_at is None or at < known_at]
    last = max(counting, default=None)
    closes_at = max(ends)
    if last is not None and last >= closes_at:
        closes_at = last + AFTER_LAST_FORECAST
    return min(begins), closes_at


def _find_unused(name: str, used_ids: Collection[str]) -> str:
    """Return the name, with the first number behind it that no question has."""
    number, unused = 1, name
    while unused in used_ids:
        number += 1
        unused = f"{name}-{number}"
    return unused
