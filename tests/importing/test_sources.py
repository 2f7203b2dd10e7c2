"""Each source tells the same story in its own form, and enters as the same forecasts."""

import json
from datetime import UTC, datetime

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock
from tests.importing import exports
from tests.importing.exports import ALL, FATEBOOK, RAIN, SNOW, metaculus
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.model.forecast_import import DEFAULT_CHOICES, ForecastImport, ImportChoices
from tracker.model.principal import Principal

ADA = ForecasterId("ada")
SKIP = ImportChoices(skip_broken=True)


def bring_in(
    tracker: Tracker, name: str, content: bytes, choices: ImportChoices = DEFAULT_CHOICES
) -> ForecastImport:
    return tracker.forecasts.import_files({name: content}, choices)


def tell_story(tracker: Tracker) -> dict[str, object]:
    """What stands of the two questions: forecasts with their times, and the state."""
    story: dict[str, object] = {}
    for summary in tracker.questions.list():
        acts = tracker.questions.get(summary.question.id).acts
        own = sorted((a for a in acts if a.forecaster_id == ADA), key=lambda a: a.made_at)
        told = [(act.made_at.date().isoformat(), act.distribution) for act in own]
        story[summary.question.text] = (told, summary.status)
    return story


STORY = {
    RAIN: ([("2023-04-01", Binary(0.3)), ("2023-04-20", Binary(0.6))], "resolved"),
    SNOW: ([("2023-04-02", Binary(0.9))], "open"),
}


@pytest.mark.parametrize("source", ALL)
def test_every_source_tells_the_same_story(tracker: Tracker, source: str) -> None:
    result = bring_in(tracker, *ALL[source])
    assert result.refused == ()
    assert (result.source, result.questions, result.answers) == (source.partition(" ")[0], 2, 1)
    assert tell_story(tracker) == STORY
    questions = {s.question.text: s.question for s in tracker.questions.list()}
    assert all(question.retrospective for question in questions.values())
    # Each act keeps its time, and says who brought it in.
    acts = tracker.questions.get(questions[RAIN].id).acts
    own = [act for act in acts if act.forecaster_id == ADA]
    assert {act.imported_by for act in own} == {ADA}
    assert {act.entered_at for act in own} == {tracker.now()}
    scores = {
        (s.rule, s.forecaster_id) for s in tracker.resolutions.receipts(questions[RAIN].id).scores
    }
    assert ("brier", ADA) in scores
    check = tracker.system.verify()
    assert check.reason == ""
    assert tracker.system.verify_scores().differences == ()


@pytest.mark.parametrize("source", ALL)
def test_an_import_made_twice_is_made_once(tracker: Tracker, clock: FakeClock, source: str) -> None:
    bring_in(tracker, *ALL[source])
    entries = tracker.system.verify().entries
    clock.advance(days=1)
    again = bring_in(tracker, *ALL[source])
    assert (again.questions, again.forecasts, again.answers, again.batch) == (0, 0, 0, None)
    assert tracker.system.verify().entries == entries


@pytest.mark.parametrize("source", ALL)
def test_a_preview_says_what_an_import_does(tracker: Tracker, source: str) -> None:
    name, content = ALL[source]
    entries = tracker.system.verify().entries
    plan = tracker.forecasts.preview_import({name: content})
    assert [(q.text, q.matched) for q in plan.questions] == [(RAIN, None), (SNOW, None)] or (
        source == "manifold"
    )
    assert tracker.system.verify().entries == entries
    assert tracker.questions.list() == ()
    result = bring_in(tracker, name, content)
    assert (plan.forecasts, plan.answers) == (result.forecasts, result.answers)
    matched = tracker.forecasts.preview_import({name: content})
    assert all(question.matched for question in matched.questions)
    assert (matched.forecasts, matched.answers) == (0, 0)
    assert matched.unchanged == result.forecasts + result.answers


def test_files_of_two_sources_meet_on_one_question(tracker: Tracker) -> None:
    bring_in(tracker, *ALL["fatebook"])
    result = bring_in(tracker, *ALL["fatebook by its API"])
    assert (result.questions, result.forecasts, result.unchanged) == (0, 0, 4)
    assert tell_story(tracker) == STORY


