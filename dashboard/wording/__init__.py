"""Numbers, dates, forecasts and states in words. No streamlit, no clock.

    numbers.py   probabilities, odds, counts
    moments.py   times, dates, lengths of time
    held.py      forecasts and answers of every kind of question
    states.py    where questions stand
    evidence.py  which way evidence points, how surely, and why
    expected.py  what is expected by a date, and what silence says
    versions.py  how a question came to read as it does, and what the linter finds
    groups.py    what links between questions say
    coherence.py what contradicts what, what repairs would gain, and what they gained
    scenarios.py who leads among scenarios, what moved, what the marks of a table mean
    essay.py     how sentences of an essay stand, how much was asked, how it did
    today.py     what moved, what waits, who disagrees
    postmortem.py  whose path would have scored best
    learned.py   what was learned, and what it waits for
    feeds.py     feeds, their servers' answers and what is odd about a date
    installation.py  what feeds may cost, how the installation fares, how far a new one has come
    texts.py     names, and text from outside

All of it is asked for here, as `dashboard.wording`, but for essays, coherence, scenarios,
post-mortems, the first page and the settings: their words are only theirs.
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
