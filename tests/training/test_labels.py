"""The labels that the heads are fitted on are well formed; the news they speak of is not needed to
know.
"""

import csv
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import training
from tracker.app import question_set_files

FOLDER = Path(training.__file__).parent
COLUMNS = ["topic", "item", "relevance", "stance"]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (FOLDER / "labels.tsv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert reader.fieldnames == COLUMNS
        return list(reader)


@pytest.fixture(scope="module")
def topics() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(
        (FOLDER / "topics.toml").read_text(encoding="utf-8")
    )["topic"]
    return found


def test_every_label_is_of_a_known_topic(
    rows: list[dict[str, str]], topics: list[dict[str, Any]]
) -> None:
    built_in = {
        str(question.id)
        for question in question_set_files.load_question_set(
            question_set_files.DEFAULT_SET
        ).questions
    }
    assert {row["topic"] for row in rows} <= built_in | {topic["id"] for topic in topics}


def test_relevance_is_0_to_2_and_stance_a_side(rows: list[dict[str, str]]) -> None:
    assert {row["relevance"] for row in rows} == {"0", "1", "2"}
    assert {row["stance"] for row in rows} <= {"-1", "0", "1"}
    assert all(row["item"] for row in rows)


def test_what_is_not_relevant_takes_no_side(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if row["relevance"] == "0" and row["stance"] != "0"] == []


def test_no_pair_is_labelled_twice(rows: list[dict[str, str]]) -> None:
    count = Counter((row["topic"], row["item"]) for row in rows)
    assert [pair for pair, n in count.items() if n > 1] == []


def test_labels_hold_names_of_items_and_no_text_of_theirs(rows: list[dict[str, str]]) -> None:
    assert all(" " not in row["item"] and len(row["item"]) < 80 for row in rows)


def test_every_topic_has_labels_both_ways_and_stands_once(
    rows: list[dict[str, str]], topics: list[dict[str, Any]]
) -> None:
    names = [topic["id"] for topic in topics]
    assert len(names) == len(set(names))
    for name in names:
        mine = {row["relevance"] for row in rows if row["topic"] == name}
        assert "0" in mine, name
        assert mine & {"1", "2"}, name


def test_topics_have_a_question_and_phrasings_on_both_sides(topics: list[dict[str, Any]]) -> None:
    for topic in topics:
        assert set(topic) == {"id", "question", "examples", "opposites"}
        assert topic["question"].endswith("?")
        said = [*topic["examples"], *topic["opposites"]]
        assert min(len(topic["examples"]), len(topic["opposites"])) >= 2
        assert len(said) == len(set(said))
        assert all(phrase == phrase.strip() and phrase for phrase in said)