def test_two_sites_may_know_an_answer_at_different_times(tracker: Tracker) -> None:
    bring_in(tracker, *ALL["fatebook"])
    plan = tracker.forecasts.preview_import(dict([ALL["spreadsheet"]]))
    assert (plan.answers, plan.refused) == (0, ())
    no = ALL["spreadsheet"][1].replace(b"Yes", b"No")
    (row,) = tracker.forecasts.preview_import({"mine.csv": no}).refused
    assert "was answered yes on 2023-05-01" in row.reason


def test_options_of_a_choice_are_yes_no_questions(tracker: Tracker) -> None:
    bring_in(tracker, "choice.csv", exports.FATEBOOK_CHOICE.encode())
    standing = {s.question.text: (s.standings[ADA].distribution, s.resolution.outcome)
                for s in tracker.questions.list() if s.resolution}  # fmt: skip
    assert standing == {
        "Who wins?: Red": (Binary(0.3), "no"),
        "Who wins?: Blue": (Binary(0.7), "yes"),
    }


def test_metaculus_brings_its_crowd_choices_and_withdrawals(tracker: Tracker) -> None:
    times = {"Open Time": "2023-04-01 08:00:00+00:00", "Scheduled Close Time": "2029-05-02 00:00:00+00:00"}  # fmt: skip
    who = {"Forecaster ID": 5, "Forecaster Username": "ada_l"}
    content = metaculus(
        {"Question ID": 3, "Question URL": "https://m.example/3/", "Question Title": "Who?",
         "Question Type": "multiple_choice", "MC Options": "['Red', 'Blue, or none']", **times},
        {"Question ID": 4, "Question URL": "https://m.example/4/", "Question Title": "How many?",
         "Question Type": "numeric", **times},
        forecasts=[
            {"Question ID": 3, **who, "Start Time": "2023-04-03 08:00:00+00:00",
             "End Time": "2023-05-03 08:00:00+00:00", "Probability Yes Per Category": "[0.2, 0.8]"},
            {"Question ID": 4, **who, "Start Time": "2023-04-03 08:00:00+00:00", "Continuous CDF": "[0, 1]"},
        ],
    )  # fmt: skip
    assert bring_in(tracker, "m.zip", content).forecasts == 0  # a row is broken
    result = bring_in(tracker, "m.zip", content, SKIP)
    assert [(row.file, row.line) for row in result.refused] == [("m.zip/question_data.csv", 5)]
    assert "this one is numeric" in result.refused[0].reason
    by_text = {s.question.text: s for s in tracker.questions.list()}
    assert "How many?" not in by_text
    # Withdrawn when it ended, as no other forecast followed.
    who_acts = tracker.questions.get(by_text["Who?: Blue, or none"].question.id).acts
    assert [(a.act, a.distribution) for a in who_acts if a.forecaster_id == ADA] == [
        ("forecast", Binary(0.8)), ("withdraw", None),
    ]  # fmt: skip
    crowd = by_text[RAIN].standings[ForecasterId("platform:metaculus")]
    assert crowd.distribution == Binary(0.5)


def test_several_names_in_a_file_are_several_people(tracker: Tracker) -> None:
    content = FATEBOOK.replace('"Ada Lovelace",0.6', '"Ben Ö",0.6').encode()
    plan = tracker.forecasts.preview_import({"f.csv": content})
    assert plan.people == {"Ada Lovelace": "ada-lovelace", "Ben Ö": "ben"}
    chosen = ImportChoices(people={"Ada Lovelace": "ada"})
    bring_in(tracker, "f.csv", content, chosen)
    names = {person.id: person.name for person in tracker.people.list()}
    assert names[ForecasterId("ben")] == "Ben Ö"
    # An analyst enters forecasts of nobody else.
    analyst = tracker.serve(Principal(ForecasterId("cem"), "analyst", "page"))
    refused = analyst.forecasts.preview_import({"f.csv": content}).refused
    assert all("only an admin imports forecasts of others" in row.reason for row in refused)
    assert len(refused) == 3


def test_rows_can_be_mapped_onto_a_known_question(tracker: Tracker) -> None:
    bring_in(tracker, *ALL["fatebook"])
    (rain,) = [s.question.id for s in tracker.questions.list() if s.question.text == RAIN]
    renamed = FATEBOOK.replace(RAIN, "Regen?").replace(
        "0.3,2023-04-01 08:00:5", "0.4,2023-04-09 08:00:5"
    )
    choices = ImportChoices(questions={"Regen?": rain})
    result = bring_in(tracker, "f.csv", renamed.encode(), choices)
    assert (result.questions, result.forecasts, result.scored) == (0, 1, (rain,))
    lost = ImportChoices(questions={"Regen?": "nowhere"}, skip_broken=True)
    assert (
        "there is no question nowhere"
        in bring_in(tracker, "f.csv", renamed.encode(), lost).refused[0].reason
    )


