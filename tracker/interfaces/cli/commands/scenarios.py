"""Commands on scenario sets, links between questions, and the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

import click

from forecasts.distributions.distribution import Categorical
from forecasts.evidence.signposts import CalendarEntry
from forecasts.questions.formatting import format_signed, format_utc_day
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.diagnosticity import analyse_diagnosticity, rank_informative_rows
from forecasts.scenarios.scenario_set import (
    ScenarioLikelihoods,
    compute_posterior,
    find_shared_causes,
    parse_likelihood,
)
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
    write_file,
)
from tracker.model.json_values import to_json
from tracker.model.scenarios import CoherenceReport, ScenarioPage

MAX_INFORMATIVE_ROWS: Final = 5
"""Rows listed among those that would change the shares most."""

NO_NUMBER: Final = "no number yet"
"""Shown for a scenario that was added after the row."""


@click.command()
@as_json
@click.pass_context
def list_scenarios(context: click.Context, /, json: bool) -> None:
    """List the scenario sets."""
    with tracker_session(context) as tracker:
        summaries = tracker.scenarios.list()
    table = tables.new_table("question", "title", "scenarios", "indicator questions")
    for summary in summaries:
        counts = (str(len(summary.scenario_set.descriptions)), str(len(summary.scenario_set.rows)))
        table.add_row(
            summary.scenario_set.question_id,
            tables.safe_text(summary.scenario_set.title),
            *counts,
        )
    print_result(summaries, json, table if summaries else "No scenario sets yet.")


@click.command()
@click.argument("question")
@as_json
@click.pass_context
def show_scenarios(context: click.Context, /, question: str, json: bool) -> None:
    """Show a scenario set: its shares now and its table.

    It ends with the answers that would change our mind most.
    """
    with tracker_session(context) as tracker:
        page, now = tracker.scenarios.get(question), tracker.now()
    if json:
        click.echo(to_json(page))
    else:
        _print_scenarios(page, now)


def _print_scenarios(page: ScenarioPage, now: datetime) -> None:
    question = page.summary.question
    options = question.offered_options(now)
    descriptions = dict(
        zip(
            (option.name for option in question.options),
            page.scenario_set.descriptions,
            strict=False,
        )
    )
    board = {question_id: seat.p for question_id, seat in page.board.items() if seat.p is not None}
    distribution = compute_posterior(
        question, page.scenario_set, board, families=page.families, at=now
    ).distribution
    shares = dict(zip(distribution.options, distribution.p, strict=True))
    opened = question.opens_at <= now
    heading = (
        "by the table now"
        if opened
        else f"prior and table, from {format_utc_day(question.opens_at)} on"
    )
    table = tables.new_table("scenario", heading, "what it is")
    for name in options:
        share = f"{shares[name]:.0%}" if name in shares else "–"
        table.add_row(tables.safe_text(name), share, tables.safe_text(descriptions.get(name, "")))
    console.print(table)
    _print_likelihoods(page)
    _print_information(page, distribution)


def _print_likelihoods(page: ScenarioPage) -> None:
    """Print the table with its marks, most diagnostic rows first, rows lacking a scenario last."""
    options = [option.name for option in page.summary.question.options]
    table = tables.new_table("indicator question", "now", *map(tables.escape_title, options))
    incomplete = [row for row in page.scenario_set.rows if len(row.p) < len(options)]
    marked = _mark_rows(page, incomplete)
    bare = [
        (r.question_id, [f"{p:.0%}" for p in r.p] + [NO_NUMBER] * (len(options) - len(r.p)))
        for r in incomplete
    ]
    for question_id, cells in [*marked, *bare]:
        seat = page.board[question_id]
        table.add_row(question_id, "–" if seat.p is None else f"{seat.p:.0%}", *cells)
    console.print(table)
    for question_ids in find_shared_causes(page.scenario_set.rows, page.families):
        console.print(f"Of one cause, so they count as one row: {', '.join(question_ids)}.")
    if marked:
        console.print(
            "Marks: ++ twice the mean of all scenarios or more, + from 5/4 of it, N near it, - "
            "and -- below."
        )


def _mark_rows(
    page: ScenarioPage, incomplete: Sequence[ScenarioLikelihoods]
) -> list[tuple[QuestionId, list[str]]]:
    answers = {
        q: seat.p == 1.0
        for q, seat in page.board.items()
        if seat.question.resolution and seat.p is not None
    }
    complete = replace(
        page.scenario_set,
        rows=tuple(row for row in page.scenario_set.rows if row not in incomplete),
    )
    result = analyse_diagnosticity(page.summary.question, complete, answers)
    return [
        (row.question_id, [f"{cell.p:.0%} {cell.mark}" for cell in row.cells])
        for row in result.rows
    ]


def _print_information(page: ScenarioPage, distribution: Categorical) -> None:
    """Print the open rows by the expected information of their answers."""
    answered = {q for q, seat in page.board.items() if seat.question.resolution is not None}
    values = rank_informative_rows(
        page.summary.question,
        page.scenario_set,
        distribution,
        answered=answered,
        families=page.families,
    )
    if not values:
        return
    table = tables.new_table(
        "would change our mind most", "bits", "expected to move", "if YES", "if NO"
    )
    for value in values[:MAX_INFORMATIVE_ROWS]:
        ends = [_leading_scenario(after) for after in (value.if_yes, value.if_no)]
        table.add_row(
            value.question_id,
            f"{value.bits:.2f}",
            f"{value.expected_shift:.0%}",
            *map(tables.safe_text, ends),
        )
    console.print(table)
    if len(values) > MAX_INFORMATIVE_ROWS:
        console.print(f"{len(values) - MAX_INFORMATIVE_ROWS} more would tell less.")


def _leading_scenario(distribution: Categorical) -> str:
    name, share = max(
        zip(distribution.options, distribution.p, strict=True), key=lambda pair: pair[1]
    )
    return f"{name} {share:.0%}"


@click.command()
@click.argument("question")
@click.argument("indicator")
@click.argument("words", nargs=-1, required=True)
@click.option("--why", default="", metavar="TEXT", help="What the row rests on.")
@click.pass_context
def set_row(
    context: click.Context, /, *, question: str, indicator: str, words: tuple[str, ...], why: str
) -> None:
    """Say how likely an answer YES is in each scenario.

    The answer is that of the question INDICATOR; WORDS are in the order of the scenarios that are
    offered now. Each is a number from 0 to 1 or one of: almost no chance, very unlikely, roughly
    even chance, very likely, almost certain.
    """
    row = ScenarioLikelihoods(QuestionId(indicator), tuple(map(parse_likelihood, words)), why)
    with tracker_session(context) as tracker:
        tracker.scenarios.set_likelihoods(question, row)
        page, now = tracker.scenarios.get(question), tracker.now()
    _print_scenarios(page, now)


@click.command()
@as_json
@click.pass_context
def list_links(context: click.Context, /, json: bool) -> None:
    """List links, contradictions between forecasts, and repairs.

    Of each earlier repair it says how it did.
    """
    with tracker_session(context) as tracker:
        coherence = tracker.links.coherence()
        names = {person.id: person.name for person in tracker.people.list()}
    if json:
        click.echo(to_json(coherence))
    else:
        _print_coherence(coherence, names)


def _print_coherence(coherence: CoherenceReport, names: Mapping[ForecasterId, str]) -> None:
    table = tables.new_table("link", "kind", "title", "questions")
    for link in coherence.links:
        table.add_row(
            link.id, link.kind, tables.safe_text(link.title), ", ".join(link.question_ids)
        )
    console.print(table if coherence.links else "No links yet.")
    notable = [c for c in coherence.contradictions if not c.slight]
    for contradiction in notable:
        v, holder = contradiction.violation, contradiction.forecaster.name
        numbers = ", ".join(
            f"{b:.0%} → {a:.0%}" for b, a in zip(v.repair.before, v.repair.after, strict=True)
        )
        console.print(
            f"{holder} on {v.link.id}: {v.words}; {v.nats:.3f} nats; nearest coherent: {numbers}"
        )
    if left_out := len(coherence.contradictions) - len(notable):
        console.print(
            f"{left_out} slight ones are left out: too small to change a number that is shown."
        )
    for repair in coherence.repairs:
        gain = (
            "not answered yet"
            if repair.gain is None
            else f"the repair gains {format_signed(repair.gain, 3)} nats"
        )
        by = repair.decision.forecaster_id
        console.print(
            f"{repair.decision.decision} on {repair.link.id} by {names.get(by, by)}: {gain}"
        )


@click.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(get_args(LinkKind)))
@click.argument("questions", nargs=-1, required=True)
@click.option("--title", required=True, help="What the questions have in common.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    help="A question's name in a chart; once for each, in order.",
)
@click.option("--why", default="", metavar="TEXT", help="What the link rests on.")
@click.pass_context
def add_link(
    context: click.Context,
    /,
    *,
    name: str,
    kind: LinkKind,
    questions: tuple[str, ...],
    title: str,
    labels: tuple[str, ...],
    why: str,
) -> None:
    """Bind questions to each other.

    They are named in the order that the kind asks for.
    """
    link = Link(LinkId(name), kind, tuple(map(QuestionId, questions)), title, labels, why)
    with tracker_session(context) as tracker:
        tracker.links.add(link)
    console.print(f"{name} binds {', '.join(questions)}.")


@click.command()
@click.argument("name")
@click.option(
    "--decline",
    is_flag=True,
    help="Keep the forecasts as they are; the repair is scored all the same.",
)
@click.option("--why", default="", metavar="TEXT", help="Why.")
@forecaster_option
@as_json
@click.pass_context
def repair_link(
    context: click.Context,
    /,
    *,
    name: str,
    decline: bool,
    why: str,
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Adopt the nearest forecasts that agree, or decline them.

    Both versions are scored.
    """
    with tracker_session(context) as tracker:
        decision = tracker.links.decide_repair(
            name, "declined" if decline else "adopted", why=why, by=forecaster
        )
    numbers = ", ".join(
        f"{q} {b:.0%} → {a:.0%}"
        for q, b, a in zip(decision.question_ids, decision.before, decision.after, strict=True)
    )
    print_result(decision, json, f"{decision.decision.capitalize()}: {numbers}")


