"""Who acts here, what feeds may cost, how far a new database has come, and how the installation
fares.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidForecast
from forecasts.questions.question import Forecaster, ForecasterId
from tests.builders import FakeClock, Press, a_feed, a_set
from tests.tables import check_rows
from tracker.app.system import FirstSteps
from tracker.app.tracker import Tracker
from tracker.errors import BadSettings, NotFound, Refused
from tracker.settings import is_overridden, load_settings, write_setting

ADA, GRACE = ForecasterId("ada"), ForecasterId("grace-hopper")
ASKED = "summit-2027"


# Who acts


def test_two_people_act_under_their_own_names(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    grace = tracker.acting_as(tracker.people.add("Grace Hopper").id)
    tracker.forecasts.submit(ASKED, Binary(0.2), rationale="I doubt it.")
    grace.forecasts.submit(ASKED, Binary(0.7), rationale="I do not.")
    grace.forecasts.undo(ASKED)
    held = tracker.questions.list()[0].standings
    assert held[ADA].p == 0.2
    assert GRACE not in held
    assert {a.forecaster_id for a in tracker.questions.get(ASKED).acts} >= {ADA, GRACE}
    assert (tracker.me, grace.me) == (ADA, GRACE)


def test_a_person_is_named_once(tracker: Tracker) -> None:
    assert tracker.people.list() == (Forecaster(ADA, "ada", "person"),)
    assert tracker.people.add("  Grace   Hopper ") == Forecaster(GRACE, "Grace Hopper", "person")
    assert [person.name for person in tracker.people.list()] == ["ada", "Grace Hopper"]
    with pytest.raises(Refused, match="'grace-hopper' is there already"):
        tracker.people.add("grace hopper")


@check_rows(["", "   ", "—", "x" * 81], "name")
def test_what_is_no_name_is_refused(tracker: Tracker, name: str) -> None:
    with pytest.raises(Refused, match="a name takes 1 to 80 characters"):
        tracker.people.add(name)


def test_nobody_is_called_like_a_computed_forecaster(tracker: Tracker) -> None:
    with pytest.raises(InvalidForecast, match="'crowd' is computed"):
        tracker.people.add("Crowd")
    for who in ("nobody", "crowd"):
        with pytest.raises(NotFound, match="person"):
            tracker.acting_as(ForecasterId(who))


def test_the_acting_person_is_kept_in_the_settings_file(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_ME", raising=False)
    data = tracker.settings.data_dir
    grace = tracker.acting_as(tracker.people.add("Grace Hopper").id)
    assert grace.people.save_as_default()
    assert load_settings(data, {}).me == GRACE
    assert tracker.me == ADA
    monkeypatch.setenv("TRACKER_ME", "ada")
    assert not grace.people.save_as_default()
    assert is_overridden("me", {"TRACKER_ME": "ada"})
    assert not is_overridden("me", {"TRACKER_PORT": "1"})


# The settings file


@check_rows(
    [
        ("", 'me = "grace"\n'),
        ("port = 9000", 'port = 9000\nme = "grace"\n'),
        ('# who\nme = "ada"\nport = 9000\n', '# who\nme = "grace"\nport = 9000\n'),
        ("port = 9000\r\n  me='ada' # us", 'port = 9000\r\n  me="grace" # us'),
        ('"me" = """\nada"""\n', '"me" = "grace"\n'),
        ('contact = """\nme = 1\n"""\n', 'contact = """\nme = 1\n"""\nme = "grace"\n'),
    ],
    "before",
    "after",
)
def test_one_line_of_the_settings_file_changes_and_no_other(
    tmp_path: Path, before: str, after: str
) -> None:
    file = tmp_path / "tracker.toml"
    file.write_bytes(before.encode())
    write_setting(tmp_path, "me", "grace")
    assert file.read_bytes().decode() == after
    assert [each.name for each in tmp_path.iterdir()] == ["tracker.toml"]


@check_rows(
    [
        ("prot = 9000\n", "grace", "unknown setting"),
        ("port = \n", "grace", "not valid TOML"),
        ("port = 9000\n", "Grace Hopper", "lower-case"),
    ],
    "before",
    "value",
    "reason",
)
def test_a_file_that_would_be_refused_is_left_alone(
    tmp_path: Path, before: str, value: str, reason: str
) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text(before, encoding="utf-8")
    with pytest.raises(BadSettings, match=reason):
        write_setting(tmp_path, "me", value)
    assert file.read_text(encoding="utf-8") == before


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be written"):
        write_setting(tmp_path / "gone", "me", "grace")


# How far it has come


def test_a_step_is_done_when_the_database_shows_it(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    assert tracker.system.first_steps() == FirstSteps(False, False, False, False)
    tracker.question_sets.load(a_set())
    assert tracker.system.first_steps() == FirstSteps(True, False, False, False)
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    assert tracker.system.first_steps() == FirstSteps(
        True, False, True, False
    )  # the matcher's judgement is no person's
    tracker.evidence.review(tracker.evidence.inbox()[0].evidence.id, "confirmed")
    assert tracker.system.first_steps() == FirstSteps(True, False, True, True)
    tracker.forecasts.submit(ASKED, Binary(0.4))
    assert tracker.system.first_steps().done == 4


def test_only_built_in_sets_are_loaded_by_name(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="grid_storage_2026"):
        tracker.question_sets.load_built_in("../../etc")
    loaded = tracker.question_sets.load_built_in("grid_storage_2026")
    assert loaded.questions + loaded.siblings == len(tracker.questions.list()) > 0


# What feeds may cost


def test_the_budget_tells_todays_use_and_the_next_poll(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    assert tracker.feeds.budget().next_at is None
    for name in ("wire", "other", "third"):
        tracker.feeds.add(a_feed(name))
    found = tracker.feeds.budget()
    assert (found.limit, found.was_set, found.used, found.feeds, found.due, found.soon) == (
        72.0, False, 0, 3, 3, 3,
    )  # fmt: skip
    tracker.feeds.poll()
    tracker.feeds.pause("third")
    found = tracker.feeds.budget()
    assert (found.used, found.feeds, found.due) == (3, 2, 0)
    assert found.next_at is not None
    assert found.next_at > clock()
    clock.advance(days=1)
    assert tracker.feeds.budget().used == 0


def test_a_budget_that_was_set_holds_for_all_feeds_together(tracker: Tracker) -> None:
    tracker.feeds.add(a_feed())
    settings = replace(tracker.settings, request_budget=2000.0)
    found = Tracker(replace(tracker.context, settings=settings)).feeds.budget()
    assert (found.limit, found.was_set) == (2000.0, True)


# How it fares


def test_the_installation_names_its_database_and_counts_its_log(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    found = tracker.system.status()
    assert found.database == ("PostgreSQL" if tracker.settings.database_url else "SQLite")
    assert found.bytes > 100_000
    assert found.entries == tracker.system.verify().entries > 0
    assert found.last_job is None
