"""Search terms from phrasings, so that each phrasing matches all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forecasts.drafts.casing import is_common
from forecasts.drafts.verbs import base_form, bases_of

_WORD: Final = re.compile(r"[^\W\d_](?:[\w’'-]*[^\W_])?")
_STOP: Final = frozenset(
    """a about above across after again against all almost also although am among an and another any
    are around as at autumn back be because been before being below between beyond billion bn both
    but by came can cannot case cent come comes confirm could denials denies deny did do does down
    dozen during each eight eighty either eleven eur even ever every false few fifteen fifth fifty
    figure five for forty four fourth from gbp get gets given go goes gone got had half happened has
    have he her here his how however hundred i if in into is it its itself just known last least
    less like likely longer made make makes many may me might million more most much must my near
    nearly neither never new next nine ninety no nobody none nor not nothing now of off officials
    often on once one only or other our out over own per percent put quarter report reports roughly
    ruled rules said same say says second seven seventy several shall she should since six sixty so
    some soon spring still such summer sure take taken takes ten than that the their them then there
    these they think thinks third thirteen thirty this those though thousand three through thus till
    to together too took toward towards trillion true twelve twenty two under until up upon us usd
    very was we well went were what when where whether which while who whom whose why will winter
    with within without won would yet you your zero""".split()
)
"""Words that stand in reports on anything: grammar, amounts, and how a report says that it is
one.
"""

_NAMED: Final = frozenset(("US", "IT", "WHO"))
"""Names that look like such words."""

_ENDING: Final = re.compile(r"[’'](?:s|ll|d|re|ve|m)$")
_DENIES: Final = re.compile(r"\b(?:not|no|never|deny|put off|ruled out)\b", re.IGNORECASE)
_DENIALS: Final = (
    *("not", "no", "never", "refuse*", "reject*", "deny", "denies", "denied"),
    *("fail*", "delay*", "postpone*", "put off", "ruled out"),
)
"""One of these stands in a report that something will not be so, beside what it is about."""

_WHOLE: Final = frozenset("news series species means goods customs always arms".split())
_MOST: Final = 3
_STEM: Final = 4


@dataclass(frozen=True, slots=True)
class _Term:
    """A word that all phrasings share, in the forms in which they have it: alternatives for a
    search.
    """

    forms: tuple[str, ...]
    is_name: bool = False
    is_act: bool = False
    is_head: bool = False

    @property
    def worth(self) -> tuple[bool, bool]:
        """Names say most, then the words that carry a phrase: in "the biggest bank of the country"
        the bank.
        """
        return self.is_name, self.is_head


def terms_from(examples: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """An AND of ORs that every example fulfils; () where one has no word that says something.

    Who does it, what is done and to what; names whole, other words by their stem. Denials have the
    words of a denial in place of what is done.

    >>> terms_from(("The Bank of Arland raises rates", "The Bank of Arland raised rates"))
    (('Bank of Arland',), ('raise*',), ('rate*',))
    >>> terms_from(("Arland will not raise rates", "Arland has not raised rates"))[:2]
    (('Arland',), ('rate*',))
    """
    words = [_content(example) for example in examples]
    if not all(words) or not words:
        return ()
    denies = all(_DENIES.search(example) for example in examples)
    shared = list(
        dict.fromkeys(term for word in words[0] if (term := _shared(word, words)) is not None)
    )
    groups = [term.forms for term in _chosen(_with_heads(shared, examples[0]), denies=denies)]
    if len(groups) < 2 and not denies:
        taken = {form.rstrip("*").lower() for group in groups for form in group}
        rest = [
            max((w for w in said if not _is_taken(w, taken)), key=len, default="") for said in words
        ]
        if all(rest):
            groups.append(tuple(dict.fromkeys(rest)))
    if not groups:
        groups.append(tuple(dict.fromkeys(said[0] for said in words)))
    return (*groups, _DENIALS) if denies else tuple(groups)


def _content(example: str) -> list[str]:
    """The words that say something, each once; names of several words are one."""
    found: list[str] = []
    end = -1
    tokens = [*_WORD.finditer(example)]
    for n, token in enumerate(tokens):
        word = _ENDING.sub("", token[0])
        is_grammar = word.lower().split("-")[0] in _STOP and word not in _NAMED
        if is_grammar or len(word) < 2 or re.search(r"n[’']t$", word):
            continue
        is_next = end >= 0 and example[end : token.start()] in (" ", " of ", " of the ")
        follows = n + 1 < len(tokens) and tokens[n + 1][0][:1].isupper()
        if (
            is_next
            and _is_name(word, starts=False)
            and _is_name(found[-1], starts=len(found) == 1 and not follows)
        ):
            found[-1] += example[end : token.start()] + word
        else:
            found.append(word)
        end = token.end() if word == token[0] else -1
    return list(dict.fromkeys(found))


def _is_name(word: str, *, starts: bool) -> bool:
    return word[:1].isupper() and not (starts and is_common(word))


def _shared(word: str, words: Sequence[Sequence[str]]) -> _Term | None:
    """A term for a word that stands in all examples, in whatever form; None for one that does
    not.
    """
    forms = [word]
    for others in words:
        alike = [other for other in others if _alike(word, other)]
        if not alike:
            return None
        forms.append(alike[0])
    seen = list(dict.fromkeys(form.lower() for form in forms))
    if len(seen) == 1 and _is_name(word, starts=True):
        return _Term((word,), is_name=True)
    return _Term(_searched(seen), is_act=len(seen) > 1)


def _searched(forms: Sequence[str]) -> tuple[str, ...]:
    """A stem, if it is a word that all the forms begin with; otherwise the forms."""
    first = forms[0]
    if len(forms) == 1 and first in _WHOLE:
        return (first,)
    bases = (
        set.intersection(*(_bases(form) for form in forms))
        if len(forms) > 1
        else {base_form(first)}
    )
    stem = min(bases, key=len, default=first)
    if len(stem) >= _STEM and stem.isascii() and all(form.startswith(stem) for form in forms):
        return (f"{stem}*",)
    return tuple(dict.fromkeys((*forms, stem)))


def _bases(word: str) -> set[str]:
    return {word, base_form(word), *bases_of(word)}


def _alike(word: str, other: str) -> bool:
    """Are they forms of one word?"""
    a, b = word.lower(), other.lower()
    return a == b or bool(_bases(a) & _bases(b))


def _chosen(terms: Sequence[_Term], *, denies: bool) -> list[_Term]:
    """Who, what is done and to what, in that order; of several words for one of them the one that
    says most.
    """
    at = next((n for n, term in enumerate(terms) if term.is_act), None)
    if at is None:
        strong = [term for term in terms if any(term.worth)]
        terms = strong if len(strong) > 1 else terms
        kept = sorted(terms, key=lambda term: term.worth, reverse=True)[: 2 if denies else _MOST]
        return [term for term in terms if term in kept]
    who, acts, what = _best(terms[:at]), [terms[at]], _best(terms[at + 1 :])
    if denies and who and what:
        acts = []
    return [*who, *acts, *what]


def _with_heads(terms: Sequence[_Term], example: str) -> list[_Term]:
    """The terms, and which of them stand before a word of grammar, before what is done or at the
    end.
    """
    tokens = [
        "" if token[0][-2:] in ("'s", "’s") else token[0] for token in _WORD.finditer(example)
    ]
    before = {a.lower() for a, b in pairwise((*tokens, "the")) if a and b.lower() in _STOP}
    acts = [term.is_act for term in (*terms, _Term(("",)))][1:]
    return [
        replace(term, is_head=is_before or any(_is_form(word, term) for word in before))
        for term, is_before in zip(terms, acts, strict=True)
    ]


def _is_form(word: str, term: _Term) -> bool:
    return any(
        word == form.lower() or (form.endswith("*") and word.startswith(form[:-1]))
        for form in term.forms
    )


def _best(terms: Sequence[_Term]) -> list[_Term]:
    return [max(terms, key=lambda term: term.worth)] if terms else []


def _is_taken(word: str, taken: set[str]) -> bool:
    return any(word.lower().startswith(term) for term in taken)
