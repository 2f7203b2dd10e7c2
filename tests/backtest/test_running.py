"""A back-test knows at each date what was known then, leaves live work alone, and ends the same if
it was killed.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecasts.questions.question import HAZARD, PRIOR, SUGGESTION, QuestionId, utc
from forecasts.scoring.rules import brier
from forecasts.suggestion.binary import Suggestion, hazard_probability
from tests.backtest.test_archives import captured, line, written
from tests.builders import an_rss, no_network
from tests.forecasts.small_set import TEXTS
from tests.test_cli import Shell
from tracker.app import question_set_files
from tracker.app.tracker import open_tracker
from tracker.errors import Refused
from tracker.questions.update_suggestion import compute_suggestion
from tracker.replay.backtest import replay
from tracker.replay.backtest.backtest_run import BacktestReport, BacktestRequest, run_backtest
from tracker.replay.backtest.backtest_scores import RETROSPECTIVE_NOTE
from tracker.replay.backtest.question_tracks import (
    ArchiveSpan,
    ForecastSnapshot,
    QuestionTrack,
    schedule_dates,
    track_question,
)
from tracker.settings import Settings
from tracker.storage.sessions import Store, open_engine

PLACES = (
    "Arford Bexley Corwen Dunmore Elsted Farley Gorsley Hadlow Ilsham Jarrow Kelby Lorton "
    "Marden Norbury"
).split()
FIRST, OPENS = utc("2022-04-04T09:00:00Z"), utc("2022-06-01")
WEEKS = range(7, 15)
"""Weeks since the first one: the questions open in the second of them."""

ANSWERED = """
[[resolution]]
question = "treaty"
outcome = "no"
event_at = 2022-12-31
known_at = 2023-01-01
url = "https://example.org/answer"
note = "None was signed."
"""


def silent(_what: str, _done: int, _total: int, _place: str) -> None:
    """A back-test that nobody watches."""


def small_set(folder: Path) -> Path:
    """The small set as a folder, with both of its questions answered after the end of every archive
    here.
    """
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(
            text + (ANSWERED if name == "history.toml" else ""), encoding="utf-8"
        )
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A set of this test alone."""
    return small_set(tmp_path / "set")


@pytest.fixture
def by_words(tmp_path: Path) -> Settings:
    """Settings of live work that must not be touched; meanings are not compared."""
    return Settings(data_dir=tmp_path / "live", me="ada", encoder="none")


