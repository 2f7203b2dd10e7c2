"""Choice of who sees a question or an essay, where there is anybody else."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording.numbers import display_name
from forecasts.questions.question import ForecasterId
from tracker.model.access import Access

PRIVATE_HELP = "In nobody else’s lists, search, reports or notifications."


def choose_members(
    visit: Visit, key: str, access: Access | None = None
) -> tuple[ForecasterId, ...] | None:
    """Show the choice and return who else sees it; None for everybody.

    Whoever is alone here has nothing to choose.
    """
    current = access or Access()
    owner = current.owner or visit.me
    candidates = {name: shown for name, shown in _list_names(visit).items() if name != owner}
    if not candidates and not current.is_private:
        return None
    is_private = st.checkbox("Private", current.is_private, help=PRIVATE_HELP, key=f"private-{key}")
    if not is_private:
        return None
    members = st.multiselect(
        "Also seen by",
        list(candidates),
        [member for member in current.members if member in candidates],
        format_func=candidates.__getitem__,
        placeholder="Nobody else",
        key=f"members-{key}",
    )
    return tuple(members)


def show_sharing(
    visit: Visit, key: str, access: Access, share: Callable[[Sequence[ForecasterId] | None], Access]
) -> None:
    """Show who sees something, and let its owner or an admin change it."""
    st.text(describe_access(visit, access))
    principal = visit.tracker.principal
    may_change = not access.is_private or access.owner == visit.me or principal.has("administer")
    if not may_change or not principal.has("curate"):
        return
    members = choose_members(visit, key, access)
    chosen = None if members is None else tuple(sorted(members))
    current = access.members if access.is_private else None
    st.button(
        "Save",
        key=f"share-{key}",
        disabled=chosen == current,
        on_click=partial(_save, share, chosen),
    )


def _save(
    share: Callable[[Sequence[ForecasterId] | None], Access],
    members: Sequence[ForecasterId] | None,
) -> None:
    with show_refusals():
        share(members)
        notify("Public" if members is None else "Private")


def _list_names(visit: Visit) -> dict[ForecasterId, str]:
    """List people and agents by id, with the names that are shown."""
    people = visit.tracker.people
    agents = [agent for agent in people.list_outside() if agent.kind == "agent"]
    return {p.id: display_name(p, visit.me) for p in (*people.list(), *agents)}


def describe_access(visit: Visit, access: Access) -> str:
    """Describe who sees it in a sentence."""
    if not access.is_private:
        return "Everybody with an account here sees it."
    names = _list_names(visit)
    seen = [name for name in (access.owner, *access.members) if name]
    listed = ", ".join("you" if name == visit.me else names.get(name, name) for name in seen)
    return f"Private. Seen by: {listed}."
