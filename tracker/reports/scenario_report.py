"""Report on a scenario set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.families import FamilyId
from forecasts.questions.formatting import (
    format_percent,
    format_signed,
    format_utc_day,
    format_utc_minute,
)
from forecasts.questions.question import RESERVED, Question, QuestionId, effective_close
from forecasts.scenarios.scenario_set import ScenarioPosterior, ScenarioSet, compute_posterior
from tracker.errors import NotFound
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import ScenarioShares
from tracker.questions.queries.families import load_families
from tracker.questions.scenarios import scenario_pages
from tracker.questions.scenarios.board_timelines import load_board
from tracker.reports.content import (
    Block,
    Chart,
    Point,
    ReportDocument,
    ReportSection,
    ReportSeries,
    format_count,
    make_document,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import QuestionRows, load_questions_as_of
from tracker.storage import scenarios
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class _ScenarioSetAsOf:
    """A scenario set as known at an instant; `compute_posterior` is a message if the table does not
    fit.
    """

    at: datetime
    scenario_set: ScenarioSet
    summary: QuestionSummary
    rows: QuestionRows
    probabilities: Mapping[QuestionId, float]
    posterior: ScenarioPosterior | str
    history: tuple[ScenarioShares, ...]

    @property
    def question(self) -> Question:
        """The question whose options are the scenarios."""
        return self.summary.question

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios offered."""
        return self.question.offered_options(self.at)


def build_scenario_report(session: Session, question_id: str, at: datetime) -> ReportDocument:
    """Build the report on a scenario set, by its question, as known at an instant.

    Raises `NotFound`, also if it was made later.
    """
    data = _load_data(session, question_id, at)
    sections = (
        _build_standings(data),
        _build_history(data),
        _build_table(data),
        _build_explanation(data),
        _build_details(data),
    )
    return make_document(
        "scenarios",
        data.question.id,
        at,
        title=data.scenario_set.title,
        answer=_summarise(data),
        sections=sections,
    )


def _load_data(session: Session, question_id: str, at: datetime) -> _ScenarioSetAsOf:
    page = scenario_pages.load_scenario_page(session, question_id, at)
    scenario_set = scenarios.find_scenario_set(session, page.summary.question.id, at)
    rows = load_questions_as_of(session, at)
    if scenario_set is None or page.summary.question.id not in rows:
        raise NotFound("scenario set", question_id, f"it was made after {format_utc_minute(at)}")
    summary = rows[page.summary.question.id]
    families = load_families(session, [row.question for row in rows.values()])
    probabilities = load_board(session, [r.question_id for r in scenario_set.rows], at)
    return _ScenarioSetAsOf(
        at,
        scenario_set,
        summary,
        rows,
        probabilities,
        _compute_posterior(summary, scenario_set, probabilities, families=families, at=at),
        page.history,
    )


def _compute_posterior(
    summary: QuestionSummary,
    scenario_set: ScenarioSet,
    probabilities: Mapping[QuestionId, float],
    *,
    families: Mapping[QuestionId, FamilyId],
    at: datetime,
) -> ScenarioPosterior | str:
    try:
        return compute_posterior(
            summary.question, scenario_set, probabilities, families=families, at=at
        )
    except ForecastsError as refusal:
        return f"{refusal}: until then the table moves nothing"


def _summarise(data: _ScenarioSetAsOf) -> str:
    if isinstance(data.posterior, str):
        return data.posterior
    distribution = data.posterior.distribution
    best = distribution.likeliest
    return (
        f"“{best}” leads with {format_percent(distribution.of(best))}, by the table and the board."
    )


