"""Whole files of reference cases, replayed as `python -m tests.acceptance oracles` does it."""

from tests.acceptance.oracles import replay
from tests.forecasts import oracles
from tests.tables import check_rows


@check_rows(
    [("scoring_cases.json", 112), ("platform_vectors.json", 83), ("evidence_cases.json", 8)]
)
def test_reference_case_files_pass_as_a_whole(name: str, cases: int) -> None:
    oracles.read(name)  # skips where there is none
    found = replay([oracles.FOLDER / name])
    assert found.failures == ()
    assert found.unreadable == ()
    assert found.passed + len(found.skipped) >= cases
