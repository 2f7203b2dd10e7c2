"""Numbers, dates, forecasts and states in words. No streamlit, no clock.

    numbers.py       probabilities, odds, counts
    moments.py       times, dates, durations
    held.py          forecasts and answers of every kind of question
    states.py        states and outcomes of questions
    evidence.py      direction, certainty and reason of evidence
    expected.py      signposts and silence
    versions.py      wording changes and linter findings
    groups.py        links between questions
    moved.py         causes of a probability change
    coherence.py     contradictions, repairs and their gains
    scenarios.py     leading scenario, changes, marks of the likelihood table
    essay.py         sentences of an essay, coverage and record
    today.py         home page
    postmortem.py    best path of an answered question
    learned.py       learned parameters
    feeds.py         feeds, server answers and dates
    installation.py  request budget, database and first steps
    texts.py         names and text from outside

Pages import these names from `dashboard.wording`, except those of essays, coherence, scenarios,
post-mortems, the home page and the settings.
"""

from dashboard.wording.evidence import (
    LINE,
    bearing,
    effect_line,
    folded,
    judge,
    judgement_line,
    leaning_sentence,
    leans,
    lines_explained,
    machine,
    matched,
    shift_of,
    side,
    side_of,
    strength,
    sureness,
    uncalled,
)
from dashboard.wording.expected import (
    DUE,
    WAITING,
    if_seen,
    mark_line,
    says,
    signpost_says,
    signpost_state,
    silence,
)
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
from dashboard.wording.groups import RULE, contradiction, percent_of_all, together, with_numbers
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
from dashboard.wording.learned import STATE, borne_out, gamma_sentence, shift_sentence
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
from dashboard.wording.states import OUTCOME, STATUS, answered, status_line
from dashboard.wording.texts import capital, clipped, inert, named, web_link
from dashboard.wording.versions import against_the_linter, finding, findings, marked

__all__ = [
    "DASH",
    "DATE_NOTE",
    "DUE",
    "GRADE",
    "HEALTH",
    "KIND",
    "LINE",
    "MINUS",
    "NBSP",
    "NOTHING",
    "OUTCOME",
    "RULE",
    "STATE",
    "STATUS",
    "UTC_ZONE",
    "WAITING",
    "Side",
    "about",
    "against_the_linter",
    "age",
    "answer_of",
    "answer_word",
    "answered",
    "answers_counted",
    "answers_in_a_row",
    "asked_next",
    "bearing",
    "beyond",
    "borne_out",
    "bound",
    "brought",
    "capital",
    "clipped",
    "contradiction",
    "day",
    "echo",
    "edge",
    "effect_line",
    "faring",
    "finding",
    "findings",
    "fleet_sentence",
    "folded",
    "gamma_sentence",
    "headline",
    "if_seen",
    "in_short",
    "inert",
    "judge",
    "judgement_line",
    "leaning_sentence",
    "leans",
    "lines_explained",
    "log_odds",
    "machine",
    "mark_line",
    "marked",
    "matched",
    "moment",
    "moving",
    "named",
    "odds",
    "percent",
    "percent_exact",
    "percent_number",
    "percent_of_all",
    "plural",
    "points",
    "says",
    "shift_of",
    "shift_sentence",
    "side",
    "side_of",
    "signpost_says",
    "signpost_state",
    "silence",
    "silent_line",
    "size",
    "span",
    "span_of",
    "status_line",
    "strength",
    "sureness",
    "together",
    "told",
    "uncalled",
    "value_of",
    "web_link",
    "with_numbers",
    "zone_of",
]
