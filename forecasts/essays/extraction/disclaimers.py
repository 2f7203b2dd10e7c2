"""Disclaimer phrases."""

import re
from typing import Final

from forecasts.essays.extraction.words import PhraseMatcher

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
"""Collected from the small print of banks, funds and blogs; independent of any topic."""

_DISCLAIMERS: Final = PhraseMatcher([DISCLAIMERS])
_CLAUSE_BREAK: Final = re.compile(
    r" (?=[,;:] (?!which |who |as |because |since |or |nor )|(?:but|yet|although|though) )"
)


def remove_disclaimers(words: str) -> str:
    """Remove the clauses of a normalised sentence that are disclaimers.

    A claim beside a disclaimer is kept.

    >>> remove_disclaimers(" this is not investment advice , but prices will fall . ")
    ' , but prices will fall . '
    >>> remove_disclaimers(" nothing here is a forecast . ")
    ''
    """
    if not _DISCLAIMERS.first_match(words):
        return words
    clauses = [
        clause
        for clause in _CLAUSE_BREAK.split(words.strip())
        if not _DISCLAIMERS.first_match(f" {clause} ")
    ]
    return f" {' '.join(clauses)} " if clauses else ""
