"""Scenario sets in frames, charts and words."""

from dataclasses import replace
from datetime import timedelta
from math import prod

import pytest

from dashboard.charts import option_lines
from dashboard.charts.scenarios import scenarios_over_time_chart
from dashboard.scenarios import data, text
from dashboard.wording import UTC_ZONE
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.question import ForecasterId
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, parse_likelihood
from tests.builders import NOW, FakeClock
from tests.dashboard.pages import plain
from tests.dashboard.scenario_examples import BEN, FAIR, FUTURES, OPTIONS, PACT, a_world
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.model.scenarios import ScenarioPage

ME = ForecasterId("ada")
STYLES = option_lines(OPTIONS, ordered=False)


@pytest.fixture
def page(tracker: Tracker, clock: FakeClock) -> ScenarioPage:
    """The page of the small world, on its tenth day."""
    begin(tracker, clock, a_world)
    return tracker.scenarios.get(FUTURES)


# Over time


def test_shares_over_time(page: ScenarioPage, clock: FakeClock) -> None:
    # The stack adds up to one at every instant and goes on to now.
    frame = data.stack_frame(page, clock.time)
    assert frame.groupby("time")["share"].sum().tolist() == pytest.approx(
        [1.0] * frame["time"].nunique()
    )
    assert frame["time"].min() == NOW
    assert frame["time"].max() == clock.time
    assert list(dict.fromkeys(frame["option"])) == list(OPTIONS)
    # Every stretch says its shares and they follow each other.
    frame = data.stable_periods_frame(page, clock.time)
    assert list(frame["time"].iloc[1:]) == list(frame["until"].iloc[:-1])
    assert len(frame) == len(page.history) == 3
    found = data.current_posterior(page, clock.time)
    now = [plain(words) for words in frame[["s0", "s1", "s2"]].iloc[-1]]
    assert now[0] == f"{round(100 * found.distribution.p[0])}%"
    # A number stands in the middle of its area where there is room.
    frame = data.share_labels_frame(page, clock.time).set_index("option")
    shares = dict(zip(OPTIONS, page.history[-1].shares, strict=True))
    assert shares["Other"] > data.MIN_LABEL_SHARE
    assert frame.loc["friends", "y"] == pytest.approx(
        1.0 - shares["friends"] / 2
    )  # the first lies on top
    assert frame.loc["Other", "y"] == pytest.approx(shares["Other"] / 2)
    small = replace(page, history=(replace(page.history[-1], shares=(0.97, 0.02, 0.01)),))
    assert list(data.share_labels_frame(small, clock.time)["option"]) == ["friends"]
    # A question that has not opened has frames without rows.
    early = replace(page, history=())
    for frame in (data.stack_frame, data.stable_periods_frame, data.share_labels_frame):
        assert frame(early, clock.time).empty
    assert data.recent_changes(early, clock.time) is None


def test_scenario_changes_since_the_opening(page: ScenarioPage, clock: FakeClock) -> None:
    found = data.recent_changes(page, clock.time)
    assert found is not None
    since, changes = found
    assert since == NOW
    assert sum(change for _, change in changes) == pytest.approx(0.0, abs=1e-12)
    assert dict(changes)["friends"] > 0.2
    far = replace(page.summary.question, closes_at=NOW + timedelta(days=90))
    quiet = replace(page, summary=replace(page.summary, question=far))
    later = data.recent_changes(quiet, NOW + timedelta(days=60))
    assert later == (NOW + timedelta(days=30), tuple((name, 0.0) for name in OPTIONS))


def test_removed_option_counts_for_other(page: ScenarioPage, clock: FakeClock) -> None:
    gone = tuple(
        replace(o, removed_at=NOW + timedelta(days=3)) if o.name == "friends" else o
        for o in page.summary.question.options
    )
    changed = replace(
        page, summary=replace(page.summary, question=replace(page.summary.question, options=gone))
    )
    frame = data.stack_frame(changed, clock.time)
    last = frame[frame["time"] == clock.time].set_index("option")["share"]
    assert last["friends"] == 0.0
    assert last.sum() == pytest.approx(1.0)
    found = data.current_posterior(changed, clock.time)
    assert [one.name for one in data.build_scenario_rows(changed, found, ME, clock.time)] == [
        "strangers",
        "Other",
    ]


# Where they stand, and why


