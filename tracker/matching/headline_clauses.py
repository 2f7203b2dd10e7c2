"""Clauses of a question: find the verb, and turn the clause into headlines of both outcomes."""

import re
from collections.abc import Callable
from typing import Final

from forecasts.essays.english import (
    base_form,
    is_participle,
    is_plural,
    past_participle,
    present_participle,
    third_person,
)
from tracker.matching.headline_opposites import find_opposite, is_measured
from tracker.matching.question_verbs import (
    BEFORE_NOUNS,
    find_main_verb,
    is_also_noun,
    is_headline_verb,
    is_noun_in_headlines,
    is_verb,
    may_follow_as_verb,
)

_LASTING: Final = re.compile(
    r"(?:(?:go on|keep|continue)\s+(?P<deed>\w+ing\b.*)|(?:hold on to|hang on to|cling to)\s+"
    r"(?P<thing>.+))$"
)
"""Predicates that say that something goes on."""

_STATE: Final = re.compile(
    r"^(?P<who>.+?)\s+(?:(?P<still>still)\s+)?(?P<where>(?:in|on|at|off|out|back|under|over"
    r"|without|the|an?|(?<=still )\S+)\b.*)$"
)
_ANY: Final = re.compile(r"(?:(?P<who>anybody|anyone|somebody|someone)|any)\b", re.IGNORECASE)
_OWNED: Final = re.compile(r"^(?:\S+\s+){0,3}\S+['’]s?\s")
"""Noun phrases with an owner, of which nobody writes "No"."""

_NOT_CHOSEN: Final = frozenset(
    """achieve advance appear avoid be beat become benefit break come cost crash cross default
    defend die dip double emerge exceed experience face fail fall find finish get go happen
    have hit hold host land last lift make melt miss obtain orbit outlast outpace outperform
    overtake own peak prevail qualify reach record recover regain retain return rise rule
    run see share slip slow split stand succeed suffer surpass surprise test top tumble turn
    undergo weaken win""".split()
)
"""Verbs of which nobody says that he rules them out."""


def phrase_clause(body: str, *, is_inverted: bool) -> tuple[str, str]:
    """Return the headlines of YES and NO of a clause; `is_inverted`: it stood after "Will".

    >>> phrase_clause("Norway join the EU", is_inverted=True)
    ('Norway joins the EU', 'Norway stays out of the EU')
    """
    words = body.split()
    index = _find_inverted_verb(words) if is_inverted else find_verb(words)
    subject = clean_subject(" ".join(words[:index]))
    if is_inverted and not index:
        return phrase_plainly(body)
    if index and not is_inverted and not _is_plural(subject):
        index = 0  # "North Korea nuclear test": a noun
    if index and not is_inverted and past_participle(words[index]) == words[index]:
        return _phrase_event(subject, "be", " ".join(words[index:]))
    if index:
        return phrase_predicate(words, index)
    if index := _find_present(words):
        complement = " ".join(words[index + 1 :])
        return _phrase_event(" ".join(words[:index]), base_form(words[index]), complement)
    if index := _find_participle(words):
        return _phrase_event(clean_subject(" ".join(words[:index])), "be", " ".join(words[index:]))
    if (match := _STATE.match(body)) and (match["still"] or _is_agent(match["who"])):
        still = "still " if match["still"] else ""
        no = "no longer" if still else "not"
        be = "are" if _is_plural(match["who"]) else "is"
        return (
            f"{match['who']} {be} {still}{match['where']}",
            f"{match['who']} {be} {no} {match['where']}",
        )
    return _phrase_noun(clean_subject(body))


def phrase_plainly(body: str) -> tuple[str, str]:
    """Return the words of a question and their denial, where rules do not understand them.

    >>> phrase_plainly("the mystery ship dock")
    ('mystery ship dock', 'mystery ship dock does not happen')
    """
    words = clean_subject(body)
    return words, f"{words} does not happen"


