"""Results of the tools: their types, which a client gets as schemas, and how they are made."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.formatting import format_answer, format_full, format_short
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
)
from forecasts.questions.timeline import Forecast
from tracker.interfaces.mcp.text import fence, fence_parts
from tracker.model.evidence import EvidenceCard, SearchHit
from tracker.model.read_models import CurrentForecast, QuestionPage, QuestionSummary


class ToolResult(BaseModel):
    """A value that cannot change; all times are UTC, as in 2026-12-01T09:30Z."""

    model_config = ConfigDict(frozen=True)


class QuestionLine(ToolResult):
    """A question in a line; forecasts are as typed, short for numbers and dates, or "–"."""

    id: str
    text: str
    kind: str
    status: str
    closes_at: str
    answer: str
    yours: str
    crowd: str
    estimate: str
    base_rate: str
    evidence: int


class QuestionList(ToolResult):
    """Questions, the next to close first; `total` counts those that fit."""

    questions: list[QuestionLine]
    total: int


class DueLine(ToolResult):
    """A question that needs a forecast from you, and why."""

    question: QuestionLine
    why: str


class DueList(ToolResult):
    """Questions that need a forecast from you, the next to close first; `total` counts all."""

    due: list[DueLine]
    total: int
    forecasts_left_today: int


class EvidenceLine(ToolResult):
    """A piece of evidence: cite it by its id.

    `state` says if it moves the estimate: "perhaps" does not until a person confirms it.
    """

    id: int
    question_id: str
    first_seen_at: str
    side: str
    strength: str
    state: str
    reports: int
    untrusted_text: str


class EvidenceList(ToolResult):
    """Evidence on a question, the newest first."""

    evidence: list[EvidenceLine]


class ForecastLine(ToolResult):
    """A forecaster's standing forecast, the evidence it cites and, as untrusted text, its reason.

    `kind` is person, agent, market, platform, or what the tracker computes: crowd, suggestion (the
    estimate), prior (the base rate), hazard (base rate and time).
    """

    forecaster: str
    kind: str
    forecast: str
    p: float | None
    since: str
    cites: list[int]
    untrusted_text: str


class ScoreLine(ToolResult):
    """Points of a forecaster on an answered question: 0 for knowing nothing, higher is better."""

    forecaster: str
    kind: str
    rule: str
    points: float
    coverage: float


class QuestionBriefing(ToolResult):
    """Everything about a question; `evidence` holds the newest pieces, `get_evidence` more."""

    question: QuestionLine
    criteria: str
    sources: list[str]
    options: list[str]
    unit: str
    how_to_forecast: str
    base_rate_reason: str
    essay_id: str
    forecasts: list[ForecastLine]
    evidence: list[EvidenceLine]
    scores: list[ScoreLine]


class EvidenceDetail(ToolResult):
    """A piece of evidence with all its reports, and what was decided or proposed about it."""

    evidence: EvidenceLine
    decisions: list[str]
    untrusted_text: str


class HitLine(ToolResult):
    """A report that was read: propose it by its item_id; `evidence_on` names questions."""

    item_id: int
    first_seen_at: str
    evidence_on: list[str]
    untrusted_text: str


class HitList(ToolResult):
    """Reports with these words, the newest first."""

    reports: list[HitLine]


class ForecastComparison(ToolResult):
    """Everyone's forecasts on a question beside yours, and your distance from them in points."""

    question: QuestionLine
    forecasts: list[ForecastLine]
    your_distance: dict[str, float]


class AnsweredLine(ToolResult):
    """A question on which you had a forecast, its answer and the points of both."""

    question_id: str
    text: str
    forecast: str
    answer: str
    points: float
    crowd_points: float | None
    counts: bool


class StandingLine(ToolResult):
    """Sum of a forecaster's points by one rule over the questions that count."""

    forecaster: str
    kind: str
    rule: str
    questions: int
    points: float


class OwnRecord(ToolResult):
    """Your record in a sentence, your answered questions, and everyone's sums beside it."""

    record: str
    answered: list[AnsweredLine]
    standings: list[StandingLine]


