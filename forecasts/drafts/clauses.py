"""The parts of a claim, found by rule: under which condition, who, will they or not, and what.

No grammar is parsed. The modal ("will", "is likely to") splits the clause, and tables say where the
clause begins and ends. What cannot be told apart is left whole rather than guessed at.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from forecasts.drafts.blanks import WHO
from forecasts.drafts.subjects import FILLERS, LEAD, PREFIX, subject_of, timeless
from forecasts.drafts.verbs import base_form, is_base

Asks = Literal["", "whether", "when", "number", "which", "state"]

_TOLD: Final = re.compile(
    r"^(?:the )?(?:cold |short |likely |simple )?"
    r"(?:result|consequence|upshot|outcome|answer|truth|fact|reality) is(?: that|:)\s+"
    r"|^(?:i|we|they|experts|analysts|economists|observers|officials|many|most|some)\s(?:\w+\s)?"
    r"(?:(?:think|believe|say|argue)s?(?: that)?|(?:expect|predict|warn|fear|hope)s? that)\s+"
    r"|^(?:it|there) is (?:\w+ )?(?:clear|likely|certain|possible|probable|no doubt|safe to"
    r" say)(?: that)?\s+",
    re.IGNORECASE,
)
_ASIDES: Final = re.compile(
    r",\s(?:however|therefore|thus|moreover|though|too|in turn|by contrast|for example|for"
    r" instance|of course|meanwhile"
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
    r"|(?:will|would|could|may|might|can|shall|should|must)(?: not\b|n[’']t\b)?|won[’']t|cannot"
    r"|can[’']t|ha(?:s|ve) to"
    r"|(?:plans?|intends?|aims?|vows?|threatens?|promises?|expects?|ought|is going|are going)"
    r" to)\b(?! of\b)"
    r"|(?<=[a-z])[’']ll\b",
    re.IGNORECASE,
)
_NOUN_BEFORE: Final = re.compile(
    r"\b(?:own|his|her|their|its|the|free|political|good|last|strong|a|of|with|people[’']s"
    r"|military|economic|naval"
    r"|industrial|financial|all) $",
    re.IGNORECASE,
)
_EXPECTED: Final = re.compile(
    r"\b(?:expects?|predicts?|forecasts?|anticipates?|foresees?|projects?"
    r"|wants?)\s(?P<who>(?!to\b)[^,.;]{1,80}?)\sto\s(?P<what>\w.+)",
    re.I,
)
_DOUBTED: Final = re.compile(
    r"(?:\bnot|\bnever|n[’']t)\s(?:expect|think|believe|anticipate|predict|foresee|see)\b"
    r"|(?<!\bno )(?<!\blittle )\bdoubts?\s(?!about\b)|\bno way\s",
    re.IGNORECASE,
)
"""Words by which the writer denies what follows."""

_LED_BY_TIME: Final = re.compile(
    r"(?:by|before|until|till|at|in|within|over|during|for|from|on|later|this|next|tomorrow|the"
    r" (?:coming|next|years?"
    r"|decades?|months?|rest)|years|months|decades)\b",
    re.IGNORECASE,
)
"""The beginning of a marker that is no verb, as in "by the end of": the verb stands elsewhere."""

_HARD_TO_SEE: Final = re.compile(
    r"\b(?:difficult|hard|impossible) to (?:see|imagine|envisage|believe) (?:how|why|that|when)\s",
    re.IGNORECASE,
)
_NOT: Final = re.compile(
    r"\b(?:not|never|no longer|hardly|scarcely|cannot)\b|n[’']t\b|\b(?:unlikely|unable) to", re.I
)
_END: Final = re.compile(
    r"(?:(?<![A-Z])\.|[!?])(?!\S)|[;:—()]|\s[–-]\s|,\s(?=(?:which|who|as|because|since|while"
    r"|although|though|but|so|and|yet|if|unless|when|where"
    r"|whereas|or rather|not least|especially|he|she|said|according|hence|thus|with)\b)"
    r"|,?\s(?=(?:is|remains) (?:still )?(?:an open question|to be seen|unclear|uncertain|doubtful"
    r"|anyone))|\sor not\b"
    r"|\s(?=(?:because|although|though|whereas|unless|so that|as long as|even if|provided that|if"
    r"|while)\b)"
    r"|,\s(?=[^,]{1,60}\s(?:(?:says|said|thinks|believes|warns|predicts|expects|argues"
    r"|reckons)\b[^,]{0,20}|say[.!]?)$)",
    re.IGNORECASE,
)
_INVERTED: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?P<aux>will|would|could|can|may|might|should|do|does"
    r"|did)"
    r"(?:n[’']t)?\s(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_STATE: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?:is|are|has|have|was"
    r"|were)(?:n[’']t)?\s(?P<rest>[^?]{2,})\?",
    re.I,
)
_WH: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and)\s)(?P<word>how (?:many|much|far|high|low|long|large|big|fast"
    r"|often)|when|who|whom"
    r"|whose|which|what|where)\b(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_LEFT_OVER: Final = re.compile(
    r"\s(?:by|in|on|of|for|before|until|during|at|from|to|the|and)$", re.IGNORECASE
)
_IF: Final = re.compile(
    r"^(?:even |only )?(?:if|should|unless|once|were|provided that|assuming(?: that)?)\s"
    r"(?P<if>[^,]{3,160}),\s(?:then )?(?P<then>.{5,})$",
    re.I,
)
_THEN_IF: Final = re.compile(
    r"^(?P<then>.{5,}?),?\s(?:if|provided that|as long as|only if)\s(?P<if>[^,.;]{3,160})[.!]?$",
    re.I,
)
MOST_WORDS: Final = 28
_BEGINNING: Final = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """What a sentence claims, under a `condition`, or unless that comes about if `is_unless`.

    `subject` is "" when it cannot be told who; then `event` is everything after "Will" if
    `is_whole`. `event` begins with a verb in its base form, without time; `raw_event` is the same
    with the times that were said. `asks` says what a question asks for: "" for a statement, "state"
    for one about what is.
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
        said = _TOLD.sub("", LEAD.sub("", said, count=1), count=1)
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
        return Clause(
            asks=asks,
            asked=f"{match['word'].capitalize()} {timeless(match['rest'])}".strip(),
            event=event,
        )
    if match := _INVERTED.search(said):
        return _inverted(match["rest"])
    if match := _STATE.search(said):
        return Clause(asks="state", asked=match[0].strip(" ,:;–—"), is_future=False)
    return None


