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
from tests.lives import ADA, BEN, CEM, CLOSES, LIVES, SOURCE, Life, an_asked, by_rule, live, resolve
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.cli import score_tables as scorecards
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


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (None, ".4f", "–"),
        (0.0, ".4f", "0.0000"),
        (0.0813, "+.2f", "+0.08"),
        (-1e-9, "+.1f", "+0.0"),
        (-0.001, "+.0%", "+0%"),
        (-0.06, "+.1f", "−0.1"),
    ],
)
def test_a_number_that_rounds_to_nothing_has_no_minus(
    value: float | None, spec: str, expected: str
) -> None:
    assert scorecards.format_number(value, spec) == expected


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.id)
def test_scores_are_listed_with_the_headline_rule_first(lived: Tracker, life: Life) -> None:
    found = lived.resolutions.receipts(life.id)
    text = told(scorecards.scores_table(found, found.scores))
    first = text.splitlines()[3]
    assert first.split("│")[1].strip() == "ada"
    assert {"ranked": "Ordered Brier score ↓", "crps": "CRPS over the range ↓"}.get(
        life.headline, "Brier score ↓"
    ) in first
    assert f"{life.mean:.3f}" in first
    assert "–" in line(text, "ada", "Peer points ↑")  # points have no mean of their own
    assert "skill: above 0 beats knowing nothing" in text


def test_receipts_are_those_of_the_headline_rule_unless_another_is_named(lived: Tracker) -> None:
    found = lived.resolutions.receipts("grain")
    assert {s.rule for s in scorecards.select_scores(found, None, None)} == {HEADLINE["numeric"]}
    assert [(s.rule, s.forecaster_id) for s in scorecards.select_scores(found, "peer", "ben")] == [
        ("peer", BEN)
    ]
    assert scorecards.select_scores(found, "brier", None) == ()


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.id)
def test_a_receipt_says_that_it_gives_the_score_again(lived: Tracker, life: Life) -> None:
    found = lived.resolutions.receipts(life.id)
    text = told(scorecards.receipt_table(found, by_rule(found.scores, life.headline)))
    assert f"{life.mean:.4f} while active" in text
    assert "the receipt gives the score again, to the last digit" in text
    assert "2026-12-11 09:30 UTC" in text
    peers = told(scorecards.receipt_table(found, by_rule(found.scores, "peer")))
    assert "contributions add up to the mean while active" in peers


def test_a_receipt_that_does_not_give_its_score_says_so_loudly(lived: Tracker) -> None:
    found = lived.resolutions.receipts("rain")
    mine = by_rule(found.scores, "brier")
    spoilt = replace(mine, receipt=(replace(mine.receipt[0], score=0.0), *mine.receipt[1:]))
    assert "THE RECEIPT DOES NOT GIVE THE SCORE: run `tracker system verify --scores`" in told(
        scorecards.receipt_table(found, spoilt)
    )


def test_a_receipt_of_an_annulled_question_can_only_be_added_up(
    annulled: tuple[Receipts, Receipts],
) -> None:
    before, after = annulled
    mine = by_rule(before.scores, "brier")
    assert "add up" in told(scorecards.receipt_table(after, mine))
    assert "add up" in told(
        scorecards.receipt_table(Receipts(before.question, None, (), (), {}), mine)
    )


def test_what_came_too_late_is_shown_in_full(lived: Tracker) -> None:
    text = told(scorecards.hindsight_table(lived.resolutions.receipts("visit")))
    assert "made when the answer was known" in text
    assert "Moscow=10% Other=10% Minsk=80%" in line(text, "ada", "2026-12-23")


def test_the_headline_table_has_the_rules_that_speak_for_each_kind(lived: Tracker) -> None:
    found = lived.accuracy.summarise()
    text = told(scorecards.headline_table(found))
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
    assert row.split("│")[3].strip() == "3"
    assert " to " in row
    assert row.count("–") == 0
    assert line(text, "Prior and time").count("–") == 1  # one group has no interval
    points = told(
        scorecards.summaries_table(found, [s for s in found.summaries if s.rule == "peer"])
    )
    assert line(points, "ada").count("–") == 1
    assert "Prior, never moved" in text


def test_what_was_saved_of_each_reference_is_told_in_percent(lived: Tracker) -> None:
    text = told(scorecards.skills_table(lived.accuracy.summarise()))
    own, even = (9 * 0.16 + 10 * 0.01) / 30, 19 * 0.25 / 30
    assert f"{1 - own / even:+.0%}" in line(text, "ada", "Always 50 %")
    assert "-0%" not in text
    assert " to " not in line(text, "ada", "Always 50 %")


def test_an_interval_of_what_was_saved_needs_two_groups(tracker: Tracker, clock: FakeClock) -> None:
    for name in ("one", "two"):
        tracker.questions.ask(an_asked(name))
        tracker.forecasts.submit(name, "80%" if name == "one" else "70%")
    clock.time = CLOSES
    for name in ("one", "two"):
        tracker.resolutions.resolve(name, "yes", source_url=SOURCE, known_at=CLOSES)
    assert " to " in line(
        told(scorecards.skills_table(tracker.accuracy.summarise())), "ada", "Always 50 %"
    )