def _phrase_noun(body: str) -> tuple[str, str]:
    """Return the headlines of a question without a verb: "nuclear test", "OpenAI's listing"."""
    if body.lower().startswith("no "):
        return body, body[3:]
    is_owned = _OWNED.match(body) is not None
    return body, f"{body} ruled out" if is_owned else f"No {body}"


def _phrase_event(subject: str, verb: str, complement: str) -> tuple[str, str]:
    subject = re.sub(r"\s+(?:still|first)$", "", subject)
    plural = _is_plural(subject)
    be = "are" if plural else "is"
    present = be if verb == "be" else verb if plural else third_person(verb)
    agreeing = complement if plural else _inflect_second(complement, third_person)
    agreeing = _AND_BE.sub(rf"\1 {be}", agreeing)
    tail = f" {agreeing}" if agreeing else ""
    if subject.lower().startswith("no "):
        return f"{subject} {present}{tail}", f"{subject[3:]} {present}{tail}"
    if match := _ANY.match(subject):
        remainder = subject[match.end() :]
        none = "none" if remainder.startswith(" of ") else "no"
        nobody = f"{'nobody' if match['who'] else none}{remainder}"
        return f"{subject} {present}{tail}", f"{nobody} {present}{tail}"
    if verb == "be":
        return f"{subject} {present}{tail}", f"{subject} {present} not{tail}"
    if lasting := _LASTING.match(f"{verb} {complement}"):
        stop = "stop" if plural else "stops"
        give_up = "give up" if plural else "gives up"
        lost = f"{stop} {lasting['deed']}" if lasting["deed"] else f"{give_up} {lasting['thing']}"
        return f"{subject} {present}{tail}", f"{subject} {lost}"
    return f"{subject} {present}{tail}", _phrase_denial(subject, verb, complement)


_AND_BE: Final = re.compile(r"\b(and|or) be\b")


def _inflect_second(complement: str, inflect: Callable[[str], str]) -> str:
    """Inflect the verb that a predicate's first one shares its subject with: "or blockade it"."""
    verb = _find_second_verb(complement)
    if verb is None:
        return complement
    return complement[: verb.start("verb")] + inflect(verb["verb"]) + complement[verb.end() :]


def _find_second_verb(complement: str) -> re.Match[str] | None:
    match = _SECOND_VERB.match(complement)
    is_sure = match is not None and is_verb(match["verb"]) and not is_also_noun(match["verb"])
    is_next = complement.startswith(("and ", "or "))
    return match if match and (is_next or is_sure) else None


_SECOND_VERB: Final = re.compile(
    r"^(?:(?!(?:to|that|which|who|will|must)\b)[\w-]+\s+){0,6}?(?:and|or)\s+"
    r"(?P<verb>[a-z]+)\b(?!\s+of\b)"
)


def _phrase_denial(subject: str, verb: str, complement: str) -> str:
    """Return the headline of NO: a trusted opposite, a refusal, or else the plain negation."""
    plural, tail = _is_plural(subject), f" {complement}" if complement else ""
    if complement.startswith("no "):
        present = verb if plural else third_person(verb)
        return f"{subject} {present} {complement[3:]}"
    has_plain_denial = _find_second_verb(complement) or (verb == "fall" and _is_body(subject))
    opposite = "" if has_plain_denial else find_opposite(verb, complement)
    if opposite:
        first, _, particles = opposite.partition(" ")
        return f"{subject} {base_form(first) if plural else first} {particles}".strip()
    if verb == "have" and is_participle(complement.split(" ", maxsplit=1)[0]):
        return f"{subject} {'have' if plural else 'has'} not{tail}"
    is_chosen = not (verb in _NOT_CHOSEN or is_measured(complement) or _AND_BE.search(complement))
    if _is_agent(subject) and is_chosen:
        deed = f"{present_participle(verb)} {_inflect_second(complement, present_participle)}"
        return f"{subject} {'rule' if plural else 'rules'} out {deed}".strip()
    actor, _, adverb = subject.rpartition(" ")
    if actor and adverb.endswith("ly") and adverb.islower():
        return f"{actor} will not {adverb} {verb}{tail}"
    return f"{subject} will not {verb}{tail}"


