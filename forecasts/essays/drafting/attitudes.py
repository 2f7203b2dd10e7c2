"""Attitude of the writer to a claim: the clause that tells it, taken off the claim.

"My bet is that", "I doubt that" and "it would not surprise me if" are a matrix clause: who takes
the attitude, a word for it, and the claim as its complement. The word, with the denials beside it,
says if the writer takes the claim for true, and how surely.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.essays.drafting.clauses import LEADING_ADJUNCT, find_modal, looks_ahead
from forecasts.essays.drafting.subjects import LEADING_PHRASE
from forecasts.essays.english import (
    find_base,
    is_base_form,
    is_participle,
    read_words,
)

_SURENESS: Final[Mapping[str, int]] = MappingProxyType(
    {
        words.replace("_", " "): int(percent)
        for words, percent in (pair.split("/") for pair in read_words("attitudes"))
    }
)
"""Sureness of a claim by its word, in per cent; below 50 the word denies the claim."""

_WORDS: Final = "|".join(sorted(_SURENESS, key=len, reverse=True))
_HOLDER: Final = (
    r"(?:(?:I|we|you|they|nobody|no one|everyone|it|there|many|most|some|(?:[a-z]+ (?:of )?)?"
    r"(?:people|analysts|experts|economists|observers|officials|pundits|critics|scientists"
    r"|projections|forecasts|estimates|models|studies))\b(?:[’'](?:d|m|ll|ve|re|s))?"
    r"|(?:my|our|the|a)(?: [\w’-]+){0,2}|do not|don[’']t"
    r"|(?=(?:the )?(?:expect|look for|chances|odds|mark my words)\b))"
)
_MATRIX: Final = re.compile(
    r"(?:^\W*|(?<=[,;:—–(] )|(?<=\band )|(?<=\bbut )|(?<=\bthough ))(?:(?:and|but|so|yet|still"
    r"|though|personally|indeed|in short),? )*"
    rf"(?P<matrix>{_HOLDER}(?: [\w’'-]+){{0,8}}? ?\b(?P<word>{_WORDS})\b(?! no\b| little\b)"
    r"(?: (?:me|you|anyone))*(?: [$€£]\S+)?(?: with [^,]{3,30}?(?= that ))?"
    r"(?:, (?:say|perhaps),? [^,]{3,30},| \([^)]{3,30}\))?)"
    r"(?P<link> (?:is |are |was )?that(?! as\b)|:| is| are|,? (?:if|when|to learn that)"
    r"| (?:how|why|where)|(?: is)? (?:on|of|against)(?= (?![a-z]+ing\b)[^,;]* (?:to|[a-z]+ing)\b))?"
    r",? (?!(?:to|in(?! \d)|so|of|on|for|about|and|or|is|not|how|why|where|when|what|signs)\b"
    r"|(?:that|it|this)[,.;]|that as\b)(?P<claim>\S+ .+)",
    re.IGNORECASE | re.DOTALL,
)
_ADJECTIVE: Final = re.compile(
    r"\b(?:sure|certain|confident|convinced|positive|clear|obvious|evident|likely|probable|possible"
    r"|doubtful|unlikely|improbable|impossible|surprised)$",
    re.IGNORECASE,
)
_COPULA: Final = re.compile(
    r"\b(?:is|are|am|was|be|seems?|looks?|feel)\b|[’'](?:s|m|re)\b", re.IGNORECASE
)
_SIGN: Final = re.compile(
    r"^(?P<matrix>[^,;:]{3,80}?\s(?P<word>indicates?|suggests?|impl(?:y|ies)|signals?|means?"
    r"|shows?))(?P<link> that) (?P<claim>.{10,})",
    re.IGNORECASE | re.DOTALL,
)
"""Sign from which the writer concludes, or finds nothing to conclude from."""

_TRAILING: Final = re.compile(
    r",? in the process\b,?| at all\b(?! [a-z]+s\b)"
    rf"|,? (?:(?:as |or so )?I(?:[’']m| (?:am|would))?(?: \w+)? (?:{_WORDS}|afraid|sorry to say)"
    r"(?: of (?:it|that))?"
    r"|for me|of course|in my (?:view|opinion)|no doubt|(?:on time )?for once|to be sure|as usual"
    r"|if not (?:sooner|earlier)|or earlier|probably (?:well|much|far) \w+|mark my words"
    r"|at the (?:latest|earliest)|as \w+ do|too|either|in all likelihood"
    r"|for long|in spite of everything|despite everything|against all \w+)(?=[,.;:!?]|$)",
    re.IGNORECASE,
)
"""Words after a claim, or within it, that say how sure it is."""

_DISBELIEF: Final = re.compile(
    r"[,;] (?:but|though|and) I (?:doubt (?:it|that)|don[’']t (?:think so|believe it))"
    r"(?=[.,;]|$| with\b| because\b).*",
)
"""Words by which the writer denies what others say."""

_DENIAL: Final = re.compile(
    r"\b(?:not|never|no|hardly|little|few|nothing|nobody|cannot|refuse)\b|n[’']t\b", re.IGNORECASE
)
_JOINED: Final = re.compile(r",?\s(?:and|but)\s$|;\s$")


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """Claim without the words of attitude around it, as a statement about the future.

    `sureness` is how sure of the statement these `words` sound, in per cent; None without any.
    `chance` is the one that the writer names, "" without one; `before` are the words of the
    sentence before it. `left_out` are other parts of the sentence that no claim is made of.
    """

    text: str
    words: str = ""
    sureness: int | None = None
    chance: str = ""
    before: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on what is left out, and, if no chance is named, how sure the writer sounds."""
        is_told = self.sureness is not None and not self.chance
        return (
            *(f"“{part}” is in none of these drafts: word it yourself." for part in self.left_out),
            *((f"“{self.words}” sounds about {self.sureness}% sure.",) if is_told else ()),
        )


