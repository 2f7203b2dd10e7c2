"""Commands on comments, private notes, and gaps between forecasters."""

from collections.abc import Iterator, Sequence
from typing import TypedDict, Unpack

import click
from rich.table import Table

from forecasts.questions.formatting import format_percent, format_signed, format_utc_minute
from forecasts.questions.question import COMPUTED, Forecaster, ForecasterId
from tracker.app.tracker import Tracker
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.comments import Comment, TextVersion
from tracker.model.disagreement import TOO_FEW, Disagreement, GapWriter
from tracker.model.json_values import to_plain


@click.command()
@click.argument("question")
@click.option("--history", type=int, metavar="N", help="Instead: all versions of comment N.")
@as_json
@click.pass_context
def list_comments(
    context: click.Context, /, *, question: str, history: int | None, json: bool
) -> None:
    """List the comments on a question, and your private note."""
    with tracker_session(context) as tracker:
        if history is not None:
            versions = tracker.comments.history(history)
            print_result(versions, json, "\n\n".join(map(_describe_version, versions)))
            return
        comments, note = tracker.comments.list(question), tracker.comments.note(question)
    words = [*map(_describe_comment, comments), *_describe_note(note)]
    nothing = f"Nobody has commented: `tracker question comment {question} TEXT` does."
    print_result(
        {"comments": to_plain(comments), "note": note[-1].text if note else ""},
        json,
        "\n\n".join(words) if words else nothing,
    )


def _describe_comment(comment: Comment) -> str:
    """Describe a comment with its number, author and time above its text."""
    notes = [
        f"re {comment.reply_to}" if comment.reply_to is not None else "",
        f"on evidence {comment.evidence_id}" if comment.evidence_id is not None else "",
        "edited" if len(comment.versions) > 1 and not comment.is_removed else "",
    ]
    head = [f"{comment.id}", comment.by, format_utc_minute(comment.at), *filter(None, notes)]
    text = f"removed by {comment.versions[-1].by}" if comment.is_removed else comment.text
    return f"{' · '.join(head)}\n{text}"


def _describe_version(version: TextVersion) -> str:
    return f"{version.by} · {format_utc_minute(version.at)}\n{version.text or 'removed'}"


def _describe_note(note: Sequence[TextVersion]) -> Iterator[str]:
    if note and note[-1].text:
        yield f"Your private note · {format_utc_minute(note[-1].at)}\n{note[-1].text}"


class _CommentOptions(TypedDict):
    reply_to: int | None
    evidence: int | None
    forecaster: ForecasterId | None


@click.command()
@click.argument("question")
@click.argument("text", required=False)
@click.option("--reply-to", type=int, metavar="N", help="The comment that this one answers.")
@click.option("--evidence", type=int, metavar="N", help="The piece of evidence that it quotes.")
@click.option("--edit", type=int, metavar="N", help="Replace the text of your comment N.")
@click.option("--remove", type=int, metavar="N", help="Remove your comment N; TEXT is left out.")
@click.option("--note", is_flag=True, help="Write your private note; '' removes it.")
@forecaster_option
@as_json
@click.pass_context
def comment(
    context: click.Context,
    /,
    question: str,
    text: str | None,
    *,
    edit: int | None,
    remove: int | None,
    note: bool,
    json: bool,
    **options: Unpack[_CommentOptions],
) -> None:
    """Comment on a question, or edit or remove a comment.

    @name mentions somebody who may see the question. Nobody else reads a private note.
    """
    by, reply_to, evidence = options["forecaster"], options["reply_to"], options["evidence"]
    is_new = reply_to is not None or evidence is not None
    if sum((note, edit is not None, remove is not None, is_new)) > 1:
        raise click.UsageError("--note, --edit and --remove stand alone")
    if (text is None) != (remove is not None):
        raise click.UsageError("give TEXT, or --remove N without it")
    with tracker_session(context) as tracker:
        if note:
            _print_note(_serve(tracker, by).comments.write_note(question, text or ""), json)
            return
        if remove is not None:
            written = tracker.comments.remove(remove, by=by)
        elif edit is not None:
            written = tracker.comments.edit(edit, text or "", by=by)
        else:
            written = tracker.comments.add(
                question, text or "", reply_to=reply_to, evidence_id=evidence, by=by
            )
    print_result(written, json, _describe_comment(written))


def _serve(tracker: Tracker, forecaster: ForecasterId | None) -> Tracker:
    return tracker if forecaster in (None, tracker.me) else tracker.acting_as(forecaster)


def _print_note(note: Sequence[TextVersion], json: bool) -> None:
    has_text = bool(note) and bool(note[-1].text)
    words = "Your note is saved; nobody else reads it." if has_text else "You have no note."
    print_result(note[-1] if note else None, json, words)


@click.command()
@click.argument("question")
@as_json
@click.pass_context
def gaps(context: click.Context, /, *, question: str, json: bool) -> None:
    """Show who disagrees on a question, and why.

    You, the crowd, the estimate and markets, in log-odds; a gap counts from twice the odds on.
    """
    with tracker_session(context) as tracker:
        report, me = tracker.questions.explain_gaps(question), tracker.me
    if json:
        print_result(report, json, "")
        return
    console.print(_build_position_table(report))
    for words in _write_gaps(report, me):
        console.print(tables.safe_text(words))


def _build_position_table(report: Disagreement) -> Table:
    table = tables.new_table("forecaster", "now", "log-odds")
    for position in report.positions:
        table.add_row(
            tables.safe_text(position.forecaster.name),
            format_percent(position.p),
            format_signed(position.log_odds, 2),
        )
    return table


def _write_gaps(report: Disagreement, me: ForecasterId) -> Iterator[str]:
    """Write each gap in a paragraph; below them once that too little is known of some."""

    def name(forecaster: Forecaster) -> str:
        if forecaster.id == me:
            return "you"
        return f"the {forecaster.name.lower()}" if forecaster in COMPUTED else forecaster.name

    writer = GapWriter(report, name, format_percent)
    for pair in report.pairs:
        yield "\n".join(["", writer.write_head(pair), *writer.write_reasons(pair)])
    if not report.pairs:
        yield "Nobody disagrees: no odds are twice those of another."
    elif not all(pair.record.is_enough for pair in report.pairs):
        yield f"\n{TOO_FEW}"