def _build_standings(data: _ScenarioSetAsOf) -> ReportSection:
    descriptions = dict(
        zip((o.name for o in data.question.options), data.scenario_set.descriptions, strict=False)
    )
    shares_by_name = {
        standing.forecaster.name: shares
        for forecaster_id, standing in sorted(data.summary.standings.items())
        if forecaster_id not in RESERVED and (shares := _list_shares(data, standing.distribution))
    }
    posterior = (
        {} if isinstance(data.posterior, str) else _list_shares(data, data.posterior.distribution)
    )
    prior = _list_shares(data, data.question.prior)
    rows = [
        make_row(
            n,
            descriptions.get(n, ""),
            format_percent(prior.get(n)),
            format_percent(posterior.get(n)),
            *(format_percent(s.get(n)) for s in shares_by_name.values()),
        )
        for n in data.names
    ]
    headings = ("scenario", "what it is", "prior", "by the table", *shares_by_name)
    n = (
        f"Shares of {format_count(len(rows), 'scenario')} that exclude each other; "
        f"{format_count(len(shares_by_name), 'person', 'people')}"
    )
    numbers = tuple(range(2, len(headings)))
    sentence = f"{n} {'holds' if len(shares_by_name) == 1 else 'hold'} a forecast of their own."
    return ReportSection(
        "Where they stand",
        (
            make_table(headings, rows, wide=(0, 1), numbers=numbers),
            make_paragraph(sentence, quiet=True),
        ),
    )


def _list_shares(data: _ScenarioSetAsOf, distribution: object) -> dict[str, float]:
    """Return the shares of the offered scenarios."""
    if not isinstance(distribution, Categorical):
        return {}
    offered = fold_removed_options(data.question, data.at, distribution)
    return (
        dict(zip(offered.options, offered.p, strict=True))
        if isinstance(offered, Categorical)
        else {}
    )


def _build_history(data: _ScenarioSetAsOf) -> ReportSection | None:
    if not data.history:
        return None
    end = min(data.at, effective_close(data.question, data.summary.resolution))
    names = data.question.prior.options if isinstance(data.question.prior, Categorical) else ()
    steps = [
        *((step.at, step.shares) for step in data.history if step.at < end),
        (end, data.history[-1].shares),
    ]
    series = tuple(
        ReportSeries(
            name,
            "option",
            tuple(Point(at, shares[place]) for at, shares in steps if place < len(shares)),
        )
        for place, name in enumerate(names)
    )
    span = f"from {format_utc_day(steps[0][0])} to {format_utc_day(end)}"
    alt = (
        f"Shares of {len(names)} scenarios by the table, {span}, stacked to 100%, the first on top."
    )
    return ReportSection("How they stood", (Chart("share", "", series, alt, stacked=True),))


def _build_table(data: _ScenarioSetAsOf) -> ReportSection:
    rows = []
    for likelihoods in data.scenario_set.rows:
        summary = data.rows.get(likelihoods.question_id)
        text = likelihoods.question_id if summary is None else summary.question.text
        rows.append(
            make_row(
                text,
                format_percent(data.probabilities.get(likelihoods.question_id)),
                *(format_percent(p) for p in likelihoods.p),
                likelihoods.why,
            )
        )
    names = [option.name for option in data.question.options]
    headings = ("indicator question", "now", *names, "why")
    numbers = tuple(range(1, len(names) + 2))
    explanation = (
        "Under each scenario: how likely the question is answered YES if that scenario comes about."
    )
    return ReportSection(
        "The table",
        (
            make_table(headings, rows, wide=(0, len(headings) - 1), numbers=numbers),
            make_paragraph(explanation, quiet=True),
        ),
    )


def _build_explanation(data: _ScenarioSetAsOf) -> ReportSection | None:
    if isinstance(data.posterior, str):
        return None
    rows = []
    for name in data.names:
        for line in data.posterior.lines.get(name, ()):
            summary = None if line.question_id is None else data.rows.get(line.question_id)
            about = "" if summary is None else f"{summary.question.text} "
            rows.append(make_row(name, f"{about}{line.why}", format_signed(line.log_share, 3)))
    omitted = (
        f" Left out, for want of a number: {', '.join(data.posterior.left_out)}."
        if data.posterior.left_out
        else ""
    )
    explanation = f"The lines of a scenario add up to the logarithm of its share.{omitted}"
    blocks: tuple[Block, ...] = (
        make_table(("scenario", "what", "adds"), rows, wide=(0, 1), numbers=(2,)),
        make_paragraph(explanation, quiet=True),
    )
    return ReportSection("Why", blocks)


def _build_details(data: _ScenarioSetAsOf) -> ReportSection:
    return ReportSection(
        "The question",
        (
            make_facts(
                ("Question", data.question.text),
                ("Criteria", data.question.criteria),
                ("State", data.summary.status),
                ("Closes", format_utc_minute(data.question.closes_at)),
                ("Sources", "; ".join(data.question.sources)),
                ("Note", data.scenario_set.note),
            ),
        ),
    )
