"""The page *Import forecasts*: seen before it enters, entered, and taken back."""

from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tests.dashboard.pages import button, open_page, row_words, seen, words
from tests.importing.exports import FATEBOOK, RAIN, SPREADSHEET
from tests.test_import_forecasts import past_question
from tracker.app.tracker import Tracker
from tracker.model.principal import Principal


def upload(page, name: str, content: str):
    """The page after a file was dropped on it."""
    page.file_uploader[0].set_value((name, content.encode(), "text/csv"))
    return seen(page.run())


def test_a_file_is_seen_entered_and_taken_back(tracker: Tracker) -> None:
    page = open_page(tracker, "import")
    assert "Nothing was imported yet." in words(page)
    page = upload(page, "fatebook.csv", FATEBOOK)
    text = words(page)
    assert "Fatebook: 3 forecasts and 1 answer, on 2 new questions and 0 known." in text
    assert "Ada Lovelace enters as ada." in text
    assert RAIN in row_words(page)
    assert tracker.questions.list() == ()
    page = seen(button(page, "Import").click().run())
    assert len(tracker.questions.list()) == 2
    assert "Fatebook fatebook.csv" in row_words(page)
    page = seen(button(page, "Undo").click().run())
    assert tracker.questions.list() == ()
    assert tracker.forecasts.imports()[0].undone_at is not None


def test_broken_rows_are_listed_and_left_out_when_asked(tracker: Tracker) -> None:
    broken = FATEBOOK.replace("0.3,2023", "3,2023", 1)
    page = upload(open_page(tracker, "import"), "fatebook.csv", broken)
    assert any("between 0 and 1, not 3" in text for text in row_words(page))
    assert button(page, "Import").disabled
    page.checkbox(key="import-skip").check()
    page = seen(page.run())
    page = seen(button(page, "Import").click().run())
    assert tracker.forecasts.imports()[0].forecasts == 2


def test_columns_and_questions_are_mapped(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(past_question(), indicators=[], feeds=[]))
    strange = SPREADSHEET.replace("Prediction", "Satz").replace("2023-05-02", "2023-06-30")
    page = upload(open_page(tracker, "import"), "mine.csv", strange)
    assert "which column is the text" in words(page).lower()
    page.selectbox(key="import-column-text").select("Satz")
    page = seen(page.run())
    assert "on 2 new questions" in words(page)
    page.selectbox(key=f"import-question-{RAIN}").select("old")
    page = seen(page.run())
    page = seen(button(page, "Import").click().run())
    assert tracker.forecasts.imports()[0].questions == 1
    assert len([a for a in tracker.questions.get("old").acts if a.imported_by]) == 2


def test_a_file_that_is_none_is_refused_in_a_line(tracker: Tracker) -> None:
    page = upload(open_page(tracker, "import"), "x.json", '{"a": 1}')
    assert "JSON of no known source" in words(page)


def test_who_may_not_import_reads_why(tracker: Tracker) -> None:
    viewer = tracker.serve(Principal(ForecasterId("ben"), "forecaster", "page"))
    assert "Importing needs the role analyst." in words(open_page(viewer, "import"))
