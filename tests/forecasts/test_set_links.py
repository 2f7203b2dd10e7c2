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


def test_links_are_read_in_order_with_everything_they_say() -> None:
    sides, countries = read_question_set(EVERY_KIND).links
    assert sides == Link(
        LinkId("sides"),
        "negates",
        (QuestionId("neutral"), QuestionId("treaty")),
        "Neutral or bound",
        why="A treaty ends neutrality.",
    )
    assert (countries.labels, countries.why) == (("treaty", "neutrality"), "")


def test_a_set_needs_no_links() -> None:
    assert read_question_set({n: t for n, t in EVERY_KIND.items() if n != "links.toml"}).links == ()


@check_rows(
    [
        link("implies", "a", "b"),
        link("negates", "b", "a"),
        link("conjunction", "a", "b", "both"),
        link("one of", "a", "b"),
        link("one of", "a", "b", "c"),
        link("dates", "a", "b", "c"),
        link("members", "b", "a", "both", "c"),
        link("members", "trade", "trade-if"),
        link("condition", "a", "b", "c"),
        link("condition", "a", "trade-if", "trade-if-not"),
        link("condition", "a", "trade-if", "trade-if-not", "trade"),
    ]
)
def test_links_of_every_kind_may_bind_what_fits(found: Link) -> None:
    check_link_questions(found, KNOWN)


@check_rows(
    [
        (link("implies", "a"), "a link of kind 'implies' has 2 questions, not 1"),
        (link("implies", "a", "b", "c"), "has 2 questions, not 3"),
        (link("negates", "a", "b", "c"), "has 2 questions, not 3"),
        (link("conjunction", "a", "b"), "has 3 questions, not 2"),
        (link("one of", "a"), "has 2 or more questions, not 1"),
        (link("dates", "a"), "has 2 or more questions, not 1"),
        (link("condition", "a", "b"), "has 3 or 4 questions, not 2"),
        (link("condition", "a", "b", "both", "c", "trade"), "has 3 or 4 questions, not 5"),
        (link("implies", "a", "a"), "'a' stands in the link twice"),
        (link("implies", "a", "nobody"), "there is no question 'nobody'"),
        (
            link("implies", "a", "trade"),
            "'trade' is numeric: in a link of kind 'implies' all its questions have to be",
        ),
        (
            link("one of", "capital", "a"),
            "'capital' is categorical: in a link of kind 'one of' all",
        ),
        (
            link("condition", "trade", "a", "b"),
            "'trade' is numeric: in a link of kind 'condition' its first question",
        ),
        (
            link("condition", "a", "trade-if", "visit"),
            "the questions are date and numeric: those that stand side by",
        ),
        (link("members", "a", "visit"), "the questions are binary and date"),
        (link("dates", "trade", "visit"), "the questions are date and numeric"),
        (
            link("dates", "a", "until"),
            "the questions are event_by and holds_until: make a group of each",
        ),
        (
            link("dates", "b", "a"),
            "'a' does not close after 'b': put the questions of a date group in order",
        ),
        (link("dates", "b", "both"), "'both' does not close after 'b'"),
    ]
)
def test_a_link_that_does_not_fit_its_questions_is_refused(found: Link, reason: str) -> None:
    with pytest.raises(InvalidQuestion) as caught:
        check_link_questions(found, KNOWN)
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
