"""Commands that choose who sees a question or an essay."""

from collections.abc import Callable
from typing import Any

import click

from forecasts.questions.question import ForecasterId
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.access import Access


def private_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options `--private` and `--with`: see `read_members`."""
    for option in (
        click.option(
            "--with",
            "members",
            multiple=True,
            metavar="PERSON",
            help="Private, and seen by this person, too; may be given again.",
        ),
        click.option("--private", is_flag=True, help="Seen by you alone."),
    ):
        command = option(command)
    return command


def read_members(private: bool, members: tuple[str, ...]) -> tuple[ForecasterId, ...] | None:
    """Return who else sees what is private; None for what is public."""
    return tuple(map(ForecasterId, members)) if private or members else None


@click.command()
@click.argument("question")
@private_options
@click.option("--public", is_flag=True, help="Seen by everybody again.")
@as_json
@click.pass_context
def share_question(context: click.Context, /, question: str, *, json: bool, **chosen: Any) -> None:
    """Choose who sees a question: some, or everybody.

    A private question is in no list, report, feed or search of others.
    """
    private_to = _read_choice(**chosen)
    with tracker_session(context) as tracker:
        access = tracker.questions.share(question, private_to)
    print_result(access, json, _describe(question, access))


@click.command()
@click.argument("essay")
@private_options
@click.option("--public", is_flag=True, help="Seen by everybody again.")
@as_json
@click.pass_context
def share_essay(context: click.Context, /, essay: str, *, json: bool, **chosen: Any) -> None:
    """Choose who sees an essay and the questions from it."""
    private_to = _read_choice(**chosen)
    with tracker_session(context) as tracker:
        access = tracker.essays.share(essay, private_to)
    print_result(access, json, _describe(essay, access))


def _read_choice(
    private: bool, public: bool, members: tuple[str, ...]
) -> tuple[ForecasterId, ...] | None:
    private_to = read_members(private, members)
    if public == (private_to is not None):
        raise Refused("say either --public, or --private, or --with PERSON")
    return private_to


def _describe(name: str, access: Access) -> str:
    if not access.is_private:
        return f"{name} is public: everybody here sees it."
    if not access.members:
        return f"{name} is private: only {access.owner} sees it."
    return f"{name} is private: {access.owner} and {', '.join(access.members)} see it."
