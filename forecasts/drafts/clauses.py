"""The parts of a claim, found by rule: under which condition, who, will they or not, and what.

No grammar is parsed. The modal ("will", "is likely to") splits the clause, and tables say where the clause begins and
ends. What cannot be told apart is left whole rather than guessed at.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from forecasts.drafts.blanks import WHO
from forecasts.drafts.casing import lowered
from forecasts.drafts.verbs import is_base
from forecasts.moving_dates import without_moving_times
from forecasts.said_dates import without_times

Asks = Literal["", "whether", "when", "number", "which", "state"]

_LEAD: Final = re.compile(
    r"^\W*(?:(?:but|and|yet|so|or|however|thus|therefore|hence|still|then|nevertheless|nonetheless|moreover|furthermore"
    r"|meanwhile|instead|indeed|besides|perhaps|maybe|also|for now|for example|of course|in addition|in the end"
    r"|in short|in fact|in turn|in other words|in the long run|in the near future|at the same time|as a result"
    r"|on the other hand|by contrast|to be sure|first|second|third|[a-z]+ly),?\s+)+",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"^(?:the )?(?:cold |short |likely |simple )?"
    r"(?:result|consequence|upshot|outcome|answer|truth|fact|reality) is(?: that|:)\s+"
    r"|^(?:i|we|they|experts|analysts|economists|observers|officials|many|most|some)\s(?:\w+\s)?"
    r"(?:(?:think|believe|say|argue)s?(?: that)?|(?:expect|predict|warn|fear|hope)s? that)\s+"
    r"|^(?:it|there) is (?:\w+ )?(?:clear|likely|certain|possible|probable|no doubt|safe to say)(?: that)?\s+",
    re.IGNORECASE,
)
_PREFIX: Final = re.compile(
    r"^(?:By|In|For|With|Under|Over|At|On|From|After|Before|Despite|Without|Through|During|Given|Like|Unlike|To|Among"
    r"|Across|According to|Within|Until|Since|Because of|Thanks to)\b[^,]{2,160},\s+(?=\S)",
    re.IGNORECASE,
)
_ASIDES: Final = re.compile(
    r",\s(?:however|therefore|thus|moreover|though|too|in turn|by contrast|for example|for instance|of course|meanwhile"
    r"|then|in particular|on the other hand|he said|she said|they say"
    r"|[^,]{1,60}? (?:said|says|argues?|warns?|writes?)),",
    re.IGNORECASE,
)
_LIKELY: Final = (
    r"(?:very |highly |most |more |also |now |almost |still |all but )?"
    r"(?:likely|unlikely|certain|sure|set|going|bound|expected"
    r"|poised|due|destined|doomed|about|projected|forecast|predicted|scheduled|able"
    r"|unable|on track|on course"
    r"|forced|supposed|planned|obliged)"
)
_MODAL: Final = re.compile(
    rf"\b(?:(?:is|are|was|were|seems?|appears?|looks?|remains?)(?: not)? {_LIKELY} to"
    r"|(?:will|would|could|may|might|can|shall|should|must)(?: not\b|n[’']t\b)?|won[’']t|cannot|can[’']t|ha(?:s|ve) to"
    r"|(?:plans?|intends?|aims?|vows?|threatens?|promises?|is going|are going) to)\b(?! of\b)",
    re.IGNORECASE,
)
_NOUN_BEFORE: Final = re.compile(
    r"\b(?:own|his|her|their|its|the|free|political|good|last|strong|a|of|with|people[’']s|military|economic|naval"
    r"|industrial|financial|all) $",
    re.IGNORECASE,
)
_EXPECTED: Final = re.compile(
    r"\b(?:expects?|predicts?|forecasts?|anticipates?|foresees?|projects?|wants?)\s(?P<who>(?!to\b)[^,.;]{1,80}?)\sto\s(?P<what>\w.+)",
    re.I,
)
_HARD_TO_SEE: Final = re.compile(
    r"\b(?:difficult|hard|impossible) to (?:see|imagine|envisage|believe) (?:how|why|that|when)\s", re.IGNORECASE
)
_NOT: Final = re.compile(r"\b(?:not|never|no longer|hardly|scarcely|cannot)\b|n[’']t\b|\b(?:unlikely|unable) to", re.I)
_BOUNDARY: Final = re.compile(
    r"[;:()—]|\s[–-]\s|\b(?:that|whether|how|why|because|since|while|although|though|as|so|if|unless|when|where|which|who"
    r"|until|but|than)\b(?=\s)|\band (?=(?:it|they|he|she|this)\b)",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"(?:(?<![A-Z])\.|[!?])(?!\S)|[;:—()]|\s[–-]\s|,\s(?=(?:which|who|as|because|since|while|although|though|but|so|and|yet|if|unless|when|where"
    r"|whereas|or rather|not least|especially|he|she|said|according|hence|thus|with)\b)"
    r"|,?\s(?=(?:is|remains) (?:still )?(?:an open question|to be seen|unclear|uncertain|doubtful|anyone))|\sor not\b"
    r"|\s(?=(?:because|although|though|whereas|unless|so that|as long as|even if|provided that|if|while)\b)",
    re.IGNORECASE,
)
_FILLERS: Final = re.compile(
    r"^(?:(?:also|thus|therefore|then|still|soon|eventually|probably|likely|almost|certainly|surely|now|even|only|just"
    r"|further|increasingly|likewise|inevitably|ultimately|possibly|perhaps|easily|well|not|never|no longer|hardly|all"
    r"|be (?:bound|likely|able|unlikely|unable|forced|set|certain|sure|expected|obliged) to|have to|need to"
    r"|(?:try|continue to try|seek|want|wish|hope) to)\b,?\s+)+",
    re.IGNORECASE,
)
_INVERTED: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?P<aux>will|would|could|can|may|might|should|do|does|did)"
    r"(?:n[’']t)?\s(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_STATE: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?:is|are|has|have|was|were)(?:n[’']t)?\s(?P<rest>[^?]{2,})\?", re.I
)
_WH: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and)\s)(?P<word>how (?:many|much|far|high|low|long|large|big|fast|often)|when|who|whom"
    r"|whose|which|what|where)\b(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_IF: Final = re.compile(
    r"^(?:even |only )?(?:if|should|unless|once|were|provided that|assuming(?: that)?)\s"
    r"(?P<if>[^,]{3,160}),\s(?:then )?(?P<then>.{5,})$",
    re.I,
)
_THEN_IF: Final = re.compile(
    r"^(?P<then>.{5,}?),?\s(?:if|provided that|as long as|only if)\s(?P<if>[^,.;]{3,160})[.!]?$", re.I
)
_PRONOUN: Final = re.compile(
    r"^(?:it|they|this|that|these|those|he|she|we|i|you|one|both|which|who|such|some|most)$", re.I
)
MOST_WORDS: Final = 28
_BEGINNING: Final = 12
_MOST_OF_SUBJECT: Final = 16


@dataclass(frozen=True, slots=True)
class Clause:
    """What a sentence claims, under a `condition`, or unless that comes about if `is_unless`.

    `subject` is "" when it cannot be told who; then `event` is everything after "Will" if `is_whole`. `event` begins
    with a verb in its base form, without time; `raw_event` is the same with the times that were said. `asks` says what
    a question asks for: "" for a statement, "state" for one about what is.
    """

    condition: str = ""
    is_unless: bool = False
    subject: str = ""
    event: str = ""
    raw_event: str = ""
    negated: bool = False
    asks: Asks = ""
    asked: str = ""
    is_future: bool = True
    is_whole: bool = False
    pronoun: str = ""


def clause_of(text: str, cue: str = "") -> Clause:
    """The parts of a claim. `cue` is the marker that was found in it, "" when not known.

    >>> found = clause_of("However, Beijing will not sign the treaty by 2030, as it fears Moscow.")
    >>> found.subject, found.negated, found.event
    ('Beijing', True, 'sign the treaty')
    """
    bare = _bare(text)
    condition, rest = _condition(bare)
    is_unless = condition != "" and bare.lower().startswith("unless ")
    if rest.endswith("?") and (asked := _question(rest)) is not None:
        return replace(asked, condition=condition, is_unless=is_unless)
    if match := _HARD_TO_SEE.search(rest):
        found = _statement(rest[match.end() :], cue, negated=True)
        return replace(found, condition=condition, is_unless=is_unless)
    return replace(_statement(rest, cue), condition=condition, is_unless=is_unless)


def _bare(text: str) -> str:
    said = " ".join(text.split())
    before = None
    while said != before:
        before = said
        said = _TOLD.sub("", _LEAD.sub("", said, count=1), count=1)
    return _ASIDES.sub("", said).strip()


def _condition(said: str) -> tuple[str, str]:
    if match := _IF.match(said):
        return match["if"].strip(), match["then"].strip()
    if (match := _THEN_IF.match(said)) and _MODAL.search(match["then"]):
        return match["if"].strip(), match["then"].strip()
    return "", said


def _question(said: str) -> Clause | None:
    if match := _WH.search(said):
        word = match["word"].lower()
        asks: Asks = "when" if word == "when" else "number" if word.startswith("how") else "which"
        event = _event(match["rest"])
        return Clause(asks=asks, asked=f"{match['word'].capitalize()} {_timeless(match['rest'])}".strip(), event=event)
    if match := _INVERTED.search(said):
        return _inverted(match["rest"])
    if match := _STATE.search(said):
        return Clause(asks="state", asked=match[0].strip(" ,:;–—"), is_future=False)
    return None


def _inverted(rest: str) -> Clause:
    """What comes after "Will": the subject ends where a verb in its base form begins, if one is known."""
    words = rest.split()
    verb = next((n for n, word in enumerate(words) if n and is_base(word)), 0)
    if not verb:
        return Clause(asks="whether", event=_event(rest), raw_event=rest, is_whole=True)
    subject, pronoun = _subject(" ".join(words[:verb]))
    after = " ".join(words[verb:])
    if not subject and not pronoun:
        return Clause(asks="whether", event=_event(rest), raw_event=rest, is_whole=True)
    return Clause(asks="whether", subject=subject, pronoun=pronoun, event=_event(after), raw_event=after)


def _statement(said: str, cue: str, *, negated: bool = False) -> Clause:
    modal = _modal(said, cue)
    if modal is None:
        if expected := _EXPECTED.search(said):
            subject, pronoun = _subject(expected["who"])
            return _future(subject, pronoun, expected["what"], negated=negated)
        whole = _PREFIX.sub("", _timeless(_around(said, cue)), count=1)
        return Clause(event=_short(whole), raw_event=said, is_future=False, negated=negated)
    subject, pronoun = _subject(said[: modal.start()])
    after = said[modal.end() :]
    start = _FILLERS.match(after.lstrip())
    negated ^= bool(_NOT.search(modal[0]) or (start and _NOT.search(start[0])))
    is_open = re.search(r"\bwhether\b", said[: modal.start()], re.IGNORECASE) is not None
    clause = _future(subject, pronoun, after, negated=negated)
    return replace(clause, asks="whether") if is_open else clause


def _around(said: str, cue: str) -> str:
    """The clause that the cue stands in, or the first one."""
    at = _place(said, cue) or 0
    start = max((m.end() for m in _END.finditer(said) if m.end() <= at), default=0)
    end = next((m.start() for m in _END.finditer(said) if m.start() > max(at, start)), len(said))
    found = re.sub(r"^(?:and|but|which|who|that|as|although|while|because)\s", "", said[start:end].strip(" ,"))
    return f"{WHO} {found}" if re.match(r"(?:has|have|is|are|was|were)\s", found) else found


def _future(subject: str, pronoun: str, after: str, *, negated: bool) -> Clause:
    raw = _END.split(_FILLERS.sub("", after.strip()), maxsplit=1)[0]
    return Clause(subject=subject, event=_event(after), raw_event=raw, negated=negated, pronoun=pronoun)


def _modal(said: str, cue: str) -> re.Match[str] | None:
    found = [m for m in _MODAL.finditer(said) if not _is_noun(m, said)]
    at = _place(said, cue)
    if at is None:
        return next(iter(found), None)
    near = (m for m in found if m.start() < at + len(cue) and at <= m.end() + 1)
    return next(near, None)


def _is_noun(modal: re.Match[str], said: str) -> bool:
    """Whether it is a noun that looks like a modal: his will, military might, in May."""
    word = modal[0].lower()
    is_month = word == "may" and modal[0][0].isupper() and modal.start() > 0
    return is_month or (word in ("will", "might") and bool(_NOUN_BEFORE.search(said[: modal.start()])))


def _place(said: str, cue: str) -> int | None:
    at = said.lower().find(cue.lower()) if cue.strip("?") else -1
    return at if at >= 0 else None


def _subject(before: str) -> tuple[str, str]:
    """The subject at the end of what stands before the verb, and the pronoun in its place, if it is one."""
    said = _PREFIX.sub("", _timeless(before) + ("," if before.rstrip().endswith(",") else ""), count=1)
    if said.endswith(","):  # "China, the largest buyer, will"
        said = said.split(",", 1)[0]
    pieces = [piece.strip(" ,") for piece in _BOUNDARY.split(said) if piece is not None]
    named = next((piece for piece in reversed(pieces) if piece), "")
    named = _FILLERS.sub("", named.split(", ")[-1] if not re.search(r", [^,]+ and ", named) else named)
    named = _LEAD.sub("", f"{named} ").strip(' ,“”"')
    if _PRONOUN.match(named):
        return "", named.lower()
    return ("", "") if len(named.split()) > _MOST_OF_SUBJECT else (lowered(named), "")


def _event(after: str) -> str:
    said = _FILLERS.sub("", after.strip())
    said = _END.split(said, maxsplit=1)[0]
    return _short(_FILLERS.sub("", _timeless(said)))


def _timeless(said: str) -> str:
    bare = without_moving_times(without_times(said))
    return re.sub(r"\s+([,.;])", r"\1", " ".join(bare.split())).strip(" ,;")


def _short(said: str) -> str:
    words = said.replace("“", "").replace("”", "").replace('"', "").split()
    if len(words) > MOST_WORDS:  # nobody could ask that: its beginning, and a gap
        words = [*words[:_BEGINNING], "[… shorter]"]
    return " ".join(words).strip(" ,;:–-.")
