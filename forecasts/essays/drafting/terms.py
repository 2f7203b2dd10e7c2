"""Search terms derived from example phrasings; each phrasing matches all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forecasts.essays.english import base_form, is_common_word, possible_bases

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
"""Stop words: grammar, amounts, and reporting vocabulary."""

_STOP_WORD_NAMES: Final = frozenset(("US", "IT", "WHO"))
"""Names that look like stop words."""

_ENDING: Final = re.compile(r"[’'](?:s|ll|d|re|ve|m)$")
_DENIES: Final = re.compile(r"\b(?:not|no|never|deny|put off|ruled out)\b", re.IGNORECASE)
_DENIALS: Final = (
    *("not", "no", "never", "refuse*", "reject*", "deny", "denies", "denied"),
    *("fail*", "delay*", "postpone*", "put off", "ruled out"),
)
"""Terms of a denial, one of which accompanies the subject."""

_UNSTEMMED: Final = frozenset("news series species means goods customs always arms".split())
_MAX_TERMS: Final = 3
_MIN_STEM_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class _Term:
    """Word shared by all phrasings, with its forms as alternatives of a search."""

    forms: tuple[str, ...]
    is_name: bool = False
    is_act: bool = False
    is_head: bool = False

    @property
    def worth(self) -> tuple[bool, bool]:
        """Sort key: names first, then heads of phrases, such as "bank" in "the biggest bank of the
        country".
        """
        return self.is_name, self.is_head


def derive_terms(examples: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return an AND of ORs that every example matches; () if one has no content word.

    The terms are subject, action and object; names are whole, other words stemmed. Denials have
    terms of denial instead of the action.

    >>> derive_terms(("The Bank of Arland raises rates", "The Bank of Arland raised rates"))
    (('Bank of Arland',), ('raise*',), ('rate*',))
    >>> derive_terms(("Arland will not raise rates", "Arland has not raised rates"))[:2]
    (('Arland',), ('rate*',))
    """
    words = [_content_words(example) for example in examples]
    if not all(words) or not words:
        return ()
    denies = all(_DENIES.search(example) for example in examples)
    shared = list(
        dict.fromkeys(
            term for word in words[0] if (term := _find_shared_term(word, words)) is not None
        )
    )
    groups = [term.forms for term in _choose_terms(_mark_heads(shared, examples[0]), denies=denies)]
    if len(groups) < 2 and not denies:
        covered = {form.rstrip("*").lower() for group in groups for form in group}
        distinguishing = [
            max((w for w in example_words if not _is_covered(w, covered)), key=len, default="")
            for example_words in words
        ]
        if all(distinguishing):
            groups.append(tuple(dict.fromkeys(distinguishing)))
    if not groups:
        groups.append(tuple(dict.fromkeys(example_words[0] for example_words in words)))
    return (*groups, _DENIALS) if denies else tuple(groups)


def _content_words(example: str) -> list[str]:
    """Return the distinct content words; names of several words are one."""
    content: list[str] = []
    end = -1
    tokens = [*_WORD.finditer(example)]
    for index, token in enumerate(tokens):
        word = _ENDING.sub("", token[0])
        is_grammar = word.lower().split("-")[0] in _STOP and word not in _STOP_WORD_NAMES
        if is_grammar or len(word) < 2 or re.search(r"n[’']t$", word):
            continue
        is_next = end >= 0 and example[end : token.start()] in (" ", " of ", " of the ")
        is_followed_by_name = index + 1 < len(tokens) and tokens[index + 1][0][:1].isupper()
        if (
            is_next
            and _is_name(word, starts=False)
            and _is_name(content[-1], starts=len(content) == 1 and not is_followed_by_name)
        ):
            content[-1] += example[end : token.start()] + word
        else:
            content.append(word)
        end = token.end() if word == token[0] else -1
    return list(dict.fromkeys(content))


def _is_name(word: str, *, starts: bool) -> bool:
    return word[:1].isupper() and not (starts and is_common_word(word))


def _find_shared_term(word: str, words: Sequence[Sequence[str]]) -> _Term | None:
    """Return a term for a word that all examples contain in some form, else None."""
    forms = [word]
    for other_words in words:
        related = [other for other in other_words if _is_same_word(word, other)]
        if not related:
            return None
        forms.append(related[0])
    distinct = list(dict.fromkeys(form.lower() for form in forms))
    if len(distinct) == 1 and _is_name(word, starts=True):
        return _Term((word,), is_name=True)
    return _Term(_search_forms(distinct), is_act=len(distinct) > 1)


def _search_forms(forms: Sequence[str]) -> tuple[str, ...]:
    """Return a stem with wildcard if it is a prefix of all forms, else the forms."""
    first = forms[0]
    if len(forms) == 1 and first in _UNSTEMMED:
        return (first,)
    bases = (
        set.intersection(*(_base_forms(form) for form in forms))
        if len(forms) > 1
        else {base_form(first)}
    )
    stem = min(bases, key=len, default=first)
    if (
        len(stem) >= _MIN_STEM_LENGTH
        and stem.isascii()
        and all(form.startswith(stem) for form in forms)
    ):
        return (f"{stem}*",)
    return tuple(dict.fromkeys((*forms, stem)))


def _base_forms(word: str) -> set[str]:
    return {word, base_form(word), *possible_bases(word)}


def _is_same_word(word: str, other: str) -> bool:
    """Return True for two forms of one word."""
    a, b = word.lower(), other.lower()
    return a == b or bool(_base_forms(a) & _base_forms(b))


def _choose_terms(terms: Sequence[_Term], *, denies: bool) -> list[_Term]:
    """Choose the best term for subject, action and object, in that order."""
    action_index = next((index for index, term in enumerate(terms) if term.is_act), None)
    if action_index is None:
        strong_terms = [term for term in terms if any(term.worth)]
        terms = strong_terms if len(strong_terms) > 1 else terms
        best_terms = sorted(terms, key=lambda term: term.worth, reverse=True)[
            : 2 if denies else _MAX_TERMS
        ]
        return [term for term in terms if term in best_terms]
    subject, actions, object_ = (
        _best_term(terms[:action_index]),
        [terms[action_index]],
        _best_term(terms[action_index + 1 :]),
    )
    if denies and subject and object_:
        actions = []
    return [*subject, *actions, *object_]


def _mark_heads(terms: Sequence[_Term], example: str) -> list[_Term]:
    """Mark the terms before a stop word, before the action or at the end as heads."""
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


def _best_term(terms: Sequence[_Term]) -> list[_Term]:
    return [max(terms, key=lambda term: term.worth)] if terms else []


def _is_covered(word: str, covered: set[str]) -> bool:
    return any(word.lower().startswith(term) for term in covered)
