"""Scores, receipts and reports as tables: what a person reads in the terminal, word for word where
it matters.
"""

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from forecasts.questions.question import ForecasterId
from forecasts.scoring.rulebook import HEADLINE
from tests.builders import DAY, FakeClock, no_network
from tests.lives import ADA, BEN, CLOSES, LIVES, SOURCE, Life, an_asked, by_rule, live, resolve
from tests.tables import check_rows
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.cli import calibration_tables, score_tables
from tracker.model.read_models import Receipts
from tracker.settings import Settings

RAIN = LIVES[0]


def told(*tables: RenderableType) -> str:
    """Tables as they are printed, wide enough to break no line."""
    out = StringIO()
    Console(file=out, width=300).print(*tables)
    return out.getvalue()


def line(text: str, *words: str) -> str:
    """The first line that has all of these words."""
    return next(row for row in text.splitlines() if all(word in row for word in words))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A tracker in which a question of every kind was answered and has closed; for reading
    alone.
    """
    clock = FakeClock()
    settings = Settings(data_dir=tmp_path_factory.mktemp("lived"), me="ada")
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        for life in LIVES:
            live(tracker, clock, life)
        for life in LIVES:
            resolve(tracker, clock, life)
        clock.time = CLOSES + DAY
        yield tracker


@pytest.fixture
def annulled(tracker: Tracker, clock: FakeClock) -> tuple[Receipts, Receipts]:
    """The receipts of a question before and after it was annulled."""
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    before = tracker.resolutions.receipts("rain")
    clock.time = CLOSES
    resolve(tracker, clock, RAIN, "annulled")
    return before, tracker.resolutions.receipts("rain")


@check_rows([
    (None, ".4f", "–"), (0.0, ".4f", "0.0000"), (0.0813, "+.2f", "+0.08"),
    (-1e-9, "+.1f", "+0.0"), (-0.001, "+.0%", "+0%"), (-0.06, "+.1f", "−0.1"),
])  # fmt: skip
def test_a_number_that_rounds_to_nothing_has_no_minus(
    value: float | None, spec: str, expected: str
) -> None:
    assert score_tables.format_number(value, spec) == expected


@check_rows(LIVES, "life")
def test_scores_are_listed_with_the_headline_rule_first(lived: Tracker, life: Life) -> None:
    found = lived.resolutions.receipts(life.id)
    text = told(score_tables.scores_table(found, found.scores))
    first = text.splitlines()[3]
    assert first.split("│")[1].strip() == "ada"
    assert {"ranked": "Ordered Brier score ↓", "crps": "CRPS over the range ↓"}.get(
        life.headline, "Brier score ↓"
    ) in first
    assert f"{life.mean:.3f}" in first
    assert "–" in line(text, "ada", "Peer points ↑")  # points have no mean of their own
    assert "skill: above 0 beats knowing nothing" in text


def test_receipts_are_of_the_headline_rule_by_default(lived: Tracker) -> None:
    found = lived.resolutions.receipts("grain")
    assert {s.rule for s in score_tables.select_scores(found, None, None)} == {HEADLINE["numeric"]}
    assert [
        (s.rule, s.forecaster_id) for s in score_tables.select_scores(found, "peer", "ben")
    ] == [("peer", BEN)]
    assert score_tables.select_scores(found, "brier", None) == ()


@check_rows(LIVES, "life")
def test_a_receipt_says_that_it_gives_the_score_again(lived: Tracker, life: Life) -> None:
    found = lived.resolutions.receipts(life.id)
    text = told(score_tables.receipt_table(found, by_rule(found.scores, life.headline)))
    assert f"{life.mean:.4f} while active" in text
    assert "the receipt gives the score again, to the last digit" in text
    assert "2026-12-11 09:30 UTC" in text
    peers = told(score_tables.receipt_table(found, by_rule(found.scores, "peer")))
    assert "contributions add up to the mean while active" in peers


def test_a_false_receipt_says_so_loudly(lived: Tracker) -> None:
    found = lived.resolutions.receipts("rain")
    mine = by_rule(found.scores, "brier")
    spoilt = replace(mine, receipt=(replace(mine.receipt[0], score=0.0), *mine.receipt[1:]))
    assert "THE RECEIPT DOES NOT GIVE THE SCORE: run `tracker system verify --scores`" in told(
        score_tables.receipt_table(found, spoilt)
    )


def test_points_and_skill_are_told_in_tables(lived: Tracker) -> None:
    found = lived.accuracy.summarise()
    text = told(score_tables.headline_table(found))
    assert {
        name
        for name in ("Brier score", "Ordered Brier score", "CRPS over the range")
        if name in text
    } == {
        "Brier score",
        "Ordered Brier score",
        "CRPS over the range",
    }
    assert "Peer points" not in text
    row = line(text, "ada", "CRPS over the range")
    assert row.split("│")[3].strip() == "3 (2 independent)"
    assert "Base rate" in text
    points = told(
        score_tables.summaries_table(found, [s for s in found.summaries if s.rule == "peer"])
    )
    assert line(points, "ada").count("–") == 1  # points have no mean
    text = told(score_tables.skill_table(found, "crps"))
    assert "13 more independent questions are needed" in line(text, "ada")
    assert "a newcomer starts in the middle" in text


@pytest.mark.usefixtures("annulled")
def test_cohorts_are_told_with_the_rate_of_annulment(tracker: Tracker) -> None:
    for name in ("one", "two"):
        tracker.questions.ask(
            an_asked(name, closes_at=CLOSES + DAY, resolves_at=CLOSES + DAY),
            override="closes a day later",
        )
    text = told(score_tables.cohorts_table(tracker.accuracy.summarise()))
    assert line(text, "2026-Q4").replace(" ", "") == "│2026-Q4│3│1│0│1│0│0│0│"
    assert "of those that are over: 100.0%" in text


def test_waiting_and_late_forecasts_are_told_in_a_sentence(
    tracker: Tracker, clock: FakeClock
) -> None:
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    found = tracker.accuracy.summarise()
    assert (
        "1 was answered early and counts once the scheduled close has passed."
        in score_tables.describe_counts(found)
    )
    assert (
        "1 forecasts were made when the answer was known: they earned nothing."
        in score_tables.describe_counts(found)
    )
    explained = score_tables.explain_no_scores(found)
    assert explained == (f"{score_tables.describe_counts(found)} {score_tables.SCORING_IN_A_LINE}")
    (table,) = score_tables.list_uncounted_tables(found)
    assert "provisional: each counts from its scheduled close on" in told(table)


def test_calibration_and_intervals_are_told_with_their_numbers(lived: Tracker) -> None:
    report = lived.accuracy.calibration(lead_days=15)
    text = told(*calibration_tables.reliability_tables(report, ADA))
    assert "ada, 15 days before the close: Not enough data" in text
    assert "1 = 100%" in line(text, "80% to 100%", "90%")
    assert "0.0100" in line(text, "Brier score")
    assert "–" in line(text, "area under the ROC")  # nothing to tell apart
    assert "raw +0.0100" in line(text, "reliability, bias corrected")
    report = lived.accuracy.calibration(lead_days=15)
    text = told(calibration_tables.ranks_table(report, BEN))
    assert "ben, 15 days before the close, numbers and dates: Not enough data" in text
    assert "of the range" in line(text, "90%")
    assert "outside" not in told(calibration_tables.band_table(report, ADA))


def test_comparisons_are_told_in_a_table(lived: Tracker) -> None:
    report = lived.accuracy.compare(forecaster_id=ADA)
    numbers = next(rule for rule in report.rules if rule.rule == "crps")
    text = told(score_tables.comparison_table(report, numbers))
    row = line(text, "ada", "ben")
    assert "too early to say" in row
    assert row.split("│")[5].strip() == "3 (2 independent)"
    assert "First forecast, unchanged" in text
    assert "Knowing nothing" in text
    assert "hold however often you look" in text


def test_habits_are_told_with_the_verdicts_in_words(lived: Tracker) -> None:
    text = told(score_tables.habits_table(lived.accuracy.habits()))
    assert "2 on 1 questions" in line(text, "ada")
    assert "30 points" in line(text, "ada")
    assert "100%" in line(text, "cem")  # a reaffirmation and no update
    assert line(text, "ben", "1 on 1 questions").count("–") == 4
    assert "Not enough data: 1 of 30 independent questions" in text


def test_a_name_from_outside_is_printed_as_it_is(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    tracker.forecasts.submit("rain", "80%", forecaster=ForecasterId("[red]x[/red]"))
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=CLOSES)
    found = tracker.resolutions.receipts("rain")
    assert "[red]x[/red]" in told(score_tables.scores_table(found, found.scores))
    assert "[red]x[/red]" in told(score_tables.headline_table(tracker.accuracy.summarise()))
    mine = by_rule(found.scores, "brier", ForecasterId("[red]x[/red]"))
    assert "[red]x[/red], Brier score" in told(score_tables.receipt_table(found, mine))
    report = tracker.accuracy.calibration(lead_days=30)
    assert "[red]x[/red], 30 days" in told(
        *calibration_tables.reliability_tables(report, ForecasterId("[red]x[/red]"))
    )
