"""A feed as a subscription list tells of it, whatever the list's format, and the attributes that
are ours alone.
"""

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, get_args

from forecasts.evidence.evidence import Grade
from tracker.feeds.discovery.feed_names import LONGEST_ID, feed_id, host_of
from tracker.feeds.feed import Feed
from tracker.feeds.fetching.rate_limit import registrable_domain
from tracker.feeds.item import FeedId
from tracker.feeds.text import shortened, visible

LONGEST_WORDS: Final = 300
"""Characters of a title, a folder's name or one of our own attributes."""

LONGEST_PATH: Final = 20
"""Folders inside each other that are kept of a path; five times as many names are looked at."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a feed; None, "" or () where it says nothing."""

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


def feed_of(listed: Listed, taken: Container[str]) -> Feed:
    """The feed that a list describes, with an id that is not taken.

    What the list leaves open is as usual: grade C, the registrable domain for a group, the first
    folder for a theme.
    """
    host = host_of(listed.url)
    title = listed.title or host
    folder = listed.categories[0] if listed.categories else ()
    free = listed.id and listed.id not in taken
    return Feed(
        id=FeedId(listed.id) if free else feed_id(listed.id or title, listed.url, taken),
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


def words(text: str) -> str:
    """Text in one line, of what can be seen."""
    return shortened(" ".join(visible(text[: 10 * LONGEST_WORDS]).split()), LONGEST_WORDS)


def paths(categories: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Categories, each once and none of them empty."""
    return tuple(filter(None, dict.fromkeys(map(_path, categories))))


def read_attributes(attributes: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Fields of `Listed` that our own attributes give, and in words what was wrong with the
    others.
    """
    said: dict[str, Any] = {}
    wrong = []
    for name, (read, wanted) in _ATTRIBUTES.items():
        if name in attributes:
            value = read(words(attributes[name]))
            if value is None:
                shown = shortened(words(attributes[name]), 40)
                wrong.append(f'{name} "{shown}" is passed over, it has to be {wanted}')
            else:
                said[name] = value
    return said, wrong


def written_attributes(feed: Feed) -> dict[str, str]:
    """What our own attributes say of a feed; those that say nothing unusual are left out."""
    said = {
        "id": feed.id,
        "source_group": feed.source_group,
        "grade": feed.grade,
        "importance": "" if feed.importance == 1.0 else str(feed.importance),
        "every_minutes": "" if feed.every_minutes is None else str(feed.every_minutes),
        "user_agent": feed.user_agent,
        "max_megabytes": "" if feed.max_megabytes is None else str(feed.max_megabytes),
        "full_text": "true" if feed.full_text else "",
    }
    # An empty theme is said too: where a list says none, it comes from the folder.
    return {name: said for name, said in said.items() if said} | {"theme": feed.theme}


def _path(names: Iterable[str]) -> tuple[str, ...]:
    """A category: names of folders, none of them empty."""
    seen = (name[: 10 * LONGEST_WORDS] for name in islice(filter(None, names), 5 * LONGEST_PATH))
    return tuple(islice(filter(None, map(_folder, seen)), LONGEST_PATH))


_folder: Final = lru_cache(1_000)(words)
"""A folder's name; it comes again with each feed inside."""


def _number(least: float, *, above: bool = False) -> Callable[[str], float | None]:
    def read(said: str) -> float | None:
        try:
            number = float(said)
        except ValueError:
            return None
        enough = number > least if above else number >= least
        return number if enough and math.isfinite(number) else None

    return read


def _one_of(values: Mapping[str, object]) -> Callable[[str], object | None]:
    return lambda said: values.get(said.lower())


def _id(said: str) -> str | None:
    return (
        said
        if len(said) <= LONGEST_ID and re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", said)
        else None
    )


_ATTRIBUTES: Final[Mapping[str, tuple[Callable[[str], object | None], str]]] = MappingProxyType(
    {
        "id": (_id, f"at most {LONGEST_ID} of a-z, 0-9, '-' and '_'"),
        "source_group": (str, "a name"),
        "grade": (
            _one_of({grade.lower(): grade for grade in get_args(Grade)}),
            "a letter from A to F",
        ),
        "theme": (str, "a word"),
        "importance": (_number(0, above=True), "a number above 0"),
        "every_minutes": (_number(5), "a number of minutes, at least 5"),
        "user_agent": (str, "a name"),
        "max_megabytes": (_number(0, above=True), "a number above 0"),
        "full_text": (
            _one_of({"true": True, "yes": True, "false": False, "no": False}),
            "true or false",
        ),
    }
)
"""Our own attributes: how each is read (None for what it cannot be), and what it has to be."""
