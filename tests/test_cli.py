"""The command line: what it prints, its exit codes, and one-line refusals that change nothing."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import forecasts
from forecasts.question_sets.question_set import QuestionSet
from tests.builders import an_rss, no_network
from tests.feeds.feed_server import FeedServer
from tests.forecasts.small_set import TEXTS
from tracker.app import question_set_files
from tracker.app.tracker import open_tracker
from tracker.interfaces.cli import main
from tracker.settings import Settings

QUESTION = "xi-zelensky-meeting-2027"
NAMED = {QUESTION, "neutrality-2025"}
YES = ("question", "resolve", QUESTION, "yes", "--source", "https://example.org/a")


class Shell:
    """Types commands as a person would, in one data directory."""

    def __init__(
        self, directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.directory, self._capsys, self._monkeypatch = directory, capsys, monkeypatch
        self.out = self.error = ""

    def __call__(self, *argv: str, code: int = 0) -> str:
        """Run a command, check its exit code, and return what it printed."""
        found = self.exit_code(*argv)
        assert found == code, self.out + self.error
        return self.out

    def exit_code(self, *argv: str) -> int:
        """Run a command that may end in any way; what it printed is in `out` and `error`."""
        self._monkeypatch.setattr("sys.argv", ["tracker", "--data", str(self.directory), *argv])
        code = 0
        try:
            main.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        self.out, self.error = self._capsys.readouterr()
        return code

    def elsewhere(self, directory: Path) -> "Shell":
        """The same shell in another data directory."""
        return Shell(directory, self._capsys, self._monkeypatch)

    def json(self, *argv: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self(*argv, "--json"))

    def refused(self, *argv: str) -> str:
        """The one line with which a command is refused."""
        assert self(*argv, code=2) == ""
        lines = [line for line in self.error.splitlines() if line]
        assert len(lines) == 1, self.error
        return lines[0]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a part of the built-in set, made once."""
    directory = tmp_path_factory.mktemp("loaded") / "data"
    with open_tracker(Settings(data_dir=directory), fetch=no_network) as tracker:
        tracker.question_sets.load(
            take_part(question_set_files.load_question_set(question_set_files.DEFAULT_SET))
        )
    return directory


def take_part(whole: QuestionSet) -> QuestionSet:
    """A set of a few questions of another."""
    kept = {q.id for q in whole.questions if q.id in NAMED or q.id.startswith("xi-")}
    kept |= {q.id for q in [q for q in whole.questions if not q.retrospective][:12]}
    return replace(
        whole,
        questions=tuple(q for q in whole.questions if q.id in kept),
        indicators=tuple(i for i in whole.indicators if i.question_id in kept),
        resolutions=tuple(r for r in whole.resolutions if r.question_id in kept),
        statements={k: v for k, v in whole.statements.items() if k in kept},
        overrides={k: v for k, v in whole.overrides.items() if k in kept},
        scenarios=(), links=(), repetitions=(), settlements={},
    )  # fmt: skip


