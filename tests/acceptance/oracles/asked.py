"""Questions as cases describe them, made into real ones: times, an answer, and who held what
when.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import Any

import numpy as np

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import OTHER, Binary, Categorical, Distribution
from forecasts.distributions.probability import check_sum_to_one
from forecasts.errors import InvalidForecast, InvalidTime
from forecasts.questions.answers import parse_answer
from forecasts.questions.question import (
    EssayId,
    ForecasterId,
    HorizonShape,
    Kind,
    Option,
    Outcome,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    to_utc,
    uninformed_prior,
    utc,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.rulebook import BUCKETS

QUESTION = QuestionId("case")

OPENS = utc("2026-01-01")
"""When a question opens of which no time is said."""

UNTOLD = timedelta(days=365)
"""How long a question runs of which that is not said."""

ONLY = ForecasterId("only")
"""Who holds the forecasts where a case names nobody."""

_SLACK = 1e-9  # a curve that ends this near to 1 ends at 1

_GENERATOR = re.compile(
    r"cdf = (?P<share>[\d.]+)\*Phi\(\(x-mu\)/sd\)\+(?P<floor>[\d.]+) on linspace\((?P<range>[^)]*)\)"
)
_NORMAL = re.compile(r"\((-?[\d.]+),\s*([\d.]+)\)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer and everyone's forecasts."""

    question: Question
    resolution: Resolution
    held: dict[ForecasterId, Timeline]

    @property
    def ends_at(self) -> datetime:
        """From when on nothing counts."""
        return effective_close(self.question, self.resolution)


def instant(text: str) -> datetime:
    """A time of a case; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidTime(
            f"{text!r} is not a date: write 2026-06-01 or 2026-06-01T12:00:00Z"
        ) from None
    return to_utc(found if found.tzinfo else found.replace(tzinfo=UTC))


def question(
    opens_at: datetime,
    closes_at: datetime,
    kind: Kind = "binary",
    *,
    horizon_shape: HorizonShape = "state_at",
    prior: Distribution | None = None,
    prior_reason: str = "none given",
    options: tuple[str, ...] = (),
    scale: Scale | None = None,
) -> Question:
    """A question on nothing in particular; its prior says nothing unless one is given."""
    return Question(
        id=QUESTION,
        essay_id=EssayId("cases"),
        kind=kind,
        text="What happens?",
        criteria="As the case says.",
        sources=(),
        horizon_shape=horizon_shape,
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=closes_at,
        prior=uninformed_prior(options, scale) if prior is None else prior,
        prior_reason=prior_reason,
        claim_ids=(),
        options=tuple(map(Option, options)),
        scale=scale,
    )


def resolution(outcome: Outcome, known_at: datetime, answer: str = "") -> Resolution:
    """An answer that was known at an instant."""
    return Resolution(QUESTION, outcome, "", "", known_at, known_at, known_at, ONLY, answer)


def acts_by(given: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The acts of each forecaster; of `ONLY` where the case has one list."""
    found = given.get("forecasts") or []
    return found if isinstance(found, Mapping) else {ONLY: found}


def held_by(
    acts: Mapping[str, Sequence[Mapping[str, Any]]], made: Callable[[Any], Distribution]
) -> dict[ForecasterId, Timeline]:
    """What everyone held when; a forecast without a value is a withdrawal."""
    return {
        ForecasterId(who): build_timeline(
            (instant(act["at"]), None if _value(act) is None else made(_value(act))) for act in own
        )
        for who, own in acts.items()
    }


def _value(act: Mapping[str, Any]) -> Any:
    return act.get("p", act.get("value"))


def per_forecaster(given: Mapping[str, Any], found: Mapping[ForecasterId, Any]) -> Any:
    """Results in the shape of the case: by name where it has names, bare where it has one list."""
    return found if isinstance(given.get("forecasts"), Mapping) else found[ONLY]


def times(given: Mapping[str, Any]) -> tuple[datetime, datetime, datetime]:
    """Opening, scheduled close and effective close; each close stands for the other where one is
    not said.
    """
    first = min(
        (instant(act["at"]) for own in acts_by(given).values() for act in own), default=OPENS
    )
    opens, closes, ends = (
        given.get(name) for name in ("open", "scheduled_close", "effective_close")
    )
    opens_at = first if opens is None else instant(opens)
    known = [instant(text) for text in (closes, ends) if text is not None] or [opens_at + UNTOLD]
    return opens_at, known[0], known[-1]


