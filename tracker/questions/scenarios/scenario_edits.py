"""Add scenario sets and links, and revise tables; each is validated before it is stored."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from forecasts.distributions.distribution import OTHER
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import Link
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.scenarios.link_rules import check_link, find_branch_to_annul
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet, check_scenario_set
from tracker.errors import NotFound
from tracker.model.audit import Authorship
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import register_forecaster
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import resolution_record, scenarios
from tracker.storage.sessions import Session


def annul_branches(
    session: Session, answered: Question, answer: Resolution
) -> tuple[Question, ...]:
    """Annul the questions whose condition did not occur; those annulled before stay so.

    These are the branches of `answered`, and `answered` itself if it is the branch that does not
    count: in whichever order the two are answered, nobody is scored on it.
    """
    annulled = []
    for link in scenarios.list_links(session):
        if link.kind == "condition" and link.question_ids[0] == answered.id:
            annulled += _annul_branch(session, link, answer, answer.entered_at)
        elif link.kind == "condition" and answered.id in link.question_ids[1:3]:
            annulled += annul_earlier(session, link, answer.entered_at)
    return tuple(annulled)


def annul_earlier(session: Session, link: Link, at: datetime | None = None) -> tuple[Question, ...]:
    """Annul the branch of a pair whose condition is already answered; entered `at`, or with the
    newest answer.
    """
    answer = (
        resolution_record.find_resolution(session, link.question_ids[0])
        if link.kind == "condition"
        else None
    )
    return (
        ()
        if answer is None
        else tuple(_annul_branch(session, link, answer, at or answer.entered_at))
    )


def _annul_branch(session: Session, link: Link, answer: Resolution, at: datetime) -> list[Question]:
    annulled = []
    for question_id in find_branch_to_annul(link, answer.outcome):
        branch = require_question(session, question_id)
        standing = resolution_record.find_resolution(session, question_id)
        if standing is None or standing.outcome != "annulled":
            # An annulment entered before what it supersedes would not count.
            entered_at = at if standing is None else max(at, standing.entered_at)
            annulment = _build_annulment(branch, answer, entered_at)
            # Its times are not validated, as it may precede the opening of the branch.
            resolution_record.add_resolutions(session, [annulment])
            resolution_record.replace_scores(session, [branch.id])
            annulled += [branch, *annul_branches(session, branch, annulment)]
    return annulled


def _build_annulment(branch: Question, answer: Resolution, entered_at: datetime) -> Resolution:
    result = {"yes": "came about", "no": "did not come about"}.get(
        answer.outcome, f"was {answer.outcome}"
    )
    note = f"condition {answer.question_id} {result}: this branch of the pair is not scored"
    # Not before the branch opens, unless it opens after the entry.
    known_at = max(answer.known_at, min(branch.opens_at, entered_at))
    return Resolution(
        question_id=branch.id,
        outcome="annulled",
        source_url=answer.source_url,
        note=note,
        event_at=answer.event_at,
        known_at=known_at,
        entered_at=entered_at,
        entered_by=answer.entered_by,
    )


def add_scenario_set(session: Session, new: ScenarioSet, made: Authorship) -> None:
    """Make a categorical question a scenario set; raises if it is one, or its table does not
    fit.
    """
    if scenarios.find_scenario_set(session, new.question_id) is not None:
        raise InvalidQuestion(f"{new.question_id} is a scenario set already: change its rows")
    _validate_table(session, new)
    register_forecaster(session, made.by, made.at)
    scenarios.add_scenario_set(session, new, made)
    _update_suggestion(session, new.question_id, made)


def revise_row(
    session: Session, scenario_question: QuestionId, row: ScenarioLikelihoods, made: Authorship
) -> ScenarioSet:
    """Revise the likelihoods of an indicator question; an empty row removes the question.

    A row has a number for each scenario that is offered now, in their order; removed
    scenarios are filled in.
    """
    scenario_set = require_scenario_set(session, scenario_question)
    previous = next((old for old in scenario_set.rows if old.question_id == row.question_id), None)
    if not row.p and previous is None:
        raise NotFound(
            "row on question",
            row.question_id,
            f"the table of {scenario_question} has none to take out",
        )
    complete = complete_row(require_question(session, scenario_question), row, previous, made.at)
    new_rows = (complete,) if complete.p else ()
    # Only the new row: after a scenario was added, the others are completed one by one.
    _validate_table(session, replace(scenario_set, rows=new_rows))
    register_forecaster(session, made.by, made.at)
    scenarios.save_likelihood_row(session, scenario_question, complete, made)
    _update_suggestion(session, scenario_question, made)
    return replace(
        scenario_set,
        rows=(*(old for old in scenario_set.rows if old.question_id != row.question_id), *new_rows),
    )


def complete_row(
    question: Question, row: ScenarioLikelihoods, before: ScenarioLikelihoods | None, at: datetime
) -> ScenarioLikelihoods:
    """Return the row with a number for each scenario that ever existed, in their order.

    A removed scenario keeps its number in `before`, so that the past stays as it was; without one
    it has that of `Other`, which took its share. A row that includes removed scenarios stays as it
    is. Raises `InvalidQuestion` for any other number of numbers.
    """
    names, offered = [option.name for option in question.options], question.offered_options(at)
    if len(row.p) in (0, len(names)):
        return row
    if len(row.p) != len(offered):
        raise InvalidQuestion(
            f"the row of {row.question_id!r} has {len(row.p)} numbers for {len(offered)} "
            f"scenarios: give one for each of {', '.join(offered)}"
        )
    numbers = dict(zip(names, before.p if before else (), strict=False)) | dict(
        zip(offered, row.p, strict=True)
    )
    return replace(row, p=tuple(numbers.get(name, numbers[OTHER]) for name in names))


def require_scenario_set(session: Session, question_id: str) -> ScenarioSet:
    """Return the scenario set of a question; raises `NotFound`."""
    scenario_set = scenarios.find_scenario_set(session, QuestionId(question_id))
    if scenario_set is None:
        raise NotFound("scenario set", question_id, "see `tracker scenario list` for their names")
    return fill_descriptions(scenario_set, require_question(session, question_id))


def fill_descriptions(scenario_set: ScenarioSet, question: Question) -> ScenarioSet:
    """Return the set with a description for each current option, empty for scenarios added
    later.
    """
    missing = len(question.options) - len(scenario_set.descriptions)
    return replace(scenario_set, descriptions=(*scenario_set.descriptions, *[""] * missing))


def add_link(session: Session, link: Link, made: Authorship) -> None:
    """Link questions; raises for a duplicate id, and for questions that do not fit the kind."""
    if any(other.id == link.id for other in scenarios.list_links(session)):
        raise InvalidQuestion(
            f"there is a link {link.id!r} already: give this one a name of its own"
        )
    check_link(link, load_questions(session, link.question_ids))
    _refuse_circle(session, link)
    register_forecaster(session, made.by, made.at)
    scenarios.add_link(session, link, made)
    annul_earlier(session, link, made.at)


def _refuse_circle(session: Session, link: Link) -> None:
    """Refuse a conditional pair whose branches lead back to its own condition.

    One answer would annul the next, and finally itself.
    """
    if link.kind != "condition":
        return
    pairs = [pair for pair in scenarios.list_links(session) if pair.kind == "condition"]
    condition, reached = link.question_ids[0], set(link.question_ids[1:3])
    while condition not in reached:
        further = {
            q for pair in pairs if pair.question_ids[0] in reached for q in pair.question_ids[1:3]
        } - reached
        if not further:
            return
        reached |= further
    raise InvalidQuestion(
        f"{condition!r} counts only if {link.id!r} has come about: a pair cannot be its own "
        "condition"
    )


def load_questions(
    session: Session, question_ids: Iterable[QuestionId]
) -> dict[QuestionId, Question]:
    """Load questions by id; raises `NotFound`."""
    return {question_id: require_question(session, question_id) for question_id in question_ids}


def _validate_table(session: Session, new: ScenarioSet) -> None:
    known = load_questions(session, [new.question_id, *(row.question_id for row in new.rows)])
    check_scenario_set(new, known[new.question_id], known)


def _update_suggestion(session: Session, question_id: QuestionId, made: Authorship) -> None:
    """Update the suggestion of a scenario question, which depends on its table."""
    question = require_question(session, question_id)
    if question.opens_at <= made.at:
        record_suggestions(session, [question], made.at, prompted=True)
