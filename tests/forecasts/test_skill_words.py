"""Skill in words: points, one decimal, a sign and a true minus."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.formatting import MINUS, format_signed
from forecasts.scoring.rulebook import HEADLINE, RULES, is_counted_under
from forecasts.scoring.summary import format_interval, format_skill
from tests.forecasts.strategies import law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/skill_words")


@check_rows(TABLES["a_gain_has_a_sign"])
def test_a_gain_has_a_sign(gain: float, told: str) -> None:
    assert format_signed(gain) == told


def test_scores_intervals_and_headlines_in_words() -> None:
    # A score is told in points and points stay as they are.
    assert [format_skill("brier", skill) for skill in (0.057, -0.1, None)] == ["+5.7", "−10.0", "–"]
    assert format_skill("peer", 5.7) == "+5.7"
    # An interval that cannot be given is empty.
    assert format_interval(-1.3, 11.2) == "−1.3 to +11.2"
    assert format_interval(None, None) == ""
    # Each kind counts under one headline rule.
    for kind, headline in HEADLINE.items():
        assert [
            rule for rule in dict.fromkeys(HEADLINE.values()) if is_counted_under(rule, kind)
        ] == [headline]
        others = [rule for rule in RULES if rule not in HEADLINE.values()]
        assert all(is_counted_under(rule, kind) is (kind in RULES[rule].kinds) for rule in others)


@law
@given(st.floats(-1000, 1000))
def test_no_number_has_a_hyphen_for_a_minus(value: float) -> None:
    told = format_signed(value)
    assert "-" not in told
    assert (MINUS in told) is (value < 0 and float(told.replace(MINUS, "-")) != 0)
