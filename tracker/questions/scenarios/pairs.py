"""Conditional pairs: once the condition is answered, the branch that cannot come about any more is
annulled.
"""

from datetime import datetime

from forecasts.questions.links import Link
from forecasts.questions.question import Question, Resolution, latest
from forecasts.scenarios.link_rules import branch_to_annul
from tracker.questions.queries.question_page import question_or_refuse
from tracker.storage import links, resolutions
from tracker.storage.sessions import Session


def annul_branches(
    session: Session, answered: Question, answer: Resolution
) -> tuple[Question, ...]:
    """Annul the questions whose condition did not come about; those that are annulled already stay
    so.

    That is whatever `answered` is the condition of, and `answered` itself when it is the branch
    that does not count: whichever of the two is answered first, nobody is scored on it.
    """
    annulled = []
    for link in links.every(session):
        if link.kind == "condition" and link.question_ids[0] == answered.id:
            annulled += _annul(session, link, answer, answer.entered_at)
        elif link.kind == "condition" and answered.id in link.question_ids[1:3]:
            annulled += annul_earlier(session, link, answer.entered_at)
    return tuple(annulled)


def annul_earlier(session: Session, link: Link, at: datetime | None = None) -> tuple[Question, ...]:
    """The same for a pair whose condition has been answered already; entered `at`, or with the
    newest answer.
    """
    answer = (
        latest(resolutions.of_question(session, link.question_ids[0]))
        if link.kind == "condition"
        else None
    )
    return () if answer is None else tuple(_annul(session, link, answer, at or answer.entered_at))


def _annul(session: Session, link: Link, answer: Resolution, at: datetime) -> list[Question]:
    annulled = []
    for question_id in branch_to_annul(link, answer.outcome):
        branch = question_or_refuse(session, question_id)
        standing = latest(resolutions.of_question(session, question_id))
        if standing is None or standing.outcome != "annulled":
            # Entered before what it supersedes, it would not count.
            entered_at = at if standing is None else max(at, standing.entered_at)
            annulment = _annulment(branch, answer, entered_at)
            resolutions.add(
                session, annulment
            )  # as it may come before the branch opens, its times are not checked
            resolutions.replace_scores(session, branch.id, ())
            annulled += [branch, *annul_branches(session, branch, annulment)]
    return annulled


def _annulment(branch: Question, answer: Resolution, entered_at: datetime) -> Resolution:
    said = {"yes": "came about", "no": "did not come about"}.get(
        answer.outcome, f"was {answer.outcome}"
    )
    note = f"condition {answer.question_id} {said}: this branch of the pair is not scored"
    known_at = max(
        answer.known_at, min(branch.opens_at, entered_at)
    )  # nothing is known of a question before it opens
    times = (answer.event_at, known_at, entered_at)
    return Resolution(branch.id, "annulled", answer.source_url, note, *times, answer.entered_by)
