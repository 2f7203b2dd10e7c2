"""Lift of a story's evidence by a later report of the same event.

A vague early report often opens a story, and the report of the deed joins it. The evidence is as
relevant as the best of its reports: P(evidence) of a story is a maximum over reports, so that a
further report never lowers it. A lift counts from its day on, and a person's judgement ends them.
"""

from dataclasses import replace
from typing import Final

from forecasts.evidence.evidence import MIN_RELEVANCE, Evidence, is_own_text
from forecasts.questions.question import MATCHER

MIN_LIFT: Final = 0.05
"""Smallest gain of a probability that is written down; less is noise of the wording."""


def lift_evidence(standing: Evidence, report: Evidence) -> Evidence | None:
    """Return standing evidence with what a report of its story adds; None if that is little.

    `report` is the evidence that the report would be by itself. The result has the greater of the
    two relevances; direction, indicator and strength are those of the report if it knows better
    (`_take_side`), and its rung counts from then on if it is higher. Only what the matcher alone
    has judged is lifted. A report for the other side is none of the same event, and lifts nothing.
    """
    if standing.status != "logged" or standing.judged_by != MATCHER:
        return None
    if _is_opposed(standing, report):
        return None
    is_clear = report.relevance >= min(standing.relevance, MIN_RELEVANCE)
    sided = _take_side(standing, report) if is_clear else standing
    is_surer = is_clear and report.rung > standing.rung
    lifted = replace(
        sided,
        relevance=max(standing.relevance, report.relevance),
        raised_rung=report.rung if is_surer else standing.raised_rung,
    )
    return lifted if _is_gain(standing, lifted) else None


def _is_opposed(standing: Evidence, report: Evidence) -> bool:
    return (
        standing.option == report.option
        and int(standing.direction) == -int(report.direction)
        and bool(report.direction)
    )


def _take_side(standing: Evidence, report: Evidence) -> Evidence:
    """Return standing evidence with the report's side, if that is worth more.

    A report without a side leaves it alone. So does one for another option, unless it is clearly
    more relevant. For the same side an indicator that somebody wrote goes before the question's own
    text, and the greater chance of being right counts.
    """
    if not report.direction:
        return standing
    with_side = replace(
        standing,
        direction=report.direction,
        p_direction=report.p_direction,
        option=report.option,
        indicator_id=report.indicator_id,
        strength=report.strength,
    )
    if not standing.direction:
        return with_side
    gain = report.relevance - standing.relevance
    if (standing.direction, standing.option) != (report.direction, report.option):
        return with_side if gain >= MIN_LIFT else standing
    p_direction = max(standing.p_direction, report.p_direction)
    is_written_over = is_own_text(report.indicator_id) and not is_own_text(standing.indicator_id)
    base = standing if is_written_over or gain < MIN_LIFT else with_side
    return replace(base, p_direction=p_direction)


def _is_gain(standing: Evidence, lifted: Evidence) -> bool:
    return (
        lifted.relevance - standing.relevance >= MIN_LIFT
        or (bool(lifted.direction) and not standing.direction)
        or lifted.p_direction - standing.p_direction >= MIN_LIFT
        or (bool(lifted.direction) and lifted.rung > standing.rung)
    )
