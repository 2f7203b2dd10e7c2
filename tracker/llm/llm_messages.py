"""Requests to a language model and its answers, with schema validation. Pure.

Only the client module talks to a model; its callers write messages and a schema, store the
answers under their key, and count the requests of a day.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, Literal

from tracker.feeds.fetching.headers import join_lines
from tracker.feeds.plain_text import shorten_text


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    )  # so no NaN either


_KEYWORDS: Final = frozenset(
    "type enum properties required additionalProperties items minItems maxItems description".split()
)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = MappingProxyType(
    {
        "object": ("an object", lambda value: isinstance(value, dict)),
        "array": ("a list", lambda value: isinstance(value, list)),
        "string": ("a text", lambda value: isinstance(value, str)),
        "number": ("a number", _is_number),
        "integer": ("a whole number", lambda value: isinstance(value, int) and _is_number(value)),
        "boolean": ("true or false", lambda value: isinstance(value, bool)),
        "null": ("null", lambda value: value is None),
    }
)


@dataclass(frozen=True, slots=True)
class LlmMessage:
    """One turn of a prompt. Third-party text belongs into "user", marked as such by the prompt's
    author.
    """

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """JSON schema of an answer, under a name that changes with its meaning.

    The schema is sent along and checked on receipt, so it may use only supported keywords; any
    other raises ValueError, as it would go unchecked. It describes an object, and is never changed
    later.
    """

    name: str
    schema: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no name that endpoints take: letters, digits, - and _, 64 at "
                "most"
            )
        if self.schema.get("type") != "object":
            raise ValueError(f"the shape {self.name} is not that of an object")
        _refuse_unknown_keywords(self.schema)


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """An answer that fits the schema. `requests` is its cost in the day's budget."""

    value: Mapping[str, Any]
    model: str
    requests: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class LlmFailure:
    """A failure with a reason for a person; `requests` is its cost in the day's budget.

    `wait_seconds` above 0 is the pause that the endpoint asked for; `is_auth_error` means that it
    refused the key.
    """

    reason: str
    requests: int = 0
    wait_seconds: float = 0.0
    is_auth_error: bool = False


def answer_key(model: str, messages: Sequence[LlmMessage], shape: AnswerSchema) -> str:
    """Return the storage key of an answer: a hash of model, messages and schema, equal on any
    machine.

    >>> greeting = AnswerSchema("greeting-1", {"type": "object"})
    >>> answer_key("m", [LlmMessage("user", "Hello")], greeting)[:16]
    '1cc256d6874692db'
    """
    request = [model, [[m.role, m.content] for m in messages], shape.name, shape.schema]
    return sha256(json.dumps(request, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def find_mismatch(value: Any, schema: Mapping[str, Any], where: str = "the answer") -> str:
    """Describe how a JSON value differs from a schema; "" if it fits.

    Supports type, enum, properties, required, items, minItems and maxItems. An object may have no
    other properties, and numbers are finite.

    >>> find_mismatch({"a": 1}, {"type": "object", "properties": {"a": {"type": "string"}}})
    'a is not a text'
    """
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(_TYPES[kind][1](value) for kind in kinds):
        return f"{where} is not {' or '.join(_TYPES[kind][0] for kind in kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is none of the values allowed"
    if isinstance(value, dict):
        return _object_mismatch(value, schema, where)
    if isinstance(value, list):
        return _list_mismatch(value, schema, where)
    return ""


def _refuse_unknown_keywords(schema: Mapping[str, Any]) -> None:
    if unknown := sorted(set(schema) - _KEYWORDS):
        raise ValueError(f"a schema with {unknown[0]!r} cannot be checked here")
    for part in (
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ):
        _refuse_unknown_keywords(part)


def _object_mismatch(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> str:
    properties = schema.get("properties", {})
    if missing := [name for name in schema.get("required", ()) if name not in value]:
        return f"{where} lacks {missing[0]}"
    if extra := [name for name in value if name not in properties]:
        return f"{where} has something nobody asked for: {shorten_text(join_lines(extra[0]), 40)!r}"
    return next(
        filter(None, (find_mismatch(value[name], properties[name], name) for name in value)), ""
    )


def _list_mismatch(value: Sequence[Any], schema: Mapping[str, Any], where: str) -> str:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return f"{where} has {len(value)} entries"
    mismatches = (
        find_mismatch(entry, schema.get("items", {}), f"entry {n} of {where}")
        for n, entry in enumerate(value, 1)
    )
    return next(filter(None, mismatches), "")
