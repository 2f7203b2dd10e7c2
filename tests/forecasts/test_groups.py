"""Questions on one chart."""

from dataclasses import replace

import pytest

from forecasts.cdf import Cdf
from forecasts.distribution import Binary, Categorical
from forecasts.groups import GROUP_LEVELS, GroupPoint, group_points
from forecasts.links import Link, LinkId
from forecasts.question import QuestionId

NEAR, FAR = QuestionId("near"), QuestionId("far")
GROUP = Link(LinkId("ceasefire"), "dates", (NEAR, FAR), "Ceasefire", ("by 2027", "by 2028"))


def test_yes_no_questions_have_a_probability_in_the_order_of_the_link() -> None:
    found = group_points(GROUP, {FAR: Binary(0.5), NEAR: Binary(0.3)})
    assert found == (GroupPoint(NEAR, "by 2027", 0.3), GroupPoint(FAR, "by 2028", 0.5))


def test_numbers_and_dates_have_quantiles_and_none_beyond_their_range() -> None:
    (near, far) = group_points(GROUP, {NEAR: Cdf((0.0, 100.0), (0.0, 0.8))})
    assert near.p is None
    assert near.quantiles[:4] == pytest.approx([level / 0.8 * 100.0 for level in GROUP_LEVELS[:4]])
    assert near.quantiles[4] is None
    assert (far.p, far.quantiles) == (None, ())


def test_without_labels_the_questions_are_named_by_their_ids() -> None:
    plain = replace(GROUP, labels=())
    shares = Categorical(("x", "y"), (0.5, 0.5))
    assert group_points(plain, {NEAR: shares}) == (GroupPoint(NEAR, "near"), GroupPoint(FAR, "far"))
    assert [point.label for point in group_points(plain, {}, ("one", "two"))] == ["one", "two"]
    with pytest.raises(ValueError, match="shorter"):
        group_points(plain, {}, ("one",))
