"""Conversion of plain JSON values to domain values, the reverse of `to_plain`."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints


def from_plain(kind: Any, value: Any) -> Any:
    """Build a value of a type from dictionaries, lists, texts and numbers.

    Unknown fields are left out, so that a newer server can have more of them. Raises `ValueError`,
    `KeyError` or `TypeError` where the value does not fit.

    >>> from forecasts.evidence.evidence import Strength
    >>> from_plain(tuple[Strength, ...], ["some", "strong"])
    (<Strength.SOME: 2>, <Strength.STRONG: 4>)
    """
    kind = strip_names(kind)
    origin = get_origin(kind)
    if value is None or kind is Any or origin is Literal:
        return value
    if origin in (Union, UnionType):
        return from_plain(choose_member(kind), value)
    if origin is not None:
        return _build_collection(origin, get_args(kind), value)
    if is_value_type(kind):
        hints = list_fields(kind)
        return kind(**{k: from_plain(hints[k], v) for k, v in value.items() if k in hints})
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return kind[value.upper()]
    if kind in (datetime, date) and isinstance(value, str):
        return kind.fromisoformat(value)
    return value


@cache
def list_fields(kind: Any) -> Mapping[str, Any]:
    """Return the types of the fields of a dataclass by name; those without a known type are Any."""
    try:
        hints = get_type_hints(kind)
    except NameError:  # a type that its module imports for type checkers alone
        hints = {f.name: Any if isinstance(f.type, str) else f.type for f in fields(kind)}
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def is_value_type(kind: Any) -> bool:
    """Return True for a dataclass."""
    return isinstance(kind, type) and is_dataclass(kind)


def strip_names(kind: Any) -> Any:
    """Return the type behind a `NewType`."""
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    return kind


def choose_member(union: Any) -> Any:
    """Return the type that plain values of a union have; Any if there are several.

    Where a text may stand for a value, such as a typed forecast for a distribution, it does.
    """
    members = [strip_names(member) for member in get_args(union)]
    members = [member for member in members if member is not NoneType]
    if str in members:
        members = [member for member in members if not is_value_type(member)]
    return members[0] if len(members) == 1 else Any


def _build_collection(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if issubclass(origin, Mapping):
        return {key: from_plain(arguments[1], entry) for key, entry in value.items()}
    if issubclass(origin, tuple) and arguments[-1:] != (Ellipsis,):
        return tuple(map(from_plain, arguments, value))
    if issubclass(origin, Collection):
        return tuple(from_plain(arguments[0], entry) for entry in value)
    return value
