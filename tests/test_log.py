"""The hash chain by itself: whatever is done to it afterwards is found, and where."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW
from tracker.storage.event_log import (
    ChainBreak,
    LogEntry,
    build_next_entry,
    canonical_json,
    find_first_break,
)


def chain(length: int) -> list[LogEntry]:
    """Entries as the tracker would write them."""
    entries: list[LogEntry] = []
    for number in range(length):
        at = NOW + timedelta(minutes=number)
        last = entries[-1] if entries else None
        entries.append(
            build_next_entry(
                last, "forecast", f"q/{number}", body=f'{{"p":0.{number}}}', entered_at=at
            )
        )
    return entries


def test_a_chain_as_it_was_written_is_whole() -> None:
    assert find_first_break(chain(5)) is None
    assert find_first_break([]) is None
    entries = chain(4)
    entries[1], entries[2] = entries[2], entries[1]
    found = find_first_break(entries)
    assert found is not None
    assert found.seq == 2


@given(
    st.integers(0, 5), st.sampled_from(["kind", "subject", "body", "entered_at", "hash", "prev"])
)
def test_any_change_of_any_field_is_found_at_that_entry(index: int, field: str) -> None:
    entries = chain(6)
    changed = NOW - timedelta(days=1) if field == "entered_at" else "x" * 64
    entries[index] = replace(entries[index], **{field: changed})
    found = find_first_break(entries)
    assert found is not None
    assert found.seq == entries[index].seq


@given(st.integers(0, 4))
def test_a_removed_entry_is_missed_by_its_number(index: int) -> None:
    entries = chain(6)
    del entries[index]
    assert find_first_break(entries) == ChainBreak(index + 1, f"entry {index + 1} is missing")


def test_a_rewritten_entry_breaks_the_next_one() -> None:
    entries = chain(4)
    entries[1] = build_next_entry(
        entries[0], "forecast", "q/1", body='{"p":0.99}', entered_at=entries[1].entered_at
    )
    assert find_first_break(entries) == ChainBreak(3, "entry 3 does not follow entry 2")


def test_canonical_json_depends_on_the_facts_alone() -> None:
    at = datetime.fromisoformat("2026-12-01T10:30:00+01:00")
    assert canonical_json({"b": "ä", "a": at}) == '{"a":"2026-12-01T09:30:00+00:00","b":"ä"}'
    assert canonical_json({"a": NOW.replace(minute=30), "b": "ä"}) == canonical_json(
        {"b": "ä", "a": at}
    )


def test_what_has_no_plain_form_is_refused_rather_than_logged() -> None:
    with pytest.raises(TypeError, match="object does not belong into the log"):
        canonical_json({"a": object()})
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"p": float("nan")})
