"""Commands on accounts and tokens."""

from collections.abc import Iterable, Mapping
from typing import get_args

import click
from rich.table import Table

from forecasts.questions.formatting import format_utc_minute
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.accounts import Account, ApiToken, Refusal
from tracker.model.json_values import to_plain
from tracker.model.principal import Role
from tracker.people.accounts import NewSecret
from tracker.settings import Settings

ROLES = get_args(Role)
PERSON_ROLES = tuple(role for role in ROLES if role != "agent")
role_argument = click.argument("role", type=click.Choice(PERSON_ROLES))
role_option = click.option("--role", type=click.Choice(ROLES), default="forecaster")


@click.command()
@as_json
@click.pass_context
def list_accounts(context: click.Context, /, json: bool) -> None:
    """List who may log in, and with which role."""
    with tracker_session(context) as tracker:
        accounts = tracker.accounts.list()
        logins = tracker.accounts.count_logins()
    nothing = "Nobody has an account yet: `tracker people invite analyst` makes a link to join."
    print_result(
        [to_plain(account) for account in accounts],
        json,
        _build_account_table(accounts, logins) if accounts else nothing,
    )


@click.command()
@role_argument
@click.pass_context
def invite(context: click.Context, /, role: Role) -> None:
    """Make a link by which one person joins.

    It works once, within a week, and gives the role.
    """
    with tracker_session(context) as tracker:
        link = tracker.accounts.invite(role)
        click.echo(_describe_link(tracker.settings, "join", link))


@click.command()
@click.argument("name")
@role_option
@click.pass_context
def add(context: click.Context, /, name: str, role: Role) -> None:
    """Make an account without a password, for an agent.

    An agent is scored beside people, and is no member of the crowd.
    """
    with tracker_session(context) as tracker:
        account = tracker.accounts.add(name, role)
    click.echo(
        f"{account.forecaster} has an account as {role}. `tracker people token "
        f"{account.forecaster} --name …` makes a token for it."
    )


@click.command()
@click.argument("account")
@role_argument
@click.pass_context
def change_role(context: click.Context, /, account: str, role: Role) -> None:
    """Give an account another role."""
    with tracker_session(context) as tracker:
        changed = tracker.accounts.change_role(account, role)
    click.echo(f"{changed.name} is {role} from now on.")


@click.command()
@click.argument("account")
@click.pass_context
def reset(context: click.Context, /, account: str) -> None:
    """Make a link to set a new password.

    It works once, within a day, and ends all log-ins with the old password.
    """
    with tracker_session(context) as tracker:
        link = tracker.accounts.offer_reset(account)
        click.echo(_describe_link(tracker.settings, "reset", link))


@click.command()
@click.argument("account")
@click.pass_context
def disable(context: click.Context, /, account: str) -> None:
    """Let an account log in no longer.

    Its log-ins end at once; its forecasts stay and are scored.
    """
    with tracker_session(context) as tracker:
        changed = tracker.accounts.disable(account)
    click.echo(f"{changed.name} can no longer log in; `tracker people enable` takes it back.")


@click.command()
@click.argument("account")
@click.pass_context
def enable(context: click.Context, /, account: str) -> None:
    """Let a disabled account log in again."""
    with tracker_session(context) as tracker:
        changed = tracker.accounts.enable(account)
    click.echo(f"{changed.name} can log in again.")


@click.command()
@click.argument("account")
@click.argument("subject")
@click.option("--proxy", is_flag=True, help="SUBJECT is the name that a trusted proxy sends.")
@click.pass_context
def link(context: click.Context, /, account: str, subject: str, *, proxy: bool) -> None:
    """Let a person of the OpenID provider log in as an account.

    SUBJECT is what the provider calls them for ever; whoever was not let in is told theirs.
    """
    with tracker_session(context) as tracker:
        linked = tracker.accounts.link(account, subject, by_proxy=proxy)
    click.echo(f"{subject} logs in as {linked.name} from now on.")


