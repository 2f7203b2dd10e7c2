"""Answers of the type `application/problem+json` (RFC 9457) to requests that are refused."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """An error: `detail` is one line that says what to do, `errors` names fields of a request."""

    type: str = Field(description="an address that names the kind of problem")
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": words, "content": {MEDIA_TYPE: {"schema": {"$ref": reference}}}}
    for reference in ("#/components/schemas/Problem",)
    for status, words in (("4XX", "Refused: `detail` says why"), ("503", "Busy: try again later"))
}
"""Description of errors in the OpenAPI document."""


def make_problem(
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """Make the answer to a request that is refused."""
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"/api/v1/docs#{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": " ".join(detail.split()),
    }
    if errors:
        body["errors"] = [*errors]
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        status,
        {"cache-control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )
