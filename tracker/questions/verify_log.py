"""Verify the history: the hash chain of the log, every stored fact against it, and kept heads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from forecasts.scoring.scores import list_bare_scores
from forecasts.scoring.span_table import SpanTable
from tracker.model.read_models import LogCheck, ScoreCheck
from tracker.model.signed_heads import KeptHeads
from tracker.questions.check_heads import check_heads, compute_roots
from tracker.questions.crowd_lessons import load_crowd_lessons
from tracker.questions.resolve_question import compute_scores, stand_everyone
from tracker.storage import (
    comments,
    decisions,
    essays,
    event_log,
    facts,
    learned,
    questions,
    record,
    resolution_record,
    seals,
    series,
    states,
)
from tracker.storage.event_log import (
    GENESIS_HASH,
    ChainBreak,
    LogEntry,
    canonical_json,
    find_first_break,
)
from tracker.storage.sessions import Session

FactsBySeq = Mapping[int, Mapping[str, Any]]
NO_HEADS = KeptHeads()
FactsByKind = Mapping[str, FactsBySeq | None]
"""Facts of each kind; None where they cannot be read."""


def verify_log(
    session: Session, head: str | None = None, outside: KeptHeads = NO_HEADS
) -> LogCheck:
    """Find the first bad entry: a broken chain, or a fact that differs from its entry or has none.

    Then what suggestions rest on is held against its seals and newest entries, and the log against
    the heads that are kept `outside`. `head` is the SEQ:HASH of an earlier check, or the SEQ:ROOT
    of a signed head; if the log no longer contains it, its end was cut off or rewritten.
    """
    entries, unread = _read_entries(session)
    last = entries[-1] if entries else None
    heads = check_heads(entries, outside)
    first = (
        find_first_break(entries)
        or unread
        or _first_difference(entries, _read_facts(session))
        or states.find_changed_state(session, entries)
        or decisions.find_changed_evidence(session)
        or seals.find_broken_seal(session, entries)
        or _check_head(entries, head)
        or heads.flaw
    )
    return LogCheck(
        entries=len(entries),
        head=f"{last.seq}:{last.hash}" if last else f"0:{GENESIS_HASH}",
        bad_seq=first.seq if first else None,
        reason=first.reason if first else "",
        witness="" if first else heads.witness,
    )


def _read_entries(session: Session) -> tuple[list[LogEntry], ChainBreak | None]:
    """Read the log as far as possible; return the break if an entry is unreadable."""
    entries: list[LogEntry] = []
    try:
        entries.extend(event_log.iterate_entries(session))
    except (ValueError, TypeError):
        seq = len(entries) + 1
        return entries, ChainBreak(
            seq,
            f"entry {seq}, or one after it, cannot be read: it was changed after it was written",
        )
    return entries, None


def check_scores(session: Session) -> ScoreCheck:
    """Recompute what stood, and every score, from the facts and compare them with the stored."""
    answered = resolution_record.load_current_resolutions(session)
    lessons = load_crowd_lessons(session)
    differences: list[str] = []
    count = 0
    for question in questions.list_questions(session):
        resolution = answered.get(question.id)
        cases = (
            [] if resolution is None else [stand_everyone(session, question, resolution, lessons)]
        )
        table = SpanTable.read(cases)
        fresh = list(list_bare_scores(compute_scores(table)))
        count += len(fresh)
        if not resolution_record.is_standing_stored(session, question.id, table.answered):
            differences.append(f"{question.id}: what stood is not what the log gives")
        stored = resolution_record.list_scores(session, question.id)
        wrong = {(s.forecaster_id, s.rule) for s in {*fresh} ^ {*stored}}
        differences += [
            f"{question.id}: {rule} of {forecaster_id} is not what the log gives"
            for forecaster_id, rule in sorted(wrong)
        ]
    return ScoreCheck(len(answered), count, tuple(differences))


def _read_facts(session: Session) -> FactsByKind:
    kinds = {
        "question": questions.index_question_facts,
        "option": questions.index_option_facts,
        "forecast": record.index_forecast_facts,
        "evidence": decisions.index_decision_facts,
        "resolution": resolution_record.index_resolution_facts,
        "learned": learned.index_learned_facts,
        "essay text": essays.index_text_facts,
        "series reading": series.index_reading_facts,
        "note": comments.index_note_facts,
    }
    return {
        **{kind: _read_kind(session, seqs) for kind, seqs in kinds.items()},
        **facts.index_facts_by_kind(session),
    }


def _read_kind(session: Session, seqs: Callable[[Session], FactsBySeq]) -> FactsBySeq | None:
    """Read the facts of a kind; None when one of them has an invalid time or invalid JSON."""
    try:
        return seqs(session)
    except (ValueError, TypeError):
        return None


def _first_difference(entries: Iterable[LogEntry], stored: FactsByKind) -> ChainBreak | None:
    logged = {entry.seq for entry in entries}
    strays = (
        ChainBreak(
            s if str(s).isdecimal() else 0, f"a stored fact names entry {s}, which is missing"
        )
        for fs in stored.values()
        for s in fs or ()
        if s not in logged
    )
    return min([*_find_differences(entries, stored), *strays], key=lambda b: b.seq, default=None)


def _find_differences(entries: Iterable[LogEntry], stored: FactsByKind) -> Iterator[ChainBreak]:
    for entry in entries:
        if entry.kind in event_log.ACTS or entry.kind in states.STATES:
            continue
        stored_facts = stored.get(entry.kind, {})
        if stored_facts is None:
            yield ChainBreak(
                entry.seq,
                f"the {entry.kind} of entry {entry.seq}, or of a later one, cannot be read any "
                "more",
            )
            continue
        facts = stored_facts.get(entry.seq)
        if facts is None:
            yield ChainBreak(entry.seq, f"the {entry.kind} that entry {entry.seq} recorded is gone")
        elif canonical_json(facts) != entry.body:
            yield ChainBreak(
                entry.seq,
                f"the {entry.kind} {entry.subject} was changed after entry {entry.seq} recorded it",
            )


def _check_head(entries: Sequence[LogEntry], head: str | None) -> ChainBreak | None:
    if head is None:
        return None
    seq, _, digest = head.partition(":")
    # A database counts to fewer than 19 digits.
    if not (seq.isascii() and seq.isdecimal() and len(seq) < 19):
        return ChainBreak(
            0, f"{head!r} is no head: give SEQ:HASH as `tracker system verify` printed it"
        )
    size = int(seq)
    if size == 0 or compute_roots(entries, {size}).get(size) == digest:
        return None
    if size <= len(entries) and entries[size - 1].hash == digest:
        return None
    return ChainBreak(
        size, f"entry {seq} with that hash is not in the log: its end was cut off or rewritten"
    )
