"""Commands on notifications: one's own channels, rules and times."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import click
from rich.table import Table

from forecasts.questions.formatting import format_utc_minute
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.json_values import to_plain
from tracker.model.notifications import (
    DEFAULT_RULES,
    KIND_NAMES,
    Channel,
    Digest,
    NotificationKind,
    Pace,
    Rule,
    Scope,
    describe_threshold,
)
from tracker.notifications.schedule import WEEKDAYS, describe_times

channel_argument = click.argument("channel")
question_argument = click.argument("question")


@click.command()
@as_json
@click.pass_context
def list_channels(context: click.Context, /, json: bool) -> None:
    """List your channels, and which of them fail.

    Their addresses are secrets and not shown.
    """
    with tracker_session(context) as tracker:
        channels = tracker.notifications.channels()
    nothing = "You have no channel: `tracker notify add` takes the address of one."
    table = _build_channel_table(channels) if channels else nothing
    print_result([to_plain(channel) for channel in channels], json, table)


@click.command()
@click.argument("address", required=False)
@click.option("--name", default="", help="Name of the channel in lists.")
@click.pass_context
def add_channel(context: click.Context, /, address: str | None, name: str) -> None:
    """Add a channel: e-mail, ntfy, Slack, a webhook …

    Without ADDRESS it is asked for, or read from standard input, so that it stays out of the
    history of your shell. See docs/notifications.md for how addresses are written.
    """
    if address is None:
        address = _ask_address()
    with tracker_session(context) as tracker:
        made = tracker.notifications.add_channel(address, name)
    if made.signing_key:
        click.echo(made.signing_key)
        click.echo("The key of its signatures: keep it, it is not shown again.", err=True)
    click.echo(
        f"{made.channel.name} is added: `tracker notify test {made.channel.id}` tries it.", err=True
    )


def _ask_address() -> str:
    """Ask for an address at a terminal, or read it from what is piped in."""
    if sys.stdin.isatty():
        return str(click.prompt("Address", hide_input=True))
    try:
        return sys.stdin.readline()
    except (OSError, ValueError):
        raise Refused("no address can be read: write it behind the command") from None


@click.command()
@channel_argument
@click.pass_context
def remove_channel(context: click.Context, /, channel: str) -> None:
    """Remove a channel, with what waits for it."""
    with tracker_session(context) as tracker:
        removed = tracker.notifications.remove_channel(channel)
    click.echo(f"{removed.name} is removed.")


@click.command()
@channel_argument
@click.pass_context
def pause_channel(context: click.Context, /, channel: str) -> None:
    """Send nothing to a channel for now."""
    with tracker_session(context) as tracker:
        paused = tracker.notifications.pause_channel(channel)
    click.echo(f"{paused.name} gets nothing until `tracker notify resume {paused.id}`.")


@click.command()
@channel_argument
@click.pass_context
def resume_channel(context: click.Context, /, channel: str) -> None:
    """Send to a paused channel again, or try a failing one at once.

    What happened while it was paused is not reported.
    """
    with tracker_session(context) as tracker:
        resumed = tracker.notifications.resume_channel(channel)
    click.echo(f"{resumed.name} gets messages again.")


@click.command()
@channel_argument
@click.pass_context
def test_channel(context: click.Context, /, channel: str) -> None:
    """Send a test message to a channel now."""
    with tracker_session(context) as tracker:
        reason = tracker.notifications.test_channel(channel)
    if reason:
        raise Refused(f"the test was not accepted: {reason}")
    click.echo("The test was accepted.")


@click.command()
@as_json
@click.pass_context
def list_rules(context: click.Context, /, json: bool) -> None:
    """List what you are told, when, and from which threshold on."""
    with tracker_session(context) as tracker:
        rules, times = tracker.notifications.rules(), tracker.notifications.times()
    if json:
        print_result({"rules": to_plain(rules), "times": to_plain(times)}, True, "")
        return
    print_result(None, False, _build_rule_table(rules))
    print_result(None, False, describe_times(times))


@click.command()
@click.argument("kind", type=click.Choice(tuple(DEFAULT_RULES)))
@click.option("--pace", type=click.Choice(get_args(Pace)), help="When it is sent.")
@click.option(
    "--about",
    type=click.Choice(get_args(Scope)),
    help="About the questions you forecast or follow, or all.",
)
@click.option("--threshold", type=float, help="Points, days or usual gaps.")
@click.pass_context
def set_rule(
    context: click.Context,
    /,
    kind: NotificationKind,
    *,
    pace: Pace | None,
    about: Scope | None,
    threshold: float | None,
) -> None:
    """Change when you are told of one kind of thing."""
    with tracker_session(context) as tracker:
        rule = tracker.notifications.set_rule(kind, pace, scope=about, threshold=threshold)
    print_result(None, False, _build_rule_table([rule]))


@click.command()
@click.option("--zone", help="Time zone, such as Europe/Oslo.")
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which nothing is sent; 'none'.")
@click.option("--digest", type=click.Choice(get_args(Digest)), help="How often a digest comes.")
@click.option("--hour", type=int, help="Hour of a daily or weekly digest.")
@click.option(
    "--weekday", type=click.Choice(WEEKDAYS, case_sensitive=False), help="Day of a weekly digest."
)
@click.pass_context
def set_times(context: click.Context, /, **options: Any) -> None:
    """Set your time zone, quiet hours, and the time of the digest."""
    changes = {name: value for name, value in options.items() if value is not None}
    if (quiet := changes.pop("quiet", None)) is not None:
        start, _, end = ("00:00-00:00" if quiet == "none" else quiet).partition("-")
        changes |= {"quiet_from": start, "quiet_until": end}
    if "weekday" in changes:
        changes["weekday"] = WEEKDAYS.index(changes["weekday"])
    with tracker_session(context) as tracker:
        times = tracker.notifications.set_times(replace(tracker.notifications.times(), **changes))
    click.echo(describe_times(times))


@click.command()
@question_argument
@click.pass_context
def follow(context: click.Context, /, question: str) -> None:
    """Be told of a question without a forecast of yours."""
    with tracker_session(context) as tracker:
        tracker.notifications.attend(question, "follow")
    click.echo(f"You follow {question}.")


@click.command()
@question_argument
@click.option("--undo", is_flag=True, help="Be told again, if you forecast it.")
@click.pass_context
def mute(context: click.Context, /, question: str, undo: bool) -> None:
    """Be told nothing more of a question, also if you forecast it."""
    with tracker_session(context) as tracker:
        tracker.notifications.attend(question, None if undo else "mute")
    click.echo(f"{question} is {'no longer followed or muted' if undo else 'muted'}.")


@click.command()
@click.pass_context
def preview(context: click.Context, /) -> None:
    """Print what the next message would say now; nothing is sent."""
    with tracker_session(context) as tracker:
        message = tracker.notifications.preview()
    nothing = "There is nothing to tell you now."
    print_result(None, False, nothing if message is None else f"{message.title}\n\n{message.text}")


def _build_channel_table(channels: Iterable[Channel]) -> Table:
    table = Table("Id", "Channel", "State", "Last sent", "Next try", "Reason")
    for c in channels:
        sent = format_utc_minute(c.sent_at) if c.sent_at else "never"
        again = format_utc_minute(c.next_try_at) if c.next_try_at else ""
        table.add_row(c.id, c.name, c.state, sent, again, c.error)
    return table


def _build_rule_table(rules: Iterable[Rule]) -> Table:
    table = Table("Kind", "You are told of", "When", "About", "Threshold")
    for rule in rules:
        threshold = describe_threshold(rule)
        table.add_row(rule.kind, KIND_NAMES[rule.kind], rule.pace, rule.scope, threshold)
    return table
