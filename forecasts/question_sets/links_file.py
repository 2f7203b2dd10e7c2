"""The links of a question set: links.toml."""

from collections.abc import Mapping
from typing import cast, get_args

from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.links import Link, LinkId, LinkKind, check_labels, check_link
from forecasts.questions.question import Question, QuestionId


def read_links(file: SetFile, questions: Mapping[QuestionId, Question]) -> tuple[Link, ...]:
    """The links of a set; raises `InvalidQuestionSet`."""
    file.only("link")
    return unique((r, _link(r, questions)) for r in file.records("link"))


def _link(r: Record, questions: Mapping[QuestionId, Question]) -> Link:
    link = Link(
        id=LinkId(r.slug()),
        kind=cast(LinkKind, r.word("kind", get_args(LinkKind))),
        question_ids=r.known("questions", questions),
        title=r.text("title"),
        labels=r.texts("labels"),
        why=r.text("why", ""),
    )
    r.checked(lambda: check_link(link, questions), "questions")
    r.checked(lambda: check_labels(link), "labels")
    r.done()
    return link
