"""Questions with one thing wrong, ten or so for each code of the linter, and near misses that have
nothing wrong; the cases lie in `tests/data/forecasts/flawed_questions.toml`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecasts.distributions.cdf import Scale
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.linting.lint import LintContext
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import QuestionId, utc
from tests.tables import read_tables

NOW = utc("2027-01-01")

CRITERIA = (
    "YES if both governments announce between 1 January 2027 and 30 June 2027 (UTC) that they "
    "have signed it. Drafts do not count. Annulled if either state ceases to exist."
)
SOUND = NewQuestion(
    id="river-treaty",
    text="Will Arland sign the river treaty with Borland by 30 June 2027?",
    criteria=CRITERIA,
    sources=("Arland Gazette (gazette.example)", "Reuters, as fall-back"),
    opens_at=NOW,
    closes_at=utc("2027-07-01"),
    resolves_at=utc("2027-07-08"),
    prior="20%",
    prior_reason="2 of the 9 treaties of the last ten years were signed within six months of their draft.",
)
MEASURED = replace(
    SOUND,
    text="Will grain exports of Arland reach 40 million tonnes in 2027?",
    criteria="YES if customs reports 40.0 million tonnes or more for 2027. Annulled if nothing is "
    "published.",
    closes_at=utc("2028-01-01"),
    resolves_at=utc("2028-02-01"),
    horizon_shape="state_at",
)
NUMERIC = replace(
    MEASURED,
    kind="numeric",
    text="How much grain will Arland export in 2027?",
    scale=Scale(0.0, 90.0, unit="million tonnes"),
    prior="",
)
CHOICE = replace(
    SOUND,
    kind="categorical",
    text="Who will win the election in Arland on 30 June 2027?",
    options=("Red Party", "Blue Party", "Other"),
    prior="",
)


def indicator(direction: Direction, name: str = "Talks on the river") -> Indicator:
    question = QuestionId(SOUND.id)
    return Indicator(
        IndicatorId(f"{question}/{direction.name}"),
        question,
        name,
        direction,
        Strength.SOME,
        (("talks",),),
    )


INDICATORS = (indicator(Direction.YES), indicator(Direction.NO, "Talks break off"))
AROUND = LintContext(NOW, indicators=INDICATORS, feeds=("Arland Daily, politics",))


DATELESS = replace(
    SOUND,
    criteria="YES if both governments announce it from the opening on (UTC). Annulled if either "
    "state ceases to exist.",
    resolves_at=SOUND.closes_at,
)
BASES = {
    "SOUND": SOUND,
    "MEASURED": MEASURED,
    "NUMERIC": NUMERIC,
    "CHOICE": CHOICE,
    "DATELESS": DATELESS,
}


def _build_case(case: str | Mapping[str, Any]) -> NewQuestion:
    changes = {"text": case} if isinstance(case, str) else dict(case)
    base = BASES[changes.pop("base", "SOUND")]
    if "scale" in changes:
        changes["scale"] = Scale(**changes["scale"])
    return replace(base, **changes)


def _build_cases(kind: str) -> dict[str, tuple[NewQuestion, ...]]:
    tables: Any = read_tables("forecasts/flawed_questions")[kind]
    return {code: tuple(map(_build_case, cases)) for code, cases in tables.items()}


FLAWED = _build_cases("wrong")
SOUND_ONES = _build_cases("sound")