@pytest.mark.usefixtures("annulled")
def test_cohorts_are_told_with_the_rate_of_annulment(tracker: Tracker) -> None:
    for name in ("one", "two"):
        tracker.questions.ask(
            an_asked(name, closes_at=CLOSES + DAY, resolves_at=CLOSES + DAY),
            override="closes a day later",
        )
    text = told(scorecards.cohorts_table(tracker.accuracy.summarise()))
    assert line(text, "2026-Q4").replace(" ", "") == "│2026-Q4│3│1│0│1│0│0│0│"
    assert "of those that are over: 100.0%" in text


def test_an_empty_tracker_has_no_rate_of_annulment(tracker: Tracker) -> None:
    assert "of those that are over: –" in told(
        scorecards.cohorts_table(tracker.accuracy.summarise())
    )
    assert (
        scorecards.explain_no_scores(tracker.accuracy.summarise())
        == "None of the chosen questions has been scored yet."
    )
    assert scorecards.describe_waiting(tracker.accuracy.summarise()) == "0 questions count."


def test_what_waits_and_what_came_too_late_is_told_in_a_sentence(
    tracker: Tracker, clock: FakeClock
) -> None:
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    found = tracker.accuracy.summarise()
    assert (
        "1 was answered early and counts once the scheduled close has passed."
        in scorecards.describe_waiting(found)
    )
    assert (
        "1 forecasts were made when the answer was known: they earned nothing."
        in scorecards.describe_waiting(found)
    )
    assert scorecards.explain_no_scores(found) == scorecards.describe_waiting(found)


def test_calibration_is_told_with_its_bands_and_numbers(lived: Tracker) -> None:
    report = lived.accuracy.calibration(lead_days=15)
    text = told(*scorecards.reliability_tables(report, ADA))
    assert "ada, 15 days before the close: Too few questions" in text
    assert "1 = 100%" in line(text, "80% to 100%", "90%")
    assert "0.0100" in line(text, "Brier score")
    assert "–" in line(text, "area under the ROC")  # nothing to tell apart
    assert "raw +0.0100" in line(text, "reliability, bias corrected")


def test_intervals_are_told_for_the_forecasters_that_are_asked_for(lived: Tracker) -> None:
    report = lived.accuracy.calibration(lead_days=15)
    text = told(scorecards.intervals_table(report, {BEN: report.intervals[BEN]}))
    assert "of the range" in line(text, "ben", "3")
    assert "ada" not in text


def test_pairs_are_those_among_the_named_or_with_the_one_named(lived: Tracker) -> None:
    report = lived.accuracy.compare()
    everybody = frozenset(report.forecasters)
    assert {frozenset((c.a, c.b)) for c in scorecards.select_comparisons(report, (ADA, BEN))} == {
        frozenset(("ada", "ben"))
    }
    alone = scorecards.select_comparisons(report, (CEM,))
    assert all("cem" in (c.a, c.b) for c in alone)
    assert len(alone) == 6  # two people, the crowd, the prior, the hazard, the suggestion
    assert len(scorecards.select_comparisons(report, everybody)) == 21
    assert scorecards.select_comparisons(report, (ForecasterId("crowd"), ADA))[0].b in (
        "Crowd",
        "ada",
    )


def test_a_comparison_is_told_in_words_with_the_adjustment_for_difficulty(lived: Tracker) -> None:
    report = lived.accuracy.compare()
    text = told(
        scorecards.comparison_table(report, scorecards.select_comparisons(report, (ADA, BEN)))
    )
    assert "not enough data" in line(text, "ada – ben", "│ 6 ")
    assert "higher (better)" in text
    assert "skill adjusted for the difficulty of questions" in text
    assert "Prior, never moved" in text
    without = replace(report, difficulty=None)
    assert "difficulty" not in told(scorecards.comparison_table(without, report.comparisons))


def test_habits_are_told_with_the_verdicts_in_words(lived: Tracker) -> None:
    text = told(scorecards.habits_table(lived.accuracy.habits()))
    assert "2 on 1 questions" in line(text, "ada")
    assert "30 points" in line(text, "ada")
    assert "100%" in line(text, "cem")  # a reaffirmation and no update
    assert line(text, "ben", "1 on 1 questions").count("–") == 4
    assert "Too few questions to say anything: 1 of the 30 needed" in text


def test_a_name_from_outside_is_printed_as_it_is(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    tracker.forecasts.submit("rain", "80%", forecaster=ForecasterId("[red]x[/red]"))
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=CLOSES)
    found = tracker.resolutions.receipts("rain")
    assert "[red]x[/red]" in told(scorecards.scores_table(found, found.scores))
    assert "[red]x[/red]" in told(scorecards.headline_table(tracker.accuracy.summarise()))
    mine = by_rule(found.scores, "brier", ForecasterId("[red]x[/red]"))
    assert "[red]x[/red], Brier score" in told(scorecards.receipt_table(found, mine))
    report = tracker.accuracy.calibration(lead_days=30)
    assert "[red]x[/red], 30 days" in told(
        *scorecards.reliability_tables(report, ForecasterId("[red]x[/red]"))
    )
