"""What lies in scratch files reads as it would in memory."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.test_copies import some_items
from tracker.errors import StorageUnavailable
from tracker.matching import shingle_index
from tracker.matching.columns import MappedArray, NumberColumn, TextColumn
from tracker.matching.near_duplicates import NearDuplicates

START = datetime(2022, 1, 1, tzinfo=UTC)
TEXTS = st.lists(st.text(st.characters(), max_size=20), max_size=20)


@given(st.lists(st.tuples(TEXTS, st.integers(0, 30))))
def test_columns_are_lists_that_lose_their_beginning(steps: list[tuple[list[str], int]]) -> None:
    texts, lengths, expected = TextColumn(None), NumberColumn(np.int64), list[str]()
    for added, dropped in steps:
        texts.extend(added)
        lengths.extend([len(text) for text in added])
        expected += added
        first = min(dropped, len(expected))
        texts.drop(first)
        lengths.drop(first)
        del expected[:first]
        assert [texts[n] for n in range(len(texts))] == expected
        assert lengths.values.tolist() == [len(text) for text in expected]


def test_a_mapped_array_reads_the_same_after_a_release(tmp_path: Path) -> None:
    mapped = MappedArray(np.arange(100_000, dtype=np.uint64), tmp_path)
    assert int(mapped.values.sum()) == 4_999_950_000
    mapped.release()
    assert int(mapped.values[77_777]) == 77_777
    assert list(tmp_path.iterdir()) == []


def test_copies_are_the_same_with_the_index_on_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    items = some_items()

    def find(copies: NearDuplicates) -> list[int | None]:
        days = enumerate(range(0, len(items), 20))
        return [
            root
            for day, begin in days
            for root in copies.add(
                [
                    (id_, title, summary, START + timedelta(days=day))
                    for id_, title, summary, _ in items[begin : begin + 20]
                ]
            )
        ]

    in_memory = NearDuplicates(timedelta(days=3))
    expected = find(in_memory)
    monkeypatch.setattr(shingle_index, "MIN_MAPPED_SIZE", 1)
    on_disk = NearDuplicates(timedelta(days=3), tmp_path)
    assert find(on_disk) == expected
    assert len(on_disk) == len(in_memory)
    assert on_disk.nbytes < in_memory.nbytes


def test_a_full_disk_is_an_outage_of_the_storage() -> None:
    texts = TextColumn(None)
    texts.extend(["a headline"])
    with Path("/dev/full").open("wb", buffering=0) as full:
        texts._take(full)
        with pytest.raises(StorageUnavailable, match=r"cannot be written .*: free space"):
            texts.extend(["another"])
