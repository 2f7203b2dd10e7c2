"""Links of a question set: links.toml."""

from collections.abc import Mapping
from typing import cast, get_args

from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.links import Link, LinkId, LinkKind, check_labels, check_link
from forecasts.questions.question import Question, QuestionId


def read_links(file: SetFile, questions: Mapping[QuestionId, Question]) -> tuple[Link, ...]:
    """Read the links of a set; raises `InvalidQuestionSet`."""
    file.only("link")
    return unique((record, _read_link(record, questions)) for record in file.records("link"))


def _read_link(record: Record, questions: Mapping[QuestionId, Question]) -> Link:
    link = Link(
        id=LinkId(record.slug()),
        kind=cast(LinkKind, record.word("kind", get_args(LinkKind))),
        question_ids=record.known("questions", questions),
        title=record.text("title"),
        labels=record.texts("labels"),
        why=record.text("why", ""),
    )
    record.checked(lambda: check_link(link, questions), "questions")
    record.checked(lambda: check_labels(link), "labels")
    record.done()
    return link
