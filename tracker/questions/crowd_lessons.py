"""Lessons on the members of the crowd, as learned values tell them: their skill and the exponent.

At each instant the crowds that learn use what was known then, so that no score looks ahead, and
scores follow from the log.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from forecasts.aggregation.crowd import CrowdLessons
from forecasts.questions.question import CROWD, POOLS, ForecasterId, Kind
from forecasts.scoring.rulebook import HEADLINE, RuleName
from tracker.storage import learned
from tracker.storage.learned import LearnedRecord
from tracker.storage.sessions import Session

SKILL: Final = "crowd skill"
"""Name of a member's adjusted skill in units of loss; its scope is rule/member (`skill_scope`)."""

EXPONENT: Final = "crowd exponent"
"""Name of the exponent of the crowd on yes-no questions."""

SHOWN: Final = "crowd shown"
"""Name of the choice of a pool that is shown as the crowd: its place in `POOLS`."""

DEFAULT_EXPONENT: Final = 1.0
"""Exponent that changes nothing."""

LessonsByKind = Mapping[Kind, tuple[CrowdLessons, ...]]
"""Lessons for questions of each kind, in order of time."""


def skill_scope(rule: RuleName, member: ForecasterId) -> str:
    """Return the scope of a member's skill by a headline rule."""
    return f"{rule}/{member}"


def load_crowd_lessons(session: Session) -> LessonsByKind:
    """Load everything that was ever learned of the crowd, by kind of question."""
    names = (SKILL, EXPONENT, SHOWN)
    versions = [record for name in names for _, record in learned.list_records(session, name)]
    if not versions:
        return {}
    versions.sort(key=lambda record: record.learned.as_of)
    by_rule = {rule: _follow_rule(versions, rule) for rule in set(HEADLINE.values())}
    return {kind: by_rule[rule] for kind, rule in HEADLINE.items()}


def _follow_rule(versions: list[LearnedRecord], rule: RuleName) -> tuple[CrowdLessons, ...]:
    """Follow skills by one rule over time, one set of lessons an instant."""
    skills: dict[ForecasterId, float] = {}
    exponent: float | None = None
    shown = CROWD
    lessons: dict[object, CrowdLessons] = {}
    for record in versions:
        value = record.learned
        known_rule, _, member = value.scope.partition("/")
        counts = record.state != "reset" and not value.why.startswith("default")
        if value.name == EXPONENT:
            exponent = value.value if counts else None
        elif value.name == SHOWN:
            shown = POOLS[int(value.value)] if counts else CROWD
        elif known_rule == rule:
            skills.pop(ForecasterId(member), None)
            if counts:
                skills[ForecasterId(member)] = value.value
        else:
            continue
        lessons[value.as_of] = CrowdLessons(value.as_of, dict(skills), exponent, shown)
    return tuple(lessons.values())


def find_shown_crowd(session: Session, at: datetime) -> ForecasterId:
    """Find the pool that pages and scenario boards show as the crowd at an instant."""
    return POOLS[int(learned.load_values(session, SHOWN, at).get(learned.GLOBAL_SCOPE, 0))]
