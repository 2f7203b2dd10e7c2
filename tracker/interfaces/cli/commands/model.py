"""Commands on the language model that may judge evidence."""

import sys

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from forecasts.questions.formatting import format_count, format_sentence
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    print_result,
    tracker_session,
)
from tracker.llm.evidence_run import LlmRunReport
from tracker.llm.llm_messages import LlmFailure
from tracker.llm.model_check import ModelCheck, format_share
from tracker.model.json_values import to_plain


@click.command()
@as_json
@click.pass_context
def check(context: click.Context, /, json: bool) -> None:
    """Measure the model: may it move numbers, or only propose?

    It reads a hundred headlines with known answers, which takes some 400 short requests outside the
    budget. Without a model, the model servers on this machine are named with the lines that set
    one.
    """
    with tracker_session(context) as tracker:
        if not tracker.settings.model_url:
            _offer_local_models(tracker, json)
            return
        silent = json or not sys.stdout.isatty()
        columns = (TextColumn("Checking the model"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True, disable=silent) as progress:
            task = progress.add_task("check", total=None)
            result = tracker.system.check_model(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
    if isinstance(result, LlmFailure):
        raise Refused(f"the model could not be checked: {result.reason}")
    verdict = {"may_move": result.may_move, "objection": result.objection}
    print_result(to_plain(result) | verdict, json, _describe_check(result))


@click.command()
@click.option(
    "--most",
    "limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many pieces to ask about.",
)
@as_json
@click.pass_context
def ask(context: click.Context, /, limit: int, json: bool) -> None:
    """Have the model judge evidence that waits, and near misses.

    Its judgement is marked as such and overrides nobody.
    """
    with tracker_session(context) as tracker:
        report = tracker.evidence.ask_model(limit=limit)
    print_result(report, json, _describe_run(report))


def _describe_run(report: LlmRunReport) -> str:
    """Say in a line what was judged, or why nothing was."""
    ended = format_sentence(report.why) if report.why else ""
    if not (report.sent or report.judged):
        return ended
    pieces, requests = format_count(report.sent, "piece"), format_count(report.requests, "request")
    done = "judged" if report.may_move else "proposed"
    summary = (
        f"{pieces} put to the model in {requests}: {report.judged} {done}, {report.added} of them "
        f"new evidence, {report.refused} without a usable answer."
    )
    advice = "" if report.may_move else "It only proposes: see `tracker model check`."
    return " ".join(filter(None, (summary, advice, ended)))


def _offer_local_models(tracker: Tracker, json: bool) -> None:
    """Print the model servers of this machine with the lines that set them."""
    offers = tracker.system.find_local_models()
    lines = ["No model is set up."]
    for offer in offers:
        models = ", ".join(offer.models)
        lines += [
            f"{offer.server} answers at {offer.base_url} with {models}. To use it, write into "
            f"{tracker.settings.file}:",
            offer.setting_lines,
        ]
    if not offers:
        lines.append("None answers on this machine either: docs/settings.md says how to start one.")
    print_result({"offers": to_plain(offers)}, json, "\n".join(lines))


def _describe_check(check: ModelCheck) -> str:
    called, right = format_share(check.coverage), format_share(check.right)
    kind = "plain answers" if check.is_plain else "log-probabilities"
    verdict = "It may move numbers." if check.may_move else f"It only proposes: {check.objection}."
    return "\n".join(
        [
            f"{check.model} at {check.base_url}, {check.pairs} headlines, {kind}",
            f"direction: {format_share(check.accuracy)} right, AUC {check.auc:.2f}",
            f"direction at the margin: {called} called, {right} right",
            f"headlines without a side: {format_share(check.sided)} get one",
            f"topic: AUC {check.topic_auc:.2f}",
            verdict,
        ]
    )