def phrase_state(body: str) -> tuple[str, str]:
    """Return the headlines of YES and NO of a clause that stood after "Is".

    >>> phrase_state("Oslo Central Station closed to trains")
    ('Oslo Central Station is closed to trains', 'Oslo Central Station is not closed to trains')
    """
    words = body.split()
    if index := _find_participle(words) or _find_predicate(words):
        subject = clean_subject(" ".join(words[:index]))
        return _phrase_event(subject, "be", " ".join(words[index:]))
    return phrase_clause(body, is_inverted=False)


def phrase_perfect(body: str) -> tuple[str, str] | None:
    """Return the headlines of YES and NO of a clause that stood after "Has"; None if unclear.

    >>> phrase_perfect("Germany passed the budget")
    ('Germany has passed the budget', 'Germany has not passed the budget')
    """
    words = body.split()
    if not (index := _find_participle(words)):
        return None
    subject, deed = clean_subject(" ".join(words[:index])), " ".join(words[index:])
    have = agree(subject, "has")
    return f"{subject} {have} {deed}", f"{subject} {have} not {deed}"


def agree(subject: str, predicate: str) -> str:
    """Return a predicate in the third person in the form that its subject takes.

    >>> agree("Temperatures in Delhi", "rises above")
    'rise above'
    """
    verb, _, remainder = predicate.partition(" ")
    if not _is_plural(subject):
        return predicate
    return f"{ {'has': 'have', 'is': 'are'}.get(verb, base_form(verb)) } {remainder}".strip()


def starts_predicate(subject: str, predicate: str) -> bool:
    """Return True for the two parts of "EU to agree on an embargo"."""
    words = subject.split()
    first = predicate.split(" ", 1)[0]
    index = find_verb(words)
    has_clear_verb = index and (
        not is_noun_in_headlines(words[index]) or _is_plural(words[index - 1])
    )
    has_verb = has_clear_verb or _find_present(words) or _find_participle(words)
    return first.islower() and first not in BEFORE_NOUNS | _NO_VERBS and not has_verb


def phrase_predicate(words: list[str], index: int) -> tuple[str, str]:
    """Return the headlines of YES and NO of a clause whose verb, a base form, is known."""
    subject, verb = clean_subject(" ".join(words[:index])), words[index].lower()
    is_whole = verb.endswith(",") and words[-1] != words[index] and words[index + 1].endswith("ing")
    complement = "" if is_whole else " ".join(words[index + 1 :])  # "pass, ending the strike"
    return _phrase_event(subject, verb.rstrip(","), complement)


def _find_inverted_verb(words: list[str]) -> int:
    """Return the index of the main verb of a clause that stood after "Will"; 0 without one."""
    known, first = find_main_verb(words), _find_predicate(words)
    if not known or (0 < first < known and words[first + 1] in _AFTER_VERBS):
        return first
    return known


_OBJECTS: Final = frozenset(
    "the a an its their his her any all at more less fewer over below above".split()
)
"""Words that an object begins with, also one of a number: "at least"."""

_AFTER_VERBS: Final = frozenset("back over up down off out".split())


def _find_predicate(words: list[str]) -> int:
    """Return the index of the first word behind the name that a clause begins with; 0 if none.

    It is the verb of "Will Binance freeze accounts?", even if no list of verbs has it. Before an
    object the last word is the verb: "Danish parliament lower the voting age".
    """
    first = 1 if words[0] == "the" else 0
    index = next(
        (
            n
            for n, word in enumerate(words)
            if n >= first and word.islower() and word not in _PARTICLES and not word.endswith("ly")
        ),
        0,
    )
    if index <= first or words[index] in _NO_VERBS:
        return 0
    following = words[index + 1 : index + _MAX_HEAD_WORDS + 1]
    for n, word in enumerate(following):
        if word in _OBJECTS or word[:1].isdigit():
            is_particle = n and words[index + n] in _AFTER_VERBS  # "hand out more"
            return index + n - bool(is_particle)
        if not word.isalpha() or not word.islower() or word in _NO_VERBS:
            break
    return index


