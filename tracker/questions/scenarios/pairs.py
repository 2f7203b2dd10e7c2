"""Conditional pairs: annul the branch whose condition was answered the other way."""

from datetime import datetime

from forecasts.questions.links import Link
from forecasts.questions.question import Question, Resolution, latest_resolution
from forecasts.scenarios.link_rules import find_branch_to_annul
from tracker.questions.queries.question_page import require_question
from tracker.storage import links, resolutions
from tracker.storage.sessions import Session


def annul_branches(
    session: Session, answered: Question, answer: Resolution
) -> tuple[Question, ...]:
    """Annul the questions whose condition did not occur; those annulled before stay so.

    These are the branches of `answered`, and `answered` itself if it is the branch that does not
    count: in whichever order the two are answered, nobody is scored on it.
    """
    annulled = []
    for link in links.list_links(session):
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
        latest_resolution(resolutions.resolutions_of_question(session, link.question_ids[0]))
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
        standing = latest_resolution(resolutions.resolutions_of_question(session, question_id))
        if standing is None or standing.outcome != "annulled":
            # An annulment entered before what it supersedes would not count.
            entered_at = at if standing is None else max(at, standing.entered_at)
            annulment = _build_annulment(branch, answer, entered_at)
            # Its times are not validated, as it may precede the opening of the branch.
            resolutions.add_resolution(session, annulment)
            resolutions.replace_scores(session, branch.id, ())
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
