"""Checking, wording anew and taking back at a terminal: what is told, and refusals of one line that
change nothing.
"""

from datetime import UTC, datetime

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from tests.builders import DAY, NOW, FakeClock, a_denial, a_feed, an_indicator
from tests.lives import ADA, BEN, CLOSES, KNOWN, SOURCE, an_asked
from tests.quick_databases import begin
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker

BETTER = (
    "YES if the weather service of Arland measures 1.0 mm of rain or more on one day before 31 "
    "December 2026, 09:30 UTC. Annulled if the weather service is closed down."
)
VAGUE = "YES if it rains a significant amount."
EDIT = ("question", "edit", "rain", "--criteria", BETTER, "--why", "how much counts")
RETRACT = ("question", "retract", "rain", "--why", "asked twice")


@pytest.fixture
def asked(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A tracker with a sound question, asked a day ago."""
    begin(tracker, clock, ask_soundly)
    return tracker


def ask_soundly(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked(), indicators=[an_indicator("rain"), a_denial("rain")])
    clock.advance(days=1)


@pytest.fixture
def shell(
    asked: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of it."""
    return at_a_terminal(asked, clock, capsys, monkeypatch)


def folded(said: str) -> str:
    return " ".join(said.split())


# lint


def test_each_finding_is_told_with_its_weight_its_reason_and_what_to_write(
    asked: Tracker, shell: Shell
) -> None:
    asked.questions.edit("rain", Wording(criteria=VAGUE), why="shorter", override="everybody knows")
    found = shell.json("question", "lint", "rain")
    blocking = [flaw for flaw in found if flaw["severity"] == "blocking"]
    assert found[: len(blocking)] == blocking  # what blocks comes first
    vague = next(flaw for flaw in found if flaw["code"] == "vague-word")
    assert (vague["where"], vague["severity"]) == ("criteria", "blocking")
    said = folded(shell("question", "lint", "rain"))
    assert all(
        word in said
        for word in ("finding", "because", "write", "vague-word", "blocking", "significant")
    )
    assert all(flaw["code"] in said for flaw in found)


def test_a_question_with_nothing_against_it_is_told_so(asked: Tracker, shell: Shell) -> None:
    asked.feeds.add(a_feed(title="Arland weather wire"))
    end = datetime(2027, 1, 1, tzinfo=UTC)
    sound = an_asked(
        "sound",
        text="Will it snow in Arland by 31 December 2026?",
        criteria=(
            "YES if the weather service of Arland reports snow between 2 December and 31 "
            "December 2026 (UTC). Annulled if the weather service is closed down."
        ),
        prior="30%",
        prior_reason="3 of 10 comparable years",
        opens_at=NOW + DAY,
        closes_at=end,
        resolves_at=end,
    )
    asked.questions.ask(sound, indicators=[an_indicator("sound"), a_denial("sound")])
    assert shell.json("question", "lint", "sound") == []
    assert shell("question", "lint", "sound") == "sound: nothing to object to.\n"


def test_checking_a_question_changes_nothing(asked: Tracker, shell: Shell) -> None:
    before = asked.system.verify()
    shell("question", "lint", "rain")
    assert asked.system.verify() == before


# edit


def test_a_question_is_worded_anew_and_show_tells_the_wordings_apart(
    asked: Tracker, shell: Shell
) -> None:
    assert "rain now has 2 wordings; `tracker question show rain` tells them apart." in folded(
        shell(*EDIT, "--as", "ben")
    )
    page = asked.questions.get("rain")
    assert (page.summary.question.criteria, page.versions[-1].by, page.versions[-1].why) == (
        BETTER,
        BEN,
        "how much counts",
    )
    assert "Wording 2, 2026-12-02 09:30 UTC by ben: how much counts" in folded(
        shell("question", "show", "rain")
    )
    versions = shell.json("question", "show", "rain")["versions"]
    assert [(one["number"], one["criteria"]) for one in versions] == [
        (1, an_asked().criteria),
        (2, BETTER),
    ]
    assert "rain now has 3 wordings" in shell(
        "question", "edit", "rain", "--text", "Rain in Arland in 2026?", "--why", "shorter"
    )
    assert asked.questions.get("rain").versions[-1].by == ADA
    assert asked.system.verify().bad_seq is None


def test_sources_that_are_given_replace_all(asked: Tracker, shell: Shell) -> None:
    shell(
        "question",
        "edit",
        "rain",
        "--source",
        "https://b.example",
        "--source",
        "Reuters",
        "--why",
        "it moved",
    )
    question = asked.questions.get("rain").summary.question
    assert (question.sources, question.criteria) == (
        ("https://b.example", "Reuters"),
        an_asked().criteria,
    )


def test_what_the_linter_blocks_needs_an_override_that_show_tells(
    asked: Tracker, shell: Shell
) -> None:
    vague = ("question", "edit", "rain", "--criteria", VAGUE, "--why", "shorter")
    before = asked.system.verify()
    assert "a stranger could not resolve rain" in shell.refused(*vague)
    assert "a stranger could not resolve rain" in shell.refused(*vague, "--override", " ")
    assert asked.system.verify() == before
    shell(*vague, "--override", "everybody knows", "--as", "ben")
    assert "Opened against the linter" in shell("question", "show", "rain")
    assert "by ben: everybody knows" in folded(shell("question", "show", "rain"))


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("question", "edit", "rain", "--why", "no reason to"), "nothing has changed"),
        (
            ("question", "edit", "rain", "--text", an_asked().text, "--why", "the same"),
            "nothing has changed",
        ),
        (("question", "edit", "rain", "--text", " ", "--why", "shorter"), "must not be empty"),
        (("question", "edit", "rain", "--criteria", "", "--why", "shorter"), "must not be empty"),
        (
            ("question", "edit", "rain", "--criteria", BETTER, "--why", " "),
            "say why the wording changes",
        ),
        (
            ("question", "edit", "nope", "--criteria", BETTER, "--why", "clearer"),
            "there is no question nope",
        ),
        ((*EDIT, "--as", "crowd"), "crowd"),
        ((*EDIT, "--as", " "), "nobody acts without a name"),
        (("question", "retract", "rain", "--why", " "), "not taken back without a reason"),
        (("question", "retract", "nope", "--why", "asked twice"), "there is no question nope"),
        ((*RETRACT, "--as", "suggestion"), "suggestion"),
        (("question", "lint", "nope"), "there is no question nope"),
    ],
)
def test_a_refusal_is_one_line_and_nothing_is_written(
    asked: Tracker, shell: Shell, argv: tuple[str, ...], reason: str
) -> None:
    before = asked.system.verify()
    assert reason in shell.refused(*argv)
    assert asked.system.verify() == before
    assert len(asked.questions.get("rain").versions) == 1


