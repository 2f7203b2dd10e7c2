"""Numbers, dates, forecasts and states in words. No streamlit, no clock.

    numbers.py   probabilities, odds, counts
    moments.py   times, dates, lengths of time
    held.py      forecasts and answers of every kind of question
    states.py    questions, feeds and evidence
    texts.py     names, and text from outside

All of it is asked for here, as `dashboard.wording`.
"""

from dashboard.wording.held import (
    KIND,
    NOTHING,
    Side,
    answer_of,
    beyond,
    bound,
    edge,
    headline,
    in_short,
    span_of,
    told,
    value_of,
)
from dashboard.wording.moments import UTC_ZONE, age, day, moment, span, zone_of
from dashboard.wording.numbers import (
    DASH,
    MINUS,
    NBSP,
    about,
    echo,
    log_odds,
    odds,
    percent,
    percent_exact,
    percent_number,
    plural,
    points,
)
from dashboard.wording.states import (
    EVIDENCE,
    HEALTH,
    OUTCOME,
    STATUS,
    answered,
    bearing,
    direction,
    status_line,
    strength,
)
from dashboard.wording.texts import capital, clipped, inert, named, web_link

__all__ = [
    "DASH",
    "EVIDENCE",
    "HEALTH",
    "KIND",
    "MINUS",
    "NBSP",
    "NOTHING",
    "OUTCOME",
    "STATUS",
    "UTC_ZONE",
    "Side",
    "about",
    "age",
    "answer_of",
    "answered",
    "bearing",
    "beyond",
    "bound",
    "capital",
    "clipped",
    "day",
    "direction",
    "echo",
    "edge",
    "headline",
    "in_short",
    "inert",
    "log_odds",
    "moment",
    "named",
    "odds",
    "percent",
    "percent_exact",
    "percent_number",
    "plural",
    "points",
    "span",
    "span_of",
    "status_line",
    "strength",
    "told",
    "value_of",
    "web_link",
    "zone_of",
]
