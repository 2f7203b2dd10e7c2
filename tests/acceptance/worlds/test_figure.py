"""Figures of simulated worlds keep their limit, or say that they do not."""

from tests.acceptance.conftest import Shell
from tests.acceptance.worlds.figure import Figure, measure_share


def test_a_limit_is_missed_beyond_two_errors() -> None:
    assert Figure("false", 0.05, "at most", 0.05, 100).is_met
    assert not Figure("false", 0.051, "at most", 0.05, 100).is_met
    assert not Figure("covers", 0.92, "at least", 0.93, 100).is_met
    assert measure_share("covers", 92, 100, "at least", 0.93).is_met
    assert not measure_share("false", 12, 100, "at most", 0.05).is_met


def test_an_unknown_part_of_the_worlds_is_refused(shell: Shell) -> None:
    assert "nonsense" in shell("worlds", "nonsense", code=2).stderr
