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
    LINE_MEANINGS,
    describe_bearing,
    describe_certainty,
    describe_match,
    describe_shift,
    effect_line,
    evidence_side,
    explain_direction,
    explain_lines,
    format_report_counts,
    is_uncalled,
    judge_name,
    judgement_line,
    leaning_sentence,
    model_name,
    side_label,
    strength_name,
)
from dashboard.wording.expected import (
    DUE_KINDS,
    SIGNPOST_STATES,
    describe_outcomes,
    describe_ratio,
    describe_signpost_ratio,
    describe_signpost_state,
    describe_silence,
    mark_line,
)
from dashboard.wording.feeds import (
    DATE_NOTES,
    GRADE_MEANINGS,
    HEALTH_LABELS,
    describe_health,
    describe_import,
    describe_next_poll,
    describe_status,
    fleet_sentence,
    format_answer_counts,
    format_answer_runs,
    format_bytes,
    redirect_notice,
    silent_line,
)
from dashboard.wording.groups import (
    LINK_RULES,
    describe_contradiction,
    describe_total_probability,
    format_link_numbers,
    percent_total,
)
from dashboard.wording.held import (
    KIND_NAMES,
    NO_FORECAST,
    RangeSide,
    describe_forecast,
    describe_tails,
    forecast_headline,
    format_answer,
    format_bound,
    format_central_range,
    format_forecast,
    format_quantile,
    format_value,
)
from dashboard.wording.learned import (
    PARAMETER_STATES,
    describe_learned_map,
    gamma_sentence,
    shift_sentence,
)
from dashboard.wording.moments import (
    UTC_ZONE,
    format_age,
    format_day,
    format_duration,
    format_moment,
    parse_zone,
)
from dashboard.wording.numbers import (
    DASH,
    MINUS,
    NBSP,
    describe_probability,
    format_fraction,
    format_log_odds,
    format_odds,
    format_points,
    percent_exact,
    percent_number,
    percent_whole,
    plural,
)
from dashboard.wording.states import (
    OUTCOME_NAMES,
    STATUS_NAMES,
    describe_resolution,
    question_status_line,
)
from dashboard.wording.texts import capitalise, clip, display_name, escape_markdown, safe_web_link
from dashboard.wording.versions import count_flaws, diff_markdown, flaw_line, override_line

__all__ = [
    "DASH",
    "DATE_NOTES",
    "DUE_KINDS",
    "GRADE_MEANINGS",
    "HEALTH_LABELS",
    "KIND_NAMES",
    "LINE_MEANINGS",
    "LINK_RULES",
    "MINUS",
    "NBSP",
    "NO_FORECAST",
    "OUTCOME_NAMES",
    "PARAMETER_STATES",
    "SIGNPOST_STATES",
    "STATUS_NAMES",
    "UTC_ZONE",
    "RangeSide",
    "capitalise",
    "clip",
    "count_flaws",
    "describe_bearing",
    "describe_certainty",
    "describe_contradiction",
    "describe_forecast",
    "describe_health",
    "describe_import",
    "describe_learned_map",
    "describe_match",
    "describe_next_poll",
    "describe_outcomes",
    "describe_probability",
    "describe_ratio",
    "describe_resolution",
    "describe_shift",
    "describe_signpost_ratio",
    "describe_signpost_state",
    "describe_silence",
    "describe_status",
    "describe_tails",
    "describe_total_probability",
    "diff_markdown",
    "display_name",
    "effect_line",
    "escape_markdown",
    "evidence_side",
    "explain_direction",
    "explain_lines",
    "flaw_line",
    "fleet_sentence",
    "forecast_headline",
    "format_age",
    "format_answer",
    "format_answer_counts",
    "format_answer_runs",
    "format_bound",
    "format_bytes",
    "format_central_range",
    "format_day",
    "format_duration",
    "format_forecast",
    "format_fraction",
    "format_link_numbers",
    "format_log_odds",
    "format_moment",
    "format_odds",
    "format_points",
    "format_quantile",
    "format_report_counts",
    "format_value",
    "gamma_sentence",
    "is_uncalled",
    "judge_name",
    "judgement_line",
    "leaning_sentence",
    "mark_line",
    "model_name",
    "override_line",
    "parse_zone",
    "percent_exact",
    "percent_number",
    "percent_total",
    "percent_whole",
    "plural",
    "question_status_line",
    "redirect_notice",
    "safe_web_link",
    "shift_sentence",
    "side_label",
    "silent_line",
    "strength_name",
]
