"""Splitting of a sentence into claims, and a claim into its core and what surrounds it.

The core says what will happen; the catalogue is looked up by it.
"""

import re
from typing import Final

from forecasts.essays.drafting.clauses import LEADING_ADJUNCT, find_modal, looks_ahead
from forecasts.essays.drafting.grammar import ADDITION
from forecasts.essays.drafting.subjects import LEADING_PHRASE, parse_subject
from forecasts.essays.english import base_form, is_base_form, is_past, possible_bases

_ADJUNCT: Final = re.compile(
    r"(?:,\s(?:which|who|whose|where)\b[^,;]*,"
    r"|,?\s(?:because|since(?!\s\d)|although|though|whereas|while|unless|even if|if|when|whenever"
    r"|where|(?:after|before|until)(?! [a-z]+ing\b| (?:the )?(?:(?:end|start) of )?(?:the )?"
    r"(?:early |late |mid-?|next |this |coming )?"
    r"(?:spring|summer|autumn|fall|winter|year|decade|century|month|week|\d|[A-Z]))"
    r"|so that|so as to|in order to|despite|due to|thanks to|amid|given"
    r"|without|instead of|rather than|regardless of|unlike|provided that|as long as|so long as"
    r"|by (?=(?:not )?[a-z]+ing\b)"
    r"|as (?!an?\b|well\b|much\b|many\b|high\b|low\b|far\b|few\b|little\b"
    r"|early\b|late\b|president\b|of\b|the (?:president|leader|head|largest|world)\b)"
    r"|than (?!\W?\d|US\b|half\b|an?\b|one\b|two\b|three\b|four\b|five\b|ten\b|twenty\b)"
    r"|,\s(?:which|who|whose))\b[^,;]*)"
    rf"|{ADDITION}",
)


def find_core(text: str) -> str:
    """Return the part of a claim that says what will happen, without condition, time and reason.

    >>> find_core("If wages rise, prices will fall because demand is weak.")
    'prices will fall'
    >>> find_core("Rents will rise faster than wages.")
    'Rents will rise faster'
    """
    if text.rstrip().endswith("?"):
        return text
    bare = text
    while (shorter := LEADING_ADJUNCT.sub("", bare, count=1)) != bare:
        bare = shorter
    bare = _SIGN.sub("", bare, count=1)
    core = _keep_prediction(" ".join(_ADJUNCT.sub(" ", bare).split()))
    return core if len(core.split()) >= _MIN_CORE_WORDS else text


_SIGN: Final = re.compile(
    r"^[^,;]{3,}?\s(?:indicat|suggest|impl[iy]|signal|mean|show)[a-z]* that\s(?=.{10,})",
    re.IGNORECASE,
)
"""Sign from which the writer concludes."""


def _keep_prediction(text: str) -> str:
    """Return the coordinated statement that looks ahead, if only one does."""
    for joint in _STATEMENT_JOINT.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        if looks_ahead(tail) and not looks_ahead(head):
            return _keep_prediction(tail)
        if looks_ahead(head) and _PAST_VERB.search(tail) and not looks_ahead(tail):
            return head
    return text


_STATEMENT_JOINT: Final = re.compile(r",\s(?:and|but|so|yet)\s(?=\S+\s\S+\s)|(?:;|(?<![A-Z])\.)\s")
_PAST_VERB: Final = re.compile(r"\b(?:was|were|has|have|had|did|said|is|are)\b")

_MIN_CORE_WORDS: Final = 3


def strip_comment(text: str) -> str:
    """Strip what the writer says of the claim itself: how sure, and how it feels.

    >>> strip_comment("I would not be surprised if Oslo stopped its trams, for me.")
    'Oslo will stop its trams.'
    >>> strip_comment("I would be astonished if Oslo did not sell them at all.")
    'Oslo will sell them.'
    >>> strip_comment("My guess is that the ice will thin."), strip_comment("I doubt it will rain.")
    ('the ice will thin.', 'I doubt it will rain.')
    """
    bare = _TRAILING_COMMENT.sub("", " ".join(text.replace("…", " ").split()))
    bare = _LEADING_COMMENT.sub("", bare)
    if match := _SURPRISE.search(bare):
        head, claim = bare[: match.start()], _foretell(match["rest"], denied=not match["not"])
    elif (view := _OWN_VIEW.search(bare)) and (
        looks_ahead(claim := _put_ahead(bare[view.end() :], view[0]))
    ):
        head = bare[: view.start("view")]
    else:
        return bare
    is_joined = looks_ahead(head) and _JOINED.search(head)
    return f"{head}{claim}" if is_joined else claim


def _foretell(text: str, *, denied: bool) -> str:
    """Put the verb of a supposition in the future: "it stopped" → "it will stop"."""
    will = "will not" if denied else "will"
    if match := re.search(r"\b(?:did not|didn[’']t|were not|was not)\b", text):
        verb = " be" if match[0].startswith("w") else ""
        return (
            f"{text[: match.start()]}{'will' if denied else 'will not'}{verb}{text[match.end() :]}"
        )
    for match in re.finditer(r"\b[a-z]+\b", text):
        if match[0] in ("was", "were"):
            return f"{text[: match.start()]}{will} be{text[match.end() :]}"
        if match.start() and is_past(match[0]):
            bases = possible_bases(match[0])
            verb = next((base for base in bases if is_base_form(base)), bases[-1])
            return f"{text[: match.start()]}{will} {verb}{text[match.end() :]}"
    return text


