"""Conditional pairs: once the condition is answered, the branch that cannot come about any more is annulled."""

from forecasts.linked import branch_to_annul

from forecasts.question import Question, Resolution, latest
from tracker.reading import question_or_refuse
from tracker.resolving import resolve
from tracker.store import links, resolutions
from tracker.store.engine import Session


def annul_branches(session: Session, condition: Question, answer: Resolution) -> tuple[Question, ...]:
    """Annul the questions whose condition did not come about; those that are annulled already stay so."""
    annulled = []
    for link in links.every(session):
        if link.kind != "condition" or link.question_ids[0] != condition.id:
            continue
        for question_id in branch_to_annul(link, answer.outcome):
            branch = question_or_refuse(session, question_id)
            standing = latest(resolutions.of_question(session, question_id))
            if standing is not None and standing.outcome == "annulled":
                continue
            resolve(session, branch, _annulment(branch, condition, answer))
            annulled.append(branch)
    return tuple(annulled)


def _annulment(branch: Question, condition: Question, answer: Resolution) -> Resolution:
    said = {"yes": "came about", "no": "did not come about"}.get(answer.outcome, f"was {answer.outcome}")
    note = f"condition {condition.id} {said}: this branch of the pair is not scored"
    times = (answer.event_at, answer.known_at, answer.entered_at)
    return Resolution(branch.id, "annulled", answer.source_url, note, *times, answer.entered_by)
