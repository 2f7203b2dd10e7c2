"""Route → endpoint of the web framework: parse, check, call one use case, answer."""

import inspect
import json
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from threading import Lock
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from fastapi import Body, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, create_model
from starlette.responses import Response

from forecasts.errors import ForecastsError
from tracker.app.notifications import NewChannel
from tracker.errors import TrackerError
from tracker.interfaces.api import problems
from tracker.interfaces.api.actions import FileAnswer
from tracker.interfaces.api.paging import cut_page
from tracker.interfaces.api.problems import make_problem
from tracker.interfaces.api.routes import ApiRoute, find_reader
from tracker.interfaces.api.schemas import (
    describe_answer,
    describe_fields,
    describe_page,
    describe_request,
)
from tracker.model.json_values import to_plain
from tracker.model.plain_values import from_plain, is_value_type, list_fields, strip_names
from tracker.people.accounts import NewSecret

REQUEST_KEY: Final = "request_key"
"""Argument of an action that gets the key of the request."""

MAX_PAGE: Final = 1000
DEFAULT_PAGE: Final = 100

_JSON: Final = "application/json"
_STALE: Final = (
    "this has changed since you read it: read {path} again, and send its `ETag` as `If-Match`"
)
_MOVING: Final = frozenset(("forecasts", "suggestion"))
"""Fields of a question that move with time alone: an edit need not know their newest values."""

_ONE_EDIT: Final = Lock()
"""Two programs that have read the same edit one after the other, so that the second is told."""

_SHOWN_ONCE: Final = "a secret is shown once, and not stored: revoke the first, and make another"
_TAG_HEADER: Final = Annotated[str | None, Header()]
_KEY_HEADER: Final = Annotated[
    str | None, Header(min_length=1, max_length=200, pattern=r"^[!-~]+$")
]


class Endpoint:
    """A route as the web framework calls it, and as the OpenAPI document describes it.

    The types of its arguments come from the signature of its action.
    """

    def __init__(self, route: ApiRoute) -> None:
        self.route = route
        self._hints = get_type_hints(route.action, localns=load_late_types())
        self._answer = self._hints.pop("return")
        parameters = inspect.signature(route.action).parameters
        self._parameters = {
            name: parameter
            for name, parameter in parameters.items()
            if name not in ("self", "tracker")
        }

    @property
    def is_read(self) -> bool:
        """Return True for a request that asks for something and changes nothing."""
        return self.route.method == "GET"

    @cached_property
    def is_list(self) -> bool:
        """Return True if the answer comes in pages."""
        return self.is_read and get_origin(self._answer) is tuple

    @cached_property
    def is_empty(self) -> bool:
        """Return True if there is no answer but the status."""
        return self._answer in (None, NoneType)

    @cached_property
    def is_file(self) -> bool:
        """Return True if the answer is a file."""
        return self._answer is FileAnswer

    @cached_property
    def answer_model(self) -> Any:
        """Pydantic type of the answer; None for a file or no answer."""
        if self.is_empty or self.is_file:
            return None
        if self.is_list:
            return describe_page(get_args(self._answer)[0])
        return describe_answer(self._answer)

    @cached_property
    def _path_names(self) -> frozenset[str]:
        parts = self.route.path.split("/")
        return frozenset(part[1:-1] for part in parts if part.startswith("{"))

    @cached_property
    def _request_fields(self) -> dict[str, Any]:
        """Type and default of each argument by name; fields of a value stand among them."""
        flat: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            kind = strip_names(self._hints[name])
            if is_value_type(kind):
                flat |= describe_fields(kind)
            elif name != REQUEST_KEY:
                flat[name] = (describe_request(kind), _read_default(parameter))
        return flat

    def make_function(self) -> Callable[..., Response]:
        """Make the function that the web framework calls."""

        def answer_request(**values: Any) -> Response:
            return self._answer_request(**values)

        parameters = self._list_parameters()
        answer_request.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return answer_request

    def _list_parameters(self) -> list[inspect.Parameter]:
        """Return the parameters of the function: request, path, address or body, header."""
        flat = self._request_fields
        parameters = [_make_parameter("request", Request)]
        parameters += [
            _make_parameter(name, Annotated[flat[name][0], Path()])
            for name in sorted(self._path_names)
        ]
        fields = {name: kind for name, kind in flat.items() if name not in self._path_names}
        if self.is_list:
            fields["limit"] = (int, Query(DEFAULT_PAGE, ge=1, le=MAX_PAGE))
            fields["after"] = (str, "")
        if fields:
            place = Query() if self.route.method in ("GET", "DELETE") else Body()
            kind: Any = Annotated[_make_model(self.route, fields), place]
            is_needed = any(default is ... for _, default in fields.values())
            default = inspect.Parameter.empty if is_needed or self.is_read else None
            parameters.append(_make_parameter("values", kind, default))
        if self.is_read:
            parameters.append(_make_parameter("if_none_match", _TAG_HEADER, None))
        elif self.route.method == "POST":
            parameters.append(_make_parameter("idempotency_key", _KEY_HEADER, None))
        elif find_reader(self.route) is not None:
            parameters.append(_make_parameter("if_match", _TAG_HEADER, None))
        return parameters

    def _answer_request(
        self,
        *,
        request: Request,
        values: BaseModel | None = None,
        idempotency_key: str | None = None,
        if_none_match: str | None = None,
        if_match: str | None = None,
        **path: Any,
    ) -> Response:
        tracker = request.state.acting
        plain = {} if values is None else values.model_dump(exclude_unset=True, mode="python")
        plain |= path
        if if_match is not None:
            with _ONE_EDIT:
                stale = self._check_tag(tracker, path, if_match, request.url.path)
                return stale or self._reply(tracker, plain, None)
        if idempotency_key is None:
            return self._reply(tracker, plain, if_none_match)
        fingerprint = _hash_values(self.route, plain)
        earlier = tracker.requests.begin(idempotency_key, fingerprint)
        if earlier is not None:
            return _make_response(earlier.body.encode(), earlier.status, replayed=True)
        try:
            response = self._reply(tracker, plain, None, idempotency_key)
        except (TrackerError, ForecastsError):
            tracker.requests.abandon(idempotency_key)
            raise
        is_secret = self._answer in (NewSecret, NewChannel)
        stored = make_problem(409, _SHOWN_ONCE) if is_secret else response
        tracker.requests.finish(idempotency_key, stored.status_code, bytes(stored.body).decode())
        return response

    def _check_tag(
        self, tracker: Any, names: dict[str, Any], tag: str, path: str
    ) -> Response | None:
        """Return the refusal of an edit unless its tag is that of what is stored there now."""
        reader = find_reader(self.route)
        if reader is None:
            return None
        current = Endpoint(reader)._reply(tracker, dict(names), None).headers["etag"]
        stored = current.strip('"').partition("-")[0]
        return None if _has_tag(tag, stored) else make_problem(412, _STALE.format(path=path))

    def _reply(
        self,
        tracker: Any,
        plain: dict[str, Any],
        known_tag: str | None,
        key: str | None = None,
    ) -> Response:
        limit, after = DEFAULT_PAGE, ""
        if self.is_list:
            limit, after = plain.pop("limit", limit), plain.pop("after", after)
        result = self._call(tracker, self._build_arguments(tracker, plain, key))
        if self.is_empty:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        if self.is_file:
            return _make_response(result.content, media_type=result.media_type, tag=known_tag)
        content = cut_page(result, limit, after) if self.is_list else to_plain(result)
        body = _dump_json(content)
        is_question = self.is_read and isinstance(content, dict) and content.keys() >= _MOVING
        stored = _dump_json({**content, **dict.fromkeys(_MOVING)}) if is_question else body
        return _make_response(body, tag=known_tag, is_read=self.is_read, stored=stored)

    def _call(self, tracker: Any, arguments: Mapping[str, Any]) -> Any:
        if self.route.function is not None:
            return self.route.function(tracker, **arguments)
        service, _, method = self.route.use_case.partition(".")
        return getattr(getattr(tracker, service), method)(**arguments)

    def _build_arguments(
        self, tracker: Any, plain: Mapping[str, Any], key: str | None
    ) -> dict[str, Any]:
        """Build the arguments of the action from the plain values of the request."""
        arguments: dict[str, Any] = {}
        for name in self._parameters:
            kind = strip_names(self._hints[name])
            if name == REQUEST_KEY:
                arguments[name] = key and f"{tracker.principal.account}:{key}"
            elif is_value_type(kind):
                names = set(list_fields(kind)) & set(plain)
                arguments[name] = from_plain(kind, {n: plain[n] for n in names})
            elif name in plain:
                arguments[name] = from_plain(kind, plain[name])
        return arguments


