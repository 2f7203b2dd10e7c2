"""Archives are read in the order in which things were first seen, or refused with the line and what
is wrong.
"""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from forecasts.questions.question import utc
from tests.builders import an_rss
from tests.tables import check_rows
from tracker.errors import Refused
from tracker.feeds.parsing.change_detection import EntryNames
from tracker.replay.backtest.news_archive import NO_FIRST_SEEN, read_archive


def line(title: str, published: str = "2022-06-01T12:00:00Z", **more: Any) -> dict[str, Any]:
    """An item of an archive."""
    slug = "-".join(title.lower().split())
    url = f"https://wire.invalid/{slug}"
    return {
        "id": slug,
        "title": title,
        "url": url,
        "published": published,
        "source": "wire",
        **more,
    }


def written(path: Path, *lines: Any) -> Path:
    """A file with an object a line, gzipped if its name says so."""
    text = "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def captured(folder: Path, *captures: tuple[str, str, bytes]) -> Path:
    """A folder of captured feeds: (feed, time, document)."""
    folder.mkdir()
    rows = []
    for number, (feed, at, body) in enumerate(captures):
        (folder / f"{number}.xml.gz").write_bytes(gzip.compress(body))
        rows.append({"feed": feed, "file": f"{number}.xml.gz", "captured_at": at})
    written(folder / "manifest.jsonl", *rows)
    return folder


def seen(path: Path, *, skip_bad: bool = False) -> list[tuple[datetime, str, list[str]]]:
    """What was first seen when, and where."""
    found = read_archive(path, skip_bad=skip_bad).sightings
    return [(one.at, one.source, [entry.title for entry in one.entries]) for one in found]


@pytest.mark.parametrize("name", ["archive.jsonl", "archive.jsonl.gz"])
def test_items_come_in_the_order_of_first_sight(tmp_path: Path, name: str) -> None:
    late = line(
        "Told at once but seen late", "2022-06-01T00:00:00Z", first_seen="2022-06-03T00:00:00Z"
    )
    path = written(
        tmp_path / name, late, line("Seen second", "2022-06-02T00:00:00Z"), line("Seen first")
    )
    assert [(at, titles) for at, _, titles in seen(path)] == [
        (utc("2022-06-01T12:00:00Z"), ["Seen first"]),
        (utc("2022-06-02"), ["Seen second"]),
        (utc("2022-06-03"), ["Told at once but seen late"]),
    ]


def test_items_keep_their_order_and_say_what_is_claimed(tmp_path: Path) -> None:
    claimed, known = line("Claimed"), line("Known", first_seen="2022-06-01T13:00:00Z")
    vague = line("Vague", date_precision="day")
    assert read_archive(written(tmp_path / "a.jsonl", claimed)).warnings == (NO_FIRST_SEEN,)
    assert read_archive(written(tmp_path / "b.jsonl", known)).warnings == ()
    mixed = read_archive(written(tmp_path / "c.jsonl", claimed, known, vague)).warnings
    assert [warning.split(":")[0] for warning in mixed] == [
        "2 of 3 items have no first_seen",
        "1 items name the day of their publication only",
    ]
    path = written(tmp_path / "a.jsonl", line("B"), line("A"), line("C", source="daily"))
    assert [(source, titles) for _, source, titles in seen(path)] == [
        ("wire", ["B", "A"]),
        ("daily", ["C"]),
    ]


@check_rows(
    [
        ("{\n", "this is no JSON"),
        ("3\n", "one JSON object with named fields"),
        ({**line("A"), "title": ""}, "title is missing"),
        ({**line("A"), "title": ["A"]}, 'title is ["A"]: write a text'),
        ({**line("A"), "source": None}, "source is missing"),
        ({**line("A"), "published": None}, "first_seen and published are missing"),
        ({**line("A"), "published": "yesterday"}, "'yesterday' is not a date"),
        ({**line("A"), "first_seen": "2022-06-01T12:00:00"}, "has no time zone"),
        ({**line("A"), "title": "<p></p>"}, "no text that can be shown"),
    ],
    "bad",
    "why",
)
def test_a_bad_line_is_refused_with_its_number_or_counted(
    tmp_path: Path, bad: Any, why: str
) -> None:
    path = written(tmp_path / "a.jsonl", line("Good"), "\n", bad)
    with pytest.raises(Refused) as refused:
        read_archive(path)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert why in str(refused.value)
    found = read_archive(path, skip_bad=True)
    assert len(found.sightings) == len(found.skipped) == 1
    assert found.skipped[0].startswith(f"{path}:3: ")


def test_an_empty_or_broken_archive_is_refused(
    tmp_path: Path,
) -> None:
    half = tmp_path / "half.jsonl.gz"
    half.write_bytes(gzip.compress(b'{"title": "A"}' * 100)[:-9])
    for path in (written(tmp_path / "empty.jsonl"), half, tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(Refused) as refused:
            read_archive(path)
        assert str(tmp_path) in str(refused.value)
        assert "\n" not in str(refused.value)


def test_an_entry_is_first_seen_with_its_first_capture(
    tmp_path: Path,
) -> None:
    one, two = ("One", "https://wire.invalid/1"), ("Two", "https://wire.invalid/2")
    folder = captured(
        tmp_path / "captures",
        ("wire", "2022-06-03T00:00:00Z", an_rss(two, one)),
        ("wire", "2022-06-01T00:00:00Z", an_rss(one)),
        ("daily", "2022-06-02T00:00:00Z", an_rss(one, title="The daily")),
        ("wire", "2022-06-04T00:00:00Z", an_rss(two)),
        ("wire", "2022-06-05T00:00:00Z", an_rss(("Two, as it turns out", two[1]))),
    )
    assert seen(folder) == [
        (utc("2022-06-01"), "wire", ["One"]),
        (utc("2022-06-02"), "daily", ["One"]),
        (utc("2022-06-03"), "wire", ["Two"]),
        (utc("2022-06-05"), "wire", ["Two, as it turns out"]),
    ]


def test_entries_of_a_capture_come_oldest_first(
    tmp_path: Path,
) -> None:
    entries = [(name, f"https://wire.invalid/{name}") for name in ("newest", "middle", "oldest")]
    (found,) = read_archive(
        captured(tmp_path / "c", ("wire", "2022-06-01T00:00:00Z", an_rss(*entries)))
    ).sightings
    assert [entry.title for entry in found.entries] == ["oldest", "middle", "newest"]
    assert found.document is not None
    assert all(entry.key in EntryNames(found.document) for entry in found.entries)


def test_a_capture_without_a_feed_is_refused_or_counted(tmp_path: Path) -> None:
    folder = captured(
        tmp_path / "captures",
        ("wire", "2022-06-01T00:00:00Z", an_rss(("One", "https://wire.invalid/1"))),
        ("wire", "2022-06-02T00:00:00Z", b"<html><body>Gone</body></html>"),
    )
    with pytest.raises(Refused, match=r"manifest\.jsonl:2: "):
        read_archive(folder)
    assert len(read_archive(folder, skip_bad=True).skipped) == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            {"feed": "wire", "file": "../secret.xml", "captured_at": "2022-06-01"},
            "lies outside the folder",
        ),
        ({"feed": "wire", "file": "gone.xml.gz", "captured_at": "2022-06-01"}, "cannot be read"),
        (
            {"feed": "wire", "file": "half.xml.gz", "captured_at": "2022-06-01"},
            "no whole gzip file",
        ),
        (
            {"feed": "wire", "file": "text.xml.gz", "captured_at": "2022-06-01"},
            "no whole gzip file",
        ),
        ({"feed": "wire", "captured_at": "2022-06-01"}, "file is missing"),
        ({"feed": "wire", "file": "half.xml.gz", "captured_at": "soon"}, "is not a date"),
    ],
)
def test_a_manifest_names_only_whole_files_of_its_own_folder(
    tmp_path: Path, row: Any, why: str
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    written(tmp_path / "secret.xml", "secret")
    (folder / "half.xml.gz").write_bytes(
        gzip.compress(an_rss(("One", "https://wire.invalid/1")))[:-9]
    )
    (folder / "text.xml.gz").write_bytes(b"<rss/>")
    written(folder / "manifest.jsonl", row)
    with pytest.raises(Refused) as refused:
        read_archive(folder)
    assert "manifest.jsonl:1: " in str(refused.value)
    assert why in str(refused.value)
