"""Numbers, dates, forecasts and states in words. No streamlit, no clock.

    numbers.py   probabilities, odds, counts
    moments.py   times, dates, lengths of time
    held.py      forecasts and answers of every kind of question
    states.py    questions and evidence
    feeds.py     feeds, their servers' answers and what is odd about a date
    texts.py     names, and text from outside

All of it is asked for here, as `dashboard.wording`.
"""

from dashboard.wording.feeds import (
    DATE_NOTE,
    GRADE,
    HEALTH,
    answer_word,
    answers_counted,
    answers_in_a_row,
    asked_next,
    brought,
    faring,
    fleet_sentence,
    moving,
    silent_line,
    size,
)
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
    "DATE_NOTE",
    "EVIDENCE",
    "GRADE",
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
    "answer_word",
    "answered",
    "answers_counted",
    "answers_in_a_row",
    "asked_next",
    "bearing",
    "beyond",
    "bound",
    "brought",
    "capital",
    "clipped",
    "day",
    "direction",
    "echo",
    "edge",
    "faring",
    "fleet_sentence",
    "headline",
    "in_short",
    "inert",
    "log_odds",
    "moment",
    "moving",
    "named",
    "odds",
    "percent",
    "percent_exact",
    "percent_number",
    "plural",
    "points",
    "silent_line",
    "size",
    "span",
    "span_of",
    "status_line",
    "strength",
    "told",
    "value_of",
    "web_link",
    "zone_of",
]
