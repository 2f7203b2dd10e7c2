"""Commands on share links."""

from collections.abc import Iterable

import click
from rich.table import Table

from forecasts.questions.formatting import format_utc_minute
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.json_values import to_plain
from tracker.model.shares import SHARE_KINDS, NewShare, ShareKind, ShareLink
from tracker.settings import Settings


@click.command()
@click.argument("kind", type=click.Choice(SHARE_KINDS))
@click.argument("question", required=False)
@click.option("--days", type=float, help="How long it lasts; without it, until it is revoked.")
@as_json
@click.pass_context
def share(
    context: click.Context,
    /,
    kind: ShareKind,
    question: str | None,
    *,
    days: float | None,
    json: bool,
) -> None:
    """Make a link that needs no log-in; it is printed once.

    A question or its chart for the public, or a subscription to the calendar or the changes of
    your own. It shows what you see, and ends with your account.
    """
    with tracker_session(context) as tracker:
        made = tracker.shares.make(kind, question, days=days)
        title = tracker.questions.get(question).summary.question.text if question else ""
    home = tracker.settings.base_url
    frame = made.write_frame(home, title)
    addresses = made.list_addresses(home)
    print_result(
        {"id": made.link.id, "addresses": addresses, "frame": frame},
        json,
        "\n".join([*(f"{name}: {address}" for name, address in addresses.items()), frame]).strip(),
    )
    click.echo(_describe_life(made, tracker.settings), err=True)


def _describe_life(share: NewShare, settings: Settings) -> str:
    until = share.link.expires_at
    life = "until it is revoked" if until is None else f"until {format_utc_minute(until)}"
    words = f"Valid {life}: `tracker people unshare {share.link.id}`. It is not shown again."
    if settings.access_policy.public_origin:
        return words
    return f"{words} Only this machine reaches it: the setting public_url names a public address."


@click.command()
@as_json
@click.pass_context
def list_shares(context: click.Context, /, json: bool) -> None:
    """List the share links that were not revoked.

    Their secrets are not stored.
    """
    with tracker_session(context) as tracker:
        links, now = tracker.shares.list(), tracker.now()
    nothing = "Nothing is shared: `tracker people share question QUESTION` makes a link."
    rows = [{**to_plain(link), "ended": not link.is_valid(now)} for link in links]
    print_result(rows, json, _build_table(links) if links else nothing)


@click.command()
@click.argument("link_id")
@click.pass_context
def unshare(context: click.Context, /, link_id: str) -> None:
    """End a share link.

    Its addresses answer at once as if they had never been.
    """
    with tracker_session(context) as tracker:
        tracker.shares.revoke(link_id)
    click.echo(f"The link {link_id} shows nothing any more.")


def _build_table(links: Iterable[ShareLink]) -> Table:
    table = Table("Link", "Shows", "Question", "By", "Made", "Until", "Last used")
    for link in links:
        until = format_utc_minute(link.expires_at) if link.expires_at else "no end"
        used = format_utc_minute(link.used_at) if link.used_at else "never"
        made = format_utc_minute(link.made_at)
        table.add_row(link.id, link.kind, link.question_id or "all", link.maker, made, until, used)
    return table