def strip_attitude(text: str) -> HeldClaim:
    """Take the words by which a writer holds a claim for true, or denies it, off the claim.

    >>> strip_attitude("It would surprise me if Oslo stopped its trams, for me.").text
    'Oslo will not stop its trams.'
    >>> strip_attitude("I would be astonished if Oslo did not sell them at all.").text
    'Oslo will sell them.'
    >>> claim = strip_attitude("Chances are that the ice will thin, I am fairly sure of it.")
    >>> claim.text, claim.words, claim.sureness
    ('the ice will thin.', 'Chances are that', 75)
    >>> strip_attitude("I doubt we will see a pact signed.").text
    'a pact will not be signed.'
    """
    bare = _TRAILING.sub("", " ".join(text.replace("…", " ").split()))
    if disbelief := _DISBELIEF.search(bare):
        doubted = strip_attitude(bare[: disbelief.start()])
        modal = find_modal(doubted.text)
        text = f"{doubted.text[: modal.end()]} not{doubted.text[modal.end() :]}." if modal else bare
        return HeldClaim(text, disbelief[0].strip(" ,;"), 80 if modal else None)
    match = next((m for p in (_MATRIX, _SIGN) if (m := p.search(bare)) and _is_held(m)), None)
    if match is None:
        return HeldClaim(bare)
    percent = _SURENESS.get(match["word"].lower(), 75)
    is_doubt, is_negated = percent < 50, len(_DENIAL.findall(match["matrix"])) % 2 == 1
    inner = strip_attitude(match["claim"])
    is_denied = is_doubt ^ is_negated ^ ((match["link"] or "").endswith("against"))
    claim = _restate(inner.text, match, denied=is_denied)
    if claim is None:
        return HeldClaim(bare)
    sureness = None if is_doubt and is_negated else max(percent, 100 - percent)
    words, head = f"{match['matrix']}{match['link'] or ''}", bare[: match.start("matrix")]
    kept_head = head if _is_lead(head, bare) else ""
    dropped = "" if kept_head else head
    return HeldClaim(f"{kept_head}{claim}", words, sureness, before=f"{dropped}{inner.before}")


