"""Command that serves an agent by the Model Context Protocol."""

import click

from tracker.interfaces.cli.commands.terminal import tracker_session


@click.command()
@click.option(
    "--as",
    "account",
    required=True,
    metavar="ACCOUNT",
    help="The account it acts as, such as agent:scout.",
)
@click.pass_context
def serve_agent(context: click.Context, /, account: str) -> None:
    """Serve an agent by MCP, over standard input and output.

    A client such as a desktop assistant starts this by itself. The agent reads, proposes evidence
    and forecasts under its own name.
    """
    from tracker.interfaces.mcp.door import serve_stdio

    with tracker_session(context) as tracker:
        serve_stdio(tracker, account)
