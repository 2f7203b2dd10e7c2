"""Each use case needs a right, each role has some, and the log says who acted."""

import importlib
import pkgutil
from collections.abc import Iterator
from inspect import isfunction
from types import SimpleNamespace
from typing import get_args

import pytest
from sqlalchemy import text

import tracker.app
from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tracker.app.permissions import REQUIRED_RIGHTS
from tracker.app.service import Service
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden
from tracker.model.principal import RIGHTS, Principal, Role

SUMMIT = "summit-2027"
BEN = ForecasterId("ben")


def list_use_cases() -> Iterator[tuple[str, type[Service]]]:
    """Yield the public methods of all services, as in `questions.ask`."""
    for module in pkgutil.iter_modules(tracker.app.__path__):
        importlib.import_module(f"tracker.app.{module.name}")
    shipped = (
        each for each in Service.__subclasses__() if each.__module__.startswith("tracker.app.")
    )
    for service in shipped:
        for name, method in vars(service).items():
            if isfunction(method) and not name.startswith("_"):
                yield f"{service.noun}.{name}", service


@pytest.mark.parametrize("role", get_args(Role))
def test_each_role_may_use_what_its_rights_say(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.app.service.log_forbidden", lambda *_: None)
    principal = Principal(BEN, role)
    for use_case, service in list_use_cases():
        instance = object.__new__(service)
        instance._context = SimpleNamespace(principal=principal)  # type: ignore[assignment]
        try:
            getattr(instance, use_case.partition(".")[2])(unknown_argument=1)
        except Forbidden:
            allowed = False
        except TypeError:
            allowed = True
        assert allowed == (REQUIRED_RIGHTS[use_case] in RIGHTS[role]), use_case


def test_the_table_names_no_use_case_that_is_gone() -> None:
    assert set(REQUIRED_RIGHTS) == {use_case for use_case, _ in list_use_cases()}


def test_a_use_case_without_a_right_is_refused_by_python() -> None:
    with pytest.raises(KeyError, match=r"questions\.shred"):

        class Shredder(Service, noun="questions"):
            def shred(self) -> None:
                """No entry among the permissions."""


def test_a_refusal_names_the_role_that_is_needed(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.add("Ben")
    viewer = tracker.serve(Principal(BEN, "viewer", "page"))
    assert viewer.questions.list()
    with pytest.raises(
        Forbidden, match=r"ben has the role viewer, and forecasts\.submit needs fore"
    ):
        viewer.forecasts.submit(SUMMIT, "40%")
    assert BEN not in tracker.questions.get(SUMMIT).summary.standings


def test_only_an_admin_acts_in_the_name_of_another(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.add("Ben")
    analyst = tracker.serve(Principal(BEN, "analyst", "page"))
    for act in (
        lambda: analyst.forecasts.submit(SUMMIT, "40%", forecaster=tracker.me),
        lambda: analyst.questions.retract(SUMMIT, "typo", by=tracker.me),
        lambda: analyst.acting_as(tracker.me),
    ):
        with pytest.raises(Forbidden, match=f"only an admin acts in the name of {tracker.me}"):
            act()
    tracker.acting_as(BEN).forecasts.submit(SUMMIT, "40%")
    assert read_actors(tracker)[-1] == f'{{"by":"{tracker.me}","for":"ben","via":"command"}}'


def test_the_log_says_who_acted_and_through_what(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.add("Ben")
    ben = Principal(BEN, "forecaster", "api", account="a7", token="t3")
    tracker.serve(ben).forecasts.submit(SUMMIT, "40%")
    tracker.through("job").forecasts.submit(SUMMIT, "50%")
    assert read_actors(tracker)[-2:] == ['{"account":"a7","by":"ben","token":"t3","via":"api"}', ""]
    assert tracker.system.verify().bad_seq is None


@pytest.mark.parametrize("forged", ["", '{"by":"ana","via":"page"}'])
def test_a_changed_actor_is_found(tracker: Tracker, forged: str) -> None:
    tracker.question_sets.load(a_set())
    tracker.through("page").forecasts.submit(SUMMIT, "50%")
    tracker.through("job").forecasts.submit(SUMMIT, "40%")
    seq = len(read_actors(tracker)) - (forged == "")
    with tracker.context.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_no_update"))
        connection.execute(
            text("UPDATE log SET actor = :actor WHERE seq = :seq"), {"actor": forged, "seq": seq}
        )
    assert tracker.system.verify().bad_seq == seq


def read_actors(tracker: Tracker) -> list[str]:
    """Read the actors of all entries of the log, the oldest first."""
    with tracker.context.store.engine.connect() as connection:
        return list(connection.execute(text("SELECT actor FROM log ORDER BY seq")).scalars())