@pytest.mark.parametrize(
    ("argv", "missing"),
    [
        (EDIT[:5], "--why"),
        (RETRACT[:3], "--why"),
        (
            ("question", "edit"),
            "QUESTION",
        ),
        (
            ("question", "lint"),
            "QUESTION",
        ),
    ],
)
def test_what_is_missing_is_named(
    asked: Tracker, shell: Shell, argv: tuple[str, ...], missing: str
) -> None:
    before = asked.system.verify()
    assert shell(*argv, code=2) == ""
    assert "Missing" in shell.error
    assert missing in shell.error
    assert asked.system.verify() == before


def test_an_answered_question_keeps_its_wording_and_stays(
    asked: Tracker, clock: FakeClock, shell: Shell
) -> None:
    clock.time = CLOSES
    asked.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=KNOWN)
    assert "has its answer: its wording stays as it is" in shell.refused(*EDIT)
    assert "is answered and stays" in shell.refused(*RETRACT)


# retract


def test_a_question_is_taken_back_and_gone_from_every_list(asked: Tracker, shell: Shell) -> None:
    asked.questions.ask(an_asked("snow", closes_at=CLOSES, opens_at=NOW + DAY))
    assert "rain is taken back; its name is not given again." in shell(*RETRACT, "--as", "ben")
    assert [row["id"] for row in shell.json("question", "list")] == ["snow"]
    assert "there is no question rain" in shell.refused("question", "show", "rain")
    assert "there is no question rain" in shell.refused(*RETRACT)
    assert "there is no question rain" in shell.refused("question", "lint", "rain")
    assert asked.system.verify().bad_seq is None


def test_what_people_have_forecast_or_bound_is_not_taken_back(asked: Tracker, shell: Shell) -> None:
    asked.questions.ask(an_asked("snow", opens_at=NOW + DAY))
    asked.links.add(Link(LinkId("wet"), "negates", (QuestionId("rain"), QuestionId("snow")), "Wet"))
    assert "rain is part of the link wet and stays" in shell.refused(*RETRACT)
    asked.forecasts.submit("rain", Binary(0.4))
    assert "rain has been forecast and stays: resolve it as annulled" in shell.refused(*RETRACT)
    assert len(shell.json("question", "list")) == 2
