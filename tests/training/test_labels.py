"""The labels that the heads are fitted on are well formed; the news they speak of is not needed to
know.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests import training
from tracker.matching.compile_question import compile_text

FOLDER = Path(training.__file__).parent

Row = dict[str, str]


def read_file(name: str, columns: list[str]) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert reader.fieldnames == columns
        return list(reader)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_file("labels.tsv", ["question", "item", "relevance", "direction", "strength"])


@pytest.fixture(scope="module")
def questions() -> list[Row]:
    return read_file("questions.tsv", ["id", "question", "criteria"])


def test_every_label_is_of_a_known_question(rows: list[Row], questions: list[Row]) -> None:
    names = [question["id"] for question in questions]
    assert len(names) == len(set(names))
    assert {row["question"] for row in rows} == set(names)


def test_relevance_direction_and_strength_are_on_their_scales(rows: list[Row]) -> None:
    assert {row["relevance"] for row in rows} == {"0", "1", "2"}
    assert {row["direction"] for row in rows} == {"-1", "0", "1"}
    assert {row["strength"] for row in rows} <= set("01234")
    assert all(row["item"] for row in rows)


def test_what_is_not_relevant_takes_no_side(rows: list[Row]) -> None:
    other = [row for row in rows if row["relevance"] == "0"]
    assert [row for row in other if (row["direction"], row["strength"]) != ("0", "0")] == []


def test_no_pair_is_labelled_twice(rows: list[Row]) -> None:
    count = Counter((row["question"], row["item"]) for row in rows)
    assert [pair for pair, n in count.items() if n > 1] == []


def test_labels_hold_names_of_items_and_no_text_of_theirs(rows: list[Row]) -> None:
    assert all(" " not in row["item"] and len(row["item"]) < 80 for row in rows)


def test_every_question_has_labels_and_most_of_them_evidence(
    rows: list[Row], questions: list[Row]
) -> None:
    evidence = {row["question"] for row in rows if row["relevance"] == "2"}
    others = {row["question"] for row in rows if row["relevance"] == "0"}
    names = {question["id"] for question in questions}
    assert len(evidence & others) >= 0.5 * len(names)


def test_questions_are_asked_and_have_criteria(questions: list[Row]) -> None:
    for row in questions:
        assert row["question"].endswith("?"), row["id"]
        assert row["criteria"].strip(), row["id"]
        (statement,) = compile_text(row["question"], "binary", ()).statements
        assert statement.yes != statement.no, row["id"]
        assert statement.yes, row["id"]
