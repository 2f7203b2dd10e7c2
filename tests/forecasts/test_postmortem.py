"""After the answer: what helped, what misled, what was missed, and whose path would have scored
best.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Categorical
from forecasts.evidence.evidence import Direction, Expectation, IndicatorId, Strength
from forecasts.questions.question import PRIOR, SUGGESTION
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.rulebook import HEADLINE
from forecasts.scoring.scores import score_question
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


def test_a_piece_counts_by_its_strongest_instant_and_towards_the_answer() -> None:
    weights = [(1, 0.1), (1, 0.8), (1, 0.3), (2, -0.5)]
    for happened, helpful, harmful in ((1, (1, 0.8), (2, -0.5)), (0, (2, 0.5), (1, -0.8))):
        found = strongest_evidence(weights, happened)
        assert [[(p.evidence_id, p.toward) for p in side] for side in found] == [
            [helpful],
            [harmful],
        ]


def test_three_a_side_are_named_and_none_that_moved_nothing() -> None:
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


def test_a_silent_signpost_is_missed_and_says_whether_its_silence_was_right() -> None:
    assert [(m.state, m.right) for m in find_missed_signposts(QUESTION, [DATED], [], NO)] == [
        ("silent", True)
    ]
    assert [(m.state, m.right) for m in find_missed_signposts(QUESTION, [DATED], [], YES)] == [
        ("silent", False)
    ]


def test_a_signpost_whose_date_is_still_to_come_is_not_missed() -> None:
    later = replace(DATED, expected=Expectation(CLOSES, "very likely", "unlikely"))
    assert find_missed_signposts(QUESTION, [later], [], YES) == ()


def test_only_what_points_to_the_answer_and_was_never_seen_is_missed() -> None:
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


def test_the_strongest_that_was_missed_comes_first() -> None:
    strong = replace(VISIT, id=IndicatorId("strong"), strength=Strength.STRONG)
    assert [m.indicator_id for m in find_missed_signposts(QUESTION, [VISIT, strong], [], YES)] == [
        strong.id,
        VISIT.id,
    ]


def test_other_kinds_and_unanswered_questions_have_missed_nothing() -> None:
    assert find_missed_signposts(VISIT_TO, [VISIT], [], answered(VISIT_TO, "Minsk")) == ()
    assert find_missed_signposts(QUESTION, [VISIT], [], resolved("annulled")) == ()


# Paths


@settings(deadline=None, max_examples=40)
@given(paths, paths, st.sampled_from([YES, NO]))
def test_what_was_lost_on_all_stretches_is_the_difference_in_skill(
    mine: Timeline, other: Timeline, answer
) -> None:  # type: ignore[no-untyped-def]
    scores = score_question(QUESTION, answer, {ME: mine, ANA: other})
    skill = {s.forecaster_id: s.skill_over_schedule for s in scores if s.rule == HEADLINE["binary"]}
    lost = sum(s.lost for s in compare_timelines(QUESTION, answer, mine, other))
    assert lost == pytest.approx(skill[ANA] - skill[ME], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(paths, paths)
def test_what_one_loses_the_other_gains(mine: Timeline, other: Timeline) -> None:
    there, back = (
        compare_timelines(QUESTION, YES, *pair) for pair in ((mine, other), (other, mine))
    )
    assert [s.lost for s in there] == pytest.approx([-s.lost for s in back])


def test_the_best_path_is_named_with_where_ones_own_lost_most() -> None:
    mine = held((0, 0.4), (100, 0.9), (150, 0.2))
    path = find_best_path(
        QUESTION, NO, {ME: mine, ANA: held((0, 0.2), (120, 0.1)), PRIOR: held((0, 0.5))}, ME
    )
    assert path is not None
    assert path.best == ANA
    assert path.worst is not None
    assert (path.worst.start, path.worst.end) == (
        OPENS + timedelta(days=100),
        OPENS + timedelta(days=150),
    )
    assert (path.worst.mine, path.worst.other) == (Binary(0.9), Binary(0.1))
    assert 0 < path.worst.lost <= path.lead * 2


def test_nobody_is_ahead_of_the_best() -> None:
    assert find_best_path(
        QUESTION, NO, {ME: held((0, 0.01)), ANA: held((0, 0.2))}, ME
    ) == PathComparison(ME, 0.0, None)
    assert find_best_path(
        QUESTION, NO, {ME: held((0, 0.2)), ANA: held((0, 0.2))}, ME
    ) == PathComparison(ME, 0.0, None)


def test_a_gap_gains_nothing_and_can_be_where_one_lost() -> None:
    path = find_best_path(
        QUESTION, NO, {ME: held((0, 0.1), (50, None)), SUGGESTION: held((0, 0.1))}, ME
    )
    assert path is not None
    assert path.worst is not None
    assert path.worst.mine is None


def test_whoever_held_nothing_that_counts_has_no_path() -> None:
    assert find_best_path(QUESTION, NO, {ANA: held((0, 0.2))}, ME) is None
    assert (
        find_best_path(QUESTION, NO, {ME: held((190, 0.2)), ANA: held((0, 0.2))}, ME) is None
    )  # known before that
    assert find_best_path(QUESTION, resolved("annulled"), {ME: held((0, 0.2))}, ME) is None


def test_paths_of_options_are_compared_by_their_own_rule() -> None:
    lines = {
        who: build_timeline([(OPENS, Categorical(("Beijing", "Minsk", "Other"), shares))])
        for who, shares in ((ME, (0.8, 0.1, 0.1)), (ANA, (0.1, 0.8, 0.1)))
    }
    path = find_best_path(VISIT_TO, answered(VISIT_TO, "Minsk"), lines, ME)
    assert path is not None
    assert path.best == ANA
    assert path.lead > 0
