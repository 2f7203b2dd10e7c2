"""Feeds in subscription lists of any format, and our own attributes in them."""

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, get_args

from forecasts.evidence.evidence import Grade
from tracker.feeds.feed import Feed
from tracker.feeds.fetching.rate_limit import registrable_domain
from tracker.feeds.item import FeedId
from tracker.feeds.plain_text import remove_invisible, shorten_text
from tracker.feeds.urls import MAX_ID_LENGTH, extract_host, make_feed_id

MAX_FIELD_LENGTH: Final = 300
"""Characters of a title, a folder's name or one of our own attributes."""

MAX_PATH_FOLDERS: Final = 20
"""Folders that are kept of a path; five times as many names are examined."""


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed as described by a list; None, "" or () where nothing is specified."""

    url: str
    title: str = ""
    site_url: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    id: str = ""
    source_group: str = ""
    grade: Grade | None = None
    theme: str | None = None
    importance: float | None = None
    every_minutes: float | None = None
    user_agent: str = ""
    max_megabytes: float | None = None
    full_text: bool | None = None


def feed_from_list(listed: ListedFeed, used_ids: Container[str]) -> Feed:
    """Return the feed that a list describes, with an unused id.

    Defaults: grade C, the registrable domain as group, the first folder as theme.
    """
    host = extract_host(listed.url)
    title = listed.title or host
    folder = listed.categories[0] if listed.categories else ()
    is_free = listed.id and listed.id not in used_ids
    return Feed(
        id=FeedId(listed.id) if is_free else make_feed_id(listed.id or title, listed.url, used_ids),
        title=title,
        url=listed.url,
        source_group=listed.source_group or registrable_domain(host) or host,
        grade=listed.grade or "C",
        theme="/".join(folder).lower() if listed.theme is None else listed.theme,
        site_url=listed.site_url,
        categories=listed.categories,
        importance=1.0 if listed.importance is None else listed.importance,
        every_minutes=listed.every_minutes,
        user_agent=listed.user_agent,
        max_megabytes=listed.max_megabytes,
        full_text=bool(listed.full_text),
    )


def clean_line(text: str) -> str:
    """Return visible text in one line."""
    return shorten_text(
        " ".join(remove_invisible(text[: 10 * MAX_FIELD_LENGTH]).split()), MAX_FIELD_LENGTH
    )


def clean_paths(categories: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the categories without duplicates and empty ones."""
    return tuple(filter(None, dict.fromkeys(map(_clean_path, categories))))


def read_attributes(attributes: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Parse our own attributes to fields of `ListedFeed`; also return descriptions of the
    invalid ones.
    """
    fields: dict[str, Any] = {}
    problems = []
    for name, (read, requirement) in _ATTRIBUTES.items():
        if name in attributes:
            value = read(clean_line(attributes[name]))
            if value is None:
                shown = shorten_text(clean_line(attributes[name]), 40)
                problems.append(f'{name} "{shown}" is passed over, it has to be {requirement}')
            else:
                fields[name] = value
    return fields, problems


def write_attributes(feed: Feed) -> dict[str, str]:
    """Return our own attributes of a feed, without default values."""
    values = {
        "id": feed.id,
        "source_group": feed.source_group,
        "grade": feed.grade,
        "importance": "" if feed.importance == 1.0 else str(feed.importance),
        "every_minutes": "" if feed.every_minutes is None else str(feed.every_minutes),
        "user_agent": feed.user_agent,
        "max_megabytes": "" if feed.max_megabytes is None else str(feed.max_megabytes),
        "full_text": "true" if feed.full_text else "",
    }
    # An empty theme is written too: a missing one would default to the folder.

    return {name: value for name, value in values.items() if value} | {"theme": feed.theme}


def _clean_path(names: Iterable[str]) -> tuple[str, ...]:
    """Return a category as names of folders, none of them empty."""
    shortened_names = (
        name[: 10 * MAX_FIELD_LENGTH] for name in islice(filter(None, names), 5 * MAX_PATH_FOLDERS)
    )
    return tuple(islice(filter(None, map(_clean_folder, shortened_names)), MAX_PATH_FOLDERS))


_clean_folder: Final = lru_cache(1_000)(clean_line)
"""Cached, as each folder recurs with each feed inside."""


def _number_reader(minimum: float, *, above: bool = False) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            return None
        in_range = number > minimum if above else number >= minimum
        return number if in_range and math.isfinite(number) else None

    return read


def _choice_reader(values: Mapping[str, object]) -> Callable[[str], object | None]:
    return lambda text: values.get(text.lower())


def _read_id(text: str) -> str | None:
    return (
        text
        if len(text) <= MAX_ID_LENGTH and re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", text)
        else None
    )


_ATTRIBUTES: Final[Mapping[str, tuple[Callable[[str], object | None], str]]] = MappingProxyType(
    {
        "id": (_read_id, f"at most {MAX_ID_LENGTH} of a-z, 0-9, '-' and '_'"),
        "source_group": (str, "a name"),
        "grade": (
            _choice_reader({grade.lower(): grade for grade in get_args(Grade)}),
            "a letter from A to F",
        ),
        "theme": (str, "a word"),
        "importance": (_number_reader(0, above=True), "a number above 0"),
        "every_minutes": (_number_reader(5), "a number of minutes, at least 5"),
        "user_agent": (str, "a name"),
        "max_megabytes": (_number_reader(0, above=True), "a number above 0"),
        "full_text": (
            _choice_reader({"true": True, "yes": True, "false": False, "no": False}),
            "true or false",
        ),
    }
)
"""Our own attributes: parser of each (None if invalid), and a description of valid values."""
