"""Entries of the catalogue: what is measured or decided, who publishes it, and how it moves.

The data is `catalogue.toml` beside this file; its head says how to write an entry. Three kinds of
entries follow from what can be asked: a *series* is a published number, an *act* happens or does
not, a *state* holds or ends.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, get_args

from forecasts.errors import InvalidCatalogue

T = TypeVar("T")

EntryKind = Literal["series", "act", "state"]
Period = Literal["day", "week", "month", "quarter", "year", "season", "release"]

PLACE_FIELDS: Final = frozenset(
    {"place", "statistics", "central_bank", "elections", "legislature", "foreign_ministry"}
)
"""Fields of a template that the place of the claim fills."""

ROLE_FIELDS: Final = frozenset({"actor", "other", "object", "act", "done"})
"""Fields of a template that the words of the claim fill."""

_FIELD: Final = re.compile(r"\{(\w*)\}")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """A country or union, the words that name it, and who publishes what about it.

    `parts` are the words that name a part of it, such as "Scotland".
    An empty office means that none is known: an entry that needs it is not offered for the place.
    """

    name: str
    words: tuple[str, ...]
    parts: tuple[str, ...] = ()
    statistics: str = ""
    central_bank: str = ""
    elections: str = ""
    legislature: str = ""
    foreign_ministry: str = ""

    def fill(self, template: str) -> str | None:
        """Fill the fields of a place in a template; None if the place has no such office.

        >>> Place("Norway", ("Norway",), statistics="Statistics Norway").fill("{statistics}")
        'Statistics Norway'
        """
        values = {"place": self.name} | {name: getattr(self, name) for name in _OFFICES}
        needed = {name for name in _FIELD.findall(template) if name in PLACE_FIELDS}
        if not all(values[name] for name in needed):
            return None
        return _FIELD.sub(lambda match: values.get(match[1], match[0]), template)


_OFFICES: Final = tuple(sorted(PLACE_FIELDS - {"place"}))


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A published value of a series for a period, such as "2025-06" or "2025", with its date.

    `as_of` is the day of publication: a draft of an earlier day must not know it.
    """

    period: str
    value: float
    as_of: date
    place: str = ""


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Share of comparable cases in which an act took place: `count` of `of`, in words `cases`."""

    count: int
    of: int
    cases: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A measurable thing.

    `subjects` are words or phrases of an essay that name it, `excludes` those that make another
    thing of it; a rise of what the `inverse` subjects name is a fall of the series. `places` are
    the names of the places that it is published for, ("any",) for every place with the office that
    `publisher` names, () for a thing without a place. `publisher` and `source` may hold fields of a
    place.

    Series: `measure` is a noun phrase with its article, `unit` its unit, `period` how often a value
    appears, `lag_days` how long after the period; `usual_move` is the typical absolute change over
    a year, in `unit`. `up` and `down` are further words for its rise and fall. `publishers` names
    the publisher of places where it is not that of the other places.

    Acts: `verbs` are the words that make the subject an act, `act` the predicate of the question,
    in its base form, with the roles {actor}, {other} and {object} of the claim; `object` is what
    stands for {object} if the claim names none. `actor` is who always acts, such as
    "{central_bank}", "" for the subject of the claim; `is_thing`: what acts is no person or body,
    such as a tunnel that opens; `is_amount`: a frame whose object has a figure; `objects` are words
    of which the object of a frame has one. `counts` and
    `not_counts` say what is enough and what is not.

    States: `verbs` say that it lasts, `act` is the predicate of what lasts.
    """

    id: str
    kind: EntryKind
    name: str
    subjects: tuple[str, ...]
    publisher: str
    source: str
    fallback: str
    excludes: tuple[str, ...] = ()
    inverse: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    measure: str = ""
    unit: str = ""
    period: Period = "month"
    lag_days: int = 0
    usual_move: float | None = None
    publishers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    values: tuple[KnownValue, ...] = ()
    verbs: tuple[str, ...] = ()
    actor: str = ""
    is_thing: bool = False
    is_amount: bool = False
    objects: tuple[str, ...] = ()
    act: str = ""
    object: str = ""
    opposite: str = ""
    counts: str = ""
    not_counts: str = ""
    base_rate: BaseRate | None = None
    edge_cases: tuple[str, ...] = ()

    @property
    def is_frame(self) -> bool:
        """True for an act by its verb alone."""
        return self.act == "{act}"

    def name_publisher(self, place: Place | None) -> str | None:
        """Return who publishes the series for a place; None if nobody is known to."""
        if place is None:
            return self.publisher
        return self.publishers.get(place.name) or place.fill(self.publisher)

    def last_value(self, today: date, place: str = "") -> KnownValue | None:
        """Return the newest value that was published by a day, None if none is known."""
        known = [v for v in self.values if v.as_of <= today and v.place in ("", place)]
        return max(known, key=lambda value: value.as_of, default=None)