@click.command()
@click.argument("account")
@click.pass_context
def unlink(context: click.Context, /, account: str) -> None:
    """Forget by whom an account is vouched for, and end its log-ins."""
    with tracker_session(context) as tracker:
        changed = tracker.accounts.unlink(account)
    click.echo(f"{changed.name} is linked to no log-in elsewhere any more.")


@click.command()
@as_json
@click.pass_context
def refusals(context: click.Context, /, json: bool) -> None:
    """List what was refused lately, the newest first.

    Each refusal is in the log: ten an hour of an account or token, then one line with a count.
    """
    with tracker_session(context) as tracker:
        refused = tracker.accounts.refusals()
    print_result(
        [to_plain(refusal) for refusal in refused],
        json,
        _build_refusal_table(refused) if refused else "Nothing was refused.",
    )


@click.command()
@as_json
@click.pass_context
def tokens(context: click.Context, /, json: bool) -> None:
    """List the tokens of programs.

    Their secrets are not stored.
    """
    with tracker_session(context) as tracker:
        tokens = tracker.accounts.tokens()
        names = {account.id: account.name for account in tracker.accounts.list()}
    nothing = "No program has a token: `tracker people token ACCOUNT --name …` makes one."
    print_result(
        [to_plain(token) for token in tokens],
        json,
        _build_token_table(tokens, names) if tokens else nothing,
    )


@click.command()
@click.argument("account")
@click.option("--name", required=True, help="For what the token is, such as nightly.")
@click.option("--role", type=click.Choice(ROLES), help="A lesser role than that of the account.")
@click.option("--days", default=90.0, help="How long it is valid; 365 at most.")
@click.pass_context
def token(
    context: click.Context, /, account: str, *, name: str, role: Role | None, days: float
) -> None:
    """Make a token for a program; it is shown once.

    The program acts for the account, with its role or a lesser one.
    """
    with tracker_session(context) as tracker:
        made = tracker.accounts.make_token(name, role, days, account=account)
    click.echo(made.secret)
    click.echo(
        f"Valid until {format_utc_minute(made.expires_at)}. Keep it like a password: it is not "
        "shown again.",
        err=True,
    )


@click.command()
@click.argument("token_id")
@click.pass_context
def revoke(context: click.Context, /, token_id: str) -> None:
    """End a program's token."""
    with tracker_session(context) as tracker:
        tracker.accounts.revoke_token(token_id)
    click.echo(f"The token {token_id} is valid no longer.")


def _describe_link(settings: Settings, path: str, link: NewSecret) -> str:
    until = format_utc_minute(link.expires_at)
    return f"{settings.base_url}{path}#{link.secret}\nIt works once, until {until}."


def _build_account_table(accounts: Iterable[Account], logins: Mapping[str, int]) -> Table:
    table = Table("Name", "Account", "Role", "Log-ins", "Since", "State")
    for account in accounts:
        since = format_utc_minute(account.created_at)
        state = "disabled" if account.disabled_at else ""
        count = str(logins.get(account.id, 0))
        table.add_row(account.name, account.forecaster, account.role, count, since, state)
    return table


def _build_token_table(tokens: Iterable[ApiToken], names: dict[str, str]) -> Table:
    table = Table("Token", "For", "Name", "Role", "Until", "Last used", "State")
    for token in tokens:
        used = format_utc_minute(token.used_at) if token.used_at else "never"
        until = format_utc_minute(token.expires_at)
        state = "revoked" if token.revoked_at else ""
        owner = names.get(token.account, token.account)
        table.add_row(token.id, owner, token.name, token.role, until, used, state)
    return table


def _build_refusal_table(refused: Iterable[Refusal]) -> Table:
    table = Table("When", "Who", "What", "Through", "Count")
    for refusal in refused:
        at, count = format_utc_minute(refusal.at), f"{refusal.count:,}"
        table.add_row(at, refusal.name, refusal.act, refusal.door, count)
    return table
