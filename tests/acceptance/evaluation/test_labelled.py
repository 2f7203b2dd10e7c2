"""Files of labels are read whole, or refused with the line and what is wrong with it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.evaluation.labelled import read_pairs, read_questions, read_reports
from tests.acceptance.evaluation.labels import PAIRS, QUESTIONS, REPORTS, written
from tracker.errors import Refused

PAIR_LINE = json.dumps(PAIRS[0])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("3", "one JSON object with named fields"),
        ({"question_id": None}, "question_id is missing"),
        ({"item_id": ""}, "item_id is missing"),
        ({"title": ""}, "title is missing"),
        ({"title": ["A"]}, 'title is ["A"]: write a text'),
        ({"date": "yesterday"}, "is not a date"),
        ({"relevance": None}, "relevance is missing: write one of 0, 1, 2"),
        ({"relevance": 3}, "relevance is 3: write one of 0, 1, 2"),
        ({"relevance": True}, "relevance is true"),
        ({"relevance": [1]}, "relevance is [1]"),
        ({"direction": "yes"}, 'direction is "yes": write one of -1, 0, 1'),
    ],
)
def test_a_bad_pair_is_refused_with_its_number(
    tmp_path: Path, line: str | dict[str, Any], why: str
) -> None:
    file = tmp_path / "pairs.jsonl"
    bad = line if isinstance(line, str) else json.dumps({**PAIRS[0], **line})
    file.write_text(f"{PAIR_LINE}\n\n{bad}\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_pairs(file)
    assert str(refused.value).startswith(f"{file}:3: ")
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"group": "mine"}, 'group is "mine": write one of own question, shipped set'),
        ({"to": ""}, "from and to are needed"),
        ({"kind": "guess"}, 'kind is "guess": write one of binary'),
        ({"options": "A"}, 'options is "A": write a list of names'),
        ({"question": ""}, "question is missing"),
    ],
)
def test_a_bad_question_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused) as refused:
        read_questions(written(tmp_path / "a.jsonl", [{**QUESTIONS[0], **change}]))
    assert f"a.jsonl:1: {why}" in str(refused.value)


def test_optional_fields_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    line = {**PAIRS[0], "item_id": 4, "title": None, "summary": " B ", "direction": None}
    file.write_text("\ufeff" + json.dumps(line), "utf-8")
    (pair,) = read_pairs(file)
    assert (pair.item_id, pair.title, pair.summary, pair.direction) == ("4", "", "B", 0)
    assert (pair.relevance, pair.is_evidence) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", b"\xff\xfe", "is not UTF-8 text"),
        ("a.jsonl", b"\n", "is empty"),
        ("a.jsonl.gz", b"{}", "is no whole gzip file"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 999, mtime=0)[:-20], "is no whole gzip file"),
        ("a.jsonl", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=why):
        read_pairs(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"event": None}, "event is missing"),
        ({"published": ""}, "published is missing"),
        ({"published": "yesterday"}, "is not a date"),
        ({"published": "2026-03-01T12:00:00"}, "no time zone"),
    ],
)
def test_a_report_without_event_or_time_is_refused(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=rf"a\.jsonl:1: .*{why}"):
        read_reports(written(tmp_path / "a.jsonl", [{**REPORTS[0], **change}]))
