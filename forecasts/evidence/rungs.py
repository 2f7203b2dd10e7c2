"""Rungs of certainty: how far a headline says that a fact has come.

A rumour, the announcement, the deed and its taking effect are four reports of one fact, each of
which says more than the one before. A report of a higher rung is news, however many of a lower one
came before it (`forecasts.evidence.weights.novelty_factors`).
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final


class Rung(IntEnum):
    """Certainty of a reported fact, from talk of it to its being in force."""

    TALK = 0
    ANNOUNCED = 1
    DONE = 2
    IN_FORCE = 3


_TALK: Final = r"""
    may might could would should can mull(s|ed|ing)? weigh(s|ed|ing)? consider(s|ed|ing)?
    plan(s|ned|ning)? threaten* seek* sought hope* fear* expect* likely unlikely
    possible possibly perhaps eye eyes eyed eyeing urge*
    call(s|ed|ing)?_for demand* rumou?r* reported(ly)?_to reportedly allegedly think(s|ing)?
    ponder* studying want(s|ed)? propos(e|es|ed|ing) if unless whether doubt* risk(s|ing)?
    ready_to open_to potential hint* suggest* in_talks (deal|peace|trade)_talks
    talks_(on|over|about) talk(s|ed|ing)?_(of|about) debat* discuss* intend* aim(s|ed|ing)? draft*
    close(r)?_to_((?-i:[a-z]+)|deal|pact|truce|accord) clos(e|es|ing)_in_on
    nears nearing near_(a_)?(deal|pact|truce|accord) nearly_ready prepar* negotiat* bid(s)?_to
    push(es|ed|ing)?_for work(s|ing)?_on believed_to said_to sources_say speculat* look(s|ing)?_to
    under_consideration prospect(s)? warn* offer* ask(s|ed)?_(for|to) tr(y|ies|ying)_to option(s)?
    explor* poised
"""

_ANNOUNCED: Final = """
    agree(s|d)? agreement deal(s)? accord pact memorandum announc* will shall going_to pledg*
    promis* vow* commit(s|ted)? set_to due_to decid* decision approv* endors* backs backed schedul*
    unveil* order(s|ed)? accept(s|ed)? signal(s|led)?
    to_(be|sign|hold|meet|visit|begin|start|end|join|leave|quit|withdraw|send|take|host|launch)
    to_(impose|lift|raise|cut|buy|sell|build|close|open|resume|stop|restore)
"""

_DONE: Final = """
    sign(s|ed|ing)? ratif(y|ies|ied|ication) pass(es|ed)? adopt(s|ed)? enact* conclud* complet*
    deliver(s|ed)? launch(es|ed)? seal(s|ed)? clinch(es|ed)? sworn_in
"""

_IN_FORCE: Final = """
    t(ake|akes|aken|ook|aking)_effect c(ome|omes|oming|ame)_into_(force|effect)
    enter(s|ed|ing)?_(into_)?force in_force in_effect (goes|went)_into_(force|effect)
    bec(omes|ame)_law kick(s|ed)_in (goes|went)_live (truce|ceasefire)_holds
"""


def _compile(words: str) -> re.Pattern[str]:
    entries = (word.replace("_", r"\s+").replace("*", r"\w*") for word in words.split())
    return re.compile(rf"(?<![\w'])(?:{'|'.join(entries)})(?!\w)", re.IGNORECASE)


_TALK_PATTERN, _ANNOUNCED_PATTERN, _DONE_PATTERN, _IN_FORCE_PATTERN = map(
    _compile, (_TALK, _ANNOUNCED, _DONE, _IN_FORCE)
)

_MAY: Final = re.compile(
    r"\b(?:in|of|by|until|since|from|on|for|late|early|mid|last|next|this|\d)[\s-]May\b|\bMay \d"
)
"""The month, which hedges nothing."""


@lru_cache(maxsize=4_096)
def read_rung(headline: str) -> Rung:
    """Rung of the fact that a headline reports, from its hedges and verbs.

    A question and any hedge make it talk, whatever else stands there ("may sign"). A plain
    statement is a deed: "India raises tariffs".

    >>> [read_rung(headline).name for headline in (
    ...     "Arland and Borland close to deal on gas",
    ...     "Arland and Borland agree gas deal",
    ...     "Arland and Borland sign gas deal",
    ...     "Gas deal of Arland and Borland takes effect")]
    ['TALK', 'ANNOUNCED', 'DONE', 'IN_FORCE']
    """
    headline = _MAY.sub("", headline)
    if "?" in headline or _TALK_PATTERN.search(headline):
        return Rung.TALK
    if _IN_FORCE_PATTERN.search(headline):
        return Rung.IN_FORCE
    if _DONE_PATTERN.search(headline):
        return Rung.DONE
    return Rung.ANNOUNCED if _ANNOUNCED_PATTERN.search(headline) else Rung.DONE