def _is_held(match: re.Match[str]) -> bool:
    """Return True for a matrix clause: an adjective has its verb, and a noun its link."""
    matrix, link = match["matrix"], match["link"] or ""
    if _ADJECTIVE.search(match["word"]) and not _COPULA.search(matrix):
        return False
    is_noun = re.match(r"(?:the|a|an|my|our)\b", matrix, re.IGNORECASE) is not None
    return not (is_noun and (not link or link.endswith(" of")))


def _is_lead(head: str, text: str) -> bool:
    """Return True for words before a matrix clause that are a prediction, a condition or a time."""
    if looks_ahead(head):
        return _JOINED.search(head) is not None
    leads = (lead for pattern in (LEADING_ADJUNCT, LEADING_PHRASE) if (lead := pattern.match(text)))
    return any(lead.end() == len(head) for lead in leads)


def _restate(claim: str, match: re.Match[str], *, denied: bool) -> str | None:
    """Put the verb of a complement in the future, denied or not; None if it is no clause."""
    will = "will not" if denied else "will"
    joint = _CLAUSE_JOINT.search(claim)
    modal = find_modal(claim[: joint.start()] if joint else claim)
    end = modal.start() if modal else len(claim)
    is_seen = match["word"].lower() == "see"
    claim = re.sub(r"\b(are|were) all\b", r"\1", claim)
    is_finite = re.search(r"(?:that|if|when|how|why)$", match["link"] or "") is not None
    if not is_finite and (infinitive := _INFINITIVE.match(claim)) and infinitive.end("who") < end:
        return f"{infinitive['who']} {will} {claim[infinitive.end() :]}"
    if is_seen or re.search(r"(?:on|of|against)$", match["link"] or ""):
        return _restate_seen(claim, will, end)
    if modal is not None:
        is_negative = re.search(r"not$|n[’']t$", modal[0]) is not None
        verb_ahead = "will" if is_negative else will
        return f"{claim[:end]}{verb_ahead}{claim[modal.end() :]}" if denied else claim
    for verb in _VERB.finditer(claim if match.re is _MATRIX else ""):
        is_plural = claim[: verb.start()].endswith("s ") and is_base_form(verb["verb"])
        base = verb["verb"] if is_plural else find_base(verb["verb"])
        if base and verb.start():
            verb_ahead = ("will" if denied else "will not") if verb["not"] else will
            base = "" if verb["not"] and base == "do" else f" {base}"
            return f"{claim[: verb.start()]}{verb_ahead}{base}{claim[verb.end() :]}"
    return None


_CLAUSE_JOINT: Final = re.compile(r";|,? (?:though|although|because|but)\s")
_VERB: Final = re.compile(r"\b(?P<verb>[a-z]+?)(?P<not> not\b|n[’']t\b|\b)")
_INFINITIVE: Final = re.compile(
    r"(?P<who>(?!(?:is|are|was|were)\b)[^,;:]{2,60}?(?:, (?:its|the|an?) [^,]{3,50},)?)"
    r" to (?=[a-z]+\b)"
)


def _restate_seen(claim: str, will: str, end: int) -> str | None:
    """Return the statement of what somebody will see: "a pact signed", "the ice melting"."""
    before = ""
    for verb in re.finditer(r"[\w’-]+,?", claim[:end]):
        word = verb[0].rstrip(",")
        tail = claim[verb.start() + len(word) :]
        if word.isalpha() and word.islower() and before and not _NO_NOUN.fullmatch(before):
            is_done = is_participle(word)
            is_base = is_base_form(word) and (before.endswith("s") or word in _MOVES)
            base = word if is_base else find_base(word, gerund=True)
            if is_done or base:
                return f"{claim[: verb.start()]}{will} {f'be {word}' if is_done else base}{tail}"
        before = verb[0]
    return None


_MOVES: Final = frozenset("become fall rise grow go win lose come".split())
"""Verbs that follow a noun in the singular: "see the price become"."""

_NO_NOUN: Final = re.compile(
    r"(?:a|an|the|and|or|even|two|three|some|more|of|in|no|any|less|its|to|not|[a-z]+ly),?"
)
"""Words after which no noun has ended."""
