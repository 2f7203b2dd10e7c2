"""An essay with everything that came of it as a question set: what can be written to a folder and
loaded elsewhere.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

from forecasts.distributions.distribution import OTHER, Categorical
from forecasts.essays.claim_map import Rejection
from forecasts.evidence.evidence import Indicator
from forecasts.question_sets.question_set import (
    MAX_QUOTED_WORDS,
    FeedSeed,
    PastResolution,
    QuestionSet,
)
from forecasts.questions.question import (
    Claim,
    ClaimId,
    EssayId,
    Option,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.scenarios.scenario_set import ScenarioSet
from tracker.app import question_set_checks as set_checks
from tracker.errors import NotFound, Refused
from tracker.essays.anchoring import anchored, free_id, moved, stands
from tracker.storage import edits, essays, feeds, links, questions, resolutions, scenarios
from tracker.storage.sessions import Session

ASKED_ALREADY: Final = (
    "It is asked already where it comes from, as the linter and its neighbours were then."
)
"""Why a question is let in that has a blocking flaw by now, and had none that anybody took upon
themselves.
"""


def export(session: Session, essay_id: EssayId) -> QuestionSet:
    """The set of an essay: questions as they read now, their answers, links, scenarios, and all
    feeds.

    What people forecast stays here: it is the record of this installation. Raises `NotFound` for an
    essay that is not there, `Refused` for one without a question, since a set without questions
    cannot be loaded.
    """
    essay = questions.essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    own = [q for q in questions.every(session) if q.essay_id == essay_id]
    past = _resolutions(session, own)
    current = {q.id: _with_answers(q, past) for q in own}
    asked = tuple(map(_asked_anew, current.values()))
    if not asked:
        raise Refused(f"{essay_id} has no question yet: there is nothing to export")
    ids = {q.id: q for q in asked}
    kept = essays.newest_text(session, essay_id)
    text = "" if kept is None else kept.text
    rejected = moved(essays.rejections(session, essay_id), text)
    claims = _claims(session, essay_id, rejected, text)
    if not all(
        stands(claim, text) for claim in claims
    ):  # a later text no longer has what was asked from the first
        text = ""
    found = QuestionSet(
        essay=essay,
        claims=claims,
        questions=asked,
        indicators=tuple(
            i for i in questions.indicators(session, sorted(ids)) if _still(i, ids[i.question_id])
        ),
        feeds=_feeds(session),
        events=(),
        resolutions=past,
        forecasts=(),
        forecasters={},
        scenarios=tuple(
            _within(s, current[s.question_id], ids)
            for s in scenarios.every(session)
            if s.question_id in ids
        ),
        links=tuple(link for link in links.every(session) if ids.keys() >= set(link.question_ids)),
        text=text,
        overrides={
            q: said.why for q in sorted(ids) if (said := edits.override_of(session, q)) is not None
        },
        rejections=_rejections(claims, rejected, asked),
    )
    return replace(
        found, overrides={**dict.fromkeys(_blocked_by_now(found), ASKED_ALREADY), **found.overrides}
    )


def _blocked_by_now(found: QuestionSet) -> tuple[QuestionId, ...]:
    """The questions that the linter would not let in anew, such as one beside which a nearer one
    was taken back.
    """
    return set_checks.blocked(
        found, set_checks.flaws_of(found, 0.0, datetime.max.replace(tzinfo=UTC))
    )


def _feeds(session: Session) -> tuple[FeedSeed, ...]:
    found = (state.feed for state in feeds.feeds(session))
    return tuple(
        FeedSeed(f.id, f.title, f.url, f.source_group, f.grade, f.theme or "general") for f in found
    )


def _resolutions(session: Session, asked: Sequence[Question]) -> tuple[PastResolution, ...]:
    current = resolutions.current(session)
    answered = tuple(_past(current[q.id]) for q in asked if q.id in current)
    unchecked = (u for q in asked for u in edits.unchecked(session, q.id))
    return answered + tuple(
        PastResolution(
            u.question_id,
            cast(Outcome, u.outcome),
            u.event_at,
            u.known_at,
            u.source_url,
            u.note,
            u.answer,
            True,
        )
        for u in unchecked
    )


def _past(r: Resolution) -> PastResolution:
    return PastResolution(
        r.question_id, r.outcome, r.event_at, r.known_at, r.source_url, r.note, r.answer
    )


def _with_answers(question: Question, past: Iterable[PastResolution]) -> Question:
    """The question with an option that was removed after it had come out, as if it had stayed."""
    said = {one.answer.casefold() for one in past if one.question_id == question.id}
    back = (
        replace(o, removed_at=None) if o.name.casefold() in said else o for o in question.options
    )
    return replace(question, options=tuple(back))


def _asked_anew(question: Question) -> Question:
    """The question with the options that are left, as if they had been there from the start.

    What the prior gave to an option that is gone is in `Other`, which shares with those that came
    out of it. An option that is gone bears nothing out.
    """
    prior = question.prior
    if not isinstance(prior, Categorical) or all(
        o.added_at is None and o.removed_at is None for o in question.options
    ):
        return question
    left = _left(question)
    for option in question.options:
        if option.name not in left:
            prior = prior.without(option.name)
    shares = dict(zip(prior.options, prior.p, strict=True))
    came = [name for name in left if name not in shares]
    shares |= dict.fromkeys([OTHER, *came], shares[OTHER] / (len(came) + 1))
    bears_out = " | ".join(
        name for name in map(str.strip, question.bears_out.split("|")) if name in left
    )
    again = Categorical(left, tuple(shares[name] for name in left))
    return replace(question, options=tuple(map(Option, left)), prior=again, bears_out=bears_out)


def _still(indicator: Indicator, question: Question) -> bool:
    """Whether an indicator speaks of an option that is left, or of none."""
    return not indicator.option or indicator.option in _left(question)


def _left(question: Question) -> tuple[str, ...]:
    return tuple(option.name for option in question.options if option.removed_at is None)


def _within(one: ScenarioSet, question: Question, ids: Collection[QuestionId]) -> ScenarioSet:
    """A scenario set for the options that are left, with the rows alone whose questions go along.

    A scenario that nobody described, or gave a number in a row, has its name, and the number of
    `Other`.
    """
    names, left = [option.name for option in question.options], _left(question)
    told = dict(zip(names, one.descriptions, strict=False))
    rows = []
    for row in (row for row in one.rows if row.question_id in ids):
        said = dict(zip(names, row.p, strict=False))
        rows.append(
            replace(row, p=tuple(said[name] if name in said else said[OTHER] for name in left))
        )
    return replace(
        one, descriptions=tuple(told.get(name) or name for name in left), rows=tuple(rows)
    )


def _claims(
    session: Session, essay_id: EssayId, rejected: Iterable[Rejection], text: str
) -> tuple[Claim, ...]:
    """The claims of an essay, and what was set aside without ever having been one."""
    found = list(anchored(questions.claims_of(session, essay_id), text))
    for one in rejected:
        if not any(_covers(one, claim) for claim in found):
            found.append(_set_aside(one, essay_id, text, {claim.id for claim in found}))
    return tuple(sorted(found, key=lambda claim: claim.offset))


def _set_aside(one: Rejection, essay_id: EssayId, text: str, taken: Collection[ClaimId]) -> Claim:
    words = text[one.offset : one.end].split()
    quote = " ".join(words[:MAX_QUOTED_WORDS]) or "its text is not kept"
    name = free_id(one.offset, taken)
    return Claim(name, essay_id, quote, one.offset, "statement", "none", " ".join(words) or quote)


def _covers(one: Rejection, claim: Claim) -> bool:
    return one.offset <= claim.offset < max(one.end, one.offset + 1)


def _rejections(
    claims: Sequence[Claim], rejected: Iterable[Rejection], asked: Sequence[Question]
) -> dict[ClaimId, str]:
    """Why claims were set aside, for those that no question came from."""
    used = {claim for q in asked for claim in q.claim_ids}
    free = [claim for claim in claims if claim.id not in used]
    return {claim.id: one.why for one in rejected for claim in free if _covers(one, claim)}