@dataclass(frozen=True, slots=True)
class Institution:
    """Body that publishes or decides what no entry is about.

    `words` name it, `topics` are what it publishes on, `source` is what to look at. `places` are as
    those of an entry; `name` may be a field of a place.
    """

    name: str
    source: str
    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything that drafts can propose, with the places it is published for.

    `frames` are acts that any body can do to anything, by their verb alone: "close", "delay".
    `institutions` publish or decide what no entry is about.
    Two catalogues are equal only if they are the same object, so that an index of one is kept.
    """

    entries: tuple[CatalogueEntry, ...]
    places: tuple[Place, ...]
    frames: tuple[CatalogueEntry, ...] = ()
    institutions: tuple[Institution, ...] = ()

    def find_entry(self, entry_id: str) -> CatalogueEntry | None:
        """Return the entry with an id, None if there is none.

        >>> load_catalogue().find_entry("unemployment").name, load_catalogue().find_entry("luck")
        ('unemployment', None)
        """
        return next((entry for entry in self.entries if entry.id == entry_id), None)


@cache
def load_catalogue() -> Catalogue:
    """Load and check the catalogue of this package.

    >>> len(load_catalogue().entries) > 3
    True
    """
    text = resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8")
    return parse_catalogue(text)


def parse_catalogue(text: str) -> Catalogue:
    """Parse a catalogue; `InvalidCatalogue` names the entry and what to mend."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidCatalogue("catalogue", f"not valid TOML: {error}") from None
    places = tuple(_read(Place, record) for record in tables.get("place", ()))
    entries = tuple(_read(CatalogueEntry, record) for record in tables.get("entry", ()))
    frames = tuple(_read(CatalogueEntry, _FRAME | record) for record in tables.get("frame", ()))
    institutions = tuple(_read(Institution, record) for record in tables.get("institution", ()))
    _check_unique("place", [place.name for place in places])
    _check_unique("entry", [entry.id for entry in (*entries, *frames)])
    for entry in (*entries, *frames):
        for problem in _list_problems(entry, {place.name for place in places}):
            raise InvalidCatalogue(entry.id, problem)
    for body in institutions:
        for place in {*body.places} - {"any"} - {place.name for place in places}:
            raise InvalidCatalogue(body.name, f"unknown place {place!r}: add it as [[place]]")
    return Catalogue(entries, places, frames, institutions)


_FRAME: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "kind": "act",
        "period": "year",
        "subjects": ["{actor}"],
        "publisher": "{actor}",
        "source": "decisions and statements published by {actor}",
        "fallback": "two of Reuters, AP, AFP and the BBC",
        "act": "{act}",
    }
)
"""Fields that all frames have in common."""


def _read(type_: type[T], record: Mapping[str, Any]) -> T:
    """Build a value of its keys; unknown and missing keys and wrong types are refused."""
    name = str(record.get("id", record.get("name", type_.__name__)))
    known = {key.name: key for key in fields(type_)}  # type: ignore[arg-type]
    if unknown := sorted(set(record) - set(known)):
        raise InvalidCatalogue(name, f"unknown key {unknown[0]!r}")
    required = {
        name
        for name, key in known.items()
        if key.default is MISSING and key.default_factory is MISSING
    }
    if missing := sorted(required - set(record)):
        raise InvalidCatalogue(name, f"{missing[0]!r} is missing")
    try:
        return type_(**{key: _convert(key, value) for key, value in record.items()})
    except (TypeError, ValueError) as error:
        raise InvalidCatalogue(name, str(error)) from None


def _convert(key: str, value: Any) -> Any:
    if key == "values":
        return tuple(_read(KnownValue, record) for record in value)
    if key == "publishers":
        return MappingProxyType(dict(value))
    if key == "base_rate":
        return _read(BaseRate, value)
    return tuple(value) if isinstance(value, list) else value


def _check_unique(table: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidCatalogue(name, f"{table} stands twice")


def _list_problems(entry: CatalogueEntry, places: set[str]) -> Iterator[str]:
    """Yield what keeps an entry from making a complete question."""
    if not _ID.fullmatch(entry.id):
        yield "write the id in lower case with hyphens"
    if entry.kind not in get_args(EntryKind):
        yield f"kind is one of {', '.join(get_args(EntryKind))}"
    if entry.period not in get_args(Period):
        yield f"period is one of {', '.join(get_args(Period))}"
    if not entry.subjects:
        yield "name at least one subject"
    yield from (
        f"inverse has {s!r}, which is no subject" for s in set(entry.inverse) - set(entry.subjects)
    )
    for place in (*entry.places, *entry.publishers):
        if place != "any" and place not in places:
            yield f"unknown place {place!r}: add it as [[place]]"
    yield from _list_template_problems(entry)
    yield from _list_kind_problems(entry)


def _list_template_problems(entry: CatalogueEntry) -> Iterator[str]:
    allowed = PLACE_FIELDS if entry.places else frozenset()
    for key in ("publisher", "source", "measure", "actor", "act", "object", "opposite", "counts"):
        has_roles = entry.is_frame or key in ("act", "object", "opposite", "counts")
        roles = ROLE_FIELDS if has_roles else frozenset()
        for name in _FIELD.findall(getattr(entry, key)):
            if name not in allowed | roles:
                yield f"{key} has the unknown field {{{name}}}"


def _list_kind_problems(entry: CatalogueEntry) -> Iterator[str]:
    if entry.kind == "series":
        if not entry.measure.startswith(("the ", "{place}’s ")):
            yield "measure is a noun phrase that begins with “the”"
        if not entry.unit:
            yield "a series needs a unit"
        if entry.usual_move is not None and entry.usual_move <= 0:
            yield "usual_move is above 0"
        return
    if not (entry.verbs and entry.act and entry.counts):
        yield f"{entry.kind} needs verbs, act and counts"
    if entry.base_rate and not 0 <= entry.base_rate.count <= entry.base_rate.of > 0:
        yield "base_rate counts between 0 and `of`"
