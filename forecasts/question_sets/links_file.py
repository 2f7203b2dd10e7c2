"""Links of a question set: links.toml."""

from collections.abc import Mapping
from typing import cast, get_args

from forecasts.question_sets.reader import SetFile, SetRecord, require_unique_ids
from forecasts.questions.links import (
    Link,
    LinkId,
    LinkKind,
    check_link_labels,
    check_link_questions,
)
from forecasts.questions.question import Question, QuestionId


def read_links(file: SetFile, questions: Mapping[QuestionId, Question]) -> tuple[Link, ...]:
    """Read the links of a set; raises `InvalidQuestionSet`."""
    file.allow_only("link")
    return require_unique_ids(
        (record, _read_link(record, questions)) for record in file.records("link")
    )


def _read_link(record: SetRecord, questions: Mapping[QuestionId, Question]) -> Link:
    link = Link(
        id=LinkId(record.read_slug()),
        kind=cast(LinkKind, record.read_choice("kind", get_args(LinkKind))),
        question_ids=record.read_ids("questions", questions),
        title=record.read_text("title"),
        labels=record.read_texts("labels"),
        why=record.read_text("why", ""),
    )
    record.check_value(lambda: check_link_questions(link, questions), "questions")
    record.check_value(lambda: check_link_labels(link), "labels")
    record.refuse_unknown_keys()
    return link
