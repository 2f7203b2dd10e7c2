"""Names in a question, with their acronyms and other spellings."""

import re
from typing import Final

from forecasts.essays.drafting.times import remove_claim_times
from forecasts.questions.compiled_question import MAX_NAMES

REMARK: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|https?://\S+")
_ACRONYM: Final = re.compile(r"\s*[(\[](?P<acronym>[A-Z][A-Z0-9&]{1,7})[)\]]")
_NAME: Final = re.compile(
    r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|al|bin|van|von|der)\s+)*(?:al-|el-)?[A-Z0-9][\w’'.-]*)*"
)
_POSSESSIVE: Final = re.compile(r"[’']s\b")
_NO_NAMES: Final = frozenset(
    """will would does do is are has have can the a an what which who where when how by yes no if
    any and or at in on both there this that""".split()
)
_COMMON_LAST: Final = frozenset(
    """Union States Kingdom Korea Sea Council Bank House Court Party Index Street Reserve Treasury
    Nations City Assembly Administration Forces Army Strait""".split()
)


def find_names(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the names in a question, in order; of a person the last name is a spelling, too.

    >>> find_names("Will Xi Jinping visit the European Union by May 2026?")
    (('Xi Jinping', 'Jinping'), ('European Union',))
    """
    names = _find_acronyms(text)
    text = use_acronyms(text)
    known = {spelling for spellings in names.values() for spelling in spellings}
    for match in _NAME.finditer(_POSSESSIVE.sub(" |", remove_claim_times(REMARK.sub("", text)))):
        words = match[0].split()
        while words and words[0].lower() in _NO_NAMES and words[0] != "WHO":
            words.pop(0)
        name = " ".join(words).strip(".’'-")
        if len(name) > 1 and name not in names and name not in known:
            is_person = len(words) == 2 and all(w.isalpha() and not w.isupper() for w in words)
            last = (words[-1],) if is_person and words[-1] not in _COMMON_LAST else ()
            names[name] = (name, *last)
    return tuple(names.values())[:MAX_NAMES]


def _find_acronyms(text: str) -> dict[str, tuple[str, ...]]:
    """Return the long names with an acronym in brackets, each with the acronym as a spelling."""
    names: dict[str, tuple[str, ...]] = {}
    for match in _ACRONYM.finditer(text):
        before = text[: match.start()]
        if (start := _find_long_name(before, match["acronym"])) >= 0:
            names[before[start:].strip()] = (before[start:].strip(), match["acronym"])
    return names


def use_acronyms(text: str) -> str:
    """Write the acronym in brackets instead of the long name before it, as headlines do.

    >>> use_acronyms("Will the World Trade Organization (WTO) rule on it?")
    'Will the WTO rule on it?'
    """
    for match in reversed([*_ACRONYM.finditer(text)]):
        if (start := _find_long_name(text[: match.start()], match["acronym"])) >= 0:
            text = text[:start] + match["acronym"] + text[match.end() :]
    return text


def _find_long_name(before: str, acronym: str) -> int:
    """Return where the name begins whose initials are the acronym; -1 if none ends the text."""
    words = [*re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", before)]
    for count in range(2, len(acronym) + 4):
        if count > len(words):
            break
        name = words[-count:]
        small = [w for w in name if w[0].islower()]
        initials = "".join(w[0][0] for w in name).upper()
        capitals = "".join(w[0][0] for w in name if w[0][0].isupper())
        if name[0][0][:1].isupper() and len(small) < count / 2 and acronym in (initials, capitals):
            return name[0].start()
    return -1
