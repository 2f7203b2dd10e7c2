"""The report on a scenario set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.forecaster import RESERVED
from forecasts.questions.format import percent, signed
from forecasts.questions.options import as_offered
from forecasts.questions.question import Question, QuestionId, effective_close
from forecasts.scenarios.scenario_set import ScenarioPosterior, ScenarioSet, posterior
from tracker.errors import NotFound
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import Stood
from tracker.questions.scenarios import reading
from tracker.questions.scenarios.board import board
from tracker.reports.content import (
    Block,
    Chart,
    Point,
    Report,
    Section,
    Series,
    clean,
    counted,
    day,
    facts,
    minute,
    row,
    table,
    words,
)
from tracker.reports.known import Rows, known
from tracker.storage import scenarios
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known of a scenario set at an instant. `found` is a sentence where the table does
    not fit.
    """

    at: datetime
    scenario_set: ScenarioSet
    summary: QuestionSummary
    rows: Rows
    board: Mapping[QuestionId, float]
    found: ScenarioPosterior | str
    history: tuple[Stood, ...]

    @property
    def question(self) -> Question:
        """The question whose options the scenarios are."""
        return self.summary.question

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios that were offered."""
        return self.question.offered(self.at)


def report(session: Session, question_id: str, at: datetime) -> Report:
    """A scenario set as it was known; `question_id` is its question. Raises `NotFound`, also for
    one made later.
    """
    k = _gather(session, question_id, at)
    sections = (_stands(k), _history(k), _table(k), _why(k), _about(k))
    found = tuple(section for section in sections if section is not None)
    return Report(
        "scenarios", k.question.id, clean(k.scenario_set.title), clean(_answer(k)), at, found
    )


def _gather(session: Session, question_id: str, at: datetime) -> _Known:
    page = reading.page(session, question_id, at)
    scenario_set, rows = (
        scenarios.of_question(session, page.summary.question.id, at),
        known(session, at),
    )
    if scenario_set is None or page.summary.question.id not in rows:
        raise NotFound("scenario set", question_id, f"it was made after {minute(at)}")
    summary = rows[page.summary.question.id]
    seen = board(session, [r.question_id for r in scenario_set.rows], at)
    return _Known(
        at,
        scenario_set,
        summary,
        rows,
        seen,
        _posterior(summary, scenario_set, seen, at),
        page.history,
    )


def _posterior(
    summary: QuestionSummary,
    scenario_set: ScenarioSet,
    seen: Mapping[QuestionId, float],
    at: datetime,
) -> ScenarioPosterior | str:
    try:
        return posterior(summary.question, scenario_set, seen, at=at)
    except ForecastsError as refusal:
        return f"{refusal}: until then the table moves nothing"


def _answer(k: _Known) -> str:
    if isinstance(k.found, str):
        return k.found
    best = k.found.distribution.likeliest
    return (
        f"“{best}” leads with {percent(k.found.distribution.of(best))}, by the table and the board."
    )


def _stands(k: _Known) -> Section:
    told = dict(
        zip((o.name for o in k.question.options), k.scenario_set.descriptions, strict=False)
    )
    held = {
        standing.forecaster.name: shares
        for who, standing in sorted(k.summary.standings.items())
        if who not in RESERVED and (shares := _shares(k, standing.distribution))
    }
    now = {} if isinstance(k.found, str) else _shares(k, k.found.distribution)
    prior = _shares(k, k.question.prior)
    rows = [
        row(
            n,
            told.get(n, ""),
            percent(prior.get(n)),
            percent(now.get(n)),
            *(percent(s.get(n)) for s in held.values()),
        )
        for n in k.names
    ]
    headings = ("scenario", "what it is", "prior", "by the table", *held)
    n = (
        f"Shares of {counted(len(rows), 'scenario')} that exclude each other; "
        f"{counted(len(held), 'person', 'people')}"
    )
    numbers = tuple(range(2, len(headings)))
    said = f"{n} {'holds' if len(held) == 1 else 'hold'} a forecast of their own."
    return Section(
        "Where they stand",
        (table(headings, rows, wide=(0, 1), numbers=numbers), words(said, quiet=True)),
    )


def _shares(k: _Known, held: object) -> dict[str, float]:
    """The shares of the scenarios that are offered."""
    if not isinstance(held, Categorical):
        return {}
    read = as_offered(k.question, k.at, held)
    return dict(zip(read.options, read.p, strict=True)) if isinstance(read, Categorical) else {}


def _history(k: _Known) -> Section | None:
    if not k.history:
        return None
    end = min(k.at, effective_close(k.question, k.summary.resolution))
    names = k.question.prior.options if isinstance(k.question.prior, Categorical) else ()
    steps = [
        *((one.at, one.shares) for one in k.history if one.at < end),
        (end, k.history[-1].shares),
    ]
    series = tuple(
        Series(
            name,
            "option",
            tuple(Point(at, shares[place]) for at, shares in steps if place < len(shares)),
        )
        for place, name in enumerate(names)
    )
    span = f"from {day(steps[0][0])} to {day(end)}"
    alt = (
        f"Shares of {len(names)} scenarios by the table, {span}, stacked to 100 %, the first "
        "on top."
    )
    return Section("How they stood", (Chart("share", "", series, alt, stacked=True),))


def _table(k: _Known) -> Section:
    rows = []
    for one in k.scenario_set.rows:
        asked = k.rows.get(one.question_id)
        text = one.question_id if asked is None else asked.question.text
        rows.append(
            row(text, percent(k.board.get(one.question_id)), *(percent(p) for p in one.p), one.why)
        )
    names = [option.name for option in k.question.options]
    headings = ("indicator question", "now", *names, "why")
    numbers = tuple(range(1, len(names) + 2))
    said = (
        "Under each scenario: how likely the question is answered YES if that scenario comes about."
    )
    return Section(
        "The table",
        (
            table(headings, rows, wide=(0, len(headings) - 1), numbers=numbers),
            words(said, quiet=True),
        ),
    )


def _why(k: _Known) -> Section | None:
    if isinstance(k.found, str):
        return None
    rows = []
    for name in k.names:
        for line in k.found.lines.get(name, ()):
            asked = None if line.question_id is None else k.rows.get(line.question_id)
            about = "" if asked is None else f"{asked.question.text} "
            rows.append(row(name, f"{about}{line.why}", signed(line.log_share, 3)))
    left = (
        f" Left out, for want of a number: {', '.join(k.found.left_out)}."
        if k.found.left_out
        else ""
    )
    said = f"The lines of a scenario add up to the logarithm of its share.{left}"
    blocks: tuple[Block, ...] = (
        table(("scenario", "what", "adds"), rows, wide=(0, 1), numbers=(2,)),
        words(said, quiet=True),
    )
    return Section("Why", blocks)


def _about(k: _Known) -> Section:
    return Section(
        "The question",
        (
            facts(
                ("Question", k.question.text),
                ("Criteria", k.question.criteria),
                ("State", k.summary.status),
                ("Closes", minute(k.question.closes_at)),
                ("Sources", "; ".join(k.question.sources)),
                ("Note", k.scenario_set.note),
            ),
        ),
    )
