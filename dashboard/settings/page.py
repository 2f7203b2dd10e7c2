"""Settings page: acting person, time zone, learned values, request budget, and installation."""

from datetime import datetime
from typing import Final

import streamlit as st

from dashboard.components.acting import act_as, choose_zone, get_chosen_zone, notify, save_zone
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_section_title
from dashboard.settings.workers import show_workers
from dashboard.settings.zones import list_zones
from dashboard.wording.feeds import describe_budget, zone_line
from dashboard.wording.numbers import escape_markdown, parse_zone, plural
from forecasts.questions.formatting import format_sentence
from forecasts.questions.question import Forecaster, ForecasterId
from tracker.llm.model_check import format_share
from tracker.model.read_models import LogCheck
from tracker.model.upkeep import describe_size

_CHECK_KEY: Final = "log-checked"
_BROWSER_OPTION: Final = "browser"


def render(visit: Visit) -> None:
    """Show the viewer's settings at the left, those of the installation at the right."""
    st.subheader("Settings", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _show_person(visit)
        _show_zone(visit)
        _show_learned(visit)
    with right:
        _show_budget(visit)
        _show_model(visit)
        _show_installation(visit)
        show_workers(visit)


def _show_person(visit: Visit) -> None:
    everyone = {person.id: person for person in visit.tracker.people.list()}
    show_section_title("You")
    name = _format_person(everyone[visit.me]) if visit.me in everyone else visit.me
    st.markdown(f"Signed in as **{escape_markdown(name)}**.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(visit.pages["people"], label="People and programs", icon=":material/group:")
        st.page_link(
            visit.pages["notifications"], label="Notifications", icon=":material/notifications:"
        )
        st.page_link(visit.pages["import"], label="Import forecasts", icon=":material/upload_file:")
        if visit.tracker.settings.require_login:
            st.link_button("Log out", "/logout", icon=":material/logout:", type="tertiary")
    if not visit.tracker.principal.has("administer"):
        return
    if len(everyone) > 1:
        st.selectbox(
            "Switch user",
            list(everyone),
            index=list(everyone).index(visit.me),
            format_func=lambda forecaster_id: _format_person(everyone[forecaster_id]),
            key="act-as",
            on_change=lambda: act_as(st.session_state["act-as"]),
            help="Forecasts, reviews and undo are theirs, in this tab, until you reload it.",
        )
    if visit.me != ForecasterId(visit.tracker.settings.me):
        st.button("Make default", "keep-me", icon=":material/save:",
                  on_click=_save_default, args=(visit,))  # fmt: skip
    with st.expander("Add person", icon=":material/person_add:", key="somebody-new"):
        _show_new_person(visit)


def _format_person(person: Forecaster) -> str:
    return person.name if person.name == person.id else f"{person.name} ({person.id})"


def _save_default(visit: Visit) -> None:
    with show_refusals():
        if visit.tracker.people.save_as_default():
            notify(f"Saved in tracker.toml: {visit.me} is the default from the next start")
        else:
            notify(f"Saved in tracker.toml, but TRACKER_ME overrides it: set it to {visit.me}")


def _show_new_person(visit: Visit) -> None:
    with st.form("add-person", border=False):
        name = st.text_input(
            "Name", key="person-name", max_chars=80, autocomplete="off", placeholder="Ada Lovelace"
        )
        if st.form_submit_button("Add and switch"):
            with show_refusals():
                added = visit.tracker.people.add(name or "")
                act_as(added.id)
                notify(f"{added.name} added; this tab is signed in as them")
                st.rerun()


def _show_zone(visit: Visit) -> None:
    chosen, browser_zone = get_chosen_zone(), parse_zone(st.context.timezone)
    options = [_BROWSER_OPTION, *list_zones(*filter(None, (chosen,)))]
    show_section_title("Display")
    st.markdown(f"Times are shown in **{escape_markdown(zone_line(visit.zone, visit.now))}**.")
    st.selectbox(
        "Time zone",
        options,
        index=options.index(chosen or _BROWSER_OPTION),
        format_func=lambda name: (
            f"Browser time zone ({browser_zone.key})"
            if name == _BROWSER_OPTION
            else name.replace("_", " ")
        ),
        key="choose-zone",
        on_change=_apply_zone,
    )
    save_zone()
    if visit.zone.key != browser_zone.key:
        st.caption(f"Charts use your browser's time zone, {escape_markdown(browser_zone.key)}.")
    st.caption("Light or dark follows your system; the menu ⋮ at the top right changes it.")


def _apply_zone() -> None:
    name = st.session_state["choose-zone"]
    choose_zone(None if name == _BROWSER_OPTION else name)


def _show_learned(visit: Visit) -> None:
    states = [parameter.state for parameter in visit.tracker.learning.list()]
    frozen = states.count("frozen")
    show_section_title("Learned values")
    st.markdown(
        f"{plural(len(states), 'learned parameter')}, {f'{frozen:,}' if frozen else 'none'} frozen."
        if states
        else "Nothing has been learned yet."
    )
    st.page_link(visit.pages["learned"], label="See what they do", icon=":material/school:")


def _show_budget(visit: Visit) -> None:
    show_section_title("Request budget")
    if visit.replayed_until is not None:
        st.markdown("Nothing is requested in a replay.")
        return
    st.markdown(describe_budget(visit.tracker.feeds.budget(), visit.now))
    st.caption(
        "To change it, write “request_budget = 2000” (requests a day) into tracker.toml in the "
        "data directory and restart the tracker."
    )
    st.page_link(visit.pages["feeds"], label="Feeds", icon=":material/rss_feed:")


def _show_model(visit: Visit) -> None:
    """Show which language model judges evidence, and whether it may move numbers."""
    settings = visit.tracker.settings
    show_section_title("Language model")
    if not settings.model_url:
        st.markdown("None: you and the matcher judge evidence.")
        st.caption("“tracker model check” finds a model on this machine and says how to use it.")
        return
    name, check = escape_markdown(settings.model_name), visit.tracker.system.last_model_check()
    if check is None or check.objection:
        objection = "not checked yet" if check is None else check.objection
        st.markdown(f"**{name} only suggests**: {objection}.")
    else:
        st.markdown(
            f"**{name} judges evidence**: it calls {format_share(check.coverage)} of the "
            f"directions, {format_share(check.right)} of them correctly."
        )
    checked = f"Checked on {visit.day(check.checked_at)}. " if check is not None else ""
    st.caption(f"{checked}“tracker model check” measures it on a hundred headlines.")


def _show_installation(visit: Visit) -> None:
    status = visit.tracker.system.status()
    is_file = status.database == "SQLite"
    scheduler = "never seen here; `./run` or `tracker up` starts it"
    if visit.replayed_until is not None:
        scheduler = "none in a replay"
    elif status.last_job is not None:
        scheduler = f"last active {visit.age(status.last_job)}"
    show_section_title("This installation")
    st.markdown(
        f"- Version {escape_markdown(status.version)}\n"
        f"- Database: {escape_markdown(status.database)}"
        f"{' in the data directory' if is_file else ''}, "
        f"{describe_size(status.bytes, status.growth)}\n"
        f"- Newest backup: {_describe_backup(visit, status.backed_up_at)}\n"
        f"- Scheduler: {scheduler}\n"
        f"- Audit log: {plural(status.entries, 'entry', 'entries')} (hash-chained)"
    )
    _show_log_check(visit)
    st.caption(
        "“tracker system backup” makes a backup while everything runs, “tracker system check” "
        "looks at all that can be wrong."
    )
    st.page_link(visit.pages["reports"], label="Reports and tables", icon=":material/description:")


def _describe_backup(visit: Visit, at: datetime | None) -> str:
    if visit.replayed_until is not None:
        return "none of a replay"
    return visit.age(at) if at is not None else "none yet; the scheduler makes one a day"


@st.fragment
def _show_log_check(visit: Visit) -> None:
    """Show the check of the log, made on demand: recomputing every entry takes seconds.

    A fragment, so that the rest of the page does not wait for it.
    """
    if st.button("Verify the audit log", key="check-log", icon=":material/verified:"):
        with show_refusals(), st.spinner("Recomputing every entry …"):
            st.session_state[_CHECK_KEY] = (visit.tracker.system.verify(), visit.tracker.now())
    result = st.session_state.get(_CHECK_KEY)
    if result is None:
        return
    verdict, checked_at = result
    when = escape_markdown(visit.moment(checked_at))
    if not isinstance(verdict, LogCheck) or verdict.bad_seq is not None:
        st.error(
            f"**The audit log is damaged** at entry {verdict.bad_seq:,}: "
            f"{escape_markdown(verdict.reason)} Checked {when}."
        )
    else:
        entries = plural(verdict.entries, "entry", "entries")
        st.markdown(f":material/check: **The audit log is intact**: {entries}, checked {when}.")
        st.caption(escape_markdown(format_sentence(verdict.witness)))
