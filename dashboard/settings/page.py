"""Settings page: acting forecaster, time zone, learned values, feed budget, and installation."""

from functools import cache
from typing import Final
from zoneinfo import available_timezones

import streamlit as st

from dashboard.components.acting import act_as, choose_zone, get_chosen_zone, notify, save_zone
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import escape_markdown, parse_zone, plural
from dashboard.wording.feeds import (
    database_line,
    describe_budget,
    describe_next_round,
    scheduler_line,
    zone_line,
)
from forecasts.questions.question import Forecaster, ForecasterId
from tracker.llm.model_check import format_share
from tracker.model.read_models import LogCheck

_CHECK_KEY: Final = "log-checked"
_BROWSER_OPTION: Final = "browser"
_BUDGET_LINE: Final = "request_budget = 2000"


def render(visit: Visit) -> None:
    """Show the viewer's settings at the left, those of the installation at the right."""
    st.subheader("Settings", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _show_forecaster(visit)
        _show_zone(visit)
        _show_learned(visit)
    with right:
        _show_budget(visit)
        _show_model(visit)
        _show_installation(visit)


def _show_forecaster(visit: Visit) -> None:
    everyone = {person.id: person for person in visit.tracker.people.list()}
    default_id = ForecasterId(visit.tracker.settings.me)
    with st.container(border=True, gap="small"):
        st.markdown(f"**You act as {escape_markdown(_format_person(everyone[visit.me]))}**")
        st.selectbox(
            "Act as",
            list(everyone),
            index=list(everyone).index(visit.me),
            format_func=lambda forecaster_id: _format_person(everyone[forecaster_id]),
            key="act-as",
            on_change=_apply_forecaster,
            help="Forecasts, judgements and undo are theirs from then on, in this browser tab "
            "alone.",
        )
        if visit.me == default_id:
            st.caption(
                "As the settings of this installation say. Another choice holds until this tab "
                "is reloaded."
            )
        else:
            _show_keep_button(visit, everyone.get(default_id))
        with st.expander("Somebody new", icon=":material/person_add:", key="somebody-new"):
            _show_new_person(visit)


def _format_person(person: Forecaster) -> str:
    return person.name if person.name == person.id else f"{person.name} ({person.id})"


def _apply_forecaster() -> None:
    act_as(st.session_state["act-as"])


def _show_keep_button(visit: Visit, default: Forecaster | None) -> None:
    default_note = (
        f", where it is {escape_markdown(_format_person(default))} for now"
        if default is not None
        else ""
    )
    st.caption(
        "In this tab alone, until it is reloaded. Keep it, and it holds for everybody from the "
        f"next start{default_note}."
    )
    if st.button("Keep it", key="keep-me", icon=":material/save:"):
        with show_refusals():
            if visit.tracker.people.save_as_default():
                notify(f"Kept in tracker.toml: from the next start on {visit.me} acts here")
            else:
                notify(
                    "Kept in tracker.toml, but TRACKER_ME in the environment counts for more: "
                    f"set it to {visit.me}"
                )
            st.rerun()


def _show_new_person(visit: Visit) -> None:
    with st.form("add-person", border=False):
        name = st.text_input(
            "Name", key="person-name", max_chars=80, autocomplete="off", placeholder="Ada Lovelace"
        )
        if st.form_submit_button("Add, and act as them"):
            with show_refusals():
                added = visit.tracker.people.add(name or "")
                act_as(added.id)
                notify(f"{added.name} is known now, and acts in this tab")
                st.rerun()


@cache
def _list_zones() -> tuple[str, ...]:
    """List the zones of cities, and UTC, without legacy names and fixed offsets."""
    return (
        "UTC",
        *sorted(
            name
            for name in available_timezones()
            if "/" in name and not name.startswith(_LEGACY_PREFIXES)
        ),
    )


_LEGACY_PREFIXES: Final = (
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


def _show_zone(visit: Visit) -> None:
    chosen, browser = get_chosen_zone(), st.context.timezone
    browser_zone = parse_zone(browser)
    origin = (
        "as you chose"
        if chosen
        else "as your browser says"
        if browser
        else "as your browser names none"
    )
    options = [
        _BROWSER_OPTION,
        *_list_zones(),
        *((chosen,) if chosen and chosen not in _list_zones() else ()),
    ]
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**Times are written in {escape_markdown(zone_line(visit.zone, visit.now))}**, "
            f"{origin}."
        )
        st.selectbox(
            "Time zone",
            options,
            index=options.index(chosen or _BROWSER_OPTION),
            format_func=lambda name: (
                f"That of the browser: {browser_zone.key}"
                if name == _BROWSER_OPTION
                else name.replace("_", " ")
            ),
            key="choose-zone",
            on_change=_apply_zone,
        )
        save_zone()
        st.caption(
            f"It is {escape_markdown(visit.moment(visit.now))}, which is "
            f"{escape_markdown(visit.utc(visit.now))}."
        )
        if visit.zone.key != browser_zone.key:
            st.caption(
                ":material/info: Charts are drawn by the browser, in its own zone: "
                f"{escape_markdown(browser_zone.key)}."
            )


def _apply_zone() -> None:
    name = st.session_state["choose-zone"]
    choose_zone(None if name == _BROWSER_OPTION else name)


def _show_learned(visit: Visit) -> None:
    parameters = visit.tracker.learning.list()
    with st.container(border=True, gap="small"):
        if parameters:
            frozen, reset = (
                sum(parameter.state == state for parameter in parameters)
                for state in ("frozen", "reset")
            )
            states = (
                f"{frozen:,} frozen, {reset:,} reset to the default"
                if frozen or reset
                else "all of them still learn"
            )
            st.markdown(
                f"**{plural(len(parameters), 'value')}** learned, or decided on by a person; "
                f"{states}."
            )
        else:
            st.markdown("**Nothing has been learned yet**: everything counts at its default.")
        label = (
            "See each value, freeze it or reset it" if parameters else "What each value waits for"
        )
        st.page_link(visit.pages["learned"], label=label, icon=":material/school:")


def _show_budget(visit: Visit) -> None:
    with st.container(border=True, gap="small"):
        st.markdown("**What feeds may cost**")
        if visit.replayed_until is not None:
            st.markdown("Nothing is polled in a replay.")
            return
        budget = visit.tracker.feeds.budget()
        st.markdown(f"{describe_budget(budget)} {describe_next_round(budget, visit.now)}")
        st.caption(
            f"To change it, write `{_BUDGET_LINE}` (requests a day; 0 for 24 a feed) into "
            "`tracker.toml` in the data directory, or set TRACKER_REQUEST_BUDGET, and start the "
            "tracker anew."
        )
        st.page_link(visit.pages["feeds"], label="How each feed fares", icon=":material/rss_feed:")


def _show_model(visit: Visit) -> None:
    """Show which language model judges evidence, and whether it may move numbers."""
    settings = visit.tracker.settings
    with st.container(border=True, gap="small"):
        if not settings.model_url:
            st.markdown("**No language model judges evidence**: the matcher does, and people.")
            st.caption(
                "A model on this machine is enough. Run “tracker model check”: it names those that "
                "answer here, with the lines of tracker.toml that set one."
            )
            return
        name, check = escape_markdown(settings.model_name), visit.tracker.system.last_model_check()
        if check is None:
            st.markdown(f"**{name} only proposes**: it was never checked.")
        elif check.objection:
            st.markdown(f"**{name} only proposes**: {check.objection}.")
        else:
            st.markdown(
                f"**{name} judges evidence**: {format_share(check.right)} of the directions that "
                f"it calls are right, and it calls {format_share(check.coverage)} of them."
            )
        checked = f"Checked on {visit.day(check.checked_at)}. " if check is not None else ""
        st.caption(f"{checked}“tracker model check” measures it on a hundred headlines.")


def _show_installation(visit: Visit) -> None:
    installation = visit.tracker.system.status()
    replayed = visit.replayed_until is not None
    scheduler = "none in a replay" if replayed else scheduler_line(installation, visit.now)
    with st.container(border=True, gap="small"):
        st.markdown("**This installation**")
        lines = (
            f"Version: {escape_markdown(installation.version)}",
            f"Database: {escape_markdown(database_line(installation))}",
            f"Scheduler: {scheduler}",
            f"Log: {plural(installation.entries, 'entry', 'entries')}, "
            "each sealed by the one before",
        )
        st.markdown("\n".join(f"- {line}" for line in lines))
        _show_log_check(visit)
        backup_hint = (
            "copy the data directory while nothing runs"
            if installation.database == "SQLite"
            else "use `pg_dump`"
        )
        st.caption(f"Backup: {backup_hint}. Whole tables, to read elsewhere:")
        st.page_link(
            visit.pages["reports"], label="Reports and tables", icon=":material/description:"
        )


@st.fragment
def _show_log_check(visit: Visit) -> None:
    """Show the check of the log, made on demand: recomputing every entry takes seconds.

    A fragment, so that the rest of the page does not wait for it.
    """
    if st.button("Check the log", key="check-log", icon=":material/verified:"):
        with show_refusals(), st.spinner("Working every entry out anew …"):
            st.session_state[_CHECK_KEY] = (visit.tracker.system.verify(), visit.tracker.now())
    result = st.session_state.get(_CHECK_KEY)
    if result is None:
        return
    verdict, checked_at = result
    when = escape_markdown(visit.moment(checked_at))
    if not isinstance(verdict, LogCheck) or verdict.bad_seq is not None:
        st.error(
            f"**The log is not whole** at entry {verdict.bad_seq:,}: "
            f"{escape_markdown(verdict.reason)} Checked {when}."
        )
    else:
        st.markdown(
            ":material/check: **The log is whole**: "
            f"{plural(verdict.entries, 'entry', 'entries')}, {when}."
        )
