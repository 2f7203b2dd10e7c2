"""Markets and other platforms: their forecasts are kept, scored and drawn, and make no crowd."""

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD, Forecaster, ForecasterId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.interfaces.api_answers import read_question_json
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.model.chart_style import find_line_role, line_styles
from tracker.settings import Settings

MARKET, ADA, BEN = (ForecasterId(name) for name in ("market:polymarket", "ada", "ben"))
TODAY = "summit-2027"


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The command line on a database with one question."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    with open_tracker(on_sqlite) as tracker:
        tracker.question_sets.load(a_set(a_question(TODAY)))
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


def forecast_together(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(a_question(TODAY)))
    tracker.people.add_outside("Polymarket", "market")
    for who, p in ((ADA, 0.3), (BEN, 0.3), (MARKET, 0.9)):
        tracker.forecasts.submit(TODAY, Binary(p), forecaster=who)
    clock.advance(days=1)


def test_a_market_is_no_member_of_the_crowd(tracker: Tracker, clock: FakeClock) -> None:
    forecast_together(tracker, clock)
    standings = tracker.questions.get(TODAY).summary.standings
    assert standings[CROWD].p == pytest.approx(0.3)
    assert standings[MARKET].p == 0.9
    assert standings[MARKET].forecaster == Forecaster(MARKET, "Polymarket", "market")


def test_a_market_is_scored_and_compared_like_everyone(tracker: Tracker, clock: FakeClock) -> None:
    forecast_together(tracker, clock)
    clock.time = a_question(TODAY).closes_at + DAY
    tracker.resolutions.resolve(
        TODAY, "yes", source_url="https://example.org/a", known_at=clock.time
    )
    scores = {(s.forecaster_id, s.rule) for s in tracker.questions.get(TODAY).scores}
    assert (MARKET, "brier") in scores
    # Points against others are for people.
    assert (MARKET, "peer") not in scores
    assert (ADA, "peer") in scores
    accuracy = tracker.accuracy.summarise()
    assert {skill.forecaster_id for skill in accuracy.adjusted["brier"]} == {ADA, BEN}
    assert MARKET in {summary.forecaster_id for summary in accuracy.summaries}
    (rule,) = tracker.accuracy.compare(forecaster_id=ADA).rules
    (against,) = [c for c in rule.comparisons if c.b == MARKET]
    assert against.advantage == pytest.approx(0.1**2 - 0.7**2)
    assert (ADA, MARKET) in {
        (c.a, c.b) for r in tracker.accuracy.compare().rules for c in r.comparisons
    }


def test_who_is_added_twice_or_without_a_name_is_refused(tracker: Tracker) -> None:
    tracker.people.add_outside("Polymarket", "market")
    with pytest.raises(Refused, match="there already"):
        tracker.people.add_outside("polymarket", "market")
    with pytest.raises(Refused, match="a name takes"):
        tracker.people.add_outside("…", "platform")
    # The same name may be another platform, and is nobody who acts here.
    added = tracker.people.add_outside("Polymarket", "platform")
    assert [f.id for f in tracker.people.list_outside()] == [MARKET, added.id]
    assert MARKET not in {person.id for person in tracker.people.list()}


def test_a_first_forecast_makes_a_market_known_by_its_id(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set(a_question(TODAY)))
    tracker.forecasts.submit(TODAY, Binary(0.4), forecaster=ForecasterId("platform:metaculus"))
    (found,) = tracker.people.list_outside()
    assert found == Forecaster(ForecasterId("platform:metaculus"), "metaculus", "platform")
    detail = read_question_json(tracker, TODAY)
    assert [act["forecaster"] for act in detail["acts"]] == ["platform:metaculus"]


def test_prices_of_a_market_are_imported_with_their_own_times(
    tracker: Tracker, clock: FakeClock
) -> None:
    old = a_question(TODAY, retrospective=True, opens_at=clock.time - 90 * DAY)
    tracker.question_sets.load(a_set(old, indicators=[], feeds=[]))
    rows = [
        "question,forecaster,made_at,probability",
        *(f"{TODAY},{MARKET},{old.opens_at + n * DAY:%Y-%m-%d},0.{n}" for n in (1, 2, 3)),
    ]
    result = tracker.forecasts.import_files({"prices.csv": "\n".join(rows).encode()}, by=ADA)
    assert (result.forecasts, result.refused) == (3, ())
    page = tracker.questions.get(TODAY)
    assert page.forecasters[MARKET] == Forecaster(MARKET, "polymarket", "market")
    assert [forecast.p for _, forecast in page.timelines[MARKET].steps] == [0.1, 0.2, 0.3]
    assert CROWD not in page.timelines


def test_markets_have_a_line_of_their_own_style() -> None:
    people = [ADA, MARKET, ForecasterId("platform:metaculus"), CROWD]
    styles = line_styles((who, find_line_role(who)) for who in people)
    assert len({(style.colour, style.dash) for style in styles}) == len(people)
    assert len({style.dash for style in styles}) == len(people)


def test_the_terminal_adds_a_market_and_says_how_to_go_on(shell: Shell) -> None:
    said = shell("forecast", "add-outside", "Polymarket", "--kind", "market")
    assert "Polymarket is market:polymarket from now on" in said
    assert "--as market:polymarket" in said
