"""Short names of questions, from the content words of their text."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import chain, count
from typing import Final

from forecasts.essays.dates import MONTHS, find_dates
from forecasts.essays.drafting.times import remove_claim_times

MAX_NAME_WORDS: Final = 4
MAX_NAME_LENGTH: Final = 36
"""Characters."""

_MIN_NAME_WORDS: Final = 2
_GAP: Final = re.compile(r"\[[^\[\]]*(?:\]|$)")
_WORD: Final = re.compile(r"[a-z]+[0-9]*|[0-9]+(?:[.,][0-9]+)*")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_UNITS: Final = frozenset("francs dollars euros pounds yen gw mw km metres cm".split())
"""Words that make the number before them worth a place."""

_FILLERS: Final = frozenset(
    """a an the and or nor but at be been being by for from in into it its of off on onto out
    over per cent percent than that their them there these they this those to under until up
    was were what when where whether which who whom whose why will with would could can may
    might must shall should do does did has have had how is are am i we you he she my our your
    his her as if so not no any some all both each every other another such own same more most
    less least many much few several one two three four five six seven eight nine ten twelve
    first half again ever even still yet also only too very about above below between during
    before after within without through according reported report publish published official
    change month months year years day days week weeks time times end next last late early
    around because while think guess happen once then number total figure level period quarter
    season going go""".split()
)


def name_question(text: str, claim: str = "") -> str:
    """Name a question by its first content words; those of its `claim` fill what gaps leave.

    >>> name_question("Will Tignes open the Grande Motte to skiers by 30 June 2027?")
    'tignes-open-grande-motte'
    >>> name_question("Will [… who] be moved by 31 December 2027?", "One venue will be moved.")
    'moved-venue'
    """
    words = list(dict.fromkeys(_list_words(remove_claim_times(_GAP.sub(" ", text)))))
    if len(words) < _MIN_NAME_WORDS:
        words += [word for word in _list_words(claim) if word not in words]
    name = "-".join(words[:MAX_NAME_WORDS])
    while len(name) > MAX_NAME_LENGTH and "-" in name:
        name = name.rpartition("-")[0]
    return name[:MAX_NAME_LENGTH]


def find_free_name(name: str, used_names: Collection[str], year: int) -> str:
    """Return the name, or one with the year or a number behind it that is not used."""
    base = name or "question"
    names = chain([base, f"{base}-{year}"], (f"{base}-{year}-{n}" for n in count(2)))
    return next(free for free in names if free not in used_names)


def name_questions(base: str, days: Sequence[date]) -> tuple[str, ...]:
    """Name a question per day: the base alone for one day, else with the shortest distinct date
    suffix.
    """
    if len(days) < 2:
        return (base,) * len(days)
    for shape in ("%Y", "%Y-%m", "%Y-%m-%d"):
        ends = [day.strftime(shape) for day in days]
        if len(set(ends)) == len(days):
            return tuple(f"{base}-{end}" for end in ends)
    raise ValueError(f"a day stands twice among {days}")


def _list_words(text: str) -> Iterator[str]:
    """Yield the content words of a text in order, and numbers that stand before a unit."""
    for mention in reversed(find_dates(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(re.sub(r"['’]s?\b", "", plain))
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word[0].isdigit():
            if after in _UNITS and not _YEAR.fullmatch(word):
                yield f"{re.sub('[.,]', '', word)}-{after}"
        elif word not in _FILLERS | _MONTHS | _UNITS and len(word) > 1:
            yield word


_MONTHS: Final = frozenset(month.lower() for month in MONTHS)