@pytest.fixture
def shell(
    loaded: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A shell in a data directory with the built-in set loaded, typed by ada."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    shutil.copytree(loaded, tmp_path / "data")
    return Shell(tmp_path / "data", capsys, monkeypatch)


def test_help_lists_every_group_and_tells_how_forecasts_are_written(shell: Shell) -> None:
    out = shell("--help")
    assert all(command in out for command in main.COMMANDS)
    assert "0.63" in shell("forecast", "set", "--help")


def test_questions_are_listed_and_filtered(shell: Shell) -> None:
    everything = shell.json("question", "list")
    opened = shell.json("question", "list", "--status", "open")
    assert len(everything) > len(opened) >= 10
    assert {row["status"] for row in opened} == {"open"}
    assert QUESTION in shell("question", "list")
    tagged = shell.json("question", "list", "--tag", opened[0]["tags"][0])
    assert opened[0]["id"] in {row["id"] for row in tagged}


def test_a_question_is_shown_with_the_reasons_of_its_suggestion(shell: Shell) -> None:
    out = shell("question", "show", QUESTION)
    page = shell.json("question", "show", QUESTION)
    assert page["why"]["why"] in " ".join(out.split())
    assert [g["name"] for g in page["why"]["groups"]][:3] == ["Base rate", "Time", "News"]
    assert "Base rate: " in out
    assert "Sum" in out
    assert "+0.000" not in out
    assert page["summary"]["question"]["id"] == QUESTION
    lines = page["suggestion"]["lines"]
    assert lines[0]["kind"] == "base rate"


def test_a_forecast_is_made_reaffirmed_undone_and_withdrawn(shell: Shell) -> None:
    assert "now holds 12%" in shell("forecast", "set", QUESTION, "12%", "-m", "Nothing planned.")
    assert shell.json("forecast", "set", QUESTION, "0.2")["distribution"]["p"] == 0.2
    assert "now holds 25%" in shell("forecast", "set", QUESTION, "+5")
    assert "now holds 20%" in shell("forecast", "set", QUESTION, "-5")
    assert "now holds 33.33%" in shell("forecast", "set", QUESTION, "x2")
    assert "now holds 20%" in shell("forecast", "set", QUESTION, "1:4")
    assert "still holds 20%" in shell("forecast", "reaffirm", QUESTION)
    assert "holds 20%" in shell("forecast", "undo", QUESTION)
    assert "Redone: ada holds 20%" in shell("forecast", "redo", QUESTION)
    assert "holds no forecast on" in shell(
        "forecast", "withdraw", QUESTION, "-m", "Somebody else's field."
    )
    acts = [
        a["act"]
        for a in shell.json("question", "show", QUESTION)["acts"]
        if a["forecaster_id"] == "ada"
    ]
    assert acts == [*["forecast"] * 6, "reaffirm", "undo", "redo", "withdraw"]


def test_undo_walks_back_and_redo_walks_forward(shell: Shell) -> None:
    for p in ("10%", "20%", "30%"):
        shell("forecast", "set", QUESTION, p)
    told = [shell("forecast", verb, QUESTION) for verb in (*["undo"] * 3, *["redo"] * 3)]
    held = ["holds 20%", "holds 10%", "holds no forecast", "holds 10%", "holds 20%", "holds 30%"]
    assert all(words in line for words, line in zip(held, told, strict=True))
    shell("forecast", "undo", QUESTION)
    shell("forecast", "set", QUESTION, "55%")
    assert "holds 20%" in shell("forecast", "undo", QUESTION)
    assert "holds 10%" in shell("forecast", "undo", QUESTION)


def test_a_question_is_resolved_and_scored_with_receipts(shell: Shell) -> None:
    shell("forecast", "set", QUESTION, "12%")
    known = shell.json("question", "show", QUESTION)["acts"][-1]["made_at"]
    said = ["--source", "https://example.org/a", "--known-at", known, "--note", "They met."]
    assert "Brier" in shell("question", "resolve", QUESTION, "yes", *said)
    assert "skill: above 0 beats knowing nothing" in shell("accuracy", "score", QUESTION)
    assert "the receipt gives the score again" in shell("accuracy", "receipts", QUESTION)
    assert "all together" not in shell("accuracy", "receipts", QUESTION, "--rule", "peer")
    assert {s["forecaster_id"] for s in shell.json("accuracy", "score", QUESTION)} >= {
        "suggestion",
        "prior",
        "hazard",
    }
    assert "1 was answered early" in shell("accuracy", "summary")
    assert shell.json("accuracy", "summary", "--retrospective")["summaries"]
    assert "nobody is scored" in shell("question", "resolve", QUESTION, "annulled", *said)
    assert "no scores" in shell("accuracy", "score", QUESTION)


def test_nothing_waits_and_no_feed_was_polled_at_the_start(shell: Shell) -> None:
    assert "Nothing waits for review" in shell("evidence", "inbox")
    assert shell.json("evidence", "inbox") == []
    found = shell.json("feed", "list")
    rows = found["feeds"]
    assert len(rows) >= 20
    assert {row["health"] for row in rows} == {"new"}
    assert (found["fleet"]["counts"]["new"], found["fleet"]["alarm"]) == (len(rows), "")
    assert rows[0]["state"]["feed"]["id"] in shell("feed", "retry", rows[0]["state"]["feed"]["id"])


def test_the_log_is_verified_and_its_head_can_be_asked_for_again(shell: Shell) -> None:
    verdict = shell.json("system", "verify")
    assert verdict["bad_seq"] is None
    assert f"head {verdict['head']}" in shell("system", "verify", "--head", verdict["head"])
    out = shell("system", "verify", "--head", f"{verdict['entries'] + 1}:{'a' * 64}", code=1)
    assert out.startswith("First bad entry")


def test_time_passing_is_told_in_numbers(shell: Shell) -> None:
    assert "estimates moved" in shell("system", "suggest")


REFUSED = [
    (("forecast", "set", QUESTION, "1.2"), "a probability lies between 0 and 1"),
    (("forecast", "set", QUESTION, "-0.1"), "a probability lies between 0 and 1"),
    (("forecast", "set", QUESTION, "nan"), "is not a probability"),
    (("forecast", "set", QUESTION, "likely"), "write 0.63, 63% or 63"),
    (("forecast", "set", "nope", "0.5"), "there is no question nope"),
    (("forecast", "set", "neutrality-2025", "0.5"), "takes no more forecasts"),
    (("forecast", "set", QUESTION, "0.5", "--as", "crowd"), "is computed by the tracker"),
    (("forecast", "withdraw", QUESTION), "make one first"),
    (("forecast", "undo", QUESTION), "no forecast of yours"),
    (("forecast", "redo", QUESTION), "nothing to do again"),
    (("question", "show", "nope"), "`tracker question list` has the names"),
    (("question", "show", "xi-zelensky-meting-2027"), f"did you mean {QUESTION} or "),
    (("evidence", "review", "99", "confirm"), "there is no evidence 99"),
    (
        (*YES, "--known-at", "2020-01-01"),
        "before the question opened",
    ),
    (
        (*YES, "--known-at", "2026-12-01T10:00"),
        "has no time zone",
    ),
    (
        (*YES, "--known-at", "soon"),
        "is not a date",
    ),
    (
        (*YES, "--known-at", "2999-01-01"),
        "in the future",
    ),
    (("feed", "retry", "nope"), "there is no feed nope"),
    (
        ("feed", "set", "bbc-world", "--importance", "0"),
        "the importance of a feed must lie between",
    ),
    (("question", "import-set", "nowhere"), "there is no question set nowhere"),
]


def test_bad_input_is_refused_in_one_line_and_changes_nothing(shell: Shell) -> None:
    before = shell.json("system", "verify")["head"]
    for argv, reason in REFUSED:
        assert reason in shell.refused(*argv), argv
    assert shell.json("system", "verify")["head"] == before


MISTYPED = [
    (
        ("forecast", "set", QUESTION),
        "tracker forecast set [OPTIONS] QUESTION FORECAST",
    ),
    (("essay", "reject", "river", "1"), "Missing option '--why'; write "),
    (("nonsense",), "No such command 'nonsense'; see `"),
    (("essay", "rejct", "a", "1"), "No such command 'rejct'. Did you mean 'reject'?"),
    (
        ("essay", "add", "no/such.md"),
        "'no/such.md' does not exist; see `",
    ),
    (("essay", "list", "--sort", "x"), "No such option"),
]


def test_a_usage_error_is_one_line_with_what_to_do(shell: Shell) -> None:
    for argv, reason in MISTYPED:
        assert reason in shell.refused(*argv), argv


def own_copy(directory: Path) -> Path:
    """The built-in set as a folder that may be spoilt."""
    built_in = Path(forecasts.__file__).parent / "question_sets" / "builtin" / "china_russia_2022"
    return shutil.copytree(built_in, directory / "mine")


def test_a_bad_question_set_is_refused_with_file_line_and_reason(
    shell: Shell, tmp_path: Path
) -> None:
    folder = own_copy(tmp_path)
    assert "questions (" in shell("question", "check-set", str(folder))
    text = (folder / "questions.toml").read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("prior ="))
    (folder / "questions.toml").write_text(
        text.replace("\nprior = 0", "\nprior = 7", 1), encoding="utf-8"
    )
    assert f"questions.toml:{line}: prior: a probability lies between 0 and 1" in shell.refused(
        "question", "import-set", str(folder)
    )
    (folder / "questions.toml").write_bytes(b'[[question]]\nid = "caf\xe9"\n')
    assert "questions.toml:2: not UTF-8 text" in shell.refused(
        "question", "import-set", str(folder)
    )


