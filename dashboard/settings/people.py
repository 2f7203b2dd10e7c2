"""People page: who may log in and with which role, one's log-ins, and tokens of one's programs."""

from typing import Final, get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import Row, RowColumn, TextCell, show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_section_title
from dashboard.settings.logins import show_logins, show_refused
from dashboard.wording.numbers import escape_markdown
from tracker.model.accounts import Account, ApiToken
from tracker.model.principal import RIGHTS, Role

ROLES: Final[tuple[Role, ...]] = get_args(Role)
PERSON_ROLES: Final = tuple(role for role in ROLES if role != "agent")
ROLE_NAMES: Final = {
    "viewer": "Viewer: reads",
    "forecaster": "Forecaster: also forecasts, and proposes evidence",
    "agent": "Agent: a program, scored beside people",
    "analyst": "Analyst: also asks, judges and resolves",
    "admin": "Admin: also manages people",
}
TOKEN_DAYS: Final = (30, 90, 365)
_TOKEN_COLUMNS: Final = (
    RowColumn("name", "Token"),
    RowColumn("role", "Role"),
    RowColumn("used", "Last used", "end"),
    RowColumn("until", "Until", "end"),
)
_SECRET_KEY: Final = "new-secret"  # noqa: S105 -- the key of a session


def render(visit: Visit) -> None:
    """Show accounts to an admin, and to everybody their log-ins and tokens of programs."""
    st.subheader("People and programs", anchor=False)
    _show_secret()
    left, right = st.columns(2, gap="large")
    is_admin = visit.tracker.principal.has("administer")
    if is_admin:
        with left:
            _show_accounts(visit)
            show_refused(visit)
    with right if is_admin else left:
        show_logins(visit)
    with right:
        _show_tokens(visit)


def _show_secret() -> None:
    """Show a new link or token once."""
    words, secret = st.session_state.pop(_SECRET_KEY, ("", ""))
    if secret:
        st.success(f"{words} Copy it now: it is not shown again.")
        st.code(secret, language=None, wrap_lines=True)


def _show_accounts(visit: Visit) -> None:
    accounts = visit.tracker.accounts.list()
    show_section_title("People")
    if not accounts:
        show_empty("You are the only one here.", "Invite somebody with a role.")
    else:
        _show_list(visit, accounts)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = st.selectbox("Invite as", PERSON_ROLES, 1, format_func=ROLE_NAMES.__getitem__)
        st.button("Make a link", on_click=_invite, args=(visit, role), icon=":material/link:")
    if accounts:
        _show_changes(visit, accounts)


def _show_list(visit: Visit, accounts: tuple[Account, ...]) -> None:
    columns = (
        RowColumn("name", "Name"),
        RowColumn("role", "Role"),
        RowColumn("logins", "Log-ins", "end"),
        RowColumn("since", "Since", "end"),
    )
    counts = visit.tracker.accounts.count_logins()
    rows = [
        Row(
            account.id,
            {
                "name": TextCell(account.name, "disabled" if account.disabled_at else ""),
                "role": TextCell(account.role),
                "logins": TextCell(str(counts.get(account.id, 0))),
                "since": TextCell(visit.day(account.created_at)),
            },
        )
        for account in accounts
    ]
    show_rows("accounts", "People", columns, rows)


def _show_changes(visit: Visit, accounts: tuple[Account, ...]) -> None:
    names = {account.id: account for account in accounts}
    with st.expander("Change an account", icon=":material/manage_accounts:"):
        chosen = names[
            st.selectbox("Account", list(names), format_func=lambda key: names[key].name)
        ]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            roles = ("agent",) if chosen.role == "agent" else PERSON_ROLES
            role = st.selectbox("Role", roles, roles.index(chosen.role), key=f"role-{chosen.id}")
            st.button("Save role", on_click=_change_role, args=(visit, chosen, role))
        with st.container(horizontal=True):
            st.button("New password link", on_click=_offer_reset, args=(visit, chosen))
            word = "Enable" if chosen.disabled_at else "Disable"
            st.button(word, on_click=_switch, args=(visit, chosen))


def _invite(visit: Visit, role: Role) -> None:
    with show_refusals():
        link = visit.tracker.accounts.invite(role)
        address = f"{visit.tracker.settings.base_url}join#{link.secret}"
        until = visit.day(link.expires_at)
        st.session_state[_SECRET_KEY] = (
            f"One person joins as {role} by this link, until {until}.",
            address,
        )


def _offer_reset(visit: Visit, account: Account) -> None:
    with show_refusals():
        link = visit.tracker.accounts.offer_reset(account.id)
        address = f"{visit.tracker.settings.base_url}reset#{link.secret}"
        words = f"{escape_markdown(account.name)} sets a new password by this link, within a day."
        st.session_state[_SECRET_KEY] = words, address


def _change_role(visit: Visit, account: Account, role: Role) -> None:
    with show_refusals():
        visit.tracker.accounts.change_role(account.id, role)
        notify(f"{account.name} is {role} from now on")


def _switch(visit: Visit, account: Account) -> None:
    with show_refusals():
        if account.disabled_at:
            visit.tracker.accounts.enable(account.id)
            notify(f"{account.name} can log in again")
        else:
            visit.tracker.accounts.disable(account.id)
            notify(f"{account.name} can no longer log in")


def _show_tokens(visit: Visit) -> None:
    tokens = [token for token in visit.tracker.accounts.tokens() if token.revoked_at is None]
    show_section_title("Programs")
    if tokens:
        rows = [_build_token_row(visit, token) for token in tokens]
        show_rows("tokens", "Tokens of programs", _TOKEN_COLUMNS, rows)
    else:
        show_empty(
            "None of your programs has a token.", "A token lets a script read or act for you."
        )
    _show_new_token(visit)
    if tokens:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = {token.id: token.name for token in tokens}
            chosen = st.selectbox("Token", list(names), format_func=names.__getitem__)
            st.button("Revoke", on_click=_revoke, args=(visit, chosen, names[chosen]))


def _build_token_row(visit: Visit, token: ApiToken) -> Row:
    cells = {
        "name": TextCell(token.name),
        "role": TextCell(token.role),
        "used": TextCell(visit.age(token.used_at) if token.used_at else "never"),
        "until": TextCell(visit.day(token.expires_at)),
    }
    return Row(token.id, cells)


def _show_new_token(visit: Visit) -> None:
    with (
        st.form("new-token", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(
            "What for", max_chars=60, placeholder="nightly script", autocomplete="off"
        )
        mine = RIGHTS[visit.tracker.principal.role]
        role = st.selectbox("Role", [role for role in ROLES if RIGHTS[role] <= mine])
        days = st.selectbox("Days", TOKEN_DAYS, 1)
        if st.form_submit_button("Make a token"):
            with show_refusals():
                made = visit.tracker.accounts.make_token(name, role, days)
                words = f"The token of {escape_markdown(name)}, until {visit.day(made.expires_at)}."
                st.session_state[_SECRET_KEY] = words, made.secret
                st.rerun()


def _revoke(visit: Visit, token_id: str, name: str) -> None:
    with show_refusals():
        visit.tracker.accounts.revoke_token(token_id)
        notify(f"The token {name} is valid no longer")
