"""A request with a key runs once, on both dialects; each account has keys of its own."""

from dataclasses import replace

import pytest

from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock
from tracker.app.requests import ANSWER_LIFE
from tracker.app.tracker import Tracker
from tracker.errors import KeyReused, Refused
from tracker.model.principal import Principal
from tracker.model.stored_answer import StoredAnswer


def test_a_request_with_a_key_runs_once(both: Tracker, clock: FakeClock) -> None:
    requests = both.requests
    assert requests.begin("k", "first") is None
    with pytest.raises(Refused, match="is running, or was cut off"):
        requests.begin("k", "first")
    requests.finish("k", 200, '{"id": 1}')
    assert requests.begin("k", "first") == StoredAnswer("first", 200, '{"id": 1}')
    with pytest.raises(KeyReused, match="belongs to another request"):
        requests.begin("k", "second")
    ben = Principal(ForecasterId("ben"), "viewer", "api", account="b1")
    assert both.serve(ben).requests.begin("k", "second") is None
    both.serve(ben).requests.abandon("k")
    assert both.serve(replace(ben, token="t2")).requests.begin("k", "third") is None
    clock.time += ANSWER_LIFE
    assert requests.begin("k", "first") is not None
    clock.advance(seconds=1)
    assert requests.begin("k", "second") is None