def test_an_example_that_its_own_indicator_misses_is_refused_with_its_line(
    shell: Shell, tmp_path: Path
) -> None:
    folder = own_copy(tmp_path)
    text = (folder / "indicators.toml").read_text(encoding="utf-8")
    at = text.index("examples = [")
    line = text.count("\n", 0, at) + 2
    broken = (
        text[:at]
        + 'terms = [["Atlantis"]]\n'
        + 'examples = ["Weather stays fine today", '
        + text[at + len("examples = [") :].lstrip()
    )
    (folder / "indicators.toml").write_text(broken, encoding="utf-8")
    assert f"indicators.toml:{line}: example 'Weather stays fine today'" in shell.refused(
        "question", "import-set", str(folder)
    )


def test_a_database_newer_than_the_code_is_refused(shell: Shell, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "data" / "tracker.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "does not know: update the tracker" in shell.refused("question", "list")


def test_a_bad_setting_is_refused_by_name(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "data" / "tracker.toml").write_text("colour = 'blue'\n", encoding="utf-8")
    assert "unknown setting 'colour'" in shell.refused("question", "list")


def test_hostile_text_reaches_the_terminal_without_escapes() -> None:
    from tracker.interfaces.cli.tables import safe_text

    assert safe_text("a\x1b[31mred\u202e [bold]b").plain == "a[31mred [bold]b"


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (None, "–"),
        (0.0, "0.0%"),
        (0.0004, "<0.1%"),
        (0.034, "3.4%"),
        (0.5, "50%"),
        (0.956, "95.6%"),
        (0.9996, ">99.9%"),
    ],
)
def test_percents_are_never_rounded_to_a_false_certainty(p: float | None, said: str) -> None:
    from tracker.interfaces.cli.tables import format_percent

    assert format_percent(p) == said


