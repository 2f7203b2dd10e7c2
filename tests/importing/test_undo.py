"""An import is undone: scores and lists are as before it, and the log keeps both."""

from typing import Any

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import FakeClock, a_set
from tests.importing.exports import ALL, RAIN
from tests.importing.test_sources import ADA, bring_in
from tests.test_import_forecasts import ANSWERS, FORECASTS, OWN, past_question
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.principal import Principal
from tracker.model.read_models import Choice

RETROSPECTIVE = Choice(retrospective=True)


def look(tracker: Tracker) -> dict[str, Any]:
    """All that lists and scores say."""
    pages = [tracker.questions.get(s.question.id) for s in tracker.questions.list()]
    return {
        "questions": tracker.questions.list(),
        "acts": [page.acts for page in pages],
        "timelines": [tracker.questions.history(p.summary.question.id).timelines for p in pages],
        "scores": tracker.accuracy.score_table(RETROSPECTIVE),
        "receipts": [tracker.resolutions.receipts(p.summary.question.id).scores for p in pages],
        "changes": [entry for entry in tracker.reports.recent_changes() if not is_undone(entry)],
    }


def is_undone(entry: Any) -> bool:
    """An answer that an import gave, and its being taken back, stay in the list of changes."""
    return "import 1 was undone" in getattr(entry.act, "note", "") or (
        getattr(entry.act, "source_url", "") == "https://example.org/answer"
    )


@pytest.mark.parametrize(
    ("on_each", "source"),
    [("postgresql", "fatebook"), *(("sqlite", source) for source in ALL)],
    indirect=["on_each"],
)
def test_all_that_an_import_entered_is_taken_back(
    both: Tracker, clock: FakeClock, source: str
) -> None:
    before, entries = look(both), both.system.verify().entries
    result = bring_in(both, *ALL[source])
    assert look(both) != before
    clock.advance(days=1)
    undone = both.forecasts.undo_import(result.batch or 0)
    assert (undone.forecasts, undone.answers, undone.questions) == (
        result.forecasts, result.answers, result.questions,
    )  # fmt: skip
    assert look(both) == before
    assert both.system.verify_scores().differences == ()
    check = both.system.verify()
    assert check.reason == ""
    assert check.entries > entries
    (batch,) = both.forecasts.imports()
    assert (batch.id, batch.by, batch.undone_at) == (result.batch, ADA, clock.time)
    # And it can be made again, under names of its own: those of questions are never used twice.
    again = bring_in(both, *ALL[source])
    assert (again.questions, again.forecasts) == (result.questions, result.forecasts)
    assert both.system.verify().reason == ""


def test_what_was_there_before_stays_to_the_last_bit(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(past_question(), indicators=[], feeds=[]))
    first = (
        "question,forecaster,made_at,probability\nold,ben,2023-01-20,0.5\nold,ada,2023-01-21,0.4\n"
    )
    bring_in(tracker, "first.csv", first.encode(), OWN)
    bring_in(tracker, "answers.csv", ANSWERS.encode(), OWN)
    before = look(tracker)
    clock.advance(days=1)
    second = bring_in(tracker, "second.csv", FORECASTS.encode(), OWN)
    assert (second.forecasts, second.scored) == (4, ("old",))
    during = look(tracker)
    day_between = clock.time
    assert during["scores"] != before["scores"]
    clock.advance(days=1)
    undone = tracker.forecasts.undo_import(second.batch or 0)
    assert (undone.forecasts, undone.answers, undone.questions, undone.in_use) == (4, 0, 0, ())
    assert look(tracker) == before
    assert tracker.system.verify_scores().differences == ()
    # A look back to the day between sees what was known then.
    then = tracker.questions.get_as_of("old", day_between)
    assert len([a for a in then.acts if a.imported_by]) == 6


def test_a_question_that_others_use_stays(tracker: Tracker, clock: FakeClock) -> None:
    result = bring_in(tracker, *ALL["fatebook"])
    open_one = next(s.question.id for s in tracker.questions.list() if s.status == "open")
    tracker.people.add("Ben")
    ben = tracker.acting_as(ForecasterId("ben"))
    ben.forecasts.submit(open_one, "20%")
    clock.advance(days=1)
    undone = tracker.forecasts.undo_import(result.batch or 0)
    assert (undone.questions, undone.in_use) == (1, (open_one,))
    (summary,) = tracker.questions.list()
    assert summary.standings[ForecasterId("ben")].distribution == Binary(0.2)
    assert ADA not in summary.standings


def test_an_answer_that_was_replaced_since_stays(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(past_question(), indicators=[], feeds=[]))
    result = bring_in(tracker, "answers.csv", ANSWERS.encode(), OWN)
    clock.advance(days=1)
    tracker.resolutions.reopen(QuestionId("old"), why="Too early")
    tracker.resolutions.resolve(
        QuestionId("old"), "no", source_url="https://example.org", known_at=clock.time
    )
    clock.advance(days=1)
    assert tracker.forecasts.undo_import(result.batch or 0).answers == 0
    (summary,) = tracker.questions.list()
    assert summary.resolution is not None
    assert summary.resolution.outcome == "no"


def test_an_import_is_undone_once_by_its_owner(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no import 7"):
        tracker.forecasts.undo_import(7)
    result = bring_in(tracker, *ALL["fatebook"])
    cem = tracker.serve(Principal(ForecasterId("cem"), "analyst", "page"))
    with pytest.raises(Forbidden, match="only an admin undoes the import of another"):
        cem.forecasts.undo_import(result.batch or 0)
    tracker.forecasts.undo_import(result.batch or 0)
    with pytest.raises(Refused, match="import 1 was undone on 20"):
        tracker.forecasts.undo_import(result.batch or 0)
    assert RAIN not in {s.question.text for s in tracker.questions.list()}
