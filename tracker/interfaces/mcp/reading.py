"""Tools that read, and resources; each shows what whoever asks may see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from forecasts.questions.formatting import (
    format_answer,
    format_count,
    format_percent,
    format_short,
)
from forecasts.questions.question import FORECAST_FORMATS, Question
from forecasts.scoring.rulebook import HEADLINE, HEADLINE_RULES
from forecasts.scoring.summary import skill_points
from tracker.app.tracker import Tracker
from tracker.interfaces.mcp import results
from tracker.interfaces.mcp.text import fence
from tracker.model.read_models import QuestionPage, QuestionSummary

FindDesk = Callable[[], Tracker]
"""Returns the tracker of whoever a request comes from."""

Limit = Annotated[int, Field(ge=1, le=100)]
State = Literal["open", "closed", "resolved", "annulled", "ambiguous", "upcoming", "all"]
ReportName = Literal["question", "scenarios", "essay", "week"]

MAX_CARDS: Final = 20
"""Newest pieces of evidence that come with a question."""

CLOSING_SOON: Final = timedelta(days=14)
LATE_AGE: Final = timedelta(days=7)
"""Age of a forecast after which it is due to be renewed on a question that closes soon."""

STALE_AGE: Final = timedelta(days=30)
"""Age of a forecast after which it is due to be renewed on any question."""

MIN_MOVE: Final = 0.02
"""Move of the estimate, in probability, after which a forecast from before it is due."""


class ReadingTools:
    """The tools that read, for whoever asks."""

    def __init__(self, find_desk: FindDesk) -> None:
        self._find_desk = find_desk

    def list_questions(
        self, words: str = "", status: State = "open", limit: Limit = 20
    ) -> results.QuestionList:
        """List questions whose text, id or tags have all these words, the next to close first."""
        desk = self._find_desk()
        terms = words.lower().split()
        fitting = [
            s
            for s in desk.questions.list()
            if status in ("all", s.status) and all(term in _list_words(s) for term in terms)
        ]
        lines = [results.make_question_line(s, desk.me) for s in fitting[:limit]]
        return results.QuestionList(questions=lines, total=len(fitting))

    def get_question(self, question_id: str) -> results.QuestionBriefing:
        """Read a question: criteria, sources, everyone's forecasts, evidence to cite, scores."""
        desk = self._find_desk()
        page = desk.questions.get(question_id, MAX_CARDS)
        q = page.summary.question
        return results.QuestionBriefing(
            question=results.make_question_line(page.summary, desk.me),
            criteria=q.criteria,
            sources=list(q.sources),
            options=list(q.offered_options(desk.now())),
            unit="" if q.scale is None else q.scale.unit,
            how_to_forecast=FORECAST_FORMATS[q.kind],
            base_rate_reason=q.dated_prior_reason,
            essay_id=page.essay.id,
            forecasts=results.list_forecast_lines(page),
            evidence=[results.make_evidence_line(card, q) for card in page.evidence],
            scores=_list_scores(page),
        )

    def get_evidence(self, evidence_id: int) -> results.EvidenceDetail:
        """Read a piece of evidence: all its reports in full, and what was decided about it."""
        desk = self._find_desk()
        card = desk.evidence.get(evidence_id)
        return results.make_evidence_detail(card, _get_question(desk, card.evidence.question_id))

    def list_evidence(
        self, question_id: str, offset: int = 0, limit: Limit = 20
    ) -> results.EvidenceList:
        """List the evidence on a question, the newest first, from a place on."""
        desk = self._find_desk()
        question = _get_question(desk, question_id)
        cards = desk.evidence.list(question.id, offset=max(0, offset), limit=limit)
        return results.EvidenceList(
            evidence=[results.make_evidence_line(c, question) for c in cards]
        )

    def search_archive(
        self,
        words: str,
        days: Annotated[float, Field(gt=0, le=36_500)] | None = None,
        limit: Limit = 20,
    ) -> results.HitList:
        """Search all reports that the feeds brought, perhaps of the last days alone.

        All words have to occur; "quoted" ones follow one another, and a word may end in *.
        """
        desk = self._find_desk()
        since = None if days is None else desk.now() - timedelta(days=days)
        hits = desk.evidence.search(words, since=since, limit=limit)
        return results.HitList(reports=[results.make_hit_line(hit) for hit in hits])

    def list_due(self, limit: Limit = 20) -> results.DueList:
        """List open questions that need a forecast from you, and why; begin your day here."""
        desk = self._find_desk()
        is_replay = desk.system.replayed_until() is not None
        due = [
            results.DueLine(question=results.make_question_line(s, desk.me), why=why)
            for s in desk.questions.list()
            if s.status == "open" and (is_replay or not s.question.retrospective)
            if (why := _explain_due(s, desk))
        ]
        left = max(0, desk.settings.mcp_daily_forecasts - desk.accounts.acts_today().forecasts)
        return results.DueList(due=due[:limit], total=len(due), forecasts_left_today=left)

    def compare_forecasts(self, question_id: str) -> results.ForecastComparison:
        """Compare everyone's forecasts on a question with yours, with reasons and cited evidence.

        Distances are in points of probability, on yes-no questions alone.
        """
        desk = self._find_desk()
        page = desk.questions.get(question_id, 0)
        standings = page.summary.standings
        mine = standings[desk.me].p if desk.me in standings else None
        distances = {
            str(name): round(100 * (standing.p - mine), 1)
            for name, standing in standings.items()
            if mine is not None and standing.p is not None and name != desk.me
        }
        return results.ForecastComparison(
            question=results.make_question_line(page.summary, desk.me),
            forecasts=results.list_forecast_lines(page),
            your_distance=distances,
        )

    def get_track_record(self) -> results.OwnRecord:
        """Read how good your forecasts were: each answered question, and everyone's points."""
        desk = self._find_desk()
        record, accuracy = desk.accuracy.record(), desk.accuracy.summarise()
        return results.OwnRecord(
            record=record.describe() or "None of your forecasts counts yet.",
            answered=[
                results.AnsweredLine(
                    question_id=a.question.id,
                    text=a.question.text,
                    forecast=format_short(a.question, a.forecast),
                    answer=format_answer(a.question, a.resolution),
                    points=round(a.points, 2),
                    crowd_points=None if a.crowd_points is None else round(a.crowd_points, 2),
                    counts=a.provisional_until is None,
                )
                for a in record.answered
            ],
            standings=[
                results.StandingLine(
                    forecaster=s.forecaster_id,
                    kind=accuracy.forecasters[s.forecaster_id].kind,
                    rule=s.rule,
                    questions=s.questions,
                    points=round(skill_points(s.rule, s.points), 2),
                )
                for s in accuracy.summaries
                if s.rule in HEADLINE_RULES and s.questions
            ],
        )


