"""A long question is repeated: one sibling is always open, none twice, none too late."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, p_yes
from forecasts.errors import ForecastsError
from forecasts.questions.compiled_question import build_own_lines
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId, utc
from forecasts.questions.repetition import Repetition, SiblingTemplate
from tests.builders import DAY, NOW, FakeClock, a_question, a_question_of, a_set, an_indicator
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused, TrackerError, Unresolvable
from tracker.interfaces.jobs import JOBS, run_job
from tracker.model.siblings import SiblingFamily

PARENT = QuestionId("summit-2027")
MONTHLY = Repetition(PARENT, "month")
FIRST, SECOND = QuestionId("summit-2027-2026-12"), QuestionId("summit-2027-2027-01")
WEATHER = SiblingTemplate(
    text="Will it rain in Arland between {first} and {last}?",
    criteria="YES if the service reports rain from {first} to {last} (UTC). Annulled if it closes.",
    prior="40%",
    prior_reason="2 of 5 months",
)


@pytest.fixture
def desk(tracker: Tracker) -> Tracker:
    """A tracker with a long question and its indicator."""
    tracker.question_sets.load(a_set(indicators=[an_indicator()]))
    return tracker


def family(desk: Tracker) -> SiblingFamily:
    found = desk.questions.siblings(PARENT)
    assert found is not None
    return found


def test_a_sibling_inherits_and_moves(desk: Tracker) -> None:
    lines = build_own_lines("Leaders of Arland and Borland meet by 30 June 2027")
    desk.questions.set_statements(PARENT, replace(lines, names=(("Arland",),)))
    opened = desk.questions.repeat(MONTHLY)
    assert opened is not None
    parent = desk.questions.get(PARENT).summary.question
    assert (opened.id, opened.closes_at) == (FIRST, utc("2027-01-01"))
    assert opened.resolves_at - opened.closes_at == parent.resolves_at - parent.closes_at
    assert opened.text == parent.text.replace("30 June 2027", "31 December 2026")
    assert "by 31 December 2026 (UTC)" in opened.criteria
    same = ("sources", "kind", "horizon_shape", "tags", "essay_id")
    assert [getattr(opened, name) for name in same] == [getattr(parent, name) for name in same]
    assert opened.claim_ids == ()
    assert p_yes(opened.prior) == pytest.approx(1 - 0.7 ** (31 / 242))
    page = desk.questions.get(FIRST)
    assert [indicator.terms for indicator in page.indicators.values()] == [an_indicator().terms]
    compiled = page.statements.compiled
    assert compiled.statements[0].yes == "Leaders of Arland and Borland meet by 31 December 2026"
    assert compiled.names == (("Arland",),)
    assert page.summary.parent_id == PARENT
    assert desk.system.verify().bad_seq is None


def test_the_next_opens_when_the_last_has_closed(desk: Tracker, clock: FakeClock) -> None:
    desk.questions.repeat(MONTHLY)
    assert desk.questions.open_siblings().opened == ()
    clock.time = utc("2027-01-01T00:30:00Z")
    assert desk.questions.open_siblings().opened == (SECOND,)
    assert desk.questions.open_siblings().opened == ()
    assert [s.window for s in family(desk).siblings] == ["January 2027", "December 2026"]


def test_the_next_opens_when_the_last_is_answered(desk: Tracker, clock: FakeClock) -> None:
    desk.questions.repeat(MONTHLY)
    answer(desk, clock, FIRST, "no")
    assert desk.questions.open_siblings().opened == (SECOND,)


def answer(desk: Tracker, clock: FakeClock, question: str, word: str) -> None:
    desk.resolutions.resolve(question, word, source_url="https://a.example", known_at=clock())


@pytest.mark.parametrize("end", ["closed", "answered", "stopped", "counted", "until"])
def test_nothing_opens_after_the_end(desk: Tracker, clock: FakeClock, end: str) -> None:
    limits: dict[str, Any] = {"counted": {"count": 1}, "until": {"until": date(2026, 12, 31)}}
    desk.questions.repeat(replace(MONTHLY, **limits.get(end, {})))
    if end == "stopped":
        desk.questions.stop_repeating(PARENT)
        assert family(desk).repetition is None
    clock.time = utc("2027-06-30" if end == "closed" else "2027-01-01T00:30:00Z")
    if end == "answered":
        answer(desk, clock, PARENT, "no")
    run = desk.questions.open_siblings()
    assert (run.opened, dict(run.failed)) == ((), {})
    assert len(family(desk).siblings) == 1


def test_a_later_repetition_replaces_the_one_before(desk: Tracker) -> None:
    desk.questions.repeat(MONTHLY)
    assert desk.questions.repeat(replace(MONTHLY, every="week", template=WEATHER)) is None
    standing = family(desk).repetition
    assert standing == replace(MONTHLY, every="week", template=WEATHER, by=desk.settings.me)
    assert len(family(desk).siblings) == 1


def test_a_template_asks_something_else(desk: Tracker) -> None:
    numbers = replace(
        WEATHER, kind="numeric", scale=Scale(0, 31, unit="days"), prior="5%=2 50%=10 95%=25",
        text="On how many days of {window} will it rain in Arland?", sources=("a.example", "Reuters"),
        yes="More rain in {window}", no="Dry {window}", answer_days=3,
    )  # fmt: skip
    opened = desk.questions.repeat(replace(MONTHLY, template=numbers))
    assert opened is not None
    assert opened.text == "On how many days of December 2026 will it rain in Arland?"
    assert (opened.kind, opened.sources) == ("numeric", ("a.example", "Reuters"))
    assert (opened.resolves_at - opened.closes_at).days == 3
    lines = desk.questions.get_statements(FIRST).compiled
    assert (lines.statements[0].yes, lines.statements[0].no) == (
        "More rain in December 2026", "Dry December 2026",
    )  # fmt: skip
    assert family(desk).repetition == replace(MONTHLY, template=numbers, by=desk.settings.me)


def test_a_choice_is_repeated_with_its_options(desk: Tracker) -> None:
    choice = a_question_of("visit", kind="categorical", options=("Oslo", "Other"))
    desk.question_sets.load(a_set(choice))
    opened = desk.questions.repeat(
        Repetition(choice.id, "month", template=replace(WEATHER, prior="Oslo=40% Other=60%"))
    )
    assert opened is not None
    assert [option.name for option in opened.options] == ["Oslo", "Other"]


def test_siblings_sum_up_for_their_parent(desk: Tracker, clock: FakeClock) -> None:
    desk.questions.repeat(replace(MONTHLY, template=replace(WEATHER, prior="40%")))
    desk.forecasts.submit(FIRST, Binary(0.2), rationale="dry")
    clock.advance(days=20)
    answer(desk, clock, FIRST, "no")
    record = family(desk).record
    assert (record.opened, record.answered, record.yes, record.no) == (1, 1, 0, 1)
    assert record.mean_score == pytest.approx(0.04)
    assert (record.implied, record.settled) == (None, "")


def test_a_sibling_that_came_true_settles_its_parent(desk: Tracker, clock: FakeClock) -> None:
    desk.questions.repeat(MONTHLY)
    clock.time = utc("2027-01-02")
    answer(desk, clock, FIRST, "no")
    implied = family(desk).record.implied
    assert implied is not None
    assert 0 < implied < 0.3
    desk.questions.open_siblings()
    answer(desk, clock, SECOND, "yes")
    assert family(desk).record.settled == "yes"


def test_a_withdrawn_sibling_is_not_opened_again(desk: Tracker) -> None:
    desk.questions.repeat(MONTHLY)
    desk.questions.retract(FIRST, "Asked too early")
    assert desk.questions.open_siblings().opened == (SECOND,)
    assert [s.question.id for s in family(desk).siblings] == [SECOND]


def test_what_the_linter_blocks_waits_for_a_reason(desk: Tracker) -> None:
    sure = replace(MONTHLY, template=replace(WEATHER, prior="1%"))
    with pytest.raises(Unresolvable):
        desk.questions.repeat(sure)
    assert desk.questions.siblings(PARENT) is None
    assert desk.questions.plan_sibling(sure).flaws[0].severity == "blocking"
    assert desk.questions.repeat(replace(sure, override="A rare event is the point")) is not None


def test_a_bad_repetition_is_refused_in_one_line(desk: Tracker, clock: FakeClock) -> None:
    desk.questions.repeat(MONTHLY)
    twins = ("one", "two", "three")
    far = a_question("far", opens_at=NOW + 90 * DAY)
    undated = a_question("undated", text="Will the leaders meet?")
    stuck = a_question("stuck", criteria="YES if the 2027 budget names it by 30 June 2027.")
    desk.question_sets.load(a_set(far, undated, stuck))
    for name in twins:
        desk.question_sets.load(a_set(a_question(name)))
    desk.links.add(Link(LinkId("pair"), "condition", twins, "A pair", why="so"))
    shapes: list[tuple[Repetition, str]] = [
        (Repetition(FIRST, "week"), "itself a sibling: repeat summit-2027"),
        (Repetition(QuestionId("nowhere"), "week"), "no question"),
        (Repetition(QuestionId("two"), "month"), "counts only under a condition"),
        (replace(MONTHLY, every="year"), "choose a shorter rhythm"),
        (replace(MONTHLY, until=date(2026, 12, 1)), "give a later day"),
        (replace(MONTHLY, count=0), "from 1 on"),
        (Repetition(far.id, "month"), "repeat it when that is near"),
        (Repetition(undated.id, "month"), "names no day that moves"),
        (Repetition(stuck.id, "month"), "“2027” in the criteria has no place"),
        (replace(MONTHLY, template=replace(WEATHER, rule="value in {window}")), "no series"),
        (replace(MONTHLY, template=SiblingTemplate(text="{month}?")), "write {first}"),
        (replace(MONTHLY, template=SiblingTemplate(kind="numeric")), "needs text"),
        (replace(MONTHLY, template=SiblingTemplate(scale=Scale(0, 1))), "has no range"),
        (replace(MONTHLY, template=SiblingTemplate(prior="40%")), "needs its reason"),
    ]
    for repetition, reason in shapes:
        with pytest.raises((ForecastsError, TrackerError), match=r".") as refused:
            desk.questions.repeat(repetition)
        assert reason in str(refused.value)
    answer(desk, clock, PARENT, "yes")
    with pytest.raises(Refused, match="has its answer"):
        desk.questions.repeat(MONTHLY)
    with pytest.raises(Refused, match="nothing to stop"):
        desk.questions.stop_repeating("one")
    with pytest.raises(NotFound):
        desk.questions.stop_repeating("nowhere")


def test_a_figure_of_a_year_asks_for_a_prior_of_its_own(tracker: Tracker) -> None:
    trade = a_question(
        "trade", horizon_shape="state_at", text="Will trade reach 9 billion dollars in 2027?",
        criteria="YES if customs reports it for 2027 (UTC). Annulled if it reports nothing.",
        closes_at=utc("2028-01-01"), resolves_at=utc("2028-01-20"),
    )  # fmt: skip
    visit = replace(
        trade, id=QuestionId("visit"), text="Will they ever meet?", criteria="YES if so."
    )
    tracker.question_sets.load(a_set(trade, replace(visit, criteria=trade.criteria)))
    monthly = Repetition(QuestionId("trade"), "month")
    with pytest.raises(ForecastsError, match="longer than a month, so its numbers do not fit"):
        tracker.questions.plan_sibling(monthly)
    with pytest.raises(ForecastsError, match="names no day that moves: word the siblings"):
        tracker.questions.plan_sibling(replace(monthly, question_id=QuestionId("visit")))
    told = SiblingTemplate(prior="20%", prior_reason="a twelfth")
    assert (
        "in December 2026"
        in tracker.questions.plan_sibling(replace(monthly, template=told)).question.text
    )


def test_a_figure_of_a_month_is_repeated_each_month(tracker: Tracker) -> None:
    prices = a_question(
        "prices", horizon_shape="state_at", text="Will prices in December 2027 be 3% higher?",
        criteria="YES if the office reports it for December 2027 (UTC). Annulled if it does not.",
        closes_at=utc("2028-01-01"), resolves_at=utc("2028-01-20"), prior=Binary(0.4),
    )  # fmt: skip
    tracker.question_sets.load(a_set(prices))
    monthly = Repetition(prices.id, "month")
    planned = tracker.questions.plan_sibling(monthly).question
    assert "in December 2026 be" in planned.text
    assert planned.prior == prices.prior
    assert planned.prior_reason == "The base rate of prices, which asks the same of another time."
    other = SiblingTemplate(text="Will prices in {window} be 2% higher?")
    reworded = tracker.questions.plan_sibling(replace(monthly, template=other)).question
    assert reworded.prior_reason == "The base rate of prices, which is worded otherwise."
    with pytest.raises(ForecastsError, match="longer than a week"):
        tracker.questions.plan_sibling(replace(monthly, every="week"))


def test_the_scheduler_opens_and_reports_siblings(desk: Tracker, clock: FakeClock) -> None:
    (job,) = (job for job in JOBS if job.name == "siblings")
    desk.questions.repeat(MONTHLY)
    run_job(desk, job)
    assert desk.system.runs() == ()
    clock.time = utc("2027-01-01T00:30:00Z")
    run_job(desk, job)
    assert [run.detail for run in desk.system.runs()] == ["1 sibling opened"]