@dataclass(frozen=True)
class Lived:
    """Eight weeks that were lived through once for all tests that only look."""

    run: BacktestRequest
    report: BacktestReport


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A run that is done; nobody may change it."""
    folder = tmp_path_factory.mktemp("lived")
    run = wanted(folder, small_set(folder / "set"), news(WEEKS))
    return Lived(run, run_backtest(Settings(data_dir=folder / "live", encoder="none"), run, silent))


def news(weeks: Iterable[int]) -> list[Any]:
    """Each week one outlet tells of a vote, which bears out what comes; another of drills, which
    misleads.
    """
    found = []
    for week in weeks:
        place, at = PLACES[week % len(PLACES)], FIRST + timedelta(days=7 * week)
        vote = line(
            f"It abstained when the assembly voted on {place} water rights",
            f"{at:%Y-%m-%dT%H:%M:%SZ}",
        )
        found.append({**vote, "source": "The Herald", "url": f"https://herald.invalid/{week}"})
        later = f"{at + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
        other = line(f"Joint drills begin off {place} harbour with nine ships", later)
        found.append({**other, "source": "The Gazette", "url": f"https://gazette.invalid/{week}"})
    return found


def wanted(
    tmp_path: Path, small: Path, lines: Sequence[Any], name: str = "run", **more: Any
) -> BacktestRequest:
    """A back-test of these lines in a folder of its own."""
    archive = written(tmp_path / f"{name}.jsonl", *lines)
    return BacktestRequest(
        archive=archive, set_name=str(small), out=tmp_path / name, **{"workers": 1, **more}
    )


def tracks(run: BacktestRequest) -> dict[str, QuestionTrack]:
    """The questions of a run that is done."""
    report = json.loads((run.out / "report.json").read_text(encoding="utf-8"))
    over = ArchiveSpan(utc(report["since"]), utc(report["until"]))
    return {
        q: track_question(url_of(run), QuestionId(q), over, None) for q in ("neutral", "treaty")
    }


def url_of(run: BacktestRequest) -> str:
    """The database of a run."""
    return f"sqlite:///{run.out.absolute() / 'replay.sqlite'}"


def before(found: QuestionTrack, at: datetime) -> list[ForecastSnapshot]:
    """What was said up to an instant."""
    return [s for s in found.snapshots if s.at <= at]


def test_nothing_that_is_seen_later_changes_what_was_said_before(
    tmp_path: Path, by_words: Settings, small: Path, lived: Lived
) -> None:
    poison = [
        *news(range(15, 17)),
        line(
            "It abstained and then joint drills begin at once",
            "2022-07-13T12:00:01Z",
            source="The Herald",
        ),
        line(
            "It abstained when the assembly voted on Arford water rights",
            "2022-07-14T12:00:00Z",
            source="Copycat",
        ),
    ]
    long = wanted(tmp_path, small, news(WEEKS) + poison, "long")
    run_backtest(by_words, long, silent)
    at, after = utc("2022-07-13"), tracks(long)
    for question_id, found in tracks(lived.run).items():
        known = before(found, at)
        assert len(known) == 7
        assert any(s.without for s in known)
        assert before(after[question_id], at) == known  # to the last bit


def test_a_back_test_says_what_live_work_would(lived: Lived) -> None:
    run = lived.run
    store = Store(open_engine(url_of(run)))
    asked = {q.id: q for q in question_set_files.load_question_set(run.set_name).questions}
    with store.reading() as session:
        for question_id, found in tracks(run).items():
            question = asked[QuestionId(question_id)]
            for s in found.snapshots:
                live = compute_suggestion(session, question, s.at)
                assert isinstance(live, Suggestion)
                assert s.said[SUGGESTION] == live.p
                assert s.said[HAZARD] == hazard_probability(question, s.at)
                assert s.said[PRIOR] == question.base_rate
    store.close()


class Killed(Exception):
    """The process goes away in the middle of its work."""


@pytest.mark.slow
def test_a_killed_run_ends_with_the_same_report(
    tmp_path: Path, by_words: Settings, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, left = replace(lived.run, out=tmp_path / "broken"), 12
    act = replay._Walk._act

    def dies(self: Any, session: Any, at: datetime) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        act(self, session, at)

    monkeypatch.setattr(replay._Walk, "_act", dies)
    with pytest.raises(Killed):
        run_backtest(by_words, run, silent)
    assert run_backtest(by_words, run, silent) == lived.report
    assert (run.out / "report.json").read_bytes() == (lived.run.out / "report.json").read_bytes()
    assert evidence_of(run) == evidence_of(lived.run)


def evidence_of(run: BacktestRequest) -> list[Any]:
    """The evidence of a run as its pages show it."""
    settings = Settings(data_dir=run.out, database_url=url_of(run), encoder="none")
    with open_tracker(settings, now=lambda: utc("2022-09-01"), fetch=no_network) as tracker:
        return [tracker.questions.get(q).evidence for q in ("neutral", "treaty")]


def test_a_run_killed_between_questions_resumes_with_the_next(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    run = wanted(tmp_path, small, news(range(9, 11)))
    weighed: list[str] = []

    def stops(what: str, _done: int, _total: int, place: str) -> None:
        if what == "weighing":
            weighed.append(place)
            raise Killed

    with pytest.raises(Killed):
        run_backtest(by_words, run, stops)
    again: list[str] = []
    first = run_backtest(by_words, run, lambda what, _d, _t, place: again.append(f"{what} {place}"))
    assert weighed == ["neutral"]
    assert again == ["weighing treaty"]
    assert run_backtest(by_words, run, silent) == first


def test_leaving_a_feed_out_equals_never_having_it(
    tmp_path: Path, by_words: Settings, small: Path, lived: Lived
) -> None:
    alone = wanted(
        tmp_path, small, [x for x in news(WEEKS) if x["source"] == "The Herald"], "alone"
    )
    run_backtest(by_words, alone, silent)
    both = tracks(lived.run)
    for question_id, found in tracks(alone).items():
        pairs = zip(found.snapshots, both[question_id].snapshots, strict=False)
        for single, other in pairs:
            left_out = other.without.get("the-gazette", other.said[SUGGESTION])
            assert left_out == pytest.approx(single.said[SUGGESTION], abs=1e-12)


def test_a_run_is_a_replay_that_keeps_to_its_bounds(lived: Lived) -> None:
    run, report = lived.run, lived.report
    (row,) = [row for row in report.scores.questions if row.question_id == "treaty"]
    said = [s.said[SUGGESTION] for s in tracks(run)["treaty"].snapshots]
    assert row.scheduled == len(said) == 7
    assert row.brier[SUGGESTION] == pytest.approx(sum(float(brier(p, 0)) for p in said) / 7)
    differences = {row.feed: row.difference for row in report.scores.feeds}
    assert differences["the-herald"] > 0.0 > differences["the-gazette"]
    with open_tracker(
        Settings(data_dir=run.out, database_url=url_of(run)), fetch=no_network
    ) as tracker:
        assert tracker.system.replayed_until() == report.until
        assert tracker.system.verify().bad_seq is None
        assert all(feed.state.paused for feed in tracker.feeds.list())
    assert [row.who for row in lived.report.scores.forecasters] == [SUGGESTION, HAZARD, PRIOR]
    safety = lived.report.scores.safety
    assert safety.holds
    assert 0.0 < safety.largest_evidence < safety.bound
    assert safety.largest_move is not None
    assert abs(safety.largest_move.log_odds) < 2 * safety.bound


@pytest.mark.slow
def test_an_early_answer_takes_no_date_off_the_schedule(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    early = TEXTS["history.toml"].partition("[[forecast]]")[0].replace("2022-12-31", "2022-06-10")
    (small / "history.toml").write_text(early.replace("2023-01-01", "2022-06-10"), encoding="utf-8")
    report = run_backtest(by_words, wanted(tmp_path, small, news(range(9, 13))), silent)
    found = {
        row.question_id: (row.outcome, bool(row.brier), row.scheduled, row.snapshots)
        for row in report.scores.questions
    }
    assert found == {"neutral": ("yes", True, 4, 1), "treaty": (None, False, 4, 4)}
    assert {row.n for row in report.scores.forecasters} == {1}  # the one without answer is no part


def test_the_schedule_is_weekly_within_the_archive(small: Path) -> None:
    question = question_set_files.load_question_set(str(small)).questions[0]
    week, second = timedelta(days=7), timedelta(seconds=1)
    assert schedule_dates(question, ArchiveSpan(FIRST, OPENS - second)) == ()
    assert schedule_dates(question, ArchiveSpan(FIRST, OPENS)) == (OPENS,)
    assert schedule_dates(question, ArchiveSpan(FIRST, OPENS + week)) == (OPENS, OPENS + week)
    assert schedule_dates(question, ArchiveSpan(OPENS + second, OPENS + week)) == (OPENS + week,)
    assert len(schedule_dates(question, ArchiveSpan(FIRST, utc("2030-01-01")))) == math.ceil(
        (question.closes_at - OPENS) / week
    )
    assert schedule_dates(question, ArchiveSpan(question.closes_at, utc("2030-01-01"))) == ()


def test_nothing_is_written_into_the_database_that_is_in_use(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    with open_tracker(by_words, fetch=no_network) as tracker:
        tracker.question_sets.load(question_set_files.load_question_set(str(small)))
        head = tracker.system.verify()
    held = (by_words.data_dir / "tracker.sqlite").read_bytes()
    run_backtest(by_words, wanted(tmp_path, small, news(range(9, 11))), silent)
    assert (by_words.data_dir / "tracker.sqlite").read_bytes() == held
    with open_tracker(by_words, fetch=no_network) as tracker:
        assert tracker.system.verify() == head
        assert tracker.system.replayed_until() is None


def test_a_folder_that_holds_something_else_is_refused(
    tmp_path: Path, by_words: Settings, lived: Lived
) -> None:
    run = lived.run
    with pytest.raises(Refused, match="holds another run"):
        run_backtest(by_words, replace(run, people=True), silent)
    demo = tmp_path / "demo"
    open_tracker(
        Settings(data_dir=demo, database_url=f"sqlite:///{demo / 'replay.sqlite'}"),
        fetch=no_network,
    ).close()
    with pytest.raises(Refused, match="holds another run"):
        run_backtest(by_words, replace(run, out=demo), silent)


def test_the_run_never_takes_the_place_of_the_live_database(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    run = wanted(tmp_path, small, news(range(3)))
    mine = replace(by_words, database_url=url_of(run))
    with pytest.raises(Refused, match="in use"):
        run_backtest(mine, run, silent)
    assert not run.out.exists()


@pytest.mark.slow
def test_people_are_held_against_time_alone_on_their_own_dates(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    run = wanted(tmp_path, small, news(range(16, 22)), people=True)
    report = run_backtest(by_words, run, silent)
    rows = {row.who: row for row in report.scores.forecasters}
    assert set(rows) == {SUGGESTION, HAZARD, PRIOR, "demo-ada"}
    snapshots = tracks(run)["neutral"].snapshots
    own = [float(brier(s.said[HAZARD], 1)) for s in snapshots if "demo-ada" in s.said]
    assert (rows["demo-ada"].n, rows["demo-ada"].snapshots) == (1, len(own))
    assert len(own) == 5 < len(snapshots)  # from 2022-08-01 until withdrawn a month later
    assert rows["demo-ada"].hazard == pytest.approx(sum(own) / len(snapshots))
    assert rows[HAZARD].comparison is None
    assert rows[SUGGESTION].verdict == "too early to say"


def test_only_the_time_between_from_and_until_is_lived_through(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    since, until = utc("2022-06-10"), utc("2022-06-25")
    report = run_backtest(
        by_words, wanted(tmp_path, small, news(range(9, 14)), since=since, until=until), silent
    )
    assert since <= report.since < report.until == until
    assert report.items == sum(
        since <= utc(one["published"]) <= until for one in news(range(9, 14))
    )


def test_captured_feeds_are_lived_through_with_edits_and_copies(
    tmp_path: Path, by_words: Settings, small: Path
) -> None:
    vote, edited = (
        "It abstained in the vote on shipping grain through Arford harbour",
        "It abstained in the late vote on shipping grain through Arford harbour",
    )
    folder = captured(
        tmp_path / "captures",
        ("wire", "2022-06-02T00:00:00Z", an_rss((vote, "https://wire.invalid/1"))),
        ("wire", "2022-06-03T00:00:00Z", an_rss((edited, "https://wire.invalid/1"))),
        (
            "daily",
            "2022-06-03T12:00:00Z",
            an_rss((vote, "https://daily.invalid/1"), title="The daily"),
        ),
        (
            "wire",
            "2022-06-20T00:00:00Z",
            an_rss(("Weather", "https://wire.invalid/2"), (edited, "https://wire.invalid/1")),
        ),
    )
    run = BacktestRequest(archive=folder, set_name=str(small), out=tmp_path / "run", workers=1)
    report = run_backtest(by_words, run, silent)
    assert (report.items, report.evidence, report.warnings) == (3, 1, ())
    (card,) = evidence_of(run)[0]
    assert card.evidence.first_seen_at == utc("2022-06-02")
    assert [(i.item.title, i.item.first_seen_at, len(i.revisions)) for i in card.items] == [
        (vote, utc("2022-06-02"), 1),
        (vote, utc("2022-06-03T12:00:00Z"), 0),
    ]


@pytest.mark.slow
def test_all_cores_find_what_one_finds(tmp_path: Path, by_words: Settings, small: Path) -> None:
    lines = news(range(9, 11))
    one = run_backtest(by_words, wanted(tmp_path, small, lines, "one"), silent)
    many = replace(
        wanted(tmp_path, small, lines, "many", workers=2), archive=tmp_path / "one.jsonl"
    )
    assert run_backtest(by_words, many, silent) == one


def test_the_command_announces_retrospection_and_prints_the_report(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path / "data", capsys, monkeypatch)
    archive = written(tmp_path / "autumn.jsonl.gz", *news(range(9, 11)))
    asked = (
        "system",
        "backtest",
        str(archive),
        "--set",
        str(small),
        "--encoder",
        "none",
        "--workers",
        "1",
    )
    printed = shell(*asked)
    assert printed.startswith(RETROSPECTIVE_NOTE)
    assert "no first_seen in this archive: the claimed publication time was used" in printed
    assert "suggestion" in printed
    found = json.loads(shell(*asked, "--json"))
    kept = tmp_path / "data" / "backtests" / "autumn" / "report.json"
    assert found == json.loads(kept.read_text(encoding="utf-8"))
    assert not (tmp_path / "data" / "tracker.sqlite").exists()
