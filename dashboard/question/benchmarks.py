"""The same question elsewhere: what is linked, and the form that links another one."""

from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.markup import Markup, make_site_link, make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import ask_line, show_refusals, unwrap_prose
from dashboard.wording.numbers import escape_markdown, percent_exact
from tracker.model.benchmarks import Benchmark, LookUp, OptionPairs, SameQuestion
from tracker.model.read_models import QuestionPage

_SEEN: Final = "benchmark-seen"
"""Key of what was looked up, until it is linked or another address is."""

_STATES: Final = {"read": "", "paused": "paused", "ended": "no longer read"}


def render(visit: Visit, page: QuestionPage) -> None:
    """Show what is linked, and, to those who may link, the field for an address."""
    listed = visit.tracker.benchmarks.list(page.summary.question.id)
    may_link = visit.may_curate
    for benchmark in listed:
        _show_benchmark(visit, benchmark, may_link=may_link)
    if not listed:
        note = (
            "A market or platform that asks the same is read on a schedule and scored beside you."
        )
        show_markup(make_tag("p", note, kind="note"))
    if may_link and page.summary.status in ("open", "upcoming"):
        _show_form(visit, page)


def _show_benchmark(visit: Visit, benchmark: Benchmark, *, may_link: bool) -> None:
    link, polls = benchmark.link, benchmark.polls
    facts = (
        "their YES is our NO" if link.is_inverted else "",
        f"read {visit.day(polls.last_at)}" if polls.last_at else "",
        polls.size,
        _STATES[benchmark.status],
    )
    lines = [
        make_tag(
            "p", make_site_link(f"{benchmark.name}: {link.title}", link.url), kind="elsewhere"
        ),
        make_tag("p", " · ".join(filter(None, facts)), kind="note"),
    ]
    if benchmark.hint:
        lines.append(make_tag("p", benchmark.hint))
    if polls.changed:
        lines += [
            _fold("Criteria when linked", link.criteria),
            _fold("Criteria now", polls.changed),
        ]
    show_markup(*lines)
    if not may_link:
        return
    acts = {"Unlink": _unlink} | ({"Compare again with": _look_again} if polls.changed else {})
    with st.container(horizontal=True):
        for verb, act in acts.items():
            st.button(
                f"{verb} {benchmark.name}",
                key=f"{act.__name__}-{link.platform}",
                type="tertiary",
                on_click=partial(act, visit, benchmark),
            )


def _fold(title: str, text: str) -> Markup:
    return make_tag("details", make_tag("summary", title), make_tag("p", text))


def _unlink(visit: Visit, benchmark: Benchmark) -> None:
    with show_refusals():
        visit.tracker.benchmarks.unlink(benchmark.link.question_id, benchmark.link.platform)
        notify(f"{benchmark.name} is no longer read; its forecasts stay")


def _look_again(visit: Visit, benchmark: Benchmark) -> None:
    with show_refusals():
        _look_up(visit, benchmark.link.question_id, benchmark.link.url)


def _look_up(visit: Visit, question_id: str, address: str) -> None:
    """Keep what is at an address to be compared, until it is linked or another address is sent."""
    st.session_state.pop(_SEEN, None)
    st.session_state[_SEEN] = visit.tracker.benchmarks.look_up(question_id, address)


def _show_form(visit: Visit, page: QuestionPage) -> None:
    """Show the field for an address, and what is there beside our question."""
    question = page.summary.question
    with st.form("benchmark-address", border=False):
        address = ask_line(
            "Address of the same question",
            "benchmark-url",
            placeholder="https://manifold.markets/…",
            help="On Manifold, Polymarket, Kalshi or Metaculus.",
        )
        is_sent = st.form_submit_button("Compare")
    with show_refusals(question):
        if is_sent:
            _look_up(visit, question.id, address)
        seen: LookUp | None = st.session_state.get(_SEEN)
        if seen is not None and seen.question.id == question.id:
            _show_comparison(visit, seen)


def _show_comparison(visit: Visit, seen: LookUp) -> None:
    """Show both criteria side by side, and the button by which a person says yes."""
    ours, theirs = seen.question, seen.quote
    left, right = st.columns(2)
    with left:
        _show_side("Yours", ours.text, ours.criteria, f"Closes {visit.day(ours.closes_at)}")
    closes = f"Closes {visit.day(theirs.closes_at)}" if theirs.closes_at else ""
    shares = ", ".join(f"{name} {percent_exact(p)}" for name, p in theirs.shares)
    now = shares if theirs.p is None else percent_exact(theirs.p)
    with right:
        facts = " · ".join(filter(None, (now, theirs.size, closes)))
        _show_side(seen.name, theirs.title, theirs.criteria or "No criteria given.", facts)
    if seen.refusal:
        show_markup(make_tag("p", f"It cannot be linked: {seen.refusal}."))
        return
    inverted = ours.kind == "binary" and st.checkbox("Their YES is our NO", key="benchmark-no")
    options = _pair_options(seen)
    if st.button("It is the same question: link it", key="benchmark-link", type="primary"):
        visit.tracker.benchmarks.link(seen, SameQuestion(bool(inverted), options))
        del st.session_state[_SEEN]
        notify(f"{seen.name} is read from now on")
        st.rerun()


def _show_side(name: str, text: str, criteria: str, facts: str) -> None:
    show_markup(
        make_tag("h3", name),
        make_tag("p", make_tag("b", text)),
        *(make_tag("p", block) for block in unwrap_prose(criteria).split("\n\n")),
        make_tag("p", facts, kind="note"),
    )


def _pair_options(seen: LookUp) -> OptionPairs:
    """Ask which of their options each of ours is; those of one name are paired already."""
    if not seen.quote.shares:
        return ()
    same, theirs = dict(seen.options), [name for name, _ in seen.quote.shares]
    chosen = {
        option.name: st.selectbox(
            escape_markdown(f"{option.name} is their"),
            theirs,
            index=theirs.index(same[option.name]) if option.name in same else None,
            key=f"benchmark-option-{option.name}",
        )
        for option in seen.question.options
        if option.removed_at is None
    }
    return tuple((ours, picked) for ours, picked in chosen.items() if picked is not None)