def _inverted(rest: str) -> Clause:
    """What comes after "Will": the subject ends where a verb in its base form begins, if one is
    known.
    """
    words = rest.split()
    verbs = [
        n for n, word in enumerate(words) if n and is_base(word) and words[n - 1].lower() != "to"
    ]
    verb = next(iter(verbs), 0)
    if verb + 1 in verbs and words[verb] not in ("help", "let", "make"):
        verb += 1  # "a home win change": the first of two is a noun
    if not verb:
        return Clause(asks="whether", event=_event(rest), raw_event=rest, is_whole=True)
    subject, pronoun = subject_of(" ".join(words[:verb]))
    after = " ".join(words[verb:])
    if not subject and not pronoun:
        return Clause(asks="whether", event=_event(rest), raw_event=rest, is_whole=True)
    return Clause(
        asks="whether", subject=subject, pronoun=pronoun, event=_act(after), raw_event=after
    )


def _statement(said: str, cue: str, *, negated: bool = False) -> Clause:
    modal = _modal(said, cue)
    if modal is None:
        if expected := _EXPECTED.search(said):
            subject, pronoun = subject_of(expected["who"])
            negated ^= bool(_DOUBTED.search(said[: expected.start("who")]))
            return _future(subject, pronoun, expected["what"], negated=negated)
        whole = PREFIX.sub("", timeless(_around(said, cue)), count=1)
        return Clause(event=_short(whole), raw_event=said, is_future=False, negated=negated)
    subject, pronoun = subject_of(said[: modal.start()])
    after = said[modal.end() :]
    start = FILLERS.match(after.lstrip())
    negated ^= bool(_NOT.search(modal[0]) or (start and _NOT.search(start[0])))
    negated ^= bool(_DOUBTED.search(said[: modal.start()]))
    is_open = re.search(r"\bwhether\b", said[: modal.start()], re.IGNORECASE) is not None
    clause = _future(subject, pronoun, after, negated=negated)
    return replace(clause, asks="whether") if is_open else clause


def _around(said: str, cue: str) -> str:
    """The clause that the cue stands in, or the first one."""
    at = _place(said, cue) or 0
    start = max((m.end() for m in _END.finditer(said) if m.end() <= at), default=0)
    end = next((m.start() for m in _END.finditer(said) if m.start() > max(at, start)), len(said))
    found = re.sub(
        r"^(?:and|but|which|who|that|as|although|while|because)\s", "", said[start:end].strip(" ,")
    )
    return f"{WHO} {found}" if re.match(r"(?:has|have|is|are|was|were)\s", found) else found


def _future(subject: str, pronoun: str, after: str, *, negated: bool) -> Clause:
    raw = _END.split(FILLERS.sub("", after.strip()), maxsplit=1)[0]
    return Clause(
        subject=subject, event=_act(after), raw_event=raw, negated=negated, pronoun=pronoun
    )


def _modal(said: str, cue: str) -> re.Match[str] | None:
    found = [m for m in _MODAL.finditer(said) if not _is_noun(m, said)]
    at = _place(said, cue)
    if at is None:
        return next(iter(found), None)
    near = (m for m in found if m.start() < at + len(cue) and at <= m.end() + 1)
    return next(near, None) or (_beside(said, at, found) if _LED_BY_TIME.match(cue) else None)


def _beside(said: str, at: int, found: list[re.Match[str]]) -> re.Match[str] | None:
    """The modal in the clause in which a time stands."""
    ends = [m.start() for m in _END.finditer(said)]
    start = max((end for end in ends if end <= at), default=0)
    end = min((end for end in ends if end > at), default=len(said))
    return next((m for m in found if start <= m.start() < end), None)


def _is_noun(modal: re.Match[str], said: str) -> bool:
    """Whether it is a noun that looks like a modal: his will, military might, in May."""
    word = modal[0].lower()
    is_month = word == "may" and modal[0][0].isupper() and modal.start() > 0
    return is_month or (
        word in ("will", "might") and bool(_NOUN_BEFORE.search(said[: modal.start()]))
    )


def _place(said: str, cue: str) -> int | None:
    at = said.lower().find(cue.lower()) if cue.strip("?") else -1
    return at if at >= 0 else None


def _act(after: str) -> str:
    """What will be done, its verb in the base form."""
    verb, _, rest = _event(after).partition(" ")
    return f"{base_form(verb)} {rest}".strip()


def _event(after: str) -> str:
    said = FILLERS.sub("", after.strip())
    said = _END.split(said, maxsplit=1)[0]
    return _short(_LEFT_OVER.sub("", FILLERS.sub("", timeless(said))))


def _short(said: str) -> str:
    words = said.replace("“", "").replace("”", "").replace('"', "").split()
    if len(words) > MOST_WORDS:  # nobody could ask that: its beginning, and a gap
        words = [*words[:_BEGINNING], "[… shorter]"]
    return " ".join(words).strip(" ,;:–-.")