def test_a_scenario_shows_prior_now_and_what_people_hold(
    tracker: Tracker, page: ScenarioPage, clock: FakeClock
) -> None:
    tracker.forecasts.submit(FUTURES, "friends=50 strangers=40 Other=10", rationale="So it looks.")
    tracker.forecasts.submit(
        FUTURES, "friends=70 strangers=20 Other=10", rationale="So it looks.", forecaster=BEN
    )
    after = tracker.scenarios.get(FUTURES)
    first, *_ = data.build_scenario_rows(
        after, data.current_posterior(after, clock.time), ME, clock.time
    )
    assert (first.name, first.prior, first.description) == ("friends", 0.3, "They sign pacts.")
    assert [name for name, _ in first.forecasts] == ["You", "Crowd"]
    assert dict(first.forecasts)["You"] == 0.5
    alone, *_ = data.build_scenario_rows(
        page, data.current_posterior(page, clock.time), ME, clock.time
    )
    assert alone.forecasts == ()


def test_steps_multiply_from_the_base_rate_to_the_share(
    page: ScenarioPage, clock: FakeClock
) -> None:
    found = data.current_posterior(page, clock.time)
    steps, unchanged = data.explain_shares(found)
    assert (steps[0].question_id, steps[-1].question_id) == (PACT, None)
    assert len(steps) - 1 + unchanged == 2
    for option in OPTIONS:
        product = found.prior.of(option) * prod(step.factors[option] for step in steps)
        assert product == pytest.approx(found.distribution.of(option))


def test_rows_of_little_effect_are_told_together(page: ScenarioPage, clock: FakeClock) -> None:
    level = ScenarioLikelihoods(FAIR, (0.5, 0.5, 0.5))
    table = replace(page.scenario_set, rows=(page.scenario_set.rows[0], level))
    found = data.current_posterior(replace(page, scenario_set=table), clock.time)
    steps, unchanged = data.explain_shares(found)
    assert ([step.question_id for step in steps], unchanged) == ([PACT, None], 1)


