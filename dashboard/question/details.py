"""Details of a question, closed until they are opened: one section at a time."""

from collections.abc import Callable
from functools import partial

from dashboard.components.share_links import show_question_links
from dashboard.components.sharing import show_sharing
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_drawer, show_empty, show_report_buttons
from dashboard.question import (
    answering,
    as_of,
    benchmarks,
    compare,
    criteria,
    disagreement,
    siblings,
    signposts,
    why,
)
from dashboard.scenarios import sections as scenarios
from tracker.model.read_models import QuestionPage

Section = Callable[[Visit, QuestionPage], None]


def list_sections(visit: Visit, present: Visit, page: QuestionPage) -> dict[str, Section]:
    """Return the sections that the question has now; `present` is the visit of today."""
    status, question = page.summary.status, page.summary.question
    sections: dict[str, Section] = {
        "How it adds up": lambda _, page: why.render(page),
        "Signposts": signposts.render,
        "Criteria": criteria.render,
    }
    if question.kind == "binary":
        sections |= _list_comparisons(visit)
    if page.summary.resolution is not None:
        sections["Scores"] = answering.show_scores
        if not visit.looks_back:
            sections["Correct"] = answering.show_correction
    elif visit.looks_back:
        sections["Scores"] = _show_unanswered
    elif status in ("open", "upcoming"):
        sections["Resolve early"] = answering.show_early
    sections |= _list_scenario_sections(visit, page)
    if siblings.may_repeat(visit, page):
        sections["Repeat"] = lambda visit, page: siblings.show_form(visit, page.summary.question)
    return sections | _list_present_sections(visit, present, page)


def _list_present_sections(visit: Visit, present: Visit, page: QuestionPage) -> dict[str, Section]:
    """Return the sections that a view of an earlier day has not."""
    if visit.looks_back:
        return {}
    question = page.summary.question
    may_have_benchmarks = question.kind not in ("numeric", "date")
    return ({"Elsewhere": benchmarks.render} if may_have_benchmarks else {}) | {
        "Earlier day": lambda _, page: as_of.show_day_slider(present, question),
        "Report": _show_reports,
        "Sharing": _show_sharing,
    }


def _list_comparisons(visit: Visit) -> dict[str, Section]:
    """Return the sections that compare estimates and forecasters of a yes-no question."""
    now = {} if visit.looks_back else {"Disagreement": disagreement.render}
    return {"Compare": compare.render, **now}


def _list_scenario_sections(visit: Visit, page: QuestionPage) -> dict[str, Section]:
    """Return the sections of a scenario set, or the one that makes a question a set."""
    if visit.looks_back:
        return {}
    if page.scenarios:
        return {
            "What would change it": lambda visit, page: scenarios.show_tests(visit, page.summary),
            "Likelihood table": lambda visit, page: scenarios.show_table(visit, page.summary),
        }
    if page.summary.question.kind != "categorical" or page.summary.status not in (
        "open",
        "upcoming",
    ):
        return {}
    return {
        "Turn into scenarios": lambda visit, page: scenarios.show_new_set(
            visit, page.summary.question
        )
    }


def render(visit: Visit, present: Visit, page: QuestionPage) -> None:
    """Show the drawer; the address keeps the section that is read."""
    sections = list_sections(visit, present, page)
    show_drawer({name: partial(section, visit, page) for name, section in sections.items()})


def _show_reports(visit: Visit, page: QuestionPage) -> None:
    """Show the report of the question, and that of its scenarios."""
    for kind in ("question", "scenarios") if page.scenarios else ("question",):
        show_report_buttons(visit, kind, page.summary.question.id)


def _show_sharing(visit: Visit, page: QuestionPage) -> None:
    """Show who sees the question, where there is anybody else, and the links to it."""
    question = page.summary.question
    if page.access.is_private or len(visit.tracker.people.list()) > 1:
        share = partial(visit.tracker.questions.share, question.id)
        show_sharing(visit, question.id, page.access, share)
    show_question_links(visit, question)


def _show_unanswered(_visit: Visit, _page: QuestionPage) -> None:
    show_empty("It was not yet resolved.", "Return to today to view or resolve it.")
