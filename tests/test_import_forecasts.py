"""Forecasts that were made elsewhere: entered in bulk with their own times, scored, kept apart."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, Question, QuestionId
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.lives import ADA
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.model.forecast_import import ForecastImport, ImportChoices
from tracker.model.read_models import Choice
from tracker.settings import Settings

BEN = ForecasterId("ben")
OWN = ImportChoices(source="tracker", skip_broken=True)
SOURCE = "https://example.org/answer"
OPENS, CLOSES = datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 7, 1, tzinfo=UTC)

FORECASTS = """question,forecaster,made_at,probability,forecast,rationale
old,ben,2023-01-10,0.2,,First look
old,ben,2023-02-10,,60%,
old,cem,2023-02-20T12:00:00+02:00,0.7,,
old,cem,2023-03-01,,withdraw,
"""
ANSWERS = f"""question,outcome,known_at,source,note
old,yes,2023-06-01,{SOURCE},They met
"""


def past_question(name: str = "old", **changed: Any) -> Question:
    """A retrospective question that ran from January to July 2023."""
    times = {"opens_at": OPENS, "closes_at": CLOSES, "resolves_at": CLOSES + 7 * DAY}
    return a_question(name, **{"retrospective": True, **times, **changed})


@pytest.fixture
def world(tracker: Tracker) -> Tracker:
    """A tracker with a retrospective question, a numeric one, and a live one."""
    scale = Scale(0.0, 100.0)
    grain = past_question(
        "grain", kind="numeric", scale=scale, prior=uniform_curve(scale), horizon_shape="state_at"
    )
    tracker.question_sets.load(a_set(past_question(), grain, a_question(), indicators=[], feeds=[]))
    return tracker


def bring_in(tracker: Tracker, *texts: str) -> ForecastImport:
    names = ("forecasts.csv", "answers.csv")
    files = {name: text.encode() for name, text in zip(names, texts, strict=False)}
    return tracker.forecasts.import_files(files, OWN, by=ADA)


def reasons(result: ForecastImport) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in result.refused]


def test_forecasts_and_answers_enter_together_and_are_scored(world: Tracker) -> None:
    result = bring_in(world, FORECASTS, ANSWERS)
    assert (result.forecasts, result.answers, result.unchanged) == (4, 1, 0)
    assert (result.refused, result.scored) == ((), ("old",))
    scores = {
        (score.rule, score.forecaster_id): score
        for score in world.resolutions.receipts("old").scores
    }
    ben = scores["brier", BEN]
    days = (31, 111)  # 10 January to 10 February to 1 June
    mean = (days[0] * 0.64 + days[1] * 0.16) / sum(days)
    assert ben.mean_while_active == pytest.approx(mean)
    assert scores["peer", BEN].coverage == pytest.approx(sum(days) / 181)
    assert ("brier", "crowd") in scores
    # Each act keeps its own time, and says who brought it in and when.
    acts = world.questions.get("old").acts
    imported = [act for act in acts if act.imported_by is not None]
    assert [(act.forecaster_id, act.act) for act in imported] == [
        ("ben", "forecast"), ("ben", "forecast"), ("cem", "forecast"), ("cem", "withdraw"),
    ]  # fmt: skip
    assert {act.imported_by for act in imported} == {ADA}
    assert {act.entered_at for act in imported} == {NOW}
    assert imported[2].made_at == datetime(2023, 2, 20, 10, tzinfo=UTC)
    assert imported[0].rationale == "First look"
    # The log holds all of it, and the chain is whole.
    check = world.system.verify()
    assert check.reason == ""
    assert world.system.verify_scores().differences == ()


def test_importing_twice_changes_nothing(world: Tracker, clock: FakeClock) -> None:
    bring_in(world, FORECASTS, ANSWERS)
    entries = world.system.verify().entries
    clock.advance(days=1)
    again = bring_in(world, FORECASTS, ANSWERS)
    assert (again.forecasts, again.answers, again.unchanged) == (0, 0, 5)
    assert (again.refused, again.scored) == ((), ())
    assert world.system.verify().entries == entries
    # A row twice in one file is one row.
    more = FORECASTS + "old,dee,2023-03-01,0.5,,\nold,dee,2023-03-01,0.5,,\n"
    result = bring_in(world, more)
    assert (result.forecasts, result.unchanged, result.scored) == (1, 5, ("old",))


def test_rows_in_any_order_give_the_same_scores_on_each_database(both: Tracker) -> None:
    names = ("old", "other")
    both.question_sets.load(a_set(*map(past_question, names), indicators=[], feeds=[]))
    header, *rows = FORECASTS.strip().split("\n")
    answer_header, answer = ANSWERS.strip().split("\n")
    others = [row.replace("old,", "other,") for row in reversed(rows)]
    bring_in(
        both,
        "\n".join([header, *rows, *others]),
        "\n".join([answer_header, answer.replace("old,", "other,"), answer]),
    )
    first, second = (
        [
            replace(score, question_id=QuestionId("same"))
            for score in both.resolutions.receipts(name).scores
        ]
        for name in names
    )
    assert first == second
    assert both.system.verify().reason == ""
    assert both.system.verify_scores().differences == ()


def test_what_is_imported_counts_as_retrospective_alone(world: Tracker) -> None:
    bring_in(world, FORECASTS, ANSWERS)
    assert world.accuracy.summarise().scores == ()
    summaries = world.accuracy.summarise(Choice(retrospective=True)).summaries
    assert {s.forecaster_id for s in summaries if s.rule == "brier"} >= {"ben", "cem", "prior"}


@check_rows(
    [
        ("old,ben,2023-01-10,1.2", "between 0 and 1, not 1.2"),
        ("old,ben,2023-01-10,63%", "what is typed as 63% is a forecast"),
        ("old,ben,2023-01-10T12:00,0.5", "no time zone"),
        ("old,ben,yesterday,0.5", "is not a date"),
        ("old,ben,2023-07-01,0.5", "closed on 2023-07-01 00:00 UTC"),
        ("old,ben,2027-01-01,0.5", "is still to come"),
        ("new,ben,2023-01-10,0.5", "open it first, or load it with a question set"),
        ("summit-2027,ben,2026-11-10,0.5", "live question"),
        ("old,crowd,2023-01-10,0.5", "computed by the tracker"),
        ("old,model:x,2023-01-10,0.5", "a model's name"),
        ("old,,2023-01-10,0.5", "forecaster is missing"),
        ("old,ben,2023-01-10,", "give one of probability"),
        ("old,ben,,0.5", "made_at is missing"),
        (",ben,2023-01-10,0.5", "question is missing"),
        ("grain,ben,2023-01-10,0.5", "numeric"),
        ("old,ben,2023-01-10,0.5,9", "5 values for 4 columns"),
        ("old,b\x00n,2023-01-10,0.5", "cannot be kept"),
    ],
    "row",
    "reason",
)
def test_a_refused_row_says_why_and_the_others_enter(world: Tracker, row: str, reason: str) -> None:
    header = "question,forecaster,made_at,probability"
    result = bring_in(world, f"{header}\n{row}\nold,cem,2023-01-11,0.4\n")
    assert result.forecasts + result.unchanged == 1
    ((line, said),) = reasons(result)
    assert line == 2
    assert reason in said
    assert "\n" not in said


def test_answers_are_checked_row_by_row(world: Tracker) -> None:
    header = "question,outcome,known_at,source,event_at\n"
    wrong = (
        f"old,maybe,2023-06-01,{SOURCE},\n"
        f"old,yes,2022-06-01,{SOURCE},\n"
        "old,yes,2023-06-01,hearsay,\n"
        f"old,yes,2023-06-01,{SOURCE},2023-06-02\n"
        "old,yes,2023-06-01,,\n"
        f"old,yes,2023-06-01,{SOURCE},2023-05-31\n"
        f"old,no,2023-06-01,{SOURCE},\n"
    )
    result = bring_in(world, header + wrong)
    assert result.answers == 1
    said = reasons(result)
    assert [line for line, _ in said] == [2, 3, 4, 5, 6, 8]
    for (_, reason), words in zip(
        said,
        ("yes, no", "before the question opened", "http(s)", "before it happened", "needs a source",
         "was answered yes on 2023-06-01"),
        strict=True,
    ):  # fmt: skip
        assert words in reason
    # A forecast made when the answer was known earns nothing, and is refused.
    late = bring_in(world, FORECASTS.replace("2023-03-01", "2023-06-01"))
    assert reasons(late) == [
        (5, "old closed on 2023-06-01 00:00 UTC: a forecast made on 2023-06-01 00:00 UTC earns "
            "nothing")
    ]  # fmt: skip


def test_json_lines_bring_in_curves(world: Tracker) -> None:
    lines = [
        {"question": "grain", "forecaster": "ben", "made_at": "2023-01-10",
         "distribution": {"kind": "cdf", "x": [0, 20, 100], "p": [0, 0.9, 1]}},
        {"question": "grain", "forecaster": "ben", "made_at": "2023-02-10",
         "forecast": "10%=5 50%=10 90%=30"},
        {"question": "grain", "forecaster": "cem", "made_at": "2023-02-10", "distribution": 3},
        {"question": "grain", "outcome": 12, "known_at": "2023-07-01", "source": SOURCE},
        {"question": "old", "forecaster": "ben", "made_at": "2023-02-10", "probability": 0.25},
        {"question": "old", "forecaster": "ben", "at": "2023-02-10", "probability": 0.25},
        {"question": "old", "note": ""},
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, lines)) + "\n\n[1]\n{half\n"
    result = bring_in(world, text)
    assert (result.forecasts, result.answers, result.scored) == (3, 1, ("grain",))
    said = reasons(result)
    assert [line for line, _ in said] == [3, 6, 7, 9, 10]
    assert [words in reason for (_, reason), words in zip(said, (
        "is an object such as", "no column is called 'at'", "neither a forecast nor an outcome",
        "no object", "no JSON"), strict=True)] == [True] * 5  # fmt: skip
    scores = {
        s.forecaster_id: s for s in world.resolutions.receipts("grain").scores if s.rule == "crps"
    }
    assert scores[BEN].skill_over_schedule > 0.0


@check_rows(
    [
        ("", "is empty"),
        ("question,when\nold,now", "no column is called 'when'"),
        ("question,note,note\nold,1,2", "note is there twice"),
    ],
    "text",
    "reason",
)
def test_a_file_that_cannot_be_read_changes_nothing(world: Tracker, text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        bring_in(world, FORECASTS, text)
    assert not [act for act in world.questions.get("old").acts if act.imported_by]


def test_two_forecasts_at_one_time_contradict_each_other(world: Tracker) -> None:
    bring_in(world, FORECASTS)
    result = bring_in(world, FORECASTS.replace("0.2", "0.3"))
    assert (result.forecasts, result.unchanged) == (0, 3)
    ((line, reason),) = reasons(result)
    assert (line, "another forecast on old at the same time" in reason) == (2, True)


def test_rows_that_come_late_take_their_place_in_time(world: Tracker) -> None:
    bring_in(world, FORECASTS, ANSWERS)
    header = FORECASTS.split("\n", maxsplit=1)[0]
    result = bring_in(world, f"{header}\nold,ben,2023-01-20,0.9,,\n")
    assert (result.forecasts, result.scored) == (1, ("old",))
    timelines = world.questions.history("old").timelines
    assert [step[1] for step in timelines[BEN].steps] == [Binary(0.2), Binary(0.9), Binary(0.6)]
    (summary,) = [s for s in world.questions.list() if s.question.id == QuestionId("old")]
    assert summary.standings[BEN].distribution == Binary(0.6)


def test_the_command_imports_files_and_names_refused_rows(
    on_sqlite: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    with open_tracker(on_sqlite) as tracker:
        tracker.question_sets.load(a_set(past_question(), indicators=[], feeds=[]))
    shell = Shell(on_sqlite.data_dir, capsys, monkeypatch)
    forecasts, answers = tmp_path / "forecasts.csv", tmp_path / "answers.csv"
    forecasts.write_text(FORECASTS, encoding="utf-8")
    answers.write_text(ANSWERS, encoding="utf-8")
    shown = shell("forecast", "import", str(forecasts), str(answers))
    assert "Imported 4 forecasts and 1 answer; scored 1 question." in " ".join(shown.split())
    assert "5 rows were there already" in shell("forecast", "import", str(forecasts), str(answers))
    forecasts.write_text(FORECASTS.replace("0.2", "1.2"), encoding="utf-8")
    refused = " ".join(shell("forecast", "import", str(forecasts), code=1).split())
    assert "forecasts.csv, line 2: a probability lies between 0 and 1, not 1.2" in refused
    found = shell.json("forecast", "import", str(answers))
    assert (found["forecasts"], found["unchanged"], found["refused"]) == (0, 1, [])


def test_the_commands_preview_import_list_and_undo(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "Satz;p;Tag;Frist;Ende\nRegnet es?;30%;2023-01-10;2023-07-01;nein\n"
        "Regnet es?;zwei;2023-01-11;2023-07-01;nein\n".replace("nein", "no"),
        encoding="utf-8",
    )
    columns = ("--map", "text=Satz", "--map", "made_at=Tag", "--map", "closes_at=Frist")
    options = (*columns, "--map", "outcome=Ende", "--link", SOURCE)
    line = shell.refused("forecast", "import", str(file))
    assert "which column is the text? Choose it, as in --map text=HEADER" in line
    shown = " ".join(shell("forecast", "import", str(file), *options, "--preview", code=1).split())
    assert "line 3: 'zwei' is no probability" in shown
    assert "1 new question, 0 known questions, 1 forecast, 1 answer" in shown
    assert shell("question", "list", "--json").strip() == "[]"
    nothing = shell("forecast", "import", str(file), *options, code=1)
    assert "Nothing was imported. 1 row is refused" in " ".join(nothing.split())
    done = " ".join(
        shell("forecast", "import", str(file), *options, "--skip-broken", code=1).split()
    )
    assert "Imported 1 question, 1 forecast and 1 answer; scored 1 question." in done
    assert "`tracker forecast undo-import 1` takes it back" in done
    (batch,) = shell.json("forecast", "imports")
    assert (batch["id"], batch["name"], batch["source"]) == (1, "mine.csv", "spreadsheet")
    undone = " ".join(shell("forecast", "undo-import", "1").split())
    assert "Import 1 is undone: 1 forecast, 1 answer, 1 question taken back." in undone
    assert "was undone on" in shell.refused("forecast", "undo-import", "1")
    assert shell("question", "list", "--json").strip() == "[]"
