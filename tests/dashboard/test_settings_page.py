"""Settings: who acts in a session, in which zone it reads, what feeds may cost, what was learned,
how all fares.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from types import SimpleNamespace
from typing import cast

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.acting import act_as, get_chosen_zone
from dashboard.server.response_cache import ResponseCache, get_tracker, share_tracker
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_set
from tests.dashboard.entry_form import form_of, save
from tests.dashboard.pages import button, field, open_page, seen, words
from tracker.app.system import SystemService
from tracker.app.tracker import Tracker
from tracker.llm.model_check import ModelCheck, save_check
from tracker.model.work import ParkedJob, QueueStatus, WorkerStatus, WorkStatus

SUMMIT = "summit-2027"
ADA, GRACE = ForecasterId("ada"), ForecasterId("grace")


@pytest.fixture
def two(tracker: Tracker) -> Tracker:
    """A tracker with a question and two people."""
    tracker.question_sets.load(a_set())
    tracker.people.add("Grace")
    return tracker


def open_as(tracker: Tracker, who: ForecasterId, start: str, **params: str) -> AppTest:
    """A page in a session where this person was chosen."""
    visit = open_page(tracker, start, **params)
    visit.session_state["acting-as"] = who
    return seen(visit.run())


# Who acts


def test_two_sessions_with_different_names_do_not_mix(two: Tracker, clock: FakeClock) -> None:
    ada, grace = open_page(two, "question", q=SUMMIT), open_as(two, GRACE, "question", q=SUMMIT)
    assert [form_of(visit)["who"] for visit in (ada, grace)] == ["ada", "grace"]
    ada, grace = save(ada, "20"), save(grace, "70")
    clock.advance(minutes=1)
    assert form_of(seen(ada.run()))["still"] == "20%"
    assert form_of(seen(grace.run()))["still"] == "70%"
    assert "Acting as Grace" in words(grace)
    assert "Acting as" not in words(ada)
    grace = seen(button(grace, "Undo").click().run())
    held = two.questions.list()[0].standings
    assert held[ADA].p == 0.2
    assert GRACE not in held
    assert form_of(grace)["still"] == ""
    assert form_of(seen(ada.run()))["still"] == "20%"


def test_chosen_person_begins_without_drafts_of_the_first(two: Tracker) -> None:
    visit = open_page(two, "settings")
    assert "Signed in as **ada**." in words(visit)
    visit.session_state["form-x"] = "begun"
    chooser = next(box for box in visit.selectbox if box.label == "Switch user")
    assert chooser.options == ["ada", "Grace (grace)"]
    visit = seen(chooser.select("grace").run())
    assert "Signed in as **Grace (grace)**." in words(visit)
    assert "form-x" not in visit.session_state
    assert two.me == ADA


def test_choice_of_person_is_kept_only_when_asked(
    two: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_ME", raising=False)
    file = two.settings.data_dir / "tracker.toml"
    visit = open_as(two, GRACE, "settings")
    assert not file.exists()
    seen(button(visit, "Make default").click().run())
    assert file.read_text(encoding="utf-8") == 'me = "grace"\n'


def test_somebody_new_is_added_and_acts_at_once(two: Tracker) -> None:
    visit = open_page(two, "settings")
    field(visit, "Name").set_value("![x](http://evil.example/p.png)")
    visit = seen(button(visit, "Add and switch").click().run())
    assert two.people.list()[0].id == "x-http-evil-example-p-png"
    assert not [m for m in visit.markdown if "![x](http" in m.value]
    visit = open_page(two, "settings")
    field(visit, "Name").set_value("crowd")
    visit = seen(button(visit, "Add and switch").click().run())
    assert "is computed by the tracker" in words(visit)


def test_whoever_is_no_longer_there_acts_no_more(two: Tracker) -> None:
    visit = open_as(two, ForecasterId("gone"), "settings")
    assert "Signed in as **ada**." in words(visit)


def test_the_session_keeps_its_time_zone_when_somebody_else_acts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = {"time-zone": "Asia/Tokyo", "form-x": "begun"}
    monkeypatch.setattr("streamlit.session_state", state)
    act_as(GRACE)
    assert state == {"time-zone": "Asia/Tokyo", "acting-as": GRACE}


# What is remembered


def test_personal_results_are_kept_apart_and_others_shared(two: Tracker) -> None:
    share_tracker(two)
    ada = get_tracker()
    grace = cast(ResponseCache, ada).acting_as(GRACE)
    assert grace.questions.list() is ada.questions.list()
    assert (grace.me, ada.me) == (GRACE, ADA)
    ada.forecasts.submit(SUMMIT, Binary(0.3))
    assert grace.questions.list() is ada.questions.list()
    assert grace.questions.list()[0].standings[ADA].p == 0.3


def test_every_answer_that_depends_on_who_asks_is_known_to(two: Tracker) -> None:
    for noun, value in vars(Tracker).items():
        if not isinstance(value, cached_property):
            continue
        for name, method in inspect.getmembers(getattr(two, noun), inspect.ismethod):
            if policy := getattr(method, "cache_policy", None):
                assert policy.per_person == ("self._me" in inspect.getsource(method)), name


# Time zone


def test_chosen_zone_is_told_and_charts_differ(two: Tracker) -> None:
    visit = open_page(two, "settings")
    assert "Times are shown in **UTC**." in words(visit)
    chooser = next(box for box in visit.selectbox if box.label == "Time zone")
    visit = seen(chooser.select("Asia/Tokyo").run())
    text = words(visit)
    assert "Times are shown in **Asia/Tokyo (JST, UTC+9)**." in text
    assert "Charts use your browser's time zone, UTC." in text
    # The browser keeps it.
    (kept,) = [
        json.loads(e.proto.json)
        for e in visit.get("bidi_component")
        if e.proto.component_name.endswith("zone")
    ]
    assert kept == {"name": "tracker-zone", "value": "Asia/Tokyo"}
    chooser = next(box for box in visit.selectbox if box.label == "Time zone")
    assert "Asia/Tokyo" not in words(seen(chooser.select("browser").run()))


def test_zone_is_that_of_the_tab_or_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for session, cookies, zone in (
        ({}, {}, None),
        ({}, {"tracker-zone": "Asia/Tokyo"}, "Asia/Tokyo"),
        ({"time-zone": "Europe/Paris"}, {"tracker-zone": "Asia/Tokyo"}, "Europe/Paris"),
        ({"time-zone": ""}, {"tracker-zone": "Asia/Tokyo"}, None),
        ({}, {"tracker-zone": "<b>Tokyo</b>"}, None),
        ({}, {"tracker-zone": "../../etc/passwd"}, None),
    ):
        monkeypatch.setattr("streamlit.session_state", session)
        monkeypatch.setattr(
            "streamlit.context", SimpleNamespace(cookies=cookies, timezone="Europe/Berlin")
        )
        assert get_chosen_zone() == zone


# The rest


def test_settings_sections(two: Tracker) -> None:
    # The budget and the line that changes it are said.
    text = words(open_page(two, "settings"))
    assert "0 of 24 requests used today (UTC; 24 per feed by default). 1 feed is due now" in text
    assert "write “request_budget = 2000”" in text
    two.feeds.pause("wire")
    assert "Every feed is paused." in words(open_page(two, "settings"))
    # Learned values are summed up and their page is linked.
    assert "Nothing has been learned yet." in text
    two.learning.decide("gamma", "all", "freeze")
    visit = open_page(two, "settings")
    assert "2 learned parameters, 2 frozen." in words(visit)
    # The audit log is verified when asked.
    assert "Audit log: " in words(visit)
    assert "is intact" not in words(visit)
    visit = seen(button(visit, "Verify the audit log").click().run())
    assert "**The audit log is intact**" in words(visit)


def test_the_model_is_named_with_what_it_may_do(two: Tracker, clock: FakeClock) -> None:
    assert "None: you and the matcher judge evidence." in words(open_page(two, "settings"))
    settings = replace(two.settings, model_url="http://127.0.0.1:9/v1", model_name="small_1b")
    asked = Tracker(replace(two.context, settings=settings))

    def shown(right: float) -> str:
        check = ModelCheck(
            settings.model_url,
            settings.model_name,
            clock(),
            100,
            0.9,
            0.9,
            0.6,
            right,
            0.1,
            0.9,
            False,
        )
        with asked.context.store.writing() as session:
            save_check(session, check)
        return words(open_page(asked, "settings")).replace("**", "").replace("\\", "")

    never = words(open_page(asked, "settings")).replace("**", "").replace("\\", "")
    assert "small_1b only suggests: not checked yet." in never
    poor = "small_1b only suggests: 80% of the directions that it calls are right"
    assert poor in shown(0.8)
    good = "small_1b judges evidence: it calls 60% of the directions, 95% of them correctly."
    assert good in shown(0.95)
    assert "Checked on 1 Dec 2026." in shown(0.95)


def test_workers_queues_and_parked_jobs_are_shown_tried_and_dropped(
    two: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Workers" not in words(open_page(two, "settings"))  # of SQLite there are none
    job = ParkedJob(12, "poll", "poll_feeds", {"feeds": ["wire"]}, 3, clock.time)
    work = WorkStatus(
        (QueueStatus("poll", 2, 1, 1, 4.2),),
        (WorkerStatus(("poll", "match"), "77 on alpha", clock.time),),
        (job,),
    )
    done: list[tuple[str, int]] = []

    def act(verb: str) -> Callable[[SystemService, int], ParkedJob]:
        return lambda _system, job_id: done.append((verb, job_id)) or job

    monkeypatch.setattr(SystemService, "work", lambda _system: work)
    monkeypatch.setattr(SystemService, "retry_job", act("retry"))
    monkeypatch.setattr(SystemService, "drop_job", act("drop"))
    visit = open_page(two, "settings")
    for sentence in (
        "Process 77 on alpha: poll, match, started just now",
        "Queue poll: 2 jobs wait (the oldest for 4 s), 1 running, 1 parked",
        "**Parked after 3 attempts**: reading wire.",
    ):
        assert sentence in words(visit)
    button(visit, "Try again").click().run()
    button(visit, "Drop").click().run()
    assert done == [("retry", 12), ("drop", 12)]
    assert "Job 12 is dropped; what it read stays paused" in visit.toast[0].value.replace("\\", "")
