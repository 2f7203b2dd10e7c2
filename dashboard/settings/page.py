"""Who acts here, in which time zone pages are read, what feeds may cost, what was learned, and how
all of it fares.
"""

from functools import cache
from typing import Final
from zoneinfo import available_timezones

import streamlit as st

from dashboard.components.acting import act_as, chosen_zone, keep_zone, read_in
from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm
from dashboard.wording import inert, plural, zone_of
from dashboard.wording.installation import (
    database_line,
    may_cost,
    next_round,
    scheduler_line,
    zone_line,
)
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import Verdict

_CHECKED: Final = "log-checked"
_BROWSER: Final = "browser"
_LINE: Final = "request_budget = 2000"


def render(visit: Visit) -> None:
    """Those about the viewer at the left, those about the installation at the right."""
    st.subheader("Settings", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _who(visit)
        _zone(visit)
        _learned(visit)
    with right:
        _budget(visit)
        _installation(visit)


# Who am I


def _who(visit: Visit) -> None:
    everyone = {person.id: person for person in visit.tracker.people()}
    usual = ForecasterId(visit.tracker.settings.me)
    with st.container(border=True, gap="small"):
        st.markdown(f"**You act as {inert(_shown(everyone[visit.me]))}**")
        st.selectbox(
            "Act as",
            list(everyone),
            index=list(everyone).index(visit.me),
            format_func=lambda who: _shown(everyone[who]),
            key="act-as",
            on_change=_chosen,
            help="Forecasts, judgements and undo are theirs from then on, in this browser tab "
            "alone.",
        )
        if visit.me == usual:
            st.caption(
                "As the settings of this installation say. Another choice holds until this tab "
                "is reloaded."
            )
        else:
            _keep(visit, everyone.get(usual))
        with st.expander("Somebody new", icon=":material/person_add:", key="somebody-new"):
            _add(visit)


def _shown(person: Forecaster) -> str:
    return person.name if person.name == person.id else f"{person.name} ({person.id})"


def _chosen() -> None:
    act_as(st.session_state["act-as"])


def _keep(visit: Visit, usual: Forecaster | None) -> None:
    others = f", where it is {inert(_shown(usual))} for now" if usual is not None else ""
    st.caption(
        "In this tab alone, until it is reloaded. Keep it, and it holds for everybody from the "
        f"next start{others}."
    )
    if st.button("Keep it", key="keep-me", icon=":material/save:"):
        with calm():
            if visit.tracker.keep_me():
                say(f"Kept in tracker.toml: from the next start on {visit.me} acts here")
            else:
                say(
                    "Kept in tracker.toml, but TRACKER_ME in the environment counts for more: "
                    f"set it to {visit.me}"
                )
            st.rerun()


def _add(visit: Visit) -> None:
    with st.form("add-person", border=False):
        name = st.text_input(
            "Name", key="person-name", max_chars=80, autocomplete="off", placeholder="Ada Lovelace"
        )
        if st.form_submit_button("Add, and act as them"):
            with calm():
                added = visit.tracker.add_person(name or "")
                act_as(added.id)
                say(f"{added.name} is known now, and acts in this tab")
                st.rerun()


# Time zone


@cache
def _zones() -> tuple[str, ...]:
    """The zones of cities, and UTC; older names and those of whole hours only confuse."""
    return (
        "UTC",
        *sorted(
            name for name in available_timezones() if "/" in name and not name.startswith(_OLD)
        ),
    )


_OLD: Final = (
    "Etc/",
    "SystemV/",
    "US/",
    "posix/",
    "right/",
    "Brazil/",
    "Canada/",
    "Chile/",
    "Mexico/",
)


def _zone(visit: Visit) -> None:
    chosen, browser = chosen_zone(), st.context.timezone
    own = zone_of(browser)
    came = (
        "as you chose"
        if chosen
        else "as your browser says"
        if browser
        else "as your browser names none"
    )
    options = [_BROWSER, *_zones(), *((chosen,) if chosen and chosen not in _zones() else ())]
    with st.container(border=True, gap="small"):
        st.markdown(f"**Times are written in {inert(zone_line(visit.zone, visit.now))}**, {came}.")
        st.selectbox(
            "Time zone",
            options,
            index=options.index(chosen or _BROWSER),
            format_func=lambda name: (
                f"That of the browser: {own.key}" if name == _BROWSER else name.replace("_", " ")
            ),
            key="choose-zone",
            on_change=_zone_chosen,
        )
        keep_zone()
        st.caption(
            f"It is {inert(visit.moment(visit.now))}, which is {inert(visit.utc(visit.now))}."
        )
        if visit.zone.key != own.key:
            st.caption(
                ":material/info: Charts are drawn by the browser, in its own zone: "
                f"{inert(own.key)}."
            )


def _zone_chosen() -> None:
    name = st.session_state["choose-zone"]
    read_in(None if name == _BROWSER else name)


# What was learned


def _learned(visit: Visit) -> None:
    known = visit.tracker.learned()
    with st.container(border=True, gap="small"):
        if known:
            frozen, reset = (
                sum(each.state == state for each in known) for state in ("frozen", "reset")
            )
            states = (
                f"{frozen:,} frozen, {reset:,} reset to the default"
                if frozen or reset
                else "all of them still learn"
            )
            st.markdown(
                f"**{plural(len(known), 'value')}** learned, or decided on by a person; {states}."
            )
        else:
            st.markdown("**Nothing has been learned yet**: everything counts at its default.")
        label = "See each value, freeze it or reset it" if known else "What each value waits for"
        st.page_link(visit.pages["learned"], label=label, icon=":material/school:")


# What feeds may cost


def _budget(visit: Visit) -> None:
    with st.container(border=True, gap="small"):
        st.markdown("**What feeds may cost**")
        if visit.replayed_until is not None:
            st.markdown("Nothing is polled in a replay.")
            return
        found = visit.tracker.budget()
        st.markdown(f"{may_cost(found)} {next_round(found, visit.now)}")
        st.caption(
            f"To change it, write `{_LINE}` (requests a day; 0 for 24 a feed) into "
            "`tracker.toml` in the data directory, or set TRACKER_REQUEST_BUDGET, and start the "
            "tracker anew."
        )
        st.page_link(visit.pages["feeds"], label="How each feed fares", icon=":material/rss_feed:")


# How the installation fares


def _installation(visit: Visit) -> None:
    found = visit.tracker.installation()
    replayed = visit.replayed_until is not None
    with st.container(border=True, gap="small"):
        st.markdown("**This installation**")
        lines = (
            f"Version: {inert(found.version)}",
            f"Database: {inert(database_line(found))}",
            f"Scheduler: {'none in a replay' if replayed else scheduler_line(found, visit.now)}",
            f"Log: {plural(found.entries, 'entry', 'entries')}, each sealed by the one before",
        )
        st.markdown("\n".join(f"- {line}" for line in lines))
        _log(visit)
        copied = (
            "copy the data directory while nothing runs"
            if found.database == "SQLite"
            else "use `pg_dump`"
        )
        st.caption(f"Backup: {copied}. Whole tables, to read elsewhere:")
        st.page_link(
            visit.pages["reports"], label="Reports and tables", icon=":material/description:"
        )


@st.fragment
def _log(visit: Visit) -> None:
    """Checked only when asked for: every entry is worked out anew, which takes seconds where there
    are many.

    A fragment, so that the rest of the page does not wait for it.
    """
    if st.button("Check the log", key="check-log", icon=":material/verified:"):
        with calm(), st.spinner("Working every entry out anew …"):
            st.session_state[_CHECKED] = (visit.tracker.verify(), visit.tracker.now())
    found = st.session_state.get(_CHECKED)
    if found is None:
        return
    verdict, at = found
    when = inert(visit.moment(at))
    if not isinstance(verdict, Verdict) or verdict.bad_seq is not None:
        st.error(
            f"**The log is not whole** at entry {verdict.bad_seq:,}: {inert(verdict.reason)} "
            f"Checked {when}."
        )
    else:
        st.markdown(
            ":material/check: **The log is whole**: "
            f"{plural(verdict.entries, 'entry', 'entries')}, {when}."
        )
