"""Why did it move? On the question page: the words, the frame, one revision, and any two days."""

from dataclasses import replace

import pytest

from dashboard.question.compare import PRESET_PERIODS
from dashboard.question.why_data import change_reasons_frame, change_sentence, explain_causes
from forecasts.distributions.probability import logit
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.changes import ChangeReason, ProbabilityChange
from tests.builders import DAY, FakeClock, a_set, an_indicator
from tests.dashboard.examples import NOW, OPENS, QUESTION, card
from tests.dashboard.pages import field, open_page, plain, seen, words
from tests.lives import an_asked
from tests.test_learning import log
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
WHOLE = logit(0.5) - logit(0.25)


def a_move(*reasons: ChangeReason, before: float = 0.25, after: float = 0.5) -> ProbabilityChange:
    return ProbabilityChange(QUESTION.id, OPENS, NOW, before, after, reasons)


TWO = a_move(
    ChangeReason("cited", "visit: some; of that ×0.5 counts", 0.4, EvidenceId(1)),
    ChangeReason("judgement", "rest", WHOLE - 0.4),
)

# Frames and words


def test_change_rows_add_up_to_the_sum() -> None:
    # Reasons stand with their headline and add up to the sum.
    frame = change_reasons_frame(TWO, [card(1, "Envoy travels to Kyiv")])
    assert list(frame["cause"]) == ["cited", "judgement", "sum"]
    assert list(frame["what"]) == ["Envoy travels to Kyiv", "rest", "All reasons together"]
    assert frame["weighed"][0].startswith("visit: some")
    assert (
        frame["log_odds"][:2].sum() == pytest.approx(frame["log_odds"][2]) == pytest.approx(WHOLE)
    )
    assert list(frame["after"]) == [33.2, 50.0, 50.0]
    # A piece without a card is told by how it was weighed.
    assert change_reasons_frame(TWO, [])["what"][0].startswith("visit: some")
    # Dust has no row but judgement always has one.
    frame = change_reasons_frame(
        a_move(
            ChangeReason("small changes", "", 1e-6),
            ChangeReason("judgement", "", -1e-6),
            after=0.25,
        ),
        [],
    )
    assert list(frame["cause"]) == ["judgement", "sum"]
    # Certainty has a sentence and no rows.
    certain = a_move(after=1.0)
    assert change_reasons_frame(certain, []).empty
    assert "infinitely far away" in change_sentence(certain, "May", "June")


def test_change_sentence() -> None:
    # The sentence tells moves smaller than a point.
    for before, after, told in (
        (0.25, 0.5, "up 25 points, +1.10"),
        (0.252, 0.242, "down 1 point, −0.05"),
        (0.05, 0.0546, "up 0.5 points, +0.09"),
        (0.3, 0.30001, "up by less than 0.1 points, +0.00"),
        (0.3, 0.3, "unchanged, +0.00"),
    ):
        assert plain(
            change_sentence(a_move(before=before, after=after), "1 May", "1 June")
        ).endswith(f": {told} in log-odds.")
    # The sentence names the base rate where a first forecast starts.
    said = plain(
        change_sentence(replace(TWO, before=0.252), "1 May", "1 June", from_base_rate=True)
    )
    assert said.startswith("From 25.2% (the base rate, 1 May) to 50% (1 June)")
    # Only causes that are not obvious are explained.
    assert explain_causes({"came in", "time passed", "sum"}) == ""
    said = explain_causes({"cited", "judgement", "evidence scale"})
    assert said.count(".") == 3
    assert "Judgement: the rest" in said


# The page


