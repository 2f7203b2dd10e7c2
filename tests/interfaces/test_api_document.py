"""The OpenAPI document is true: whatever it allows is answered as it says, and never by a crash."""

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders import DAY, FakeClock, a_question
from tests.interfaces.api_server import open_program
from tests.reports.lived import QUESTION, Lived, lived, lived_file
from tracker.app.tracker import Tracker

__all__ = ["lived", "lived_file"]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPEN = "open-question"
KNOWN = {
    "question_id": OPEN, "essay_id": "essay", "evidence_id": 1, "feed_id": "wire", "offset": 120,
    "forecast_id": 3, "kind": "question",
}  # fmt: skip
"""Names of things that are there: half of the requests are about them."""

FULL = (
    "/questions/{question_id}", "/questions/{question_id}/receipts", "/questions/{question_id}/post-mortem",
    "/questions/{question_id}/history", "/questions/{question_id}/evidence", "/evidence/{evidence_id}",
    "/evidence/{evidence_id}/effect", "/accuracy", "/accuracy/scores", "/essays/{essay_id}", "/inbox", "/changes",
    "/feeds", "/feeds/{feed_id}", "/system", "/questions/{question_id}/flaws",
)  # fmt: skip
"""Routes whose answers have content in that world."""

BOUNDED = settings(
    max_examples=2,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_every_route_answers_as_the_document_says(lived: Lived, clock: FakeClock) -> None:
    add_open_question(lived.tracker, clock)
    _, app = open_program(lived.tracker)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    for path in FULL:
        for question in (QUESTION, OPEN):
            read_known(schema[path]["GET"], path, question)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 100
    for operation in operations:
        try_operation(operation)


def read_known(operation: Any, path: str, question: str) -> None:
    """Ask for what is there."""
    names = {name: value for name, value in KNOWN.items() if f"{{{name}}}" in path}
    if "question_id" in names:
        names["question_id"] = question
    case = operation.Case(path_parameters=names)
    answer = case.call()
    assert answer.status_code == 200, (path, answer.text)
    case.validate_response(answer, checks=CHECKS)


def try_operation(operation: Any) -> None:
    """Send requests that the document allows; the first is about things that are there."""
    turns = iter(range(1000))

    @BOUNDED
    @given(case=operation.as_strategy())
    def answer_as_documented(case: Any) -> None:
        if next(turns) % 2 == 0:
            known = {name: KNOWN[name] for name in case.path_parameters or () if name in KNOWN}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        case.validate_response(case.call(), checks=CHECKS)

    answer_as_documented()


def add_open_question(tracker: Tracker, clock: FakeClock) -> None:
    """Ask a question that is open, with a forecast and evidence that awaits review."""
    closes = clock.time + timedelta(days=200)
    question = a_question(OPEN, opens_at=clock.time - DAY, closes_at=closes, resolves_at=closes)
    tracker.questions.ask(to_new(question), override="a test")
    tracker.forecasts.submit(OPEN, "30%")


def to_new(question: Any) -> Any:
    """Return a question as it is asked."""
    from forecasts.questions.new_question import NewQuestion

    return NewQuestion(
        question.id, question.text, question.criteria, question.sources, question.opens_at,
        question.closes_at, question.resolves_at, prior="30%", prior_reason="a test",
    )  # fmt: skip