@click.command()
@click.option("--ics", type=click.Path(path_type=Path), help="Write a calendar file instead.")
@as_json
@click.pass_context
def calendar(context: click.Context, /, *, ics: Path | None, json: bool) -> None:
    """Show what to expect next: signposts, closes and answers.

    Of a signpost it tells what it says if it comes, and if it stays out.
    """
    with tracker_session(context) as tracker:
        if ics is not None:
            from tracker.interfaces.calendar_file import render_calendar

            write_file(ics, render_calendar(tracker, tracker.settings.base_url))
            click.echo(f"{ics} has what is due, for any calendar program.")
            return
        upcoming = tracker.signposts.calendar()
    if json:
        click.echo(to_json({"expected": upcoming.expected, "marks": upcoming.marks}))
    else:
        _print_calendar(upcoming.expected)


def _print_calendar(expected: Sequence[CalendarEntry]) -> None:
    """Print the expected events, overdue answers first."""
    table = tables.new_table("by", "what", "question", "if seen", "if silent")
    for event in sorted(expected, key=lambda event: event.state != "overdue"):
        name = event.indicator.name if event.indicator else event.what
        by = (
            f"overdue since {format_utc_day(event.at)}"
            if event.state == "overdue"
            else format_utc_day(event.at)
        )
        ratios = [("–" if r is None else f"×{r:.2f}") for r in (event.if_seen, event.if_silent)]
        table.add_row(by, tables.safe_text(name), event.question_id, *ratios)
    console.print(
        table if expected else "Nothing is expected: no open question has a date to come."
    )
