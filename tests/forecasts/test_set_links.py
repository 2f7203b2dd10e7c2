"""The links of a set: what every kind of link asks of its questions, and where a mistake stands."""

import pytest

from forecasts.errors import InvalidQuestion
from forecasts.question_sets.question_set import read_question_set
from forecasts.questions.links import Link, LinkId, check_link_labels, check_link_questions
from forecasts.questions.question import QuestionId
from tests.forecasts.small_set import EVERY_KIND, LINKS, changed, line_of, refusal
from tests.forecasts.strategies import (
    categorical_question,
    date_question,
    numeric_question,
    question,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_links")

KNOWN = {
    q.id: q
    for q in (
        question(name="a", days=100),
        question(name="b", days=200),
        question(name="both", days=200),
        question(name="c", days=300),
        question("holds_until", name="until", days=300),
        numeric_question(name="trade-if"),
        numeric_question(name="trade-if-not"),
        numeric_question(name="trade"),
        date_question(name="visit"),
        categorical_question(name="capital"),
    )
}


def link(kind: str, *names: str, labels: tuple[str, ...] = ()) -> Link:
    return Link(LinkId("link"), kind, tuple(map(QuestionId, names)), "A link", labels)  # type: ignore[arg-type]


def test_links_are_optional_and_read_in_order() -> None:
    # Links are read in order with everything they say.
    sides, countries = read_question_set(EVERY_KIND).links
    assert sides == Link(
        LinkId("sides"),
        "negates",
        (QuestionId("neutral"), QuestionId("treaty")),
        "Neutral or bound",
        why="A treaty ends neutrality.",
    )
    assert (countries.labels, countries.why) == (("treaty", "neutrality"), "")
    # A set needs no links.
    assert read_question_set({n: t for n, t in EVERY_KIND.items() if n != "links.toml"}).links == ()


@check_rows(TABLES["links_of_every_kind_may_bind_what_fits"])
def test_links_of_every_kind_may_bind_what_fits(kind: str, names: tuple[str, ...]) -> None:
    check_link_questions(link(kind, *names), KNOWN)


@check_rows(TABLES["a_link_that_does_not_fit_its_questions_is_refused"])
def test_a_link_that_does_not_fit_its_questions_is_refused(
    kind: str, names: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(InvalidQuestion) as caught:
        check_link_questions(link(kind, *names), KNOWN)
    assert reason in str(caught.value)


def test_there_is_a_label_for_each_question_or_none() -> None:
    check_link_labels(link("implies", "a", "b"))
    check_link_labels(link("implies", "a", "b", labels=("first", "second")))
    with pytest.raises(
        InvalidQuestion, match="1 labels for 2 questions: give one for each, or none"
    ):
        check_link_labels(link("implies", "a", "b", labels=("first",)))


@check_rows(TABLES["a_mistake_is_refused_with_file_line_and_reason"])
def test_a_mistake_is_refused_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    error = refusal(changed("links.toml", old, new, EVERY_KIND))
    assert (error.file, error.line) == ("links.toml", line_of(LINKS, old))
    assert reason in error.reason