@pytest.fixture
def held(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A question with an old story, a confirmed one today, and a forecast that rests on that."""
    tracker.question_sets.load(a_set(indicators=(an_indicator(usual_per_year=1.0),)))
    clock.advance(days=1)
    tracker.evidence.review(log(tracker, title="An old invitation"), "confirmed")
    clock.advance(days=10)
    story = log(tracker, title="A new invitation")
    tracker.evidence.review(story, "confirmed")
    tracker.forecasts.submit(SUMMIT, "60%", rationale="They were invited.", cites=[story])
    clock.advance(hours=1)
    return tracker


def history(tracker: Tracker, question: str = SUMMIT, **params: str):  # type: ignore[no-untyped-def]
    return open_page(tracker, "question", q=question, details="Compare", **params)


def picked(visit, number: int):  # type: ignore[no-untyped-def]
    """The page with a forecast chosen to be explained."""
    return seen(visit.selectbox(key=f"explained-{SUMMIT}").set_value(number).run())


def because(visit) -> list[list[str]]:  # type: ignore[no-untyped-def]
    """The causes in each table of reasons on the page."""
    return [
        list(table.value["cause"]) for table in visit.dataframe if "cause" in table.value.columns
    ]


def test_picked_acts_tell_their_causes(held: Tracker) -> None:
    # Nothing is worked out until somebody asks.
    assert because(history(held)) == []
    # Picking a forecast shows what it rests on and the judgement.
    visit = history(held, **{"moved-in": "one forecast"})
    acts = held.questions.get(SUMMIT).acts
    (own,) = [act.id for act in acts if act.forecaster_id == held.me]
    visit = picked(visit, own)
    assert because(visit) == [["cited", "judgement", "sum"]]
    (table,) = [t.value for t in visit.dataframe if "cause" in t.value.columns]
    assert table["what"][0] == "A new invitation"
    assert table["log_odds"][2] == pytest.approx(logit(0.6) - logit(0.3))
    assert "From 30% (the base rate," in words(visit)
    # Picking a revision of the estimate shows its lines.
    ours = [act.id for act in acts if act.forecaster_id == "suggestion"]
    assert {"came in", "time passed"} <= set(because(picked(visit, ours[-1]))[0])
    assert "The estimate began here" in words(picked(visit, ours[0]))


def test_presets_tell_the_change(held: Tracker) -> None:
    preset, length = next(iter(PRESET_PERIODS.items()))
    visit = history(held, **{"moved-in": preset})
    move = held.questions.explain_change(SUMMIT, held.now() - length)
    assert because(visit) == [[*(reason.cause for reason in move.reasons), "sum"]]
    assert visit.dataframe[0].value["log_odds"].iloc[-1] == pytest.approx(move.log_odds)


def test_two_days_in_the_address(held: Tracker) -> None:
    # Two days in the address tell the move between them.
    visit = history(held, **{"moved-in": "two days", "from": "2026-12-03", "to": "2026-12-08"})
    assert [str(field(visit, label).value) for label in ("From", "Until the end of")] == [
        "2026-12-03",
        "2026-12-08",
    ]
    assert "3 Dec 2026, 00:00 UTC" in words(visit)
    assert "9 Dec 2026, 00:00 UTC" in words(visit)
    assert "came in" not in because(visit)[0]
    visit = seen(field(visit, "Until the end of").set_value(held.now().date()).run())
    assert "came in" in because(visit)[0]
    # Days in the wrong order are refused calmly.
    visit = history(held, **{"moved-in": "two days", "from": "2026-12-10", "to": "2026-12-03"})
    assert "had no estimate between" in words(visit)
    # Days outside the life of the question and nonsense do not break the page.
    visit = history(held, **{"moved-in": "two days", "from": "2020-01-01", "to": "2026-13-45"})
    assert "came in" in because(visit)[0]


def test_days_chosen_on_one_question_do_not_break_another(held: Tracker, clock: FakeClock) -> None:
    held.questions.ask(
        an_asked(opens_at=clock(), closes_at=clock() + 20 * DAY, resolves_at=clock() + 20 * DAY),
        override="a test",
    )
    visit = history(held, **{"moved-in": "two days", "from": "2026-11-10", "to": "2026-12-03"})
    clock.advance(days=3)
    visit.query_params["q"] = "rain"
    seen(visit.run())
    assert "Will it rain" in words(visit)
    assert str(field(visit, "From").value) >= "2026-12-12"  # it opened only then


def test_shares_have_no_lines_of_this_kind(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    asked = an_asked("visit-2027", kind="categorical", options=("Arland", "Borland", "Other"))
    tracker.questions.ask(asked, override="a question of a test")
    visit = history(tracker, "visit-2027")
    assert not [c for c in visit.get("button_group") if "Why did" in str(c.proto.label)]