def _put_ahead(text: str, view: str) -> str:
    """Put a claim in the present tense after "I bet that" in the future: "it closes"."""
    if looks_ahead(text) or not _OPEN_VIEW.search(view):
        return text
    for match in re.finditer(r"\b[a-z]+s\b|\b(?:is|are|has|have)\b", text):
        verb = base_form(match[0])
        if match.start() and (is_base_form(verb) or verb in ("be", "have", "go", "do")):
            return f"{text[: match.start()]}will {verb}{text[match.end() :]}"
    return text


_OPEN_VIEW: Final = re.compile(
    r"\b(?:bet|wager|predict|guess|chance|chances|odds|probability|prediction|suspect)\b", re.I
)
_JOINED: Final = re.compile(r",?\s(?:and|but)\s$|;\s$")
_SURPRISE: Final = re.compile(
    r"\b(?:I|we)(?: would| should|[’']d) (?P<not>not )?be (?:at all |very |in the least )?"
    r"(?:surprised|astonished|amazed|shocked|stunned|astounded) (?:if|to learn that) (?P<rest>.+)"
)
_OWN_VIEW: Final = re.compile(
    r"(?:^|.{3,}?[,;:]\s(?:and |but |so )?)(?P<view>(?:(?:but|and|so|yet|still),? )?(?:"
    r"(?:I|we)(?:[’'](?:d|ll|m|ve))? (?:(?:would|will|am|are|also|still|only|personally|strongly"
    r"|fully|start \w+ by|be) )*(?:(?:willing|ready|happy|prepared|going) to (?:bet|wager|say"
    r"|predict|guess)(?: anyone| you)?(?: [$€£]\S+)?|suspect|think|believe|expect|guess|reckon|fear"
    r"|hope|bet|imagine|assume|forecast|sure|certain|confident|convinced"
    r"|reiterating [^,;]{3,40}?(?= that))"
    r"(?: that)?\s"
    r"|(?:my|our) (?:\w+ ){0,2}(?:guess|bet|prediction|hunch|view|forecast|expectation|feeling)"
    r"(?: is|:)(?: that)?\s"
    r"|there is (?:about |roughly )?(?:a|an) [^,;]{3,30}? (?:chance|probability) that\s"
    r"|(?:(?:recent|new|current|official|most) )?(?:projections|forecasts|estimates|models|studies)"
    r" (?:indicate|suggest|show|say|imply)(?: that)?\s))(?!to\b|in\b(?! \d)|of\b|about\b)",
    re.IGNORECASE,
)
"""Words before a claim by which the writer takes it for true."""

_LEADING_COMMENT: Final = re.compile(
    r"^(?:In theory|In all likelihood|Of course|No doubt|As usual|In my (?:view|opinion)), "
)
_TRAILING_COMMENT: Final = re.compile(
    r",? (?:at all|for long|in spite of everything|despite everything|against all (?:reason"
    r"|odds))\b"
    r"|,? (?:for me|(?:as )?I (?:suspect|think|believe|reckon|guess|expect|fear|hope)|of course"
    r"|in my (?:view|opinion)|no doubt|I am afraid|I[’']m afraid|on time(?: for once)?|for once"
    r"|to be sure|as usual|if not (?:sooner|earlier)|or earlier"
    r"|probably (?:well|much|far) \w+|at the (?:latest|earliest)|in all likelihood|as \w+ do"
    r"|too)(?=[,.;:!?]|$)|,? in the process\b,?",
    re.IGNORECASE,
)
"""Words within or after a claim that say how sure it is."""


_COORDINATED: Final = re.compile(r",?\s(?:and|while|whereas|but)\s|[;:.]\s")


def split_predictions(text: str) -> tuple[str, ...]:
    """Split a sentence at a conjunction between two statements that each have subject and modal.

    >>> split_predictions("The lira will fall and the bank will raise its rate.")
    ('The lira will fall', 'the bank will raise its rate.')
    >>> split_predictions("The lira will fall and prices rise.")
    ('The lira will fall and prices rise.',)
    """
    for joint in _COORDINATED.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        newest = re.split(r",\s(?:and|but)\s", head)[-1]
        if all(_is_prediction(part) for part in (head, newest, tail)):
            return (*_split_predicates(head.strip()), *split_predictions(tail.strip()))
    return _split_predicates(text)


def _split_predicates(text: str) -> tuple[str, ...]:
    """Split two acts of one subject: "Oslo will sell its trams and close the line"."""
    modal = find_modal(text)
    for joint in _SECOND_ACT.finditer(text):
        head = text[modal.end() : joint.start()] if modal else ""
        if modal and len(head.split()) > 1 and (is_base_form(joint["verb"]) or joint["be"]):
            first = f"{text[: joint.start()].rstrip(' ,')}."
            return (first, f"{text[: modal.end()]} {text[joint.start('act') :]}")
    return (text,)


_SECOND_ACT: Final = re.compile(
    r",?\s(?:and|but)\s(?P<act>(?P<be>be [a-z]+)?(?P<verb>[a-z]+)? ?(?:the|an?|its|their|his|her|to"
    r"|by|with|from|at|no|all|\d|[A-Z])\b)"
)
"""Joint before a second predicate with an object."""


def _is_prediction(text: str) -> bool:
    modal = find_modal(text)
    is_cut_off = bool(_OPEN_CLAUSE.search(text))
    if modal is None or is_cut_off:
        return False
    before = text[: modal.start()]
    is_within = "," in before and not LEADING_ADJUNCT.match(text) and not LEADING_PHRASE.match(text)
    return not is_within and bool(parse_subject(before)[0])


_OPEN_CLAUSE: Final = re.compile(
    r"\b(?:that|which|who|whether|if|as|because|while|when)\s(?:[\w’-]+\s){0,3}[\w’-]+$"
)
"""End of a text that has begun a clause of a few words, and not come to its verb."""