_MAX_HEAD_WORDS: Final = 3
_PARTICLES: Final = frozenset(
    "de del della di du des da la le les von van der den al el bin".split()
)
"""Small words within names: "Tour de France"."""

_NO_VERBS: Final = frozenset(
    """and or of in on at for to from with by against the a an still also both not during after
    before until since within""".split()
)


def has_present_verb(words: list[str]) -> bool:
    """Return True if a verb in the third person is among the words."""
    return bool(_find_present(words))


def _find_present(words: list[str]) -> int:
    """Return the index of a verb in the third person ("China launches a module"); 0 if none."""
    return next(
        (
            n
            for n, word in enumerate(words)
            if n
            and word.islower()
            and base_form(word) != word
            and is_headline_verb(base_form(word))
            and may_follow_as_verb(words, n)
            and not is_noun_in_headlines(base_form(word))
        ),
        0,
    )


def find_verb(words: list[str]) -> int:
    """Return the index of the main verb, 0 without one.

    Words that are also nouns ("rate cuts", "a test") count only where no clear verb follows, and
    the verb of a relative clause ("the treaty that both sign") is passed over.
    """
    candidates = [
        index
        for index in range(1, len(words))
        if is_headline_verb(words[index]) and may_follow_as_verb(words, index)
    ]
    relative = next((n for n, word in enumerate(words) if word in ("that", "which", "who")), None)
    if relative is not None and len([n for n in candidates if n > relative]) > 1:
        inside = next(n for n in candidates if n > relative)
        candidates = [n for n in candidates if n < relative or n > inside]
    clear = [n for n in candidates if not is_noun_in_headlines(words[n])]
    if clear and candidates[0] < clear[0] and words[clear[0] - 1] in ("to", "and"):
        return candidates[0]
    return next(iter(clear or candidates), 0)


_PLURAL_NAMES: Final = ("Forces", "Rebels", "Taliban", "Democrats", "Republicans", "Houthis")


def _find_participle(words: list[str]) -> int:
    return next(
        (n for n, word in enumerate(words) if n and word.islower() and is_participle(word)), 0
    )


def _is_agent(subject: str) -> bool:
    """Return True for somebody who can rule something out: a name, a government, leaders."""
    head = _AFTER_HEAD.split(subject)[0].split()
    is_name = all(word[:1].isupper() or word in ("and", "or", "the") for word in head)
    return is_name or _is_body(subject)


def _is_body(subject: str) -> bool:
    return _AFTER_HEAD.split(subject)[0].split()[-1].lower() in _ACTORS


_AFTER_HEAD: Final = re.compile(
    r"\s(?:of|in|between|on|for|with|to|that|which|about|across)\s|(?<=s)['’]\s.*"
)
_ACTORS: Final = frozenset(
    """cabinet coalition government president regime minister leader leaders ministry parliament
    party bank court company regulator king pope chancellor commission council troops forces
    army""".split()
)


_REDUCED: Final = re.compile(
    r"\s(?:(?:[a-z]+(?:ed|ing)|held|sold|built|paid|sent)"
    r"\s(?:as|at|by|for|from|in|of|on|per|to|with)|involving|targeting|about|across)\s"
)
"""Rest of a relative clause behind a noun: "losses reported to the police"."""


def _is_plural(subject: str) -> bool:
    subject = _REDUCED.split(subject)[0]
    return (
        is_plural(subject)
        or _AFTER_HEAD.split(subject)[0].endswith(_PLURAL_NAMES)
        or (" " not in subject and subject.lower().endswith(("ages", "ers", "ors", "ists")))
    )


def clean_subject(subject: str) -> str:
    """Remove the article and quotation marks, which headlines leave out."""
    return re.sub(r"^(?:the|an?)\s+", "", subject.replace("”", "").replace("“", ""), flags=re.I)
