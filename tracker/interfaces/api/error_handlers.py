"""Errors of the product and of the web framework → problems."""

import logging
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from forecasts.errors import ForecastsError
from tracker.errors import (
    Forbidden,
    KeyReused,
    NotFound,
    Refused,
    StorageUnavailable,
    TrackerError,
    Unresolvable,
)
from tracker.interfaces.api.problems import make_problem
from tracker.model.json_values import to_plain

_LOG: Final = logging.getLogger("dashboard")

_STATUSES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Unresolvable, 422),
    (KeyReused, 422),
    (ForecastsError, 422),
    (Refused, 409),
    (StorageUnavailable, 503),
    (TrackerError, 500),
)
"""Status of each error; the first that fits counts."""


class TooManyRequests(Exception):
    """A request beyond the rate of its sender, who may come again after some `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many requests: try again in {seconds} s")


def add_handlers(app: FastAPI) -> None:
    """Let an application answer every error with a problem."""
    for kind in (TrackerError, ForecastsError):
        app.add_exception_handler(kind, _explain_error)
    app.add_exception_handler(HTTPException, _explain_status)
    app.add_exception_handler(RequestValidationError, _explain_fields)
    app.add_exception_handler(TooManyRequests, _explain_rate)
    app.add_exception_handler(Exception, _explain_crash)


def find_status(error: Exception) -> int:
    """Return the status of an expected error."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def _explain_error(request: Request, error: Exception) -> Response:
    status = find_status(error)
    if status >= 500:
        _LOG.error("a request to the API failed", exc_info=error)
    flaws = error.flaws if isinstance(error, Unresolvable) else ()
    headers = {"retry-after": "5"} if status == 503 else {}
    rows = [{k: str(v) for k, v in to_plain(flaw).items()} for flaw in flaws]
    return make_problem(status, str(error), headers=headers, errors=rows)


def _explain_crash(request: Request, error: Exception) -> Response:
    """Answer after a bug, which the web server logs."""
    return make_problem(500, "something went wrong; the log of the tracker has the details")


def _explain_status(request: Request, error: Exception) -> Response:
    refusal = cast(HTTPException, error)
    details = {
        404: "there is nothing at this address: /api/v1/docs lists all addresses",
        405: "this address does not take this method: /api/v1/docs lists which it takes",
    }
    detail = details.get(refusal.status_code, refusal.detail)
    return make_problem(refusal.status_code, detail, headers=refusal.headers)


def _explain_fields(request: Request, error: Exception) -> Response:
    faults = cast(RequestValidationError, error).errors()[:20]
    if faults and faults[0]["type"] == "json_invalid":
        place = faults[0]["loc"][-1]
        return make_problem(422, f"the body is not valid JSON from character {place} on")
    rows = [{"field": ".".join(map(str, row["loc"])), "reason": str(row["msg"])} for row in faults]
    first = rows[0] if rows else {"field": "body", "reason": "not valid"}
    return make_problem(422, f"{first['field']}: {first['reason']}", errors=rows)


def _explain_rate(request: Request, error: Exception) -> Response:
    seconds = cast(TooManyRequests, error).seconds
    return make_problem(429, str(error), headers={"retry-after": str(seconds)})
