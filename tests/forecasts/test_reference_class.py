"""Base rates in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.statistics.intervals import jeffreys_base_rate
from forecasts.statistics.reference_class import read_base_rate
from tests.tables import check_rows


def read(text: str) -> float | None:
    rate = read_base_rate(text)
    return None if rate is None else rate.p


@check_rows(
    [
        ("6 of 11 years", 0.5417),
        ("It happened in 6 of the last 11 years.", 0.5417),
        ("six out of eleven", 0.5417),
        ("6 times in 11 years", 0.5417),
        ("none of 5 votes", 0.0833),
        ("never in 20 years", 0.0238),
        ("20 of 20", 0.9762),
        ("one in ten", 0.1),
        ("I would say 1 in 10.", 0.1),
        ("once in ten", 0.1364),
        ("about 30 %", 0.3),
        ("2.5 per cent a year", 0.025),
        ("12 of 10", None),
        ("0 of 0", None),
        ("1.5 of 3", None),
        ("in May 2026", None),
        ("100 %", None),
        ("0 %", None),
        ("", None),
    ]
)
def test_counts_and_chances_in_words_become_base_rates(text: str, p: float | None) -> None:
    assert read(text) == (p if p is None else pytest.approx(p, abs=5e-5))


@given(st.integers(0, 99_999), st.integers(1, 99_999))
def test_a_count_agrees_with_jeffreys_and_is_never_certain(k: int, n: int) -> None:
    p = read(f"{k} of {n} cases")
    assert (p is None) == (k > n)
    if p is not None:
        assert 0.0 < p < 1.0
        assert p == jeffreys_base_rate(k, n).mean


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    p = read(text)
    assert p is None or 0.0 <= p <= 1.0
