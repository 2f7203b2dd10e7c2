"""Answers about questions, forecasts and evidence, made of what the services return."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from forecasts.distributions.distribution import p_yes
from forecasts.questions.formatting import format_answer, format_full
from forecasts.questions.question import Question, Resolution
from forecasts.questions.timeline import Forecast
from forecasts.scoring.scores import Score
from tracker.model.api_values import (
    AnswerBrief,
    ClaimBrief,
    EvidenceBrief,
    ForecastAct,
    QuestionBrief,
    QuestionDetail,
    ResolutionBrief,
    ScoreBrief,
    SettlingBrief,
    StandingForecast,
)
from tracker.model.evidence import EvidenceCard
from tracker.model.json_values import suggestion_record
from tracker.model.proposed_answers import ProposedAnswer
from tracker.model.read_models import QuestionPage, QuestionSummary

_PEOPLE: Final = ("person", "bot", "market", "platform", "agent")


def make_brief(s: QuestionSummary) -> QuestionBrief:
    """Make the entry of a question in a list."""
    q = s.question
    return QuestionBrief(
        id=q.id,
        kind=q.kind,
        text=q.text,
        status=s.status,
        answer=None if s.resolution is None else format_answer(q, s.resolution),
        opens_at=q.opens_at,
        closes_at=q.closes_at,
        resolves_at=q.resolves_at,
        tags=q.tags,
        retrospective=q.retrospective,
        evidence=s.evidence,
        forecasts=tuple(
            StandingForecast(
                forecaster=forecaster_id,
                name=standing.forecaster.name,
                kind=standing.forecaster.kind,
                forecast=format_full(q, standing.distribution),
                p=standing.p,
                since=standing.since,
            )
            for forecaster_id, standing in sorted(s.standings.items())
        ),
    )


def make_detail(page: QuestionPage) -> QuestionDetail:
    """Make the whole answer about a question."""
    brief = make_brief(page.summary)
    q, compiled, desk = page.summary.question, page.statements.compiled, page.desk
    settling = desk.settling
    return QuestionDetail(
        **{field.name: getattr(brief, field.name) for field in fields(QuestionBrief)},
        criteria=q.criteria,
        sources=q.sources,
        essay=page.essay.id,
        claims=tuple(ClaimBrief(claim.id, claim.quote) for claim in page.claims),
        options=tuple(option.name for option in q.options),
        unit="" if q.scale is None else q.scale.unit,
        horizon=q.horizon_shape,
        statements=compiled.statements,
        names=compiled.names,
        statements_by=compiled.author,
        wordings=page.versions,
        acts=_list_acts(page),
        suggestion=suggestion_record(q, page.suggestion),
        headlines=page.headlines,
        evidence_pieces=tuple(map(make_evidence, page.evidence)),
        settled_by=None
        if settling is None
        else SettlingBrief(settling.series.id, settling.settlement.rule, settling.series.unit),
        proposed_answers=tuple(map(make_proposal, desk.proposals)),
        missing=desk.missing,
        resolutions=tuple(make_resolution(q, r) for r in page.resolutions),
        scores=tuple(map(make_score, page.scores)),
    )


def _list_acts(page: QuestionPage) -> tuple[ForecastAct, ...]:
    people = {f.id: f.name for f in page.forecasters.values() if f.kind in _PEOPLE}
    acts = [act for act in page.acts if act.forecaster_id in people]
    return tuple(make_act(page.summary.question, act, people) for act in acts)


def make_act(q: Question, act: Forecast, names: Mapping[Any, str]) -> ForecastAct:
    """Make the answer about an act; `names` are those of forecasters by id."""
    return ForecastAct(
        id=act.id,
        question=q.id,
        forecaster=act.forecaster_id,
        name=names.get(act.forecaster_id, act.forecaster_id),
        act=act.act,
        forecast=None if act.distribution is None else format_full(q, act.distribution),
        p=p_yes(act.distribution),
        made_at=act.made_at,
        rationale=act.rationale,
        cites=act.cites,
    )


def make_evidence(card: EvidenceCard) -> EvidenceBrief:
    """Make the answer about a piece of evidence."""
    e = card.evidence
    return EvidenceBrief(
        id=e.id,
        question=e.question_id,
        first_seen_at=e.first_seen_at,
        headline=card.headline,
        url=card.carrier.item.url,
        source=card.carrier.feed_title,
        reports=len(card.items),
        direction=e.direction,
        option=e.option,
        strength=e.strength,
        relevance=e.relevance,
        status=e.status,
        context_only=card.context_only,
        perhaps=card.perhaps,
    )


def make_proposal(proposal: ProposedAnswer) -> AnswerBrief:
    """Make the answer about a proposed answer."""
    return AnswerBrief(
        question=proposal.question.id,
        key=proposal.key,
        answer=proposal.answer or proposal.outcome,
        quote=proposal.quote,
        url=proposal.source_url,
        known_at=proposal.known_at,
        series=proposal.series_id,
        evidence=proposal.evidence_id,
        document_hash=proposal.document_hash,
        revised=proposal.revised,
    )


def make_resolution(q: Question, r: Resolution) -> ResolutionBrief:
    """Make the answer about a resolution."""
    return ResolutionBrief(
        outcome=r.outcome,
        answer=format_answer(q, r),
        source_url=r.source_url,
        note=r.note,
        event_at=r.event_at,
        known_at=r.known_at,
        entered_at=r.entered_at,
        by=r.entered_by,
    )


def make_score(score: Score) -> ScoreBrief:
    """Make the answer about a score."""
    return ScoreBrief(
        forecaster=score.forecaster_id,
        rule=score.rule,
        mean_while_active=score.mean_while_active,
        skill_over_schedule=score.skill_over_schedule,
        coverage=score.coverage,
    )
