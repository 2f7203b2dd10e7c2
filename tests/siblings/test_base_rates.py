"""The base rate of a sibling follows from its parent's by a constant hazard."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.essays.siblings.base_rates import MIN_PRIOR, derive_prior, parent_days
from tests.builders import a_question

CHANCES = st.floats(0.01, 0.99)


def chance(prior: Distribution) -> float:
    assert isinstance(prior, Binary)
    return prior.p


@given(CHANCES, st.integers(2, 12))
def test_windows_together_make_the_chance_of_the_parent(p: float, windows: int) -> None:
    event = a_question(prior=Binary(p))
    state = a_question(prior=Binary(p), horizon_shape="holds_until")
    days = parent_days(event) / windows
    each, kept = chance(derive_prior(event, days)), chance(derive_prior(state, days))
    if MIN_PRIOR < each < 1 - MIN_PRIOR:
        assert isclose(1 - (1 - each) ** windows, p, rel_tol=1e-9)
    if MIN_PRIOR < kept < 1 - MIN_PRIOR:
        assert isclose(kept**windows, p, rel_tol=1e-9)


@given(CHANCES, st.floats(1, 200))
def test_a_state_at_a_day_keeps_its_chance(p: float, days: float) -> None:
    assert derive_prior(a_question(prior=Binary(p), horizon_shape="state_at"), days) == Binary(p)