class Resources:
    """Essays and reports as texts, for whoever asks."""

    def __init__(self, find_desk: FindDesk) -> None:
        self._find_desk = find_desk

    def list_addresses(self) -> list[tuple[str, str]]:
        """List the addresses of the essays and of the report on the week, with a name each."""
        essays = [(f"tracker://essay/{name}", name) for name in self._find_desk().essays.titles()]
        return [*essays, ("tracker://report/week/now", "week")]

    def read_essay(self, essay_id: str) -> str:
        """Read the text of an essay, or its claims where its text is not kept."""
        page = self._find_desk().essays.get(essay_id)
        claims = "\n".join(claim.quote for claim in page.claims)
        return fence(f"{page.essay.title}\n{page.text.text if page.text else claims}", 200_000)

    def read_report(self, kind: ReportName, name: str) -> str:
        """Read a report as JSON: on a question, a scenario set or an essay by its id, or "week"."""
        report = self._find_desk().reports.build(kind, "" if kind == "week" else name)
        return fence(report.data, 200_000)


def _list_words(s: QuestionSummary) -> str:
    return f"{s.question.text} {s.question.id} {' '.join(s.question.tags)}".lower()


def _get_question(desk: Tracker, question_id: str) -> Question:
    return desk.questions.get(question_id, 0).summary.question


def _list_scores(page: QuestionPage) -> list[results.ScoreLine]:
    """List the scores by the headline rule of the question's kind, the best first."""
    rule = HEADLINE[page.summary.question.kind]
    return [
        results.ScoreLine(
            forecaster=score.forecaster_id,
            kind=page.forecasters[score.forecaster_id].kind,
            rule=rule,
            points=round(skill_points(rule, score.skill_over_schedule), 2),
            coverage=round(score.coverage, 4),
        )
        for score in sorted(page.scores, key=lambda score: -score.skill_over_schedule)
        if score.rule == rule
    ]


def _explain_due(s: QuestionSummary, desk: Tracker) -> str:
    """Explain why a question needs a forecast of whoever asks; "" if it does not."""
    mine, now = s.standings.get(desk.me), desk.now()
    if mine is None:
        return "you hold no forecast"
    age = now - mine.since
    before = next((p for at, p in reversed(s.history) if at <= mine.since), None)
    if before is not None and abs(s.history[-1][1] - before) >= MIN_MOVE:
        moved = f"{format_percent(before)} to {format_percent(s.history[-1][1])}"
        return f"the estimate moved from {moved} since your forecast"
    if age >= STALE_AGE:
        return f"your forecast is {format_count(age.days, 'day')} old"
    if age >= LATE_AGE and s.question.closes_at <= now + CLOSING_SOON:
        return f"it closes on {s.question.closes_at:%Y-%m-%d}"
    return ""
