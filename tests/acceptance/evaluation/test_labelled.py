"""Files of labels are read whole, or refused with the line and what is wrong with it."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.evaluation.labelled import read_archive, read_labels, read_reports
from tests.acceptance.evaluation.labels import LINES, REPORTS, written
from tracker.errors import Refused


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("3", "one JSON object with named fields"),
        ('{"title": "A", "relevance": 1}', "question is missing"),
        ('{"question": "Q", "relevance": 1}', "title is missing"),
        ('{"question": "Q", "title": ["A"], "relevance": 1}', 'title is ["A"]: write a text'),
        ('{"question": "Q", "title": "A"}', "relevance is missing: write one of 0, 1, 2"),
        ('{"question": "Q", "title": "A", "relevance": 3}', "relevance is 3: write one of 0, 1, 2"),
        ('{"question": "Q", "title": "A", "relevance": true}', "relevance is true"),
        ('{"question": "Q", "title": "A", "relevance": [1]}', "relevance is [1]"),
        (
            '{"question": "Q", "title": "A", "relevance": 1, "stance": "yes"}',
            'stance is "yes": write one of -1, 0, 1',
        ),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(
        f'{{"question": "Q", "title": "A", "relevance": 1}}\n\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(Refused) as refused:
        read_labels(file)
    assert str(refused.value).startswith(f"{file}:3: ")
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_contradicting_duplicate_labels_are_refused(
    tmp_path: Path,
) -> None:
    again = {**LINES[0], "title": LINES[0]["title"].upper()}
    assert len(read_labels(written(tmp_path / "a.jsonl", [*LINES, again]))) == len(LINES)
    with pytest.raises(Refused, match=r"b\.jsonl:7: the item of line 1 has other labels"):
        read_labels(written(tmp_path / "b.jsonl", [*LINES, {**again, "relevance": 0}]))


def test_optional_fields_and_byte_order_marks_are_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(
        '\ufeff{"qid": 4, "title": null, "summary": " B ", "relevance": 2.0, "stance": null}',
        "utf-8",
    )
    (label,) = read_labels(file)
    assert (label.asked, label.title, label.summary, label.relevance, label.stance) == (
        ("4", ""),
        "",
        "B",
        2,
        0,
    )


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
        read_archive(tmp_path / name)


def test_items_of_an_archive_without_text_are_left_out(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", [{"id": "1"}, {"id": "2", "summary": "Rain"}])
    assert [item.id for item in read_archive(file)] == ["2"]


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
