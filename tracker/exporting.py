"""An essay with everything that came of it as a question set: what can be written to a folder and loaded elsewhere."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from forecasts.claim_map import Rejection
from forecasts.question import Claim, ClaimId, EssayId, Question, QuestionId, Resolution
from forecasts.question_set import MAX_QUOTED_WORDS, FeedSeed, PastResolution, QuestionSet
from forecasts.scenario_set import ScenarioSet
from tracker.errors import NotFound, Refused
from tracker.essays.anchoring import anchored, moved, stands
from tracker.store import edits, essays, feeds, links, questions, resolutions, scenarios
from tracker.store.engine import Session


def export(session: Session, essay_id: EssayId) -> QuestionSet:
    """The set of an essay: questions as they read now, their answers, links, scenarios, and all feeds.

    What people forecast stays here: it is the record of this installation. Raises `NotFound` for an essay that is not
    there, `Refused` for one without a question, since a set without questions cannot be loaded.
    """
    essay = questions.essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    asked = tuple(q for q in questions.every(session) if q.essay_id == essay_id)
    if not asked:
        raise Refused(f"{essay_id} has no question yet: there is nothing to export")
    ids = {q.id for q in asked}
    kept = essays.newest_text(session, essay_id)
    text = "" if kept is None else kept.text
    rejected = moved(essays.rejections(session, essay_id), text)
    claims = _claims(session, essay_id, rejected, text)
    if not all(stands(claim, text) for claim in claims):  # a later text no longer has what was asked from the first
        text = ""
    return QuestionSet(
        essay=essay,
        claims=claims,
        questions=asked,
        indicators=questions.indicators(session, sorted(ids)),
        feeds=_feeds(session),
        events=(),
        resolutions=_resolutions(session, asked),
        forecasts=(),
        forecasters={},
        scenarios=tuple(_within(s, ids) for s in scenarios.every(session) if s.question_id in ids),
        links=tuple(link for link in links.every(session) if ids.issuperset(link.question_ids)),
        text=text,
        overrides={q: found.why for q in sorted(ids) if (found := edits.override_of(session, q)) is not None},
        rejections=_rejections(claims, rejected, asked),
    )


def _feeds(session: Session) -> tuple[FeedSeed, ...]:
    found = (state.feed for state in feeds.feeds(session))
    return tuple(FeedSeed(f.id, f.title, f.url, f.source_group, f.grade, f.theme or "general") for f in found)


def _resolutions(session: Session, asked: Sequence[Question]) -> tuple[PastResolution, ...]:
    current = resolutions.current(session)
    answered = tuple(_past(current[q.id]) for q in asked if q.id in current)
    unchecked = (u for q in asked if q.id not in current for u in edits.unchecked(session, q.id))
    return answered + tuple(
        PastResolution(u.question_id, u.outcome, u.event_at, u.known_at, u.source_url, u.note, u.answer, True)  # type: ignore[arg-type]
        for u in unchecked
    )


def _past(r: Resolution) -> PastResolution:
    return PastResolution(r.question_id, r.outcome, r.event_at, r.known_at, r.source_url, r.note, r.answer)


def _within(one: ScenarioSet, ids: Collection[QuestionId]) -> ScenarioSet:
    """A scenario set with the rows alone whose questions go along."""
    return replace(one, rows=tuple(row for row in one.rows if row.question_id in ids))


def _claims(session: Session, essay_id: EssayId, rejected: Iterable[Rejection], text: str) -> tuple[Claim, ...]:
    """The claims of an essay, and what was set aside without ever having been one."""
    found = anchored(questions.claims_of(session, essay_id), text)
    known = {claim.offset for claim in found}
    aside = (_set_aside(one, essay_id, text) for one in rejected if one.offset not in known)
    return tuple(sorted([*found, *aside], key=lambda claim: claim.offset))


def _set_aside(one: Rejection, essay_id: EssayId, text: str) -> Claim:
    words = text[one.offset : one.end].split()
    quote = " ".join(words[:MAX_QUOTED_WORDS]) or "its text is not kept"
    return Claim(
        ClaimId(f"at-{one.offset}"), essay_id, quote, one.offset, "statement", "none", " ".join(words) or quote
    )


def _rejections(
    claims: Sequence[Claim], rejected: Iterable[Rejection], asked: Sequence[Question]
) -> dict[ClaimId, str]:
    """Why claims were set aside, for those that no question came from."""
    used = {claim for q in asked for claim in q.claim_ids}
    at = {r.offset: r.why for r in rejected}
    return {c.id: at[c.offset] for c in claims if c.offset in at and c.id not in used}
