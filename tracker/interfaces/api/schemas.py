"""Types of the domain → pydantic types, so that the OpenAPI document says what comes and goes.

Answers are described as `to_plain` writes them, requests as `from_plain` reads them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, FiniteFloat, create_model
from pydantic import Field as Limit

from tracker.model.plain_values import is_value_type, list_fields, strip_names

Describe = Callable[[Any], Any]

MAX_ENTRIES: Final = 10_000
"""Entries of a list in a request."""

AUTHOR_FIELDS: Final = frozenset(("by", "author"))
"""Fields of values that may say who made them: a request does not, its token does."""


def _to_utc(at: datetime) -> datetime:
    """Convert a time to UTC; a moment outside of the calendar is refused."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is outside of the calendar") from None


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
Whole = Annotated[int, Limit(ge=-(2**63), le=2**63 - 1)]

_REQUEST_TYPES: Final[Mapping[Any, Any]] = {datetime: Instant, float: FiniteFloat, int: Whole}
_ANSWER_TYPES: Final[Mapping[Any, Any]] = {float: float | None}
"""An infinite number is null in JSON."""

_names: dict[str, Any] = {}
"""Types by the name of their model, because two types of one name need two."""


@cache
def describe_request(kind: Any) -> Any:
    """Return the pydantic type of a value in a request."""
    kind = strip_names(kind)
    if get_origin(kind) in (Union, UnionType) and str in get_args(kind):
        members = [m for m in get_args(kind) if not is_value_type(m)]
        return Union[tuple(map(describe_request, members))]  # noqa: UP007 -- made of a list
    if is_value_type(kind):
        return create_model(
            f"{_name_model(kind)}Input",
            __config__=ConfigDict(extra="forbid"),
            **describe_fields(kind),
        )
    return _describe(kind, describe_request, _REQUEST_TYPES)


@cache
def describe_answer(kind: Any) -> Any:
    """Return the pydantic type of a value in an answer, as `to_plain` writes it."""
    kind = strip_names(kind)
    if is_value_type(kind):
        answers: dict[str, Any] = {n: describe_answer(k) for n, k in list_fields(kind).items()}
        return create_model(_name_model(kind), **answers)
    return _describe(kind, describe_answer, _ANSWER_TYPES)


@cache
def describe_page(kind: Any) -> type[BaseModel]:
    """Return the pydantic type of a page of a list: its entries and the way to the next page."""
    entry = describe_answer(kind)
    is_shape = isinstance(entry, type) and issubclass(entry, BaseModel)
    items: Any = (list[entry], ...)  # type: ignore[valid-type]
    name = f"{entry.__name__ if is_shape else 'Value'}Page"
    return create_model(name, items=items, next=(str | None, ...))


def describe_fields(kind: Any) -> dict[str, Any]:
    """Return type and default of each field of a value in a request, for `create_model`."""
    return {
        field.name: (describe_request(list_fields(kind)[field.name]), _get_default(field))
        for field in fields(kind)
        if field.init and (field.name not in AUTHOR_FIELDS or _get_default(field) is ...)
    }


def _get_default(field: "Field[Any]") -> Any:
    """Return `...` for a field that a request has to have; None stands for "as by default"."""
    if field.default is MISSING and field.default_factory is MISSING:
        return ...
    is_plain = isinstance(field.default, str | int | float | bool | NoneType | tuple)
    if isinstance(field.default, IntEnum):
        return field.default.name.lower()
    return field.default if field.default is not MISSING and is_plain else Limit(default=None)


def _describe(kind: Any, describe: Describe, types: Mapping[Any, Any]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return kind
    if origin in (Union, UnionType):
        return Union[tuple(map(describe, arguments))]  # noqa: UP007 -- made of a list
    if origin is not None:
        return _describe_collection(origin, arguments, describe)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return Literal[tuple(member.name.lower() for member in kind)]
    if kind in (str, bool, int, float, date, datetime, NoneType):
        return types.get(kind, kind)
    return Any


def _describe_collection(origin: Any, arguments: tuple[Any, ...], describe: Describe) -> Any:
    if issubclass(origin, Mapping):
        return dict[str, describe(arguments[1])]  # type: ignore[misc]
    if issubclass(origin, tuple) and arguments[-1:] != (Ellipsis,):
        return tuple[tuple(map(describe, arguments))]  # type: ignore[misc]
    if issubclass(origin, Iterable):
        entries: Any = list[describe(arguments[0])]  # type: ignore[misc]
        is_request = describe is describe_request
        return Annotated[entries, Limit(max_length=MAX_ENTRIES)] if is_request else entries
    return Any


def _name_model(kind: Any) -> str:
    """Return a name that no other type has: that of the type, or one with its module before it."""
    name = str(kind.__name__)
    if _names.setdefault(name, kind) is kind:
        return name
    return f"{kind.__module__.rpartition('.')[2].title().replace('_', '')}{name}"
