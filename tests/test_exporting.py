"""An essay with everything that came of it is written as a set, and means the same in another
installation.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.distributions.distribution import OTHER, Binary, Categorical
from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Expectation
from forecasts.question_sets.question_set import PastResolution, QuestionSet
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import EssayId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods
from tests.builders import DAY, NOW, FakeClock, a_feed, a_question, a_set, an_indicator, no_network
from tests.dashboard.scenario_examples import FAIR, FUTURES, PACT, SET
from tests.essays.essay_examples import HOLDS, LEAVES, PRICES, RIVER, SIGNS, TEXT, add, asked_of
from tests.essays.opening import open_claim
from tests.lives import LIVES, SOURCE
from tracker.app import question_set_files
from tracker.app.export_question_set import ALREADY_ASKED_OVERRIDE
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound, Refused, TrackerError
from tracker.settings import Settings

BETTER = (
    "YES if the weather service of Arland measures 1.0 mm of rain or more on one day before 31 "
    "December 2026, 09:30 UTC. Annulled if the weather service is closed down."
)
WHY = "a question of a test"
EXAMPLES = 5
"""Each is three installations."""


class Installations:
    """Trackers that are opened once, and filled from a database whenever a test wants a new one:
    that is faster.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._opened: list[Tracker] = []

    def __call__(self, number: int, like: Path, now: datetime) -> Tracker:
        """The tracker of that number, as if it had just been installed on a copy of a database."""
        while number >= len(self._opened):
            place = self._directory / str(len(self._opened))
            place.mkdir()
            shutil.copy(like, place / "tracker.sqlite")
            settings = Settings(data_dir=place, me="ada")
            self._opened.append(open_tracker(settings, now=FakeClock(now), fetch=no_network))
        tracker = self._opened[number]
        file = tracker.settings.data_dir / "tracker.sqlite"
        with closing(sqlite3.connect(like)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
        clock_of(tracker).time = now
        return tracker

    def close(self) -> None:
        for tracker in self._opened:
            tracker.close()


def clock_of(tracker: Tracker) -> FakeClock:
    """The clock by which a tracker of a test goes."""
    assert isinstance(tracker.now, FakeClock)
    return tracker.now


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    """Installations for the tests of this file."""
    with closing(Installations(tmp_path_factory.mktemp("installations"))) as made:
        yield made


def start(tracker: Tracker) -> None:
    """An essay with questions of every kind, a link of each sort, a scenario table, and a sentence
    set aside.
    """
    add(tracker)
    tracker.feeds.add(a_feed())
    for life in LIVES:
        tracker.questions.ask(replace(life.asked, essay_id=RIVER), override=WHY)
    for number, offset in enumerate((SIGNS, LEAVES)):
        asked = asked_of(f"claimed-{number}")
        open_claim(tracker, asked, offset, indicators=[an_indicator(asked.id)], override=WHY)
    tracker.essays.reject_claim("river", HOLDS, "no date")
    futures = {
        "kind": "categorical",
        "options": ("friends", "strangers", "Other"),
        "horizon_shape": "state_at",
    }
    tracker.questions.ask(
        asked_of(FUTURES, **futures, bears_out="friends | strangers"), override=WHY
    )
    for name in (PACT, FAIR):
        tracker.questions.ask(asked_of(name), override=WHY)
    tracker.scenarios.add(SET)
    for kind, names in (
        ("implies", ("pact", "fair")),
        ("condition", ("rain", "claimed-0", "claimed-1")),
    ):
        tracker.links.add(
            Link(LinkId(kind), kind, tuple(map(QuestionId, names)), f"By {kind}", why="so we say")
        )  # type: ignore[arg-type]


def known(name: str, answer: str, *, checked: bool = True) -> PastResolution:
    outcome = answer if answer in ("yes", "no", "annulled") else "answered"
    said = "" if outcome == answer else answer
    return PastResolution(
        QuestionId(name), outcome, NOW, NOW, SOURCE, "I think.", said, needs_check=not checked
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A database with the essay and all that was asked from it, made once and copied for each
    test.
    """
    directory = tmp_path_factory.mktemp("begun")
    shutil.copy(migrated_file, directory)
    with open_tracker(
        Settings(data_dir=directory, me="ada"), now=FakeClock(NOW), fetch=no_network
    ) as opened:
        start(opened)
    return directory / migrated_file.name


@pytest.fixture
def river(begun: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Tracker]:
    """A tracker on a copy of that."""
    shutil.copy(begun, tmp_path)
    with open_tracker(Settings(data_dir=tmp_path, me="ada"), now=clock, fetch=no_network) as opened:
        yield opened


Act = Callable[[Tracker], object]


def resolved(name: str, answer: str) -> Act:
    return lambda t: t.resolutions.resolve(
        name, answer, source_url=SOURCE, known_at=NOW, note="As reported."
    )


ACTS: dict[str, Act] = {
    "edited": lambda t: t.questions.edit("rain", Wording(criteria=BETTER), why="how much"),
    "edited against the linter": lambda t: t.questions.edit(
        "pact", Wording(text="Will it?"), why="x", override="y"
    ),
    "edited sources": lambda t: t.questions.edit(
        "visit", Wording(sources=("https://b.example", "Reuters")), why="it moved"
    ),
    "option added": lambda t: t.questions.change_option("visit", "Minsk", "added"),
    "option removed": lambda t: t.questions.change_option("visit", "Beijing", "removed"),
    "scenario added": lambda t: t.questions.change_option(FUTURES, "rivals", "added"),
    "scenario removed": lambda t: t.questions.change_option(FUTURES, "strangers", "removed"),
    "added one removed": lambda t: t.questions.change_option("visit", "Minsk", "removed"),
    "taken back": lambda t: t.questions.retract("stance", "asked twice"),
    "claimed one taken back": lambda t: t.questions.retract("treaty", "asked twice"),
    "an indicator": lambda t: t.questions.add_indicator(
        replace(
            an_indicator("pact"), expected=Expectation(NOW + 9 * DAY, "very likely", "unlikely")
        )
    ),
    "an indicator of an option": lambda t: t.questions.add_indicator(
        an_indicator("visit", option="Beijing")
    ),
    "row taken out": lambda t: t.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(FAIR, ())),
    "text moved": lambda t: add(t, f"A foreword.\n\n{TEXT}"),
    "text lost a sentence": lambda t: add(t, TEXT.replace("The dam will hold.", "")),
    "text lost a claim": lambda t: add(
        t, TEXT.replace("Borland may leave the customs union in 2028.", "")
    ),
    "another set aside": lambda t: t.essays.reject_claim(
        "river", t.essays.get("river").mapped[2].sentence.offset, "past"
    ),
    "a claim set aside": lambda t: t.essays.reject_claim("river", SIGNS, "now I see"),
    "taken up again": lambda t: t.essays.restore_claim(
        "river", t.essays.get("river").rejections[0].offset
    ),
    "answered yes": resolved("claimed-1", "yes"),
    "condition no": resolved("rain", "no"),
    "condition yes": resolved("rain", "yes"),
    "answered with an option": resolved("visit", "Beijing"),
    "answered with a number": resolved("grain", "41.5"),
    "answered never": resolved("treaty", "never"),
    "annulled": resolved("price", "annulled"),
    "unchecked": lambda t: t.question_sets.note_unchecked(known("pact", "yes", checked=False)),
    "an option unchecked": lambda t: t.question_sets.note_unchecked(
        known("visit", "Beijing", checked=False)
    ),
    "forecast": lambda t: t.forecasts.submit("fair", Binary(0.4)),
    "paused feed": lambda t: t.feeds.pause("wire"),
}


def do(tracker: Tracker, clock: FakeClock, name: str) -> None:
    """One act, an hour after the last; what cannot be done any more is left."""
    clock.advance(hours=1)
    try:
        ACTS[name](tracker)
    except (ForecastsError, TrackerError, IndexError):
        return


def through_files(made: QuestionSet) -> QuestionSet:
    """The set as it reads when it comes from a folder, which is sound."""
    with tempfile.TemporaryDirectory() as directory:
        question_set_files.save_question_set(made, Path(directory) / "out")
        read = question_set_files.load_question_set(str(Path(directory) / "out"))
    found = question_set_files.lint_question_set(read, 0.0, datetime(2030, 1, 1, tzinfo=UTC))
    assert question_set_files.list_blocked_questions(read, found) == ()
    return read


def meaning(made: QuestionSet) -> dict[str, Any]:
    """What a set says, whatever the order of its entries; overrides are compared apart."""
    return {
        "essay": made.essay,
        "claims": sorted(made.claims, key=lambda c: c.id),
        "questions": {q.id: q for q in made.questions},
        "indicators": {i.id: i for i in made.indicators},
        "feeds": {f.id: f for f in made.feeds},
        "links": {one.id: one for one in made.links},
        "scenarios": {
            s.question_id: (s.title, s.descriptions, s.note, set(s.rows)) for s in made.scenarios
        },
        "resolutions": set(made.resolutions),
        "rejections": dict(made.rejections),
        "text": made.text,
    }


@settings(max_examples=EXAMPLES, deadline=None)
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=8))
def test_an_exported_set_survives_loading_elsewhere(
    install: Installations, begun: Path, migrated_file: Path, acts: list[str]
) -> None:
    here = install(0, begun, NOW)
    for name in acts:
        do(here, clock_of(here), name)
    made, later = here.question_sets.export("river"), clock_of(here).time
    read = through_files(made)
    assert meaning(read) == meaning(made)
    assert_changes_nothing(here, read)
    assert len(made.questions) == len(here.questions.list())
    there = install(1, migrated_file, later)
    assert there.question_sets.load(read).questions == len(made.questions)
    again = there.question_sets.export("river")
    assert meaning(again) == meaning(made)
    assert again.overrides.items() <= made.overrides.items()
    assert (there.system.verify().bad_seq, there.system.verify_scores().differences) == (None, ())
    assert_changes_nothing(there, read)
    third = install(1, migrated_file, later)
    third.question_sets.load(again)
    assert third.question_sets.export("river") == again


def assert_changes_nothing(tracker: Tracker, made: QuestionSet) -> None:
    """A set is loaded where all of it is there already."""
    before = tracker.system.verify()
    assert (tracker.question_sets.load(made).questions, tracker.system.verify()) == (0, before)


def test_a_set_has_all_of_its_essay_alone(river: Tracker) -> None:
    river.question_sets.load(a_set())
    made = river.question_sets.export("river")
    assert {q.id for q in made.questions} == {row.question.id for row in river.questions.list()} - {
        "summit-2027"
    }
    assert [claim.offset for claim in made.claims] == [SIGNS, LEAVES, HOLDS]
    assert dict(made.rejections) == {f"at-{HOLDS}": "no date"}
    assert {link.id for link in made.links} == {"implies", "condition"}
    assert made.text == TEXT
    assert {q.essay_id for q in made.questions} == {EssayId("river")}
    assert (made.forecasts, made.events) == ((), ())


def test_references_to_other_essays_stay_behind(river: Tracker) -> None:
    river.question_sets.load(a_set())
    summit = QuestionId("summit-2027")
    river.links.add(Link(LinkId("across"), "negates", (QuestionId("rain"), summit), "Across"))
    river.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(summit, (0.9, 0.1, 0.5)))
    made = river.question_sets.export("river")
    assert "across" not in {link.id for link in made.links}
    (found,) = made.scenarios
    assert {row.question_id for row in found.rows} == {PACT, FAIR}


def test_options_read_as_they_are_offered_now(river: Tracker, clock: FakeClock) -> None:
    clock.advance(days=1)
    river.questions.change_option(FUTURES, "rivals", "added")
    river.questions.change_option(FUTURES, "strangers", "removed")
    made = river.question_sets.export("river")
    (futures,) = (q for q in made.questions if q.id == FUTURES)
    assert [option.name for option in futures.options] == ["friends", OTHER, "rivals"]
    assert all(option.added_at is None for option in futures.options)
    assert isinstance(futures.prior, Categorical)
    assert futures.prior.p == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert futures.bears_out == "friends"
    (found,) = made.scenarios
    assert found.descriptions == (SET.descriptions[0], SET.descriptions[2], "rivals")
    assert found.rows[0].p == (0.875, 0.125, 0.125)


def test_neighbours_of_a_retracted_question_can_be_loaded(
    install: Installations, river: Tracker, migrated_file: Path
) -> None:
    """Its prior is all but settled, which only the nearest day of a claim must not be."""
    later = {
        "closes_at": a_question().closes_at + 366 * DAY,
        "resolves_at": a_question().resolves_at + 366 * DAY,
    }
    text = "Will the leaders of Arland and Borland meet in person by 30 June 2028?"
    criteria = a_question().criteria.replace("30 June 2027", "30 June 2028")
    far = a_question("summit-2028", prior=Binary(0.99), text=text, criteria=criteria, **later)
    whole = a_set(a_question(), far)
    river.question_sets.load(replace(whole, overrides={}))
    assert river.questions.get("summit-2028").override is None
    assert river.question_sets.export("essay").overrides == {}
    river.questions.retract("summit-2027", "asked twice")
    made = through_files(river.question_sets.export("essay"))
    assert dict(made.overrides) == {"summit-2028": ALREADY_ASKED_OVERRIDE}
    there = install(1, migrated_file, NOW)
    there.question_sets.load(made)
    override = there.questions.get("summit-2028").override
    assert override is not None
    assert (override.why, override.codes) == (ALREADY_ASKED_OVERRIDE, ("extreme-prior",))


def test_an_unchecked_answer_waits_in_the_set(
    river: Tracker,
) -> None:
    river.question_sets.note_unchecked(known("pact", "yes", checked=False))
    assert [
        (r.outcome, r.needs_check) for r in river.question_sets.export("river").resolutions
    ] == [("yes", True)]
    river.resolutions.resolve("pact", "no", source_url=SOURCE, known_at=NOW)
    assert [
        (r.outcome, r.needs_check) for r in river.question_sets.export("river").resolutions
    ] == [("no", False)]


def test_a_text_without_its_claims_stays_behind(river: Tracker) -> None:
    ACTS["text lost a claim"](river)
    made = river.question_sets.export("river")
    assert made.text == ""
    assert {f"at-{SIGNS}", f"at-{LEAVES}"} <= {claim.id for claim in made.claims}


def test_an_essay_without_a_question_is_no_set(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no essay river"):
        tracker.question_sets.export("river")
    add(tracker)
    with pytest.raises(Refused, match="river has no question yet: there is nothing to export"):
        tracker.question_sets.export("river")
    open_claim(tracker, asked_of(), PRICES, override=WHY)
    assert len(tracker.question_sets.export("river").questions) == 1
    tracker.questions.retract("rain", "asked twice")
    with pytest.raises(Refused, match="nothing to export"):
        tracker.question_sets.export("river")