def binary(given: Mapping[str, Any]) -> Asked:
    """A binary question; `resolution` may say that it has no answer."""
    opens_at, closes_at, ends_at = times(given)
    found = resolution(_outcome(given.get("resolution", given.get("outcome"))), ends_at)
    return Asked(question(opens_at, closes_at), found, held_by(acts_by(given), Binary))


def _outcome(said: Any) -> Outcome:
    words: dict[Any, Outcome] = {1: "yes", 0: "no", "yes": "yes", "no": "no"}
    words |= {"annulled": "annulled", "ambiguous": "ambiguous"}
    found = words.get(said.lower() if isinstance(said, str) else said)
    if found is None:
        raise InvalidForecast(
            f"the outcome of a binary question is 1, 0, annulled or ambiguous, not {said!r}"
        )
    return found


def options(given: Mapping[str, Any]) -> Asked:
    """A question with options: values are lists with null for what was not offered then, the
    outcome is an index.
    """
    opens_at, closes_at, ends_at = times(given)
    acts = acts_by(given)
    count = max(
        (len(_value(act)) for own in acts.values() for act in own if _value(act) is not None),
        default=2,
    )
    names = (*map(str, range(count - 1)), OTHER)

    def made(value: Sequence[float | None]) -> Distribution:
        offered = {name: p for name, p in zip(names, value, strict=True) if p is not None}
        return Categorical(tuple(offered), tuple(offered.values()))

    asked, index = (
        question(opens_at, closes_at, "categorical", options=names),
        int(given["outcome"]),
    )
    outcome, name = parse_answer(asked, OTHER if index == count - 1 else str(index))
    return Asked(asked, resolution(outcome, ends_at, name), held_by(acts, made))


def curve(given: Mapping[str, Any]) -> Asked:
    """A number between 0 and 1 on a scale in 200 parts: values are curves or masses, the outcome is
    a bucket.

    A bound is open when somebody gave mass to what lies beyond it.
    """
    opens_at, closes_at, ends_at = times(given)
    acts = {who: _drawn(who, own, given.get("notes", "")) for who, own in acts_by(given).items()}
    held = held_by(acts, _curve)
    curves = [step for own in held.values() for _, step in own.steps if isinstance(step, Cdf)]
    bucket = given["outcome"]
    scale = Scale(
        0.0,
        1.0,
        open_lower=bucket == 0 or any(each.below > 0.0 for each in curves),
        open_upper=bucket > BUCKETS or any(each.above > _SLACK for each in curves),
    )
    middle = str((bucket - 0.5) / BUCKETS)
    answer = "below" if bucket == 0 else "above" if bucket > BUCKETS else middle
    return Asked(
        question(opens_at, closes_at, "numeric", scale=scale),
        resolution("answered", ends_at, answer),
        held,
    )


def _curve(value: Sequence[float]) -> Distribution:
    shares = np.asarray(value, dtype=np.float64)
    if len(shares) == BUCKETS + 2:
        shares = np.minimum(
            np.cumsum(check_sum_to_one(shares))[:-1], 1.0
        )  # sums of masses miss 1 by a rounding
    if len(shares) != BUCKETS + 1:
        raise InvalidForecast(
            f"a curve has {BUCKETS + 1} points, or {BUCKETS + 2} masses, not {len(shares)}"
        )
    return Cdf(tuple(np.linspace(0.0, 1.0, BUCKETS + 1).tolist()), tuple(shares.tolist()))


def _drawn(who: str, acts: Sequence[Mapping[str, Any]], notes: str) -> list[Mapping[str, Any]]:
    """The acts with curves in place of "see generator": normal ones, whose means and spreads stand
    in the notes.
    """
    told = re.search(rf"\b{re.escape(who)}\b([^;]*)", notes)
    normals = iter(_NORMAL.findall(told[1]) if told else ())
    return [
        {**act, "value": _generated(next(normals, None), who, notes)}
        if isinstance(_value(act), str)
        else act
        for act in acts
    ]


def _generated(normal: tuple[str, str] | None, who: str, notes: str) -> list[float]:
    how = _GENERATOR.search(notes)
    if how is None or normal is None:
        raise InvalidForecast(
            f"the notes do not say how the curves of {who} are made: give 201 numbers instead"
        )
    low, high, count = how["range"].split(",")
    shape = NormalDist(*map(float, normal))
    knots = np.linspace(float(low), float(high), int(count)).tolist()
    return [float(how["share"]) * shape.cdf(x) + float(how["floor"]) for x in knots]
