"""Export an essay with its questions, answers, links and scenarios as a question set."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from forecasts.distributions.distribution import OTHER, Categorical
from forecasts.essays.claim_map import ClaimRejection
from forecasts.evidence.evidence import Indicator
from forecasts.question_sets.question_set import (
    MAX_QUOTED_WORDS,
    SET_AUTHOR,
    FeedSeed,
    PastResolution,
    QuestionSet,
)
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.links import Link
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
from forecasts.questions.repetition import Repetition
from forecasts.scenarios.scenario_set import ScenarioSet
from tracker.app import question_set_files
from tracker.errors import NotFound, Refused
from tracker.essays.quote_anchors import anchor_claims, free_claim_id, has_quote, move_rejections
from tracker.storage import (
    essays,
    feeds,
    questions,
    repetitions,
    resolution_record,
    scenarios,
    series,
    statements,
)
from tracker.storage.sessions import Session

ALREADY_ASKED_OVERRIDE: Final = (
    "It is asked already where it comes from, as the linter and its neighbours were then."
)
"""Override for a question that has a blocking flaw now and had no override when it was opened."""


def export_question_set(session: Session, essay_id: EssayId) -> QuestionSet:
    """Build the question set of an essay: current questions, answers, links, scenarios, feeds.

    Forecasts of people are not exported: they belong to this installation. Raises `NotFound` for an
    unknown essay, `Refused` for one without a question, since a set without questions cannot be
    loaded.
    """
    essay = essays.find_essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    essay_questions = [q for q in questions.list_questions(session) if q.essay_id == essay_id]
    if not essay_questions:
        raise Refused(f"{essay_id} has no question yet: there is nothing to export")
    past = _export_resolutions(session, essay_questions)
    current = {q.id: _with_answers(q, past) for q in essay_questions}
    exported = {q.id: _as_new_question(q) for q in current.values()}
    source = _export_source(session, essay_id, tuple(exported.values()))
    return _override_blocked(
        QuestionSet(
            essay=essay,
            claims=source.claims,
            questions=tuple(exported.values()),
            indicators=_export_indicators(session, exported),
            feeds=_export_feeds(session),
            events=(),
            resolutions=past,
            forecasts=(),
            forecasters={},
            scenarios=_export_scenarios(session, current),
            links=_export_links(session, exported),
            text=source.text,
            overrides=_export_overrides(session, exported),
            rejections=source.rejections,
            statements=_export_statements(session, tuple(exported.values())),
            repetitions=_export_repetitions(session, exported),
            **_export_series(session, tuple(exported)),
        )
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """Text of an essay, its claims, and the reasons of rejected ones."""

    text: str
    claims: tuple[Claim, ...]
    rejections: Mapping[ClaimId, str]


def _export_source(session: Session, essay_id: EssayId, exported: Sequence[Question]) -> _Source:
    stored_text = essays.find_newest_text(session, essay_id)
    text = "" if stored_text is None else stored_text.text
    rejected = move_rejections(essays.list_rejections(session, essay_id), text)
    claims = _export_claims(session, essay_id, rejected, text)
    # A later text may no longer have the words of the claims.
    has_quotes = all(has_quote(claim, text) for claim in claims)
    return _Source(
        text if has_quotes else "", claims, _export_rejections(claims, rejected, exported)
    )


def _export_indicators(
    session: Session, exported: Mapping[QuestionId, Question]
) -> tuple[Indicator, ...]:
    return tuple(
        indicator
        for indicator in questions.list_indicators(session, sorted(exported))
        if _has_remaining_option(indicator, exported[indicator.question_id])
    )


def _export_links(session: Session, ids: Collection[QuestionId]) -> tuple[Link, ...]:
    """Links between exported questions alone."""
    links = scenarios.list_links(session)
    return tuple(link for link in links if set(ids).issuperset(link.question_ids))


def _export_repetitions(session: Session, ids: Collection[QuestionId]) -> tuple[Repetition, ...]:
    """Standing repetitions of the exported questions, as those of a set."""
    return tuple(
        replace(repetition, by=SET_AUTHOR)
        for repetition in repetitions.list_repetitions(session)
        if repetition.question_id in ids
    )


def _export_scenarios(
    session: Session, current: Mapping[QuestionId, Question]
) -> tuple[ScenarioSet, ...]:
    return tuple(
        _restrict_scenarios(scenario_set, current[scenario_set.question_id], current)
        for scenario_set in scenarios.list_scenario_sets(session)
        if scenario_set.question_id in current
    )


def _export_overrides(session: Session, ids: Iterable[QuestionId]) -> dict[QuestionId, str]:
    overrides = {name: questions.find_override(session, name) for name in sorted(ids)}
    return {name: override.why for name, override in overrides.items() if override is not None}


def _override_blocked(question_set: QuestionSet) -> QuestionSet:
    """Give an override to questions that are blocked now and were not when they were opened."""
    blocked = dict.fromkeys(_find_blocked_questions(question_set), ALREADY_ASKED_OVERRIDE)
    return replace(question_set, overrides={**blocked, **question_set.overrides})


def _export_series(session: Session, ids: Sequence[QuestionId]) -> dict[str, Any]:
    """Export the rules of these questions, and the series that they name."""
    settlements = series.load_settlements(session, ids)
    names = sorted({settlement.series_id for settlement in settlements.values()})
    definitions = [series.find_series(session, name) for name in names]
    return {
        "settlements": settlements,
        "series": tuple(one_series for one_series in definitions if one_series is not None),
    }


def _export_statements(
    session: Session, exported: Sequence[Question]
) -> dict[QuestionId, CompiledQuestion]:
    """Export the lines that somebody wrote, except those of options that are gone."""
    written = statements.load_written_lines(session, [question.id for question in exported])
    lines = {}
    for question in (question for question in exported if question.id in written):
        own_lines, names = (
            written[question.id].own_lines,
            {"", *(option.name for option in question.options)},
        )
        remaining = tuple(
            statement for statement in own_lines.statements if statement.option in names
        )
        if remaining or own_lines.names:
            lines[question.id] = replace(own_lines, statements=remaining, author=SET_AUTHOR)
    return lines


def _find_blocked_questions(question_set: QuestionSet) -> tuple[QuestionId, ...]:
    """List the questions that the linter would block now, such as a near duplicate."""
    return question_set_files.list_blocked_questions(
        question_set,
        question_set_files.lint_question_set(question_set, 0.0, datetime.max.replace(tzinfo=UTC)),
    )


def _export_feeds(session: Session) -> tuple[FeedSeed, ...]:
    known_feeds = (state.feed for state in feeds.list_feeds(session))
    return tuple(
        FeedSeed(f.id, f.title, f.url, f.source_group, f.grade, f.theme or "general")
        for f in known_feeds
    )


def _export_resolutions(
    session: Session, exported: Sequence[Question]
) -> tuple[PastResolution, ...]:
    current = resolution_record.load_current_resolutions(session)
    answered = tuple(_export_resolution(current[q.id]) for q in exported if q.id in current)
    unchecked = (u for q in exported for u in questions.list_pending_answers(session, q.id))
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


def _export_resolution(r: Resolution) -> PastResolution:
    return PastResolution(
        r.question_id, r.outcome, r.event_at, r.known_at, r.source_url, r.note, r.answer
    )


def _with_answers(question: Question, past: Iterable[PastResolution]) -> Question:
    """Restore an option that was removed after it had been the answer."""
    answers = {
        resolution.answer.casefold() for resolution in past if resolution.question_id == question.id
    }
    options = (
        replace(o, removed_at=None) if o.name.casefold() in answers else o for o in question.options
    )
    return replace(question, options=tuple(options))


def _as_new_question(question: Question) -> Question:
    """Return the question with its remaining options only, as if it had always had them.

    The prior of a removed option moves to `Other`, which shares it with the options split from it.
    A removed option no longer confirms a claim.
    """
    prior = question.prior
    if not isinstance(prior, Categorical) or all(
        o.added_at is None and o.removed_at is None for o in question.options
    ):
        return question
    remaining = _remaining_options(question)
    for option in question.options:
        if option.name not in remaining:
            prior = prior.without(option.name)
    shares = dict(zip(prior.options, prior.p, strict=True))
    added = [name for name in remaining if name not in shares]
    shares |= dict.fromkeys([OTHER, *added], shares[OTHER] / (len(added) + 1))
    bears_out = " | ".join(
        name for name in map(str.strip, question.bears_out.split("|")) if name in remaining
    )
    new_prior = Categorical(remaining, tuple(shares[name] for name in remaining))
    return replace(
        question, options=tuple(map(Option, remaining)), prior=new_prior, bears_out=bears_out
    )


def _has_remaining_option(indicator: Indicator, question: Question) -> bool:
    """Return True if the indicator names a remaining option, or none."""
    return not indicator.option or indicator.option in _remaining_options(question)


def _remaining_options(question: Question) -> tuple[str, ...]:
    return tuple(option.name for option in question.options if option.removed_at is None)


def _restrict_scenarios(
    scenario_set: ScenarioSet, question: Question, ids: Collection[QuestionId]
) -> ScenarioSet:
    """Restrict a scenario set to the remaining options and to rows whose questions are exported.

    A scenario without a description gets its name; one without a number in a row gets that of
    `Other`.
    """
    names, remaining = [option.name for option in question.options], _remaining_options(question)
    descriptions = dict(zip(names, scenario_set.descriptions, strict=False))
    rows = []
    for row in (row for row in scenario_set.rows if row.question_id in ids):
        shares = dict(zip(names, row.p, strict=False))
        rows.append(
            replace(
                row,
                p=tuple(shares[name] if name in shares else shares[OTHER] for name in remaining),
            )
        )
    return replace(
        scenario_set,
        descriptions=tuple(descriptions.get(name) or name for name in remaining),
        rows=tuple(rows),
    )


def _export_claims(
    session: Session, essay_id: EssayId, rejected: Iterable[ClaimRejection], text: str
) -> tuple[Claim, ...]:
    """Claims of an essay, and rejected sentences that never became claims."""
    claims = list(anchor_claims(essays.claims_of_essay(session, essay_id), text))
    for rejection in rejected:
        if not any(_covers_claim(rejection, claim) for claim in claims):
            claims.append(
                _make_rejected_claim(rejection, essay_id, text, {claim.id for claim in claims})
            )
    return tuple(sorted(claims, key=lambda claim: claim.offset))


def _make_rejected_claim(
    rejection: ClaimRejection, essay_id: EssayId, text: str, claim_ids: Collection[ClaimId]
) -> Claim:
    words = text[rejection.offset : rejection.end].split()
    quote = " ".join(words[:MAX_QUOTED_WORDS]) or "its text is not kept"
    name = free_claim_id(rejection.offset, claim_ids)
    return Claim(
        name, essay_id, quote, rejection.offset, "statement", "none", " ".join(words) or quote
    )


def _covers_claim(rejection: ClaimRejection, claim: Claim) -> bool:
    return rejection.offset <= claim.offset < max(rejection.end, rejection.offset + 1)


def _export_rejections(
    claims: Sequence[Claim], rejected: Iterable[ClaimRejection], exported: Sequence[Question]
) -> dict[ClaimId, str]:
    """Reasons of rejected claims that no question uses."""
    used = {claim for q in exported for claim in q.claim_ids}
    free = [claim for claim in claims if claim.id not in used]
    return {
        claim.id: rejection.why
        for rejection in rejected
        for claim in free
        if _covers_claim(rejection, claim)
    }
