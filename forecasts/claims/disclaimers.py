"""Words by which a writer answers for nothing: no advice, no forecast, no promise."""

import re
from typing import Final

from forecasts.claims.words import Phrases

DISCLAIMERS: Final = """
    not/no/as/or/constitute/constitutes/any ~
    investment/financial/legal/trading/tax/medical/professional/advice advice; not ~ advice;
    none/nothing .. is/are/constitutes ~ advice; not ~ a/an .. advice; nothing/none .. .. is/are ~
    a/an/any/meant/intended ..
    forecast/forecasts/prediction/predictions/recommendation/promise/guarantee/offer; nothing/none
    .. .. is/are forecast/forecasts/prediction/predictions/recommendation/guaranteed; nothing/none
    .. .. should/must/may/can be taken/read/understood/construed/treated/regarded ~ as; none .. ..
    as a/any/an forecast/prediction/recommendation/promise/guarantee/offer; ^
    this/these/that/those/it .. is/are ~ not ~ a/an/any/meant/intended ..
    forecast/forecasts/prediction/predictions/recommendation/promise/guarantee/solicitation; ^
    these/those .. are ~ not forecasts/predictions/recommendations/promises/guarantees; not a
    financial/investment adviser/advisor; no/not ~
    guarantee/guarantees/guaranteed/indicator/indication/a/indicative .. future
    results/returns/performance; past performance/results/returns ~
    does/is/are/may/will/can/tells/tell; actual/future/real
    results/outcomes/figures/events/returns/performance may/might/could/can/will ~
    differ/vary/deviate; contain/contains/contained/are/involve/involves ~ forward looking; forward
    looking statements/information is/are/involve/involves/speak/may/can; do your own research;
    should/must/may not be taken/construed/relied/treated ~ as/on/upon; views/opinions .. are ~
    my/our/his/her/their own; subject to change without; for illustrative/general purposes; with a
    grain/pinch of salt; forecasts/projections/predictions/estimates are ~ uncertain/subject/only
"""
"""Gathered from the small print of banks, funds and blogs; no word of any one topic is here."""

_FOUND: Final = Phrases([DISCLAIMERS])
_CLAUSE: Final = re.compile(
    r" (?=[,;:] (?!which |who |as |because |since |or |nor )|(?:but|yet|although|though) )"
)


def without_disclaimers(words: str) -> str:
    """A spelled sentence without the clauses that are disclaimers; as it was if there are none.

    A claim beside one is still a claim.

    >>> without_disclaimers(" this is not investment advice , but prices will fall . ")
    ' , but prices will fall . '
    >>> without_disclaimers(" nothing here is a forecast . ")
    ''
    """
    if not _FOUND.any_within(words):
        return words
    kept = [
        clause for clause in _CLAUSE.split(words.strip()) if not _FOUND.any_within(f" {clause} ")
    ]
    return f" {' '.join(kept)} " if kept else ""