class ForecastReceipt(ToolResult):
    """A forecast that was stored, and how many you may still make today."""

    question_id: str
    forecast: str
    made_at: str
    cites: list[int]
    forecasts_left_today: int


class EvidenceReceipt(ToolResult):
    """A piece that was proposed or added: `outcome` in a word, and in a sentence."""

    evidence_id: int
    outcome: str
    message: str
    evidence_left_today: int


def make_question_line(s: QuestionSummary, me: ForecasterId) -> QuestionLine:
    """Make the line of a question as its forecaster sees it."""
    q = s.question

    def show(forecaster_id: ForecasterId) -> str:
        standing = s.standings.get(forecaster_id)
        return format_short(q, None if standing is None else standing.distribution)

    return QuestionLine(
        id=q.id,
        text=q.text,
        kind=q.kind,
        status=s.status,
        closes_at=f"{q.closes_at:%Y-%m-%dT%H:%MZ}",
        answer=format_answer(q, s.resolution),
        yours=show(me),
        crowd=show(CROWD),
        estimate=show(SUGGESTION),
        base_rate=show(PRIOR),
        evidence=s.evidence,
    )


def make_evidence_line(card: EvidenceCard, question: Question) -> EvidenceLine:
    """Make the line of a piece of evidence."""
    e, carrier = card.evidence, card.carrier
    return EvidenceLine(
        id=e.id,
        question_id=e.question_id,
        first_seen_at=f"{e.first_seen_at:%Y-%m-%dT%H:%MZ}",
        side=describe_side(question.kind, e.direction, e.option)
        if e.direction is not Direction.NEUTRAL or e.reviewed
        else "unclear",
        strength=e.strength.name.lower(),
        state=card.state,
        reports=len(card.items),
        untrusted_text=fence_parts(
            ("Headline", card.headline),
            ("Summary", carrier.item.summary),
            ("Source", carrier.feed_title),
            ("Address", carrier.item.url),
        ),
    )


def make_evidence_detail(card: EvidenceCard, question: Question) -> EvidenceDetail:
    """Make a piece with the whole text of its reports; notes of decisions are text of others."""
    texts = [
        f"{report.feed_title}, {report.item.first_seen_at:%Y-%m-%d}: {report.item.title}\n"
        f"{report.item.summary}\n{report.article}"
        for report in card.items
    ]
    notes = [f"Note of {d.by}: {d.note}" for d in card.decisions if d.note]
    return EvidenceDetail(
        evidence=make_evidence_line(card, question),
        decisions=[f"{d.at:%Y-%m-%d} {d.status} by {d.by}" for d in card.decisions],
        untrusted_text=fence("\n".join([*texts, *notes])),
    )


def make_hit_line(hit: SearchHit) -> HitLine:
    """Make the line of a report."""
    item = hit.item
    return HitLine(
        item_id=item.id,
        first_seen_at=f"{item.first_seen_at:%Y-%m-%dT%H:%MZ}",
        evidence_on=[f"{u.question_id} (evidence {u.evidence_id}, {u.status})" for u in hit.uses],
        untrusted_text=fence_parts(
            ("Headline", item.title),
            ("Summary", item.summary),
            ("Source", hit.feed_title),
            ("Address", item.url),
        ),
    )


def list_forecast_lines(page: QuestionPage) -> list[ForecastLine]:
    """List the standing forecasts of everyone, with the reason of the last act of each."""
    last: Mapping[str, Forecast] = {act.forecaster_id: act for act in page.acts}
    question, standings = page.summary.question, page.summary.standings
    return [
        _make_forecast_line(question, forecaster_id, standing, last.get(forecaster_id))
        for forecaster_id, standing in sorted(standings.items())
    ]


def _make_forecast_line(
    question: Question, forecaster_id: str, standing: CurrentForecast, act: Forecast | None
) -> ForecastLine:
    return ForecastLine(
        forecaster=forecaster_id,
        kind=standing.forecaster.kind,
        forecast=format_full(question, standing.distribution),
        p=p_yes(standing.distribution),
        since=f"{standing.since:%Y-%m-%dT%H:%MZ}",
        cites=[] if act is None else list(act.cites),
        untrusted_text="" if act is None else fence(act.rationale, 2_000),
    )