def test_an_option_that_is_gone_leaves_the_steps_whole(
    page: ScenarioPage, tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.change_option(FUTURES, "strangers", "removed")
    after = tracker.scenarios.get(FUTURES)
    found = data.current_posterior(after, clock.time)
    steps, _ = data.explain_shares(found)
    product = found.prior.of("friends") * prod(step.factors["friends"] for step in steps)
    assert product == pytest.approx(found.distribution.of("friends"))


def test_zero_prior_and_conflict(page: ScenarioPage, clock: FakeClock) -> None:
    # A scenario with a prior of zero has no lines.
    never = replace(page.summary.question, prior=Categorical(OPTIONS, (0.4, 0.6, 0.0)))
    changed = replace(page, summary=replace(page.summary, question=never))
    steps, _ = data.explain_shares(data.current_posterior(changed, clock.time))
    assert not any("Other" in step.factors for step in steps)
    # Board and table that do not go together are named with their worst row.
    strain = data.measure_strain(page, data.current_posterior(page, clock.time))
    assert strain is not None
    assert strain.question_id == PACT
    assert strain.observed == pytest.approx(0.8)
    assert strain.nats == pytest.approx(data.current_posterior(page, clock.time).nats)
    empty = replace(page, scenario_set=replace(page.scenario_set, rows=()))
    assert data.measure_strain(empty, data.current_posterior(empty, clock.time)) is None


def test_an_answer_that_was_to_be_expected_is_no_strain(
    tracker: Tracker, page: ScenarioPage, clock: FakeClock
) -> None:
    tracker.resolutions.resolve(
        FAIR,
        "yes",
        source_url="https://arland.example/fair",
        known_at=clock.time,
        note="It was held.",
    )
    clock.advance(hours=1)
    after = tracker.scenarios.get(FUTURES)
    known = replace(
        after, board={FAIR: after.board[FAIR], PACT: replace(after.board[PACT], p=None)}
    )
    found = data.current_posterior(known, clock.time)
    strain = data.measure_strain(known, found)
    assert found.nats > 0.5
    assert strain is not None
    assert strain.nats < 0.2


# What would change our mind, and the table


def test_telling_questions_come_first_and_answered_ones_go(
    tracker: Tracker, page: ScenarioPage, clock: FakeClock
) -> None:
    assert [
        v.question_id for v in data.answer_values(page, data.current_posterior(page, clock.time))
    ] == [PACT, FAIR]
    tracker.resolutions.resolve(
        PACT, "yes", source_url="https://arland.example/pact", known_at=clock.time, note="Signed."
    )
    clock.advance(hours=1)
    after = tracker.scenarios.get(FUTURES)
    assert [
        v.question_id for v in data.answer_values(after, data.current_posterior(after, clock.time))
    ] == [FAIR]


def test_telling_rows_come_first_and_count_once_answered(
    tracker: Tracker, page: ScenarioPage, clock: FakeClock
) -> None:
    frame = data.diagnosticity_frame(page, data.diagnose_table(page))
    assert list(frame["id"]) == [PACT, FAIR]
    assert plain(frame["c0"].iloc[0]) == "++ · 88% very likely"
    assert plain(frame["board"].iloc[0]) == "80% (Crowd)"
    tracker.resolutions.resolve(
        PACT, "yes", source_url="https://arland.example/pact", known_at=clock.time, note="Signed."
    )
    clock.advance(hours=1)
    after = tracker.scenarios.get(FUTURES)
    found = data.diagnose_table(after)
    assert data.diagnosticity_frame(after, found)["board"].iloc[0] == "answered YES"
    assert found.inconsistency == (0, 2, 2)


# Charts


def test_scenario_chart_colours() -> None:
    # Colours follow the options and the first lies on top.
    spec = scenarios_over_time_chart(STYLES)
    areas, numbers, hover = spec["layer"]
    assert areas["encoding"]["color"]["scale"]["domain"] == list(OPTIONS)
    assert areas["encoding"]["order"]["sort"] == "descending"
    assert numbers["encoding"]["color"]["scale"]["range"][0] == "white"
    assert [tip["title"] for tip in hover["encoding"]["tooltip"]] == ["From", *OPTIONS]
    assert areas["encoding"]["color"]["legend"] is None  # the list of scenarios is one


# Words


def test_scenario_words() -> None:
    # Who leads and by how much.
    said = plain(text.leader_sentence((("a", 0.22), ("b", 0.55), ("c", 0.23))))
    assert said == "“b” leads with 55%, 32 points ahead of “c” (23%)."
    assert (
        plain(text.leader_sentence((("a", 0.5), ("b", 0.5)))) == "“a” and “b” stand level at 50%."
    )
    assert plain(text.leader_sentence((("a", 1.0),))) == "“a” has 100%."
    # What moved and that nothing did.
    said = plain(
        text.share_changes_sentence((("a", -0.02), ("b", 0.12), ("c", 0.001)), NOW, UTC_ZONE)
    )
    assert said == "Since 1 Dec 2026 “b” is up 12 points, “a” down 2 points."
    assert (
        text.share_changes_sentence((("a", 0.001),), NOW, UTC_ZONE)
        == "Nothing has moved since 1 Dec 2026."
    )
    # A board that is off is said in words that fit how far.
    assert text.strain_sentence(0.4, "Pact?", 0.8, 0.3) == ""
    assert "says other things than" in text.strain_sentence(0.6, "Pact?", 0.8, 0.3)
    assert "hardly go together" in text.strain_sentence(2.0, "Pact?", 0.8, 0.3)
    assert "was answered NO" in text.strain_sentence(2.0, "Pact?", 0.0, 0.9)
    # What counts against each scenario is said only once something is answered.
    assert "nothing counts against any" in text.describe_counts_against(OPTIONS, (0, 0, 0), 0)
    said = plain(text.describe_counts_against(OPTIONS, (2, 0, 1), 1))
    assert said.endswith("“strangers” 0, “Other” 1, “friends” 2.")


def test_likelihoods_can_be_typed_as_shown() -> None:
    for p in (*FIVE_WORDS.values(), 0.15, 0.333, 0.999):
        assert parse_likelihood(text.format_likelihood(p)) == pytest.approx(p, abs=1e-9)


def test_table_without_a_number_for_a_scenario_is_refused(
    page: ScenarioPage, clock: FakeClock
) -> None:
    short = replace(page.scenario_set, rows=(ScenarioLikelihoods(PACT, (0.5,)),))
    with pytest.raises(ForecastsError, match="give it a number"):
        data.current_posterior(replace(page, scenario_set=short), clock.time)
