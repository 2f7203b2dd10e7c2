"""Patterns of the words and phrases by which the catalogue names things."""

import re
from functools import cache

from forecasts.essays.english import (
    past_participle,
    past_tense,
    present_participle,
    third_person,
)


@cache
def compile_phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Compile phrases to one pattern: whole words, any case unless a capital says it is a name.

    It is kept, and made only when a text may name one of them: all of a catalogue take seconds.

    >>> compile_phrases(("tariff*", "US")).findall("The US and us: Tariffs")
    ['US', 'Tariffs']
    """
    parts = [_write_pattern(phrase) for phrase in sorted(set(phrases), key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts) or '(?!)'})(?!\w)")


@cache
def compile_verbs(verbs: tuple[str, ...]) -> re.Pattern[str]:
    """Compile all forms of verb phrases to one pattern.

    >>> compile_verbs(("sign",)).findall("Whoever signed it is signing again.")
    ['signed', 'signing']
    """
    return compile_phrases(tuple(form for verb in verbs for form in inflect(verb)))


def _write_pattern(phrase: str) -> str:
    words = re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    words = re.sub("[’']", "[’']", words)
    if phrase == phrase.lower():
        return rf"(?i:{words})"
    # At the beginning of a sentence a small word has a capital.
    first = f"[{words[0]}{words[0].upper()}]" if words[0].islower() else words[0]
    return rf"{first}{words[1:]}"


def unify_apostrophes(text: str) -> str:
    """Return a text with the apostrophe by which words of places are looked up."""
    return text.replace("'", "’")


def inflect(verb: str) -> tuple[str, ...]:
    """Return the forms of a verb phrase: its first word is inflected.

    >>> inflect("pull out")
    ('pull out', 'pulls out', 'pulled out', 'pulling out')
    """
    first, _, tail = verb.partition(" ")
    if not first.isalpha() or first != first.lower():
        return (verb,)
    forms = (
        first,
        third_person(first),
        past_tense(first),
        past_participle(first),
        present_participle(first),
    )
    return tuple(dict.fromkeys(f"{form} {tail}".strip() for form in forms))
