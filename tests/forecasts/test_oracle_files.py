"""Whole files of reference cases, replayed as `tracker check-oracle` does it."""

import pytest

from tests.forecasts import oracles
from tracker.oracles import replay


@pytest.mark.parametrize(
    ("name", "cases"), [("scoring_cases.json", 112), ("platform_vectors.json", 83), ("evidence_cases.json", 8)]
)
def test_reference_case_files_pass_as_a_whole(name: str, cases: int) -> None:
    oracles.read(name)  # skips where there is none
    found = replay([oracles.FOLDER / name])
    assert found.failures == ()
    assert found.unreadable == ()
    assert found.passed >= cases
