"""Parsing of a claim into condition, subject, polarity and event.

Heuristic, no grammar: the modal ("will", "is likely to") splits the clause, and tables mark where
it starts and ends. Unclear parts are left whole instead of guessed.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from forecasts.essays.drafting.grammar import ADDITION, trim_predicate
from forecasts.essays.drafting.subjects import (
    FILLER_WORDS,
    LEADING_PHRASE,
    LEADING_WORDS,
    parse_subject,
)
from forecasts.essays.drafting.times import remove_claim_times
from forecasts.essays.english import base_form, is_base_form, match_words
from forecasts.essays.extraction.segmentation import INNER_STOP

InterrogativeKind = Literal["", "whether", "when", "number", "which", "state"]

_ASIDES: Final = re.compile(
    r",\s(?:however|therefore|thus|moreover|though|too|in turn|by contrast|for example|for"
    r" instance|of course|meanwhile|then|in particular|on the other hand|he said|she said|they say"
    r"|[^,]{1,60}? (?:said|says|argues?|warns?|writes?)),",
    re.IGNORECASE,
)
_LIKELY: Final = (
    r"(?:very |highly |most |more |also |now |almost |still |all but )?"
    r"(?:likely|unlikely|certain|sure|set|going|bound|expected"
    r"|poised|due|destined|doomed|about|projected|forecast|forecasted|estimated"
    r"|anticipated|predicted|scheduled|able"
    r"|unable|on track|on course"
    r"|forced|supposed|planned|obliged)"
)
_MODAL: Final = re.compile(
    rf"\b(?:(?:is|are|was|were|seems?|appears?|looks?|remains?)(?: not|n[’']t)? {_LIKELY} to"
    r"|(?:will|would|could|may|might|can|shall|should|must)(?: not\b|n[’']t\b)?|won[’']t|cannot"
    r"|can[’']t|ha(?:s|ve) to|(?:plans?|intends?|aims?|vows?|threatens?|promises?|expects?|ought"
    r"|is going|are going) to)\b(?! of\b)"
    r"|(?<=[a-z])[’']ll\b",
    re.IGNORECASE,
)
_NOUN_BEFORE: Final = re.compile(
    r"\b(?:own|his|her|their|its|the|free|political|good|last|strong|a|of|with|people[’']s"
    r"|military|economic|naval"
    r"|industrial|financial|all) $",
    re.IGNORECASE,
)
_EXPECTATION: Final = re.compile(
    r"\b(?:expect(?:s|ing)?|predict(?:s|ing)?|forecasts?|anticipates?|foresees?|projects?"
    rf"|wants?)\s(?P<who>(?!to\b)(?:[^,.;]|{INNER_STOP}){{1,80}}?)\sto\s(?P<what>\w.+)",
    re.I,
)
_NEGATION: Final = re.compile(
    r"\b(?:not|never|no longer|hardly|scarcely|cannot)\b|n[’']t\b|\b(?:unlikely|unable) to", re.I
)
_CLAUSE_END: Final = re.compile(
    r"(?:(?<![A-Z])\.|[!?])(?!\S)|[;:—()]|\s[–-]{1,2}\s|,\s(?=(?:which|who|as|because|since|while"
    r"|although|though|but|so|and|yet|if|unless|when|where|whereas|or rather|not least|especially"
    r"|he|she|said|according|hence|thus|with)\b)|,?\s(?=(?:is"
    r"|remains) (?:still )?(?:an open question|to be seen|unclear|uncertain|doubtful"
    r"|anyone))|\sor not\b|\s(?=(?:because|although|though|whereas|unless|so that|as long as"
    r"|even if|provided that|if|while)\b)|,\s(?=[^,]{1,60}\s(?:(?:says|said|thinks|believes|warns"
    r"|predicts|expects|argues"
    r"|reckons)\b[^,]{0,20}|say[.!]?)$)",
    re.IGNORECASE,
)
_YES_NO_QUESTION: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?P<aux>will|would|could|can|may|might|should|do|does"
    r"|did)"
    r"(?:n[’']t)?\s(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_STATE_QUESTION: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and|yet)\s)(?:is|are|has|have|was"
    r"|were)(?:n[’']t)?\s(?P<rest>[^?]{2,})\?",
    re.I,
)
_WH_QUESTION: Final = re.compile(
    r"(?:^|[,:;–—]\s|\b(?:so|but|and)\s)(?P<word>how (?:many|much|far|high|low|long|large|big|fast"
    r"|often)|when|who|whom"
    r"|whose|which|what|where)\b(?P<rest>[^?]{2,})\?",
    re.IGNORECASE,
)
_TRAILING_PREPOSITION: Final = re.compile(
    rf"\s(?:{match_words('prepositions')}|the|and)$", re.IGNORECASE
)
_TIME_ADVERB: Final = re.compile(
    r"\s(?:soon|eventually|ultimately|inevitably|at last|sooner or later|in (?:the )?(?:end|future)"
    r"|once (?:more|again)|this time|before long|yet|one day|anyway)\b",
    re.IGNORECASE,
)
_CONDITION_FIRST: Final = re.compile(
    r"^(?:even |only )?(?:if|should|unless|once(?! (?:again|more)\b)|were|provided that"
    r"|(?:so|as) long as"
    r"|assuming(?: that)?)\s"
    r"(?P<if>[^,;—]{3,160}),\s(?:then )?(?P<then>.{5,})$",
    re.I,
)
_CONDITION_LAST: Final = re.compile(
    r"^(?P<then>.{5,}?),?\s(?:if|provided that|as long as|only if)\s(?P<if>[^,.;]{3,160})[.!]?$",
    re.I,
)
_FOOTNOTE: Final = re.compile(r"(?<=[a-z])\.\d{1,3}\b")
MAX_EVENT_WORDS: Final = 28
_SHORTENED_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """Claim of a sentence under a `condition`, or unless it comes about if `is_unless`.

    `subject` is "" if it is unknown; then `event` is everything after "Will". `event` starts with a
    verb in its base form, without times; `raw_event` is the same with times. `asks` is the kind of
    question: "" for a statement, "state" for one about the present.
    """

    condition: str = ""
    is_unless: bool = False
    subject: str = ""
    event: str = ""
    raw_event: str = ""
    negated: bool = False
    asks: InterrogativeKind = ""
    question_text: str = ""
    is_future: bool = True
    pronoun: str = ""

    @property
    def asked(self) -> str:
        """All of it that a question asks."""
        return f"{self.condition} {self.subject} {self.event} {self.question_text}"


def parse_clause(text: str) -> Clause:
    """Parse a claim that no attitude of the writer leads.

    >>> clause = parse_clause("However, Beijing will not sign the treaty by 2030, as it is weak.")
    >>> clause.subject, clause.negated, clause.event
    ('Beijing', True, 'sign the treaty')
    """
    bare = _strip_lead(text)
    condition, main = _split_condition(bare)
    is_unless = condition != "" and bare.lower().startswith("unless ")
    if main.endswith("?") and (question := _parse_question(main)) is not None:
        return replace(question, condition=condition, is_unless=is_unless)
    return replace(_parse_statement(main), condition=condition, is_unless=is_unless)


def _strip_lead(text: str) -> str:
    stripped = " ".join(text.split())
    stripped = LEADING_WORDS.sub("", stripped, count=1)
    return _ASIDES.sub("", stripped).strip()


def _split_condition(text: str) -> tuple[str, str]:
    if match := _CONDITION_FIRST.match(text):
        return match["if"].strip(), match["then"].strip()
    if (match := _CONDITION_LAST.match(text)) and _MODAL.search(match["then"]):
        return match["if"].strip(), match["then"].strip()
    return "", text


def _parse_question(text: str) -> Clause | None:
    if match := _WH_QUESTION.search(text):
        word = match["word"].lower()
        asks: InterrogativeKind = (
            "when" if word == "when" else "number" if word.startswith("how") else "which"
        )
        event = _strip_event(match["rest"])
        return Clause(
            asks=asks,
            question_text=f"{match['word'].capitalize()} {remove_claim_times(match['rest'])}",
            event=event,
        )
    if match := _YES_NO_QUESTION.search(text):
        return _parse_inverted(match["rest"])
    if match := _STATE_QUESTION.search(text):
        return Clause(asks="state", question_text=match[0].strip(" ,:;–—"), is_future=False)
    return None


def _parse_inverted(text: str) -> Clause:
    """Parse what follows "Will": the subject ends where a known base-form verb starts."""
    words = text.split()
    verb_indexes = [
        index
        for index, word in enumerate(words)
        if index and is_base_form(word) and words[index - 1].lower() != "to"
    ]
    verb_index = next(iter(verb_indexes), 0)
    if verb_index + 1 in verb_indexes and words[verb_index] not in ("help", "let", "make"):
        verb_index += 1  # "a home win change": the first of two is a noun
    if not verb_index and (name := _NAMED.match(text)):
        verb_index = len(name[0].split())
    if not verb_index:
        return Clause(asks="whether", event=_strip_event(text), raw_event=text)
    subject, pronoun = parse_subject(" ".join(words[:verb_index]))
    predicate = " ".join(words[verb_index:])
    if not subject and not pronoun:
        return Clause(asks="whether", event=_strip_event(text), raw_event=text)
    return Clause(
        asks="whether",
        subject=subject,
        pronoun=pronoun,
        event=_base_event(predicate),
        raw_event=predicate,
    )


_NAMED: Final = re.compile(
    r"(?:the )?[A-Z]\S*(?: [A-Z]\S*)*(?= [a-z]+ (?:the|an?|all|its|[a-z]+s)\b)"
)
"""Name before a verb with an object."""


def _parse_statement(text: str) -> Clause:
    modal, expectation = find_modal(text), _EXPECTATION.search(text)
    if modal is None or (expectation and expectation.start() - modal.end() in (0, 1)):
        if expectation:
            subject, pronoun = parse_subject(expectation["who"])
            negated = bool(_NEGATION.search(text[: expectation.start("who")]))
            return _future_clause(subject, pronoun, expectation["what"], negated=negated)
        statement = LEADING_PHRASE.sub("", remove_claim_times(_CLAUSE_END.split(text)[0]), count=1)
        return Clause(event=_shorten(statement), raw_event=text, is_future=False)
    negated = False
    subject, pronoun = _find_subject(text[: modal.start()])
    if denial := _DENIED_SUBJECT.match(subject):
        group = subject[denial.end() :]
        subject = f"any {group}" if group else ""
        negated = not negated
    predicate = text[modal.end() :]
    fillers = FILLER_WORDS.match(predicate.lstrip())
    negated ^= bool(_NEGATION.search(modal[0]) or (fillers and _NEGATION.search(fillers[0])))
    is_open = re.search(r"\bwhether\b", text[: modal.start()], re.IGNORECASE) is not None
    clause = _future_clause(subject, pronoun, predicate, negated=negated)
    return replace(clause, asks="whether") if is_open else clause


def _find_subject(before: str) -> tuple[str, str]:
    """Return the subject before a modal; that of the modal before it, if "and" joins the two."""
    if year := _YEAR_SUBJECT.search(before):
        return year["year"], ""
    subject, pronoun = parse_subject(before)
    if subject or pronoun or not _JOINED.search(before):
        return subject, pronoun
    first = next(_MODAL.finditer(before), None)
    return parse_subject(before[: first.start()]) if first else ("", "")


_YEAR_SUBJECT: Final = re.compile(r"(?:^|[,;:] |\bthat )(?P<year>20\d\d)\s*$")
_DENIED_SUBJECT: Final = re.compile(
    r"(?:no(?! longer\b| one\b)|none(?= of\b)|nobody|no one|none)\b ?", re.I
)
_JOINED: Final = re.compile(r"\b(?:and|but|or)\s(?:(?:[a-z]+ly|then|also|perhaps|even|soon)\s)*$")


def _future_clause(subject: str, pronoun: str, predicate: str, *, negated: bool) -> Clause:
    whole = _CLAUSE_END.split(FILLER_WORDS.sub("", predicate.strip()), maxsplit=1)[0]
    raw_event = re.sub(ADDITION, "", whole)
    return Clause(
        subject=subject,
        event=_base_event(predicate),
        raw_event=raw_event,
        negated=negated,
        pronoun=pronoun,
    )


def find_modal(text: str) -> re.Match[str] | None:
    """Return the first modal of a text that is none of a thought, a duty, the past or a relative
    clause; one of those if there is no other.
    """
    modals = [m for m in _MODAL.finditer(text) if not _is_noun(m, text)]
    ahead = (
        m
        for m in modals
        if not (
            _THOUGHT.match(text[m.end() :])
            or _WEAK.match(m[0])
            or _RELATIVE_END.search(text[: m.start()])
        )
    )
    return next(ahead, None) or next(iter(modals), None)


_THOUGHT: Final = re.compile(
    r"\s(?:[a-z]+ly )?(?:believe|imagine|think|conceive|expect|hope|say|argue|predict|assume)\b"
)
"""Verb by which a modal tells a thought, "I cannot believe", that a later one is about."""


_RELATIVE_END: Final = re.compile(r"\b(?:who|which|that)\s$", re.IGNORECASE)
_WEAK: Final = re.compile(
    r"must|should|ought|was|were|ha(?:s|ve) to|plan|intend|aim|vow|threat|promise", re.IGNORECASE
)


def _is_noun(modal: re.Match[str], text: str) -> bool:
    """Return True for a noun that looks like a modal: his will, military might, in May."""
    word = modal[0].lower()
    is_month = word == "may" and modal[0][0].isupper() and modal.start() > 0
    return is_month or (
        word in ("will", "might") and bool(_NOUN_BEFORE.search(text[: modal.start()]))
    )


def _base_event(predicate: str) -> str:
    """Return the event with its verb in the base form."""
    verb, _, complement = _strip_event(predicate).partition(" ")
    return trim_predicate(f"{base_form(verb)} {complement}".strip())


def _strip_event(predicate: str) -> str:
    text = _FOOTNOTE.sub("", FILLER_WORDS.sub("", predicate.strip()))
    text = _CLAUSE_END.split(text, maxsplit=1)[0]
    bare = _TIME_ADVERB.sub("", FILLER_WORDS.sub("", remove_claim_times(text)))
    return _shorten(_TRAILING_PREPOSITION.sub("", bare))


def _shorten(text: str) -> str:
    words = text.replace("“", "").replace("”", "").replace('"', "").split()
    if len(words) > MAX_EVENT_WORDS:  # too long to ask
        words = [*words[:_SHORTENED_WORDS], "[… shorter]"]
    return " ".join(words).strip(" ,;:–-.")


LEADING_ADJUNCT: Final = re.compile(
    rf"^\W*(?:(?:and|but|so|yet)\s)?(?:even\s|only\s)?(?:{match_words('subordinators')}|as|once"
    r"|after|before|until|since|with|without|assuming|in\scontrast\sto|unlike|far\sfrom|however)\b"
    r"[^,;]{3,}?,\s(?=\S+\s\S)",
    re.IGNORECASE,
)
"""Condition, time or reason in front of a claim."""


LEADING_TIME: Final = re.compile(
    r"^\W*(?:(?:and|but)\s)?(?:when|once|after|by the time)\b[^,;]{3,}?,\s(?=\S+\s\S)",
    re.IGNORECASE,
)
"""Clause in front of a claim that tells when: "when the survey is published in August"."""


def looks_ahead(text: str) -> bool:
    """Return True for a text with a modal or an expectation.

    >>> looks_ahead("It will rain."), looks_ahead("It rained.")
    (True, False)
    """
    return find_modal(text) is not None or _EXPECTATION.search(text) is not None