def test_what_has_no_json_form_is_a_bug_and_says_so() -> None:
    from tracker.model.json_values import to_plain

    with pytest.raises(TypeError, match="has no JSON form"):
        to_plain(object())
    assert to_plain(Settings(me="ada"))["me"] == "ada"


def test_news_is_polled_judged_and_cited_on_the_command_line(
    shell: Shell, tmp_path: Path, feed_server: FeedServer
) -> None:
    feed_server.serve(
        "/feed.xml", an_rss(("Joint drills begin <b>today</b>", "https://wire.invalid/1"))
    )
    folder = tmp_path / "live-set"
    folder.mkdir()
    for name, text in TEXTS.items():
        if name != "history.toml":
            later = text.replace("2022-06-01", "2026-01-01").replace("2023-01-0", "2099-01-0")
            served = later.replace("https://example.org/feed.xml", feed_server.url("/feed.xml"))
            (folder / name).write_text(
                served.replace('id = "wire"', 'id = "a-wire"'), encoding="utf-8"
            )
    fresh = shell.elsewhere(tmp_path / "other")
    fresh("question", "import-set", str(folder))
    assert "1 new items, 0 edited, 2 evidence" in fresh("feed", "poll", "--allow-private")
    cards = fresh.json("evidence", "inbox", "treaty")
    assert cards[0]["evidence"]["matched"] == ["Joint", "drills"]
    number = str(cards[0]["evidence"]["id"])
    assert "Joint drills begin today" in fresh("evidence", "inbox")
    assert "is edited" in fresh(
        "evidence", "review", number, "confirm", "--strength", "moderate", "--note", "Both fleets."
    )
    likely = ("--if-yes", "very likely", "--if-no", "very unlikely")
    assert fresh.json("evidence", "review", number, "confirm", *likely)["strength"] == "strong"
    assert "likely" in fresh.refused(
        "evidence", "review", number, "confirm", "--if-yes", "perhaps", "--if-no", "likely"
    )
    made = fresh.json("forecast", "set", "treaty", "30%", "--cite", number)
    assert made["cites"] == [int(number)]
    assert "there is no evidence 99" in fresh.refused(
        "forecast", "set", "treaty", "30%", "--cite", "99"
    )
    assert fresh.json("feed", "poll")["feeds"] == 0
