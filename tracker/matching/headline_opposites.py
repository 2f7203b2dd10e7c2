"""Opposites that headlines use for a verb, where they say what the question denies."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_PREPOSITION: Final = re.compile(r"(?:into|to|on|for|off|out|up|down|back|with)\b")
_MEASURE: Final = re.compile(
    r"\b(?:at least|at most|more than|fewer than|less than|over \d|another|all of)\b"
    r"|\b(?:a|one) (?:majority|third|quarter|fifth|tenth|half|share|stake|record)\b|\bhalf of\b"
    r"|(?<![\w-])[$€£¥]?\d[\d,.]*\s?(?:%|per ?cent|percent|million|billion|[a-z]+s\b)"
)
_CONDITION: Final = re.compile(r"\b(?:before|after|without|unless|if|than|until|again)\b")
_CONTEST: Final = re.compile(
    r"\b(?:elections?|vote|referendum|match|game|final|seats?|majority|war|battle|case|appeal"
    r"|lawsuit|title|cup|league|race|primary|presidency|ashes|championship|leadership)\b",
    re.IGNORECASE,
)
_GROUND: Final = re.compile(r"(?:ground|territory|seats|control|support)\b")
_PRISONER: Final = re.compile(
    r"^(?:[A-Z][\w-]+ ?)+$|\b(?:hostages?|prisoners?|captives?|detainees?|suspects?|soldiers?"
    r"|crews?|sailors?|journalists?|activists?)\b"
)
_CLOSED: Final = re.compile(
    r"^(?!(?:an?|new|another)\b)(?!.*\b(?:investigation|inquir(?:y|ies)|probe|case|proceedings"
    r"|talks|negotiations|debate|fire|account)s?\b)"
)
"""Objects that were there before they open: a border, not an investigation."""

_DETERMINER: Final = re.compile(r"(?:an?|the|its|their|his|her|one|two|three|any|some)\s")
_LIMITS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {"open": _CLOSED, "win": _CONTEST, "lose": _CONTEST, "gain": _GROUND, "release": _PRISONER}
)
"""Objects that an opposite needs: nobody wins ice."""

_OBJECT_END: Final = re.compile(r"\s(?:to|on|in|for|at|by|from|with|during|through)\s")

_OPPOSITES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        verb: (with_object.strip(), (alone if slash else with_object).strip())
        for verb, _, opposite in (
            line.strip().partition(": ")
            for line in """
            accept: rejects
            agree: fails to agree
            adopt: rejects
            approve: rejects
            attack: holds back from attacking
            authorise: blocks
            authorize: blocks
            ban: allows
            block: allows
            buy: stops buying
            capture: fails to capture
            cease: continues
            close: keeps … open /
            collapse: saves / survives
            condemn: refuses to condemn
            continue: stops
            cut: holds or raises
            decline: rejects / rises
            decrease: rises
            deploy: rules out sending
            drop: keeps / rises
            end: extends / drags on
            enter: stays out of
            exit: stays in
            expand: shrinks
            fall: rises
            gain: loses
            grow: shrinks
            halt: continues
            impeach: clears
            impose: rules out
            improve: worsens
            increase: cuts / falls
            invade: rules out invading
            join: stays out of
            keep: gives up
            launch: delays /
            leave: stays in / stays
            lose: wins
            maintain: gives up
            normalise: breaks off
            normalize: breaks off
            open: keeps … closed / stays closed
            oppose: supports
            pass: votes down / is voted down
            pause: continues
            quit: stays in / stays on
            raise: holds or cuts
            ratify: rejects
            reach: fails to reach
            rejoin: stays out of
            reject: accepts
            release: keeps holding
            remain: stops being
            resign: vows to stay on
            resume: keeps … suspended / stays suspended
            retake: fails to retake
            rise: falls
            sanction: exempts
            sign: refuses to sign
            stay: stops being / leaves
            stop: continues
            support: opposes
            survive: loses / collapses
            suspend: continues
            veto: backs
            win: loses
            """.strip().splitlines()
        )
        for with_object, slash, alone in (opposite.partition("/"),)
    }
)
"""Opposites that headlines use, in the third person, with an object and without one; "…" stands
for the object. An empty one is not trusted.
"""


def has_opposite(verb: str) -> bool:
    """Return True for a verb whose opposite is known."""
    return verb in _OPPOSITES


def is_measured(complement: str) -> bool:
    """Return True for an object with an amount, which only a plain negation denies."""
    return bool(_MEASURE.search(complement))


def find_opposite(verb: str, complement: str) -> str:
    """Return the predicate of the opposite, in the third person; "" where none says just that.

    >>> find_opposite("open", "the glacier to skiers"), find_opposite("lose", "the final")
    ('keeps the glacier closed to skiers', 'wins the final')
    >>> find_opposite("lose", "2 per cent of their ice"), find_opposite("buy", "a third resort")
    ('', '')
    """
    with_object, alone = _OPPOSITES.get(verb, ("", ""))
    opposite = with_object if complement else alone
    if not opposite or not _is_trusted(verb, complement):
        return ""
    if not opposite.endswith(f" {verb}") and _PREPOSITION.match(complement):
        return ""  # no "stays out of into force"
    before, place, after = opposite.partition("…")
    if not place:
        return f"{opposite} {complement}".strip()
    end = _OBJECT_END.search(complement)
    split = end.start() if end else len(complement)
    return f"{before}{complement[:split]}{after}{complement[split:]}"


def _is_trusted(verb: str, complement: str) -> bool:
    if not complement:
        return True
    if is_measured(complement) or _CONDITION.search(complement):
        return False
    if verb == "buy":
        return not _DETERMINER.match(complement)
    return verb not in _LIMITS or bool(_LIMITS[verb].search(complement))