def _make_parameter(
    name: str, kind: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    only = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, only, annotation=kind, default=default)


def _make_model(route: ApiRoute, fields: dict[str, Any]) -> type[BaseModel]:
    name = f"{route.name.title().replace('_', '')}Request"
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def load_late_types() -> Mapping[str, Any]:
    """Return types that modules of services import for type checkers alone, by name."""
    from forecasts.linting.lint import Flaw
    from forecasts.questions.repetition import Repetition
    from tracker.llm.draft_proposals import ProposalResult
    from tracker.llm.model_check import ModelCheck
    from tracker.model.disagreement import Disagreement
    from tracker.model.siblings import SiblingFamily, SiblingPlan

    return {
        "Disagreement": Disagreement,
        "Flaw": Flaw,
        "ModelCheck": ModelCheck,
        "ProposalResult": ProposalResult,
        "Repetition": Repetition,
        "SiblingFamily": SiblingFamily,
        "SiblingPlan": SiblingPlan,
    }


def _read_default(parameter: inspect.Parameter) -> Any:
    if parameter.default is inspect.Parameter.empty:
        return ...
    default = parameter.default
    if isinstance(default, IntEnum):
        return default.name.lower()
    return [] if default == () else default


def _dump_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _hash_values(route: ApiRoute, plain: Mapping[str, Any]) -> str:
    text = json.dumps([route.method, route.path, to_plain(plain)], sort_keys=True)
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _make_response(
    body: bytes,
    status: int | None = 200,
    *,
    media_type: str = _JSON,
    tag: str | None = None,
    is_read: bool = True,
    replayed: bool = False,
    stored: bytes | None = None,
) -> Response:
    """Make an answer; one to a reading request has a tag, and is empty if `tag` is the same.

    The first half of the tag is of what is `stored`, the second of all that is answered.
    """
    headers = {"cache-control": "no-store"}
    if replayed:
        headers["idempotency-replayed"] = "true"
        media_type = _JSON if status == 200 else problems.MEDIA_TYPE
    elif is_read:
        headers = {"cache-control": "private, no-cache", "vary": "authorization, cookie"}
        halves = [sha256(part).hexdigest()[:16] for part in (stored or body, body)]
        headers["etag"] = '"{}-{}"'.format(*halves)
        if tag is not None and _has_tag(tag, headers["etag"].strip('"')):
            return Response(status_code=304, headers=headers)
    return Response(body, status or 200, headers, media_type if body else None)


def _has_tag(tags: str, current: str) -> bool:
    """Return whether a header names a tag, also where a proxy that compresses has marked it."""
    return tags.strip() == "*" or current in tags