@check_rows(
    [
        ("0.3,2023-04-01 08:00:5", "1.3,2023-04-01 08:00:5", "between 0 and 1"),
        ("0.3,2023-04-01 08:00:5", "0.3,2023-13-01 08:00:5", "is not a date"),
        ("0.3,2023-04-01 08:00:5", "0.3,", "made_at is missing"),
        ("0.3,2023-04-01 08:00:5", "0.3,2023-05-01 21:00:0", "earns nothing"),
        ("0.3,2023-04-01 08:00:5", "0.3,2027-04-01 08:00:5", "still to come"),
        ("0.3,2023-04-01 08:00:5", ",2023-04-01 08:00:5", "give one of probability"),
        ("0.3,2023-04-01 08:00:5", "0.3,2023-04-01 08:00:5,7", "17 values for 16 columns"),
    ],
    "old",
    "new",
    "reason",
)  # fmt: skip
def test_a_broken_row_is_named_and_stops_all_or_itself(
    tracker: Tracker, old: str, new: str, reason: str
) -> None:
    content = FATEBOOK.replace(old, new, 1).encode()
    before = tracker.system.verify().entries
    stopped = bring_in(tracker, "f.csv", content)
    ((row),) = stopped.refused
    assert (row.line, reason in row.reason, "\n" in row.reason) == (2, True, False)
    assert (stopped.questions, stopped.forecasts, stopped.batch) == (0, 0, None)
    assert tracker.system.verify().entries == before
    plan = tracker.forecasts.preview_import({"f.csv": content}, SKIP)
    assert (plan.refused, plan.forecasts) == (stopped.refused, 2)


def test_broken_rows_are_left_out_where_that_is_chosen(tracker: Tracker) -> None:
    content = FATEBOOK.replace("0.3,2023", "3,2023", 1).encode()
    result = bring_in(tracker, "f.csv", content, SKIP)
    assert (result.questions, result.forecasts, result.answers, result.batch) == (2, 2, 1, 1)
    assert [row.line for row in result.refused] == [2]
    # Mended, the row is all that enters.
    mended = bring_in(tracker, *ALL["fatebook"])
    assert (mended.questions, mended.forecasts, mended.unchanged, mended.batch) == (0, 1, 3, 2)
    assert tell_story(tracker) == STORY


@check_rows(
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"PK\x03\x04rubbish", "no whole archive"),
        (b'{"a": 1}', "JSON of no known source"),
        (b"[]", "JSON of no known source"),
        (b"a,b\n1,2", "which column is the text"),
        (b"a,a\n1,2", "a is there twice"),
        (b'{"items": [3]}', "cannot be read"),
        (b'{"predictions": [{"id": 1}], "user": null}', "cannot be read"),
        (b'{"bets": [{"amount": 1, "contractId": "x"}], "markets": []}', "is not in the file"),
        (b'{"bets": 3, "markets": []}', "is no export of manifold"),
    ],
    "content",
    "reason",
)
def test_a_file_that_is_none_changes_nothing(tracker: Tracker, content: bytes, reason: str) -> None:
    try:
        said = "; ".join(row.reason for row in bring_in(tracker, "f", content).refused)
    except Refused as refusal:
        said = str(refusal)
    assert reason in said
    assert "\n" not in said
    assert tracker.questions.list() == ()


def test_a_source_that_is_named_is_believed(tracker: Tracker) -> None:
    with pytest.raises(Refused, match="is no export of fatebook"):
        bring_in(tracker, "f", json.dumps({"predictions": []}).encode(), ImportChoices("fatebook"))
    with pytest.raises(Refused, match="several sources"):
        tracker.forecasts.import_files(dict([ALL["fatebook"], ALL["manifold"]]))


def test_a_question_stays_open_until_its_last_forecast(tracker: Tracker) -> None:
    late = FATEBOOK.replace("2023-05-02 00:00:0", "2023-04-10 00:00:0").encode()
    assert bring_in(tracker, "f.csv", late).refused == ()
    (rain,) = [s.question for s in tracker.questions.list() if s.question.text == RAIN]
    assert rain.closes_at == datetime(2023, 4, 20, 8, 1, tzinfo=UTC)
