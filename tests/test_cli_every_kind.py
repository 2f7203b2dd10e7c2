"""The command line for questions of every kind and for all that is told of scores, on a clock that
the test moves.
"""

import csv
import json
import shutil
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from tests.builders import DAY, NOW, FakeClock, no_network
from tests.lives import CLOSES, KNOWN, LIVES, Life, forecast_all, live, resolve
from tests.test_cli import Shell
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli.commands import terminal
from tracker.settings import Settings

ANYONE = (
    "--text",
    "What comes?",
    "--criteria",
    "As reported.",
    "--source",
    "https://arland.example",
)
BY_NEW_YEAR = (*ANYONE, "--closes", "2026-12-31T09:30Z", "--override", "a question of a test")
ANSWERED = ("--source", "https://arland.example/a", "--known-at", "2026-12-21T09:30Z")
KINDS = {
    "rain": ("--prior", "30%", "--tag", "weather"),
    "visit": (
        "--kind",
        "categorical",
        "--option",
        "Moscow",
        "--option",
        "Beijing",
        "--option",
        "Other",
    ),
    "stance": ("--kind", "ordered", "--option", "cold", "--option", "mild", "--option", "hot"),
    "grain": (
        "--kind",
        "numeric",
        "--lower",
        "0",
        "--upper",
        "100",
        "--open-upper",
        "--unit",
        "Mt",
    ),
    "price": (
        "--kind",
        "numeric",
        "--lower",
        "1",
        "--upper",
        "1000",
        "--log-zero",
        "0",
        "--open-lower",
    ),
    "treaty": ("--kind", "date", "--earliest", "2026-12-01", "--latest", "2027-12-31"),
}
SAID = {
    "rain": ("60%", "60%"),
    "visit": ("Moscow=20 Beijing=50 Other=rest", "Moscow=20% Beijing=50% Other=30%"),
    "stance": ("hot=20 mild=70 cold=rest", "cold=10% mild=70% hot=20%"),
    "grain": ("50%=20 above=5%", "5%=2 25%=10 50%=20"),
    "price": ("5%=2 50%=40 95%=900", "5%=2 25%=7.574 50%=40"),
    "treaty": ("5%=2026-12-20 50%=2027-07-01 never=20%", "5%=2026-12-20"),
}
DATA = {"asked": NOW + 2 * DAY, "answered": CLOSES + DAY}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Data directories to copy: questions of every kind that were forecast by three, and such as
    were answered.
    """
    found = {}
    for name in DATA:
        clock, directory = FakeClock(), tmp_path_factory.mktemp(name) / "data"
        with open_tracker(
            Settings(data_dir=directory, me="ada"), now=clock, fetch=no_network
        ) as tracker:
            for life in LIVES:
                if name == "answered":
                    live(tracker, clock, life)
                else:
                    clock.time = NOW
                    tracker.questions.ask(life.asked)
                    clock.time = NOW + DAY
                    forecast_all(tracker, life)
            for life in LIVES if name == "answered" else ():
                resolve(tracker, clock, life)
        found[name] = directory
    return found


@pytest.fixture
def shell(
    on_sqlite: Settings,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A shell on an empty database, typed by ada."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.setattr(
        terminal, "open_tracker", partial(open_tracker, now=clock, fetch=no_network)
    )
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


@pytest.fixture
def asked(shell: Shell, clock: FakeClock, templates: dict[str, Path], tmp_path: Path) -> Shell:
    """Questions of every kind, forecast by three people a day later; it is the third day."""
    clock.time = DATA["asked"]
    shutil.copytree(templates["asked"], tmp_path / "data", dirs_exist_ok=True)
    return shell


@pytest.fixture
def answered(shell: Shell, clock: FakeClock, templates: dict[str, Path], tmp_path: Path) -> Shell:
    """All of them answered, forecast by ada when that was known, and their scheduled close has
    passed.
    """
    clock.time = DATA["answered"]
    shutil.copytree(templates["answered"], tmp_path / "data", dirs_exist_ok=True)
    return shell


@pytest.mark.parametrize("name", KINDS)
def test_a_question_of_each_kind_is_asked_forecast_and_shown(
    shell: Shell, clock: FakeClock, name: str
) -> None:
    said, told = SAID[name]
    assert f"{name} is asked; its base rate is" in shell(
        "question", "ask", name, *BY_NEW_YEAR, *KINDS[name]
    )
    clock.advance(days=1)
    assert f"ada now holds {told}" in shell("forecast", "set", name, said)
    assert told in shell("question", "show", name)
    assert f"still holds {told}" in shell("forecast", "reaffirm", name)
    (row,) = shell.json("question", "list")
    shell("forecast", "set", name, str(row["mine"]))  # what is told in full can be typed in again
    assert shell.json("question", "list")[0]["mine"] == row["mine"]
    assert told in shell("forecast", "undo", name)
    assert "holds no forecast on" in shell("forecast", "withdraw", name)
    assert shell.json("question", "show", name)["summary"]["question"]["kind"] == row["kind"]


def test_three_typed_values_keep_what_lies_beyond_the_range(shell: Shell, clock: FakeClock) -> None:
    prior = ("--prior", "25%=2027-02-01 50%=2027-07-01 never=17.5%")
    shell("question", "ask", "treaty", *BY_NEW_YEAR, *KINDS["treaty"], *prior)
    shell("question", "ask", "grain", *BY_NEW_YEAR, *KINDS["grain"], "--prior", "50%=20 above=12%")
    clock.advance(days=1)
    assert "never=17.5% on treaty" in shell(
        "forecast", "set", "treaty", "2027-03-01 2027-08-01 2027-11-01"
    )
    assert "never=5% on treaty" in shell(
        "forecast", "set", "treaty", "2027-03-01 2027-08-01 2027-11-01 never=5%"
    )
    assert "never=5% on treaty" in shell(
        "forecast", "set", "treaty", "2027-02-01 2027-08-01 2027-10-01"
    )
    assert "never=17.5% on treaty" in shell(
        "forecast", "set", "treaty", "2027-02-01 2027-08-01 2027-10-01", "--as", "bo"
    )
    assert "above=12% on grain" in shell("forecast", "set", "grain", "10 20 40")
    shell("forecast", "set", "treaty", "50%=2027-07-01 never=40%")
    assert "but never is 40%" in shell.refused(
        "forecast", "set", "treaty", "2027-03-01 2027-08-01 2027-11-01"
    )


def test_a_question_that_the_linter_blocks_opens_only_with_a_reason_that_is_kept(
    shell: Shell,
) -> None:
    refused = shell.refused("question", "ask", "new", *ANYONE, "--closes", "2026-12-31")
    assert "a stranger could not resolve new. “What” asks for more than yes or no." in refused
    assert "name the day on which it ends." in refused
    assert shell.json("system", "verify")["entries"] == 0
    shell(
        "question",
        "ask",
        "new",
        *ANYONE,
        "--closes",
        "2026-12-31",
        "--override",
        "the oracle knows",
    )
    assert "Opened against the linter" in shell("question", "show", "new")
    assert "the oracle knows" in shell("question", "show", "new")


def test_a_question_is_asked_with_its_times_and_words(shell: Shell) -> None:
    times = (
        "--opens",
        "2026-12-10T12:00+02:00",
        "--resolves",
        "2027-01-08",
        "--horizon",
        "state_at",
    )
    made = shell.json(
        "question", "ask", "later", *BY_NEW_YEAR, *times, "--prior-reason", "3 of 10 years"
    )
    assert (made["opens_at"], made["resolves_at"]) == (
        "2026-12-10T10:00:00+00:00",
        "2027-01-08T00:00:00+00:00",
    )
    assert (made["horizon_shape"], made["prior_reason"]) == ("state_at", "3 of 10 years")
    told = " ".join(shell("question", "ask", "now", *BY_NEW_YEAR).split())
    assert "its base rate is 50%" in told
    assert "Advice: " in told
    assert "`tracker question lint now` says what to write instead" in told
    early = ("question", "ask", "early", *BY_NEW_YEAR, "--opens", "2026-01-01")
    assert "It opens now and not on 2026-01-01" in " ".join(shell(*early).split())
    past = shell.json("question", "ask", "past", *early[3:], "--retrospective")
    assert (past["opens_at"], past["retrospective"]) == ("2026-01-01T00:00:00+00:00", True)
    assert "cold=33." in shell("question", "ask", "stance", *BY_NEW_YEAR, *KINDS["stance"])


def test_options_are_listed_added_and_removed(asked: Shell, clock: FakeClock) -> None:
    assert "Minsk" in asked("question", "options", "visit", "--add", "Minsk", "--as", "ben")
    clock.advance(days=1)
    changed = asked.json("question", "options", "visit", "--remove", "Moscow")
    assert [(o["name"], o["added_at"], o["removed_at"]) for o in changed] == [
        ("Moscow", None, "2026-12-04T09:30:00+00:00"),
        ("Beijing", None, None),
        ("Other", None, None),
        ("Minsk", "2026-12-03T09:30:00+00:00", None),
    ]
    assert "2026-12-03 09:30 UTC" in asked("question", "options", "visit")
    assert "rain has no options." in asked("question", "options", "rain")
    assert asked.json("question", "options", "rain") == []
    assert "now holds Beijing=30% Other=60% Minsk=10%" in asked(
        "forecast", "set", "visit", "beijing=30 Minsk=10 Other=rest"
    )
    assert "ben" in {a["forecaster_id"] for a in asked.json("question", "show", "visit")["acts"]}


def test_mass_on_dates_that_are_over_is_warned_of(asked: Shell, clock: FakeClock) -> None:
    clock.time = CLOSES - DAY
    out = asked("forecast", "set", "treaty", "50%=2026-12-20 95%=2027-03-01")
    assert "of this forecast lies on dates that are over: the event did not come then." in out
    assert "are over" not in asked("forecast", "set", "treaty", "0.1%=2026-12-31 95%=2027-03-01")
    json.loads(
        asked("forecast", "set", "treaty", "50%=2026-12-20 95%=2027-03-01", "--json")
    )  # and nothing else


def test_a_name_with_brackets_is_no_markup(asked: Shell) -> None:
    assert "[/x] now holds 40% on rain" in asked("forecast", "set", "rain", "40%", "--as", "[/x]")
    assert "[/x]" in asked("question", "show", "rain")
    asked("question", "options", "visit", "--add", "Minsk [new]")
    assert "Minsk [new]=80%" in asked("forecast", "set", "visit", "Minsk [new]=80 Other=rest")


ASKED_BADLY = [
    (("--closes", "2026-12-01"), "closes before it opens"),
    (("--closes", "soon"), "'soon' is not a date"),
    (("--closes", "2026-12-31T10:00"), "has no time zone"),
    (("--closes", "2026-12-31", "--resolves", "2026-12-20"), "resolves before it closes"),
    (("--opens", "2025-01-01", "--closes", "2025-02-01"), "its close lies in the past"),
    (("--closes", "2026-12-31", "--essay", "nope"), "there is no essay nope"),
    (("--closes", "2026-12-31", "--prior", "0%"), "use 1% to 99%"),
    (("--closes", "2026-12-31", "--kind", "numeric"), "give --lower and --upper"),
    (("--closes", "2026-12-31", "--kind", "numeric", "--lower", "0"), "give --lower and --upper"),
    (
        ("--closes", "2026-12-31", "--kind", "numeric", "--lower", "9", "--upper", "1"),
        "from a lower to a higher number",
    ),
    (
        ("--closes", "2026-12-31", "--kind", "date", "--earliest", "2026-01-01"),
        "give --earliest and --latest",
    ),
    (
        ("--closes", "2026-12-31", *KINDS["treaty"], "--latest", "2025-12-31"),
        "ends before it begins",
    ),
    (
        ("--closes", "2026-12-31", "--lower", "0"),
        "--lower belongs to a numeric question: say --kind numeric",
    ),
    (("--closes", "2026-12-31", "--open-upper"), "--open-upper belongs to a numeric question"),
    (
        ("--closes", "2026-12-31", *KINDS["grain"], "--latest", "2026-05-01"),
        "--latest belongs to a date question",
    ),
    (
        ("--closes", "2026-12-31", *KINDS["treaty"], "--unit", "days"),
        "--unit belongs to a numeric question",
    ),
    (
        ("--closes", "2026-12-31", "--option", "a", "--option", "b"),
        "a binary question has no options",
    ),
    (("--closes", "2026-12-31", "--kind", "ordered", "--option", "a"), "at least two options"),
]


def test_a_question_that_cannot_stand_is_refused_in_one_line_and_not_written(shell: Shell) -> None:
    before = shell.json("system", "verify")
    for options, reason in ASKED_BADLY:
        assert reason in shell.refused("question", "ask", "new", *ANYONE, *options), options
    assert (shell.json("question", "list"), shell.json("system", "verify")) == ([], before)


REFUSED = [
    (("question", "ask", "rain", *BY_NEW_YEAR), "there is a question 'rain' already"),
    (("question", "ask", "No Name", *BY_NEW_YEAR), "use small letters"),
    (("question", "options", "visit", "--add", "moscow"), "is there already, or was"),
    (("question", "options", "visit", "--add", ""), "is not a valid name for an option"),
    (("question", "options", "visit", "--remove", "Other"), "cannot be removed: offered are"),
    (
        ("question", "options", "visit", "--add", "Minsk", "--remove", "Moscow"),
        "add one, or remove one",
    ),
    (
        ("question", "options", "visit", "--add", "Minsk", "--as", "crowd"),
        "is computed by the tracker",
    ),
    (("question", "options", "stance", "--add", "tepid"), "only a categorical question"),
    (("question", "options", "nope"), "there is no question nope"),
    (
        ("forecast", "set", "visit", "Moscow=20 Beijing=50"),
        "30% is missing: write one of them as rest",
    ),
    (("forecast", "set", "visit", "Moscow=20 Minsk=rest"), "no option 'Minsk': the options are"),
    (("forecast", "set", "stance", "mild"), "give each option its share"),
    (("forecast", "set", "grain", "10 20"), "give values at levels"),
    (("forecast", "set", "grain", "20 10 40"), "the three handles lie in the range and rise"),
    (("forecast", "set", "grain", "50%=-5"), "lies outside the range 0 to 100"),
    (("forecast", "set", "price", "50%=0"), "has no place on a log scale"),
    (("forecast", "set", "treaty", "50%=2026-12-20T10:00"), "has no time zone"),
    (("forecast", "set", "treaty", "50%=2025-12-20"), "lies before the window"),
    (("forecast", "set", "rain", "Yes=50"), "is not a probability"),
    (("forecast", "set", "rain", "60%", "--as", " "), "nobody acts without a name"),
    (("question", "resolve", "grain", "yes", *ANSWERED), "is not a number"),
    (("question", "resolve", "grain", "-5", *ANSWERED), "lies outside the closed range of grain"),
    (("question", "resolve", "visit", "Minsk", *ANSWERED), "no option 'Minsk': the options are"),
    (
        ("question", "resolve", "treaty", "soon", *ANSWERED),
        "or never if it did not come within the window",
    ),
    (
        ("question", "resolve", "rain", "mild", *ANSWERED),
        "is answered with yes, no, annulled or ambiguous",
    ),
    (
        ("question", "resolve", "rain", "yes", *ANSWERED, "--as", "crowd"),
        "is computed by the tracker",
    ),
    (("accuracy", "score", "nope"), "there is no question nope"),
    (
        ("accuracy", "score", "rain", "--csv", "scores.csv"),
        "leave out either the question or --csv",
    ),
    (("accuracy", "score", "--csv", "/nowhere/at/all.csv"), "cannot be written"),
    (("accuracy", "receipts", "nope"), "there is no question nope"),
    (
        ("accuracy", "compare", "--who", "nobody"),
        "there is no forecaster nobody: `tracker accuracy summary` lists the names",
    ),
    (("accuracy", "calibration", "--who", "nobody"), "there is no forecaster nobody"),
    (("system", "verify", "--scores", "--head", "1:a"), "ask for one at a time"),
]


def test_what_cannot_be_done_is_refused_in_one_line_and_changes_nothing(
    asked: Shell, clock: FakeClock
) -> None:
    before, time = asked.json("system", "verify"), clock.time
    for argv, reason in REFUSED:
        clock.time = KNOWN + DAY if "resolve" in argv else time
        assert reason in asked.refused(*argv), argv
    assert asked.json("system", "verify") == before


def test_nothing_can_be_told_before_anything_was_scored(asked: Shell) -> None:
    assert "None of the chosen questions has been scored yet." in asked("accuracy", "score")
    assert "None of the chosen questions has been scored yet." in asked(
        "accuracy", "summary", "--tag", "nope"
    )
    assert "Nobody held a forecast 30 days before the close" in asked("accuracy", "calibration")
    assert "No two forecasters had a forecast on the same question" in asked("accuracy", "compare")
    assert "Nobody has forecast" in asked("accuracy", "habits")
    assert "rain has no scores: it is not resolved, or was annulled." in asked(
        "accuracy", "score", "rain"
    )
    assert "rain has no such scores" in asked("accuracy", "receipts", "rain", "--who", "nobody")
    assert asked.json("system", "verify", "--scores") == {
        "questions": 0,
        "scores": 0,
        "differences": [],
    }


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.id)
def test_an_answer_of_each_kind_scores_everybody_at_once(
    asked: Shell, clock: FakeClock, life: Life
) -> None:
    clock.time = KNOWN + DAY
    answer = "Beijing" if life.id == "visit" else life.answer
    out = asked("question", "resolve", life.id, answer, *ANSWERED, "--note", "It was in the paper.")
    assert "skill: above 0 beats knowing nothing" in out
    assert "↓" in out
    assert "0 questions count. 1 was answered early" in asked("accuracy", "summary")
    assert "the receipt gives the score again, to the last digit" in asked(
        "accuracy", "receipts", life.id
    )
    assert "nobody is scored" in asked("question", "resolve", life.id, "annulled", *ANSWERED)


def test_a_number_below_nothing_is_an_answer(shell: Shell, clock: FakeClock) -> None:
    shell(
        "question",
        "ask",
        "frost",
        *BY_NEW_YEAR,
        "--kind",
        "numeric",
        "--lower",
        "-40",
        "--upper",
        "40",
    )
    shell("forecast", "set", "frost", "-20 -5 3")
    clock.time = CLOSES
    assert "CRPS" in shell("question", "resolve", "frost", "-12.5", *ANSWERED)
    assert shell.json("question", "show", "frost")["resolutions"][0]["answer"] == "-12.5"


def test_an_answered_question_is_shown_with_its_answer_in_words(answered: Shell) -> None:
    assert "answered 40 Mt known 2026-12-21 09:30 UTC: It was in the paper." in answered(
        "question", "show", "grain"
    )
    assert "answered Minsk" in answered("question", "show", "visit")
    assert "answered YES" in answered("question", "show", "rain")


def test_scores_are_told_by_rule_and_of_one_question(answered: Shell) -> None:
    assert "Peer points" in answered("accuracy", "score")
    only = answered("accuracy", "score", "--rule", "crps")
    assert "CRPS over the range" in only
    assert "Brier" not in only
    assert {s["rule"] for s in answered.json("accuracy", "score", "--rule", "log")} == {"log"}
    assert {s["rule"] for s in answered.json("accuracy", "score", "rain", "--rule", "brier")} == {
        "brier"
    }
    assert (
        "rain has no scores by that rule: `tracker accuracy score rain` lists those there are."
        in answered("accuracy", "score", "rain", "--rule", "crps")
    )
    assert answered.json("accuracy", "score")["choice"]["retrospective"] is False


def test_scores_are_written_to_a_file_for_a_spreadsheet(answered: Shell, tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    wrote = answered.json("accuracy", "score", "--csv", str(file))
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert wrote == {"rows": len(rows)}
    assert len(rows) == answered.json("system", "verify", "--scores")["scores"]
    one = next(
        r for r in rows if (r["question"], r["forecaster"], r["rule"]) == ("rain", "ada", "brier")
    )
    assert (float(one["mean_while_active"]), one["period"]) == (
        pytest.approx(LIVES[0].mean),
        "2026-Q4",
    )
    assert "scores written to" in answered(
        "accuracy", "score", "--csv", str(file), "--rule", "crps", "--kind", "numeric"
    )
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert {(r["question"], r["rule"]) for r in rows} == {("grain", "crps"), ("price", "crps")}


def test_accuracy_tells_the_headlines_the_references_and_what_became_of_the_questions(
    answered: Shell,
) -> None:
    out = answered("accuracy", "summary")
    for words in (
        "CRPS over the range",
        "points better than the average forecaster, by Brier score",
        "opened in",
        "6 questions count.",
    ):
        assert words in out
    assert "6 forecasts were made when the answer was known" in out
    assert "by Brier score" not in answered("accuracy", "summary", "--kind", "date")
    found = answered.json("accuracy", "summary", "--tag", "trips")
    assert list(found["questions"]) == ["visit"]
    assert "None of the chosen questions" in answered("accuracy", "summary", "--period", "2025-Q1")
    assert "None of the chosen questions" in answered("accuracy", "summary", "--horizon", "medium")


def test_receipts_are_shown_for_one_rule_and_one_forecaster(answered: Shell) -> None:
    out = answered("accuracy", "receipts", "rain", "--who", "ada")
    assert "ada, Brier score: 0.0811 while active" in out
    assert "ben, " not in out
    assert "made when the answer was known" in out
    assert "contributions add up" in answered(
        "accuracy", "receipts", "grain", "--rule", "peer", "--who", "ben"
    )
    assert "has no such scores" in answered("accuracy", "receipts", "grain", "--rule", "brier")
    found = answered.json("accuracy", "receipts", "visit", "--rule", "log")
    assert {s["rule"] for s in found["scores"]} == {"log"}
    assert [act["forecaster_id"] for act in found["hindsight"]] == ["ada"]
    assert "`tracker accuracy score rain` lists who was scored" in answered.refused(
        "accuracy", "receipts", "rain", "--who", "nobody"
    )


def test_calibration_is_told_for_everybody_or_one(answered: Shell) -> None:
    out = answered("accuracy", "calibration", "--lead", "20")
    assert "ben, 20 days before the close: Not enough data" in out
    assert "answers inside" in out
    one = answered("accuracy", "calibration", "--lead", "20", "--who", "Crowd")
    assert "Crowd, 20 days before the close" in one
    assert "ben" not in one
    assert "answers inside" in answered(
        "accuracy", "calibration", "--lead", "20", "--kind", "date", "--who", "ben"
    )
    assert "Nobody held a forecast 20 days" in answered(
        "accuracy", "calibration", "--lead", "20", "--kind", "ordered"
    )
    assert set(answered.json("accuracy", "calibration", "--lead", "20")["reliability"]) >= {
        "ada",
        "ben",
        "crowd",
    }


def test_forecasters_are_compared_two_by_two(answered: Shell) -> None:
    assert "too early to say" in answered("accuracy", "compare")
    rules = answered.json("accuracy", "compare", "--who", "ben")
    assert {c["a"] for rule in rules for c in rule["comparisons"]} == {"ben"}
    dates = answered.json("accuracy", "compare", "--kind", "date")
    assert [rule["rule"] for rule in dates] == ["crps"]
    assert dates[0]["comparisons"][0]["questions"] == 1
    assert "`tracker accuracy summary` lists the names" in answered.refused(
        "accuracy", "compare", "--who", "nobody"
    )


def test_habits_are_told_for_the_questions_that_were_chosen(answered: Shell) -> None:
    assert "Not enough data: " in answered("accuracy", "habits")
    assert [
        h["forecaster"]["id"] for h in answered.json("accuracy", "habits", "--kind", "binary")
    ] == [
        "ada",
        "cem",
        "ben",
    ]
    assert "Nobody has forecast" in answered("accuracy", "habits", "--kind", "date")


def test_every_stored_score_is_held_against_the_log(answered: Shell, tmp_path: Path) -> None:
    assert "scores of 6 resolved questions are what the log gives." in answered(
        "system", "verify", "--scores"
    )
    with sqlite3.connect(tmp_path / "data" / "tracker.sqlite") as connection:
        connection.execute(
            "UPDATE score SET skill_over_schedule = 1 WHERE rule = 'crps' AND forecaster_id = 'ben'"
        )
    connection.close()
    out = answered("system", "verify", "--scores", code=1)
    assert out.splitlines() == [
        f"{q}: crps of ben is not what the log gives" for q in ("grain", "price", "treaty")
    ]
    assert (
        len(json.loads(answered("system", "verify", "--scores", "--json", code=1))["differences"])
        == 3
    )
    assert "The log is whole" in answered("system", "verify")
