"""After the answer: what helped, what misled, what was missed, and whose path would have scored
best.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Categorical
from forecasts.evidence.evidence import Direction, Expectation, IndicatorId, Strength
from forecasts.questions.question import PRIOR, SUGGESTION
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.rulebook import HEADLINE
from forecasts.suggestion.postmortem import (
    PathComparison,
    compare_timelines,
    find_best_path,
    find_missed_signposts,
    strongest_evidence,
)
from tests.dashboard.examples import (
    ANA,
    CLOSES,
    ME,
    NOW,
    OPENS,
    QUESTION,
    VISIT,
    VISIT_TO,
    answered,
    evidence,
)
from tests.dashboard.examples import resolution as resolved
from tests.forecasts.scored import score_question
from tests.forecasts.strategies import law

NO = resolved("no", NOW)
YES = resolved("yes", NOW)


def held(*steps: tuple[float, float | None]) -> Timeline:
    return build_timeline(
        [(OPENS + timedelta(days=day), None if p is None else Binary(p)) for day, p in steps]
    )


paths = st.lists(
    st.tuples(st.integers(-5, 200), st.none() | st.floats(0.01, 0.99)), min_size=1, max_size=8
).map(lambda steps: held(*steps))

# Evidence


def test_pieces_count_by_their_strongest_instant() -> None:
    # A piece counts by its strongest instant and towards the answer.
    weights = [(1, 0.1), (1, 0.8), (1, 0.3), (2, -0.5)]
    for happened, helpful, harmful in ((1, (1, 0.8), (2, -0.5)), (0, (2, 0.5), (1, -0.8))):
        found = strongest_evidence(weights, happened)
        assert [[(p.evidence_id, p.toward) for p in side] for side in found] == [
            [helpful],
            [harmful],
        ]
    # Three a side are named and none that moved nothing.
    helpful, harmful = strongest_evidence([(n, 0.1 * n) for n in range(1, 6)] + [(9, -0.001)], 1)
    assert [push.evidence_id for push in helpful] == [5, 4, 3]
    assert harmful == ()


# Signposts

DATED = replace(
    VISIT,
    id=IndicatorId("dated"),
    name="A date is set",
    expected=Expectation(OPENS + timedelta(days=30), "very likely", "unlikely"),
)


def test_silent_signposts_may_be_missed() -> None:
    # A silent signpost is missed and says whether its silence was right.
    assert [(m.state, m.right) for m in find_missed_signposts(QUESTION, [DATED], [], NO)] == [
        ("silent", True)
    ]
    assert [(m.state, m.right) for m in find_missed_signposts(QUESTION, [DATED], [], YES)] == [
        ("silent", False)
    ]
    # A signpost whose date is still to come is not missed.
    later = replace(DATED, expected=Expectation(CLOSES, "very likely", "unlikely"))
    assert find_missed_signposts(QUESTION, [later], [], YES) == ()


def test_missed_are_unseen_pieces_towards_the_answer() -> None:
    # Only what points to the answer and was never seen is missed.
    against = replace(VISIT, id=IndicatorId("against"), direction=Direction.NO)
    assert [m.indicator_id for m in find_missed_signposts(QUESTION, [VISIT, against], [], YES)] == [
        VISIT.id
    ]
    assert [m.indicator_id for m in find_missed_signposts(QUESTION, [VISIT, against], [], NO)] == [
        against.id
    ]
    assert find_missed_signposts(QUESTION, [VISIT], [evidence(1)], YES) == ()
    assert len(find_missed_signposts(QUESTION, [VISIT], [evidence(1, status="rejected")], YES)) == 1
    assert (
        len(find_missed_signposts(QUESTION, [VISIT], [evidence(1, first_seen_at=CLOSES)], YES)) == 1
    )
    # The strongest that was missed comes first.
    strong = replace(VISIT, id=IndicatorId("strong"), strength=Strength.STRONG)
    assert [m.indicator_id for m in find_missed_signposts(QUESTION, [VISIT, strong], [], YES)] == [
        strong.id,
        VISIT.id,
    ]
    # Other kinds and unanswered questions have missed nothing.
    assert find_missed_signposts(VISIT_TO, [VISIT], [], answered(VISIT_TO, "Minsk")) == ()
    assert find_missed_signposts(QUESTION, [VISIT], [], resolved("annulled")) == ()


# Paths


@law
@given(paths, paths, st.sampled_from([YES, NO]))
def test_gains_sum_to_the_difference_in_skill(mine: Timeline, other: Timeline, answer) -> None:  # type: ignore[no-untyped-def]
    scores = score_question(QUESTION, answer, {ME: mine, ANA: other})
    skill = {s.forecaster_id: s.skill_over_schedule for s in scores if s.rule == HEADLINE["binary"]}
    lost = sum(s.lost for s in compare_timelines(QUESTION, answer, mine, other))
    assert lost == pytest.approx(skill[ANA] - skill[ME], abs=1e-9)


@law
@given(paths, paths)
def test_what_one_loses_the_other_gains(mine: Timeline, other: Timeline) -> None:
    there, back = (
        compare_timelines(QUESTION, YES, *pair) for pair in ((mine, other), (other, mine))
    )
    assert [s.lost for s in there] == pytest.approx([-s.lost for s in back])


def test_the_best_path_is_named() -> None:
    # The best path is named with where ones own lost most.
    mine = held((0, 0.4), (100, 0.9), (150, 0.2))
    path = find_best_path(
        QUESTION, NO, {ME: mine, ANA: held((0, 0.2), (120, 0.1)), PRIOR: held((0, 0.5))}, ME
    )
    assert path.best == ANA
    assert (path.worst.start, path.worst.end) == (
        OPENS + timedelta(days=100),
        OPENS + timedelta(days=150),
    )
    assert (path.worst.mine, path.worst.other) == (Binary(0.9), Binary(0.1))
    assert 0 < path.worst.lost <= path.lead * 2
    # Nobody is ahead of the best.
    assert find_best_path(
        QUESTION, NO, {ME: held((0, 0.01)), ANA: held((0, 0.2))}, ME
    ) == PathComparison(ME, 0.0, None)
    assert find_best_path(
        QUESTION, NO, {ME: held((0, 0.2)), ANA: held((0, 0.2))}, ME
    ) == PathComparison(ME, 0.0, None)


def test_paths_with_gaps_and_of_options() -> None:
    # A gap gains nothing and can be where one lost.
    path = find_best_path(
        QUESTION, NO, {ME: held((0, 0.1), (50, None)), SUGGESTION: held((0, 0.1))}, ME
    )
    assert path.worst.mine is None
    # Whoever held nothing that counts has no path.
    assert find_best_path(QUESTION, NO, {ANA: held((0, 0.2))}, ME) is None
    assert (
        find_best_path(QUESTION, NO, {ME: held((190, 0.2)), ANA: held((0, 0.2))}, ME) is None
    )  # known before that
    assert find_best_path(QUESTION, resolved("annulled"), {ME: held((0, 0.2))}, ME) is None
    # Paths of options are compared by their own rule.
    lines = {
        who: build_timeline([(OPENS, Categorical(("Beijing", "Minsk", "Other"), shares))])
        for who, shares in ((ME, (0.8, 0.1, 0.1)), (ANA, (0.1, 0.8, 0.1)))
    }
    path = find_best_path(VISIT_TO, answered(VISIT_TO, "Minsk"), lines, ME)
    assert path.best == ANA
    assert path.lead > 0
