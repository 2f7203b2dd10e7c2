"""News as lines of a ledger: counts of reports, stories judged alone, and dated signposts.

- Only evidence and reports first seen at or before `at` count, so that the past can be recomputed
  without hindsight. Evidence carries its newest status: a replay has to pass the decisions of then.
- The reports of an indicator are counted, from the opening on, against what would be usual if YES
  and if NO (`forecasts.evidence.rates`), and against the question's other news
  (`forecasts.evidence.coverage`); so silence counts as well. What came before the opening says how
  often such news comes, and adds nothing itself, however strong it is judged: the base rate is
  taken to know it. A story counts by its trust times the reliability of its sources, so a
  doubtful one is a part of a report.
- A story to which a person or a model gave more strength than its kind has counts by ln of that
  ratio, weakened by reliability and trust, fading by the half-life. Less strength makes it a part
  of a report.
- An indicator that is expected by a date weighs ln(p₁/p₀) times the chance that it was seen in
  time, whatever its strength, and from the date on ln((1 − p₁)/(1 − p₀)) times the chance that it
  was not seen at all. p₁ and p₀ are its chances if YES and if NO, so that seen and silent obey
  Bayes together.
- All news together points the wrong way with a small chance, which limits it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from forecasts.evidence.coverage import Coverage, find_coverage, select_context
from forecasts.evidence.evidence import (
    PERHAPS,
    Evidence,
    Indicator,
    IndicatorId,
    combine_reliability,
    describe_side,
    effective_likelihood_ratio,
)
from forecasts.evidence.likelihood_ratios import decay_weight
from forecasts.evidence.log_odds import LedgerEntry, StoryEffect, apply_doubt
from forecasts.evidence.rates import usual_counts
from forecasts.evidence.signposts import Sighted, describe_likelihood_ratio, find_sighted
from forecasts.evidence.streams import Stream, is_judged_alone
from forecasts.evidence.weights import (
    DAY,
    DEFAULT_HALF_LIFE_DAYS,
    DEFAULT_MODEL,
    SuggestionModel,
    effective_strength,
    visible_evidence,
)
from forecasts.questions.formatting import format_count
from forecasts.questions.question import Kind, Question

UNWRITTEN_NAME = "the question itself"
"""Name of reports for which nobody wrote an indicator."""

OptionEntry = tuple[str, LedgerEntry]
"""Entry with the option that it concerns, "" on a question without options."""


def news_entries(
    question: Question,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> list[OptionEntry]:
    """Entries of all news of a question, before doubt and scale.

    `archive_from` is the first instant from which news was read, by default the opening.
    """
    pieces = tuple(evidence)
    seen = visible_evidence(pieces, question.id, at, model)
    alone, counted = split_judged(seen, indicators, question)
    coverage = find_coverage(
        question,
        counted,
        indicators,
        at,
        context=select_context(pieces, question, at),
        archive_from=archive_from,
    )
    sighted = find_sighted(question, indicators.values(), seen, at)
    return [
        *coverage_entries(coverage, question.kind),
        *(
            (e.option, judgement_entry(e, indicators.get(e.indicator_id), question, at))
            for e in alone
        ),
        *(signpost_entries(question, sighted)),
    ]


def describe_idle(
    evidence: Iterable[Evidence], question: Question, at: datetime, model: SuggestionModel
) -> str:
    """Count the pieces that move nothing by reason, as in `29 perhaps`; "" without any."""
    seen = (
        e
        for e in evidence
        if e.question_id == question.id and e.first_seen_at <= at and e.status != "rejected"
    )
    counts = Counter(_find_idle_reason(e, question, model) for e in seen)
    return ", ".join(f"{counts[reason]:,} {reason}" for reason in _IDLE_REASONS if counts[reason])


_IDLE_REASONS = ("from before the question opened", PERHAPS, "for neither side")


def _find_idle_reason(e: Evidence, question: Question, model: SuggestionModel) -> str:
    before, perhaps, sideless = _IDLE_REASONS
    if e.is_before(question):
        return before
    if e.is_perhaps(model.min_relevance):
        return perhaps
    return "" if e.direction and e.strength and e.trust else sideless


def split_judged(
    seen: Iterable[Evidence], indicators: Mapping[IndicatorId, Indicator], question: Question
) -> tuple[list[Evidence], list[Evidence]]:
    """Split stories into those judged alone, and those that are counted; dated signposts do not."""
    alone: list[Evidence] = []
    counted: list[Evidence] = []
    for e in seen:
        indicator = indicators.get(e.indicator_id)
        if indicator and indicator.expected and e.direction is indicator.direction:
            continue
        (alone if is_judged_alone(e, indicator, question) else counted).append(e)
    return alone, counted


def coverage_entries(coverage: Coverage, kind: Kind) -> Iterator[OptionEntry]:
    """Entries of all streams, with their numbers in words."""
    for number, stream in enumerate(coverage.streams):
        log_odds = coverage.log_odds[number]
        why = _describe_stream(stream, log_odds, kind)
        yield stream.option, LedgerEntry("reports", why, log_odds, coverage.find_effects(number))


def _describe_stream(stream: Stream, log_odds: float, kind: Kind) -> str:
    stories = sum(len(episode.sightings) for episode in stream.recent)
    days = round(stream.day - stream.since) or 1
    report_count = f"{format_count(stories, 'report') if stories else 'no report'} in "
    report_count += format_count(days, "day")
    if stories and abs(stream.course.total - stories) >= 0.05:
        report_count += f" (counted as {stream.course.total:.2g})"
    favoured, other = _name_sides(kind, stream)
    usual = usual_counts(stream.words, stream.course)
    if usual is None:
        against = "how often such news comes is not known yet"
    else:
        against = f"if {favoured} about {usual[0]:.2g} would be usual, if {other} {usual[1]:.2g}"
    ratio = math.exp(abs(log_odds))
    side = favoured if log_odds * stream.direction >= 0.0 else other
    effect = f"×{ratio:.3g} for {side}" if ratio >= 1.005 else "×1"
    return f"{_name_stream(stream, kind)}: {report_count}; {against}: {effect}"


def _name_stream(stream: Stream, kind: Kind) -> str:
    name, *more = dict.fromkeys(stream.names)
    if not name:
        name = f"{UNWRITTEN_NAME} {describe_side(kind, stream.direction, stream.option)}"
    if more:
        name = f"{name} and {len(more)} more of one cause"
    return f"{name}, talk of it" if all(key.is_talk for key in stream.keys) else name


def _name_sides(kind: Kind, stream: Stream) -> tuple[str, str]:
    """Names of the favoured answer and of the other."""
    names = {
        "binary": ("YES", "NO"),
        "numeric": ("higher", "lower"),
        "date": ("earlier", "later"),
    }.get(kind, (stream.option or "that option", f"not {stream.option or 'that option'}"))
    return names if stream.direction > 0 else (names[1], names[0])


def judgement_entry(
    e: Evidence, indicator: Indicator | None, question: Question, at: datetime
) -> LedgerEntry:
    """Entry of a story that was given a strength of its own."""
    reports = tuple(r for r in e.reports if r.first_seen_at <= at)
    reliability, strength = combine_reliability(reports), effective_strength(e)
    ratio = effective_likelihood_ratio(strength.likelihood_ratio, reliability * e.trust)
    half_life = indicator.half_life_days if indicator else DEFAULT_HALF_LIFE_DAYS
    fading = decay_weight(1.0, (at - e.first_seen_at) / DAY, half_life)
    nats = e.direction * math.log(ratio) * fading
    trust = f", trusted {e.trust:.2f}" if e.trust < 1.0 else ""
    until = " until a person confirms that it is decisive" if strength is not e.strength else ""
    name = indicator.name if indicator else UNWRITTEN_NAME
    why = (
        f"{name}: judged {strength.name.lower()}{until} "
        f"{describe_side(question.kind, e.direction, e.option)} "
        f"(likelihood ratio {strength.likelihood_ratio:g}), reliability {reliability:.2f}{trust}, "
        f"faded to {fading:.0%}"
    )
    return LedgerEntry("evidence", why, nats, (StoryEffect(e.id, nats),))


def signpost_entries(question: Question, sighted: Iterable[Sighted]) -> Iterator[OptionEntry]:
    """Entries of dated signposts: seen in time, or not seen by the date."""
    for post in sighted:
        indicator, expected = post.indicator, post.indicator.expected
        assert expected is not None
        by = expected.by.date().isoformat()
        words = f"{expected.if_yes} if YES, {expected.if_no} if NO"
        if post.seen_share > 0.0:
            ratio, share = expected.ratio_when_seen, post.seen_share
            doubt = f", ×{share:.2f} as that is so sure" if share < 1.0 else ""
            ratio_words = describe_likelihood_ratio(ratio, question.kind, indicator.option)
            why = f"{indicator.name}: seen, expected by {by} ({words}): {ratio_words}{doubt}"
            nats = math.log(ratio) * share
            effects = tuple(
                StoryEffect(evidence_id, math.log(ratio) * alone)
                for evidence_id, alone in post.gains.items()
            )
            yield indicator.option, LedgerEntry("signpost", why, nats, effects)
        if post.silent_share > 0.0:
            ratio, share = expected.ratio_when_silent, post.silent_share
            doubt = f", ×{share:.2f} as a doubtful match may have been it" if share < 1.0 else ""
            ratio_words = describe_likelihood_ratio(ratio, question.kind, indicator.option)
            why = f"{indicator.name}: expected by {by} ({words}) and not seen: {ratio_words}{doubt}"
            yield indicator.option, LedgerEntry("signpost", why, math.log(ratio) * share)


def limit_news(
    entries: Sequence[LedgerEntry], model: SuggestionModel
) -> tuple[list[LedgerEntry], float]:
    """Apply doubt and scale to the sum of all news: their entries, and the result."""
    if not entries:
        return [], 0.0
    raw = math.fsum(entry.log_odds for entry in entries)
    limited = limit_log_odds(raw, model)
    doubted = apply_doubt(raw, model.doubt)
    limits = []
    if model.doubt:
        why = (
            f"in 1 of {1.0 / model.doubt:.3g} cases all news points the wrong way, so together it "
            f"never exceeds a likelihood ratio of {(1.0 - model.doubt) / model.doubt:.3g}"
        )
        limits.append(LedgerEntry("doubt", why, doubted - raw))
    if model.gamma != 1.0:
        why = f"evidence counts ×{model.gamma:.3g}, as past answers taught"
        limits.append(LedgerEntry("evidence scale", why, limited - doubted))
    return limits, limited


def limit_log_odds(raw: float, model: SuggestionModel) -> float:
    """Log-odds of all news after doubt and scale."""
    return model.gamma * apply_doubt(raw, model.doubt)
