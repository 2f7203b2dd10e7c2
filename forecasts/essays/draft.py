"""Question drafts from a claim of an essay: up to three from the catalogue, and a plain rewording.

Parts that need a decision hold a placeholder such as "[… who]", and the linter blocks questions
with placeholders.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from forecasts.essays.catalogue.entries import Catalogue, Period, load_catalogue
from forecasts.essays.catalogue.lookup import (
    CatalogueMatch,
    ClaimText,
    find_entries,
    find_place_around,
)
from forecasts.essays.drafting.acts import plan_act
from forecasts.essays.drafting.attitudes import HeldClaim, strip_attitude
from forecasts.essays.drafting.clauses import LEADING_TIME, Clause, parse_clause
from forecasts.essays.drafting.core import (
    find_core,
    keep_prediction,
    list_left_out,
    split_predicates,
    split_predictions,
)
from forecasts.essays.drafting.figures import find_chance, write_digits
from forecasts.essays.drafting.fit import is_about
from forecasts.essays.drafting.levels import has_figure
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.references import fill_references
from forecasts.essays.drafting.rewording import plan_rewording
from forecasts.essays.drafting.series import plan_series
from forecasts.essays.drafting.subjects import (
    ACTOR_GAP,
    LEADING_PHRASE,
    is_common_body,
    settle_case,
)
from forecasts.essays.drafting.times import (
    find_claim_time,
    find_claim_times,
    name_base_years,
    swap_seasons,
)
from forecasts.essays.drafting.window import (
    OLDEST_YEAR,
    Window,
    add_days,
    choose_window,
)
from forecasts.essays.extract import Sentence
from forecasts.essays.siblings.moved_dates import WindowMove, move_dates
from forecasts.questions.question import Kind
from forecasts.questions.windows import Rhythm, window_of

MAX_CANDIDATES: Final = 3
"""Maximum number of drafts from the catalogue."""

MAX_BEFORE: Final = 3
"""Sentences before the claim in which its names are looked up."""

_MAX_SENTENCE_CHARACTERS: Final = 1_000
_MIN_SCORE: Final = 0.75
"""Score from which an entry of the catalogue is offered; a subject in the claim alone has 1."""

_FIGURE: Final = 2.0
"""Weight of a series in whose unit the claim names a figure."""


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """Sentence of an essay with what drafting needs to know around it.

    `before` are up to `MAX_BEFORE` sentences before it, nearest last. `written` is the day of the
    essay, from which relative dates count; `today` is the day of drafting. `setting` is the place
    that the essay is about, "" if it is about several.
    """

    sentence: Sentence
    today: date
    written: date | None = None
    before: tuple[str, ...] = ()
    title: str = ""
    setting: str = ""

    @property
    def day(self) -> date:
        """Day from which relative dates count."""
        return min(self.written or self.today, self.today)

    def locate(self, part: str) -> ClaimText:
        """Return a part of the sentence with what the essay says around it."""
        return ClaimText(part, self.before, self.title, self.setting, find_core(part))


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """Question proposed for a sentence. `part` is the part of the sentence that it is about.

    `window` is the one of its last day, `plan` the question; `match` its entry of the catalogue,
    None for a rewording. `by` is the model that wrote it, "" for the rules.
    """

    source: ClaimSource
    part: HeldClaim
    window: Window
    plan: QuestionPlan
    match: CatalogueMatch | None = None
    by: str = ""

    @property
    def text(self) -> str:
        """Claim in its own words."""
        return self.part.text

    @property
    def horizons(self) -> tuple[date, ...]:
        """Last days to choose from, the claim's own first."""
        return self.window.horizons


def propose_drafts(
    source: ClaimSource, catalogue: Catalogue | None = None
) -> tuple[ClaimDraft, ...]:
    """Draft questions on the claims of a sentence: those of the catalogue first, rewordings last.

    Every sentence yields at least a rewording, with gaps where it does not read as a question.

    >>> from forecasts.essays.extract import find_claims
    >>> (claim,) = find_claims("Sweden will sign a treaty with Norway by the end of 2027.")
    >>> drafts = propose_drafts(ClaimSource(claim, date(2026, 11, 24)))
    >>> drafts[0].plan.text
    'Will Sweden sign a treaty with Norway by 31 December 2027?'
    >>> drafts[0].plan.gaps
    ()
    """
    known = catalogue or load_catalogue()
    claims = [(part, _read_claim(source, part, known)) for part in _read_parts(source)]
    matches = [
        (part, claim, match) for part, claim in claims for match in _match(source, claim, known)
    ]
    by_entry = {entry[2].entry.id: entry for entry in reversed(matches)}
    best = sorted(by_entry.values(), key=lambda entry: -entry[2].score)
    drafts = [
        draft
        for part, claim, match in best
        if _is_test(draft := _draft(source, part, match, known), claim, match)
    ]
    best_drafts = [d for d in drafts if d.plan.is_question][:MAX_CANDIDATES]
    texts = {draft.plan.text for draft in best_drafts}
    rewordings = [_draft(source, part, None, known) for part, _ in claims]
    words = [
        *(draft.plan.text for draft in rewordings),
        *(claim.clause.asked for _, claim in claims),
    ]
    left_out = list_left_out(source.sentence.text[:_MAX_SENTENCE_CHARACTERS], " ".join(words))
    unique = (draft for draft in rewordings if draft.plan.text not in texts)
    return tuple(_note_left_out(draft, left_out) for draft in (*best_drafts, *unique))


def _note_left_out(draft: ClaimDraft, left_out: tuple[str, ...]) -> ClaimDraft:
    """Note the parts of the sentence that are in none of its drafts."""
    part = replace(draft.part, left_out=left_out)
    notes = tuple(note for note in part.notes if note not in draft.plan.notes)
    return replace(draft, part=part, plan=replace(draft.plan, notes=(*draft.plan.notes, *notes)))


def _read_parts(source: ClaimSource) -> Iterator[HeldClaim]:
    """Yield the claims of a sentence, or of the one before it that it gives a chance to."""
    text = source.sentence.text[:_MAX_SENTENCE_CHARACTERS]
    is_of_before = source.before and _CHANCE_ALONE.match(text)
    text = source.before[-1] if is_of_before else text
    for statement in split_predictions(text):
        prediction = keep_prediction(statement)
        words = prediction if statement.endswith(prediction) else statement
        part = strip_attitude(words)
        before = f"{text[: max(0, text.find(words))]} {part.before}".strip()
        chance = find_chance(source.sentence.text if is_of_before else words)
        for act in split_predicates(part.text):
            claim = write_digits(name_base_years(act, source.day))
            yield replace(part, text=claim, chance=chance, before=before)


_CHANCE_ALONE: Final = re.compile(
    r"\W*(?:I(?: would|[’']d)? (?:put|give|rate|guess|set) (?:it|that|the (?:chances?|odds"
    r"|probability|likelihood))|(?:the|my) (?:chances?|odds|probability) (?:is|are|stands?))\b",
    re.IGNORECASE,
)
""""I would put the chance at one in ten": of the claim before it."""


def _is_test(draft: ClaimDraft, claim: Claim, match: CatalogueMatch) -> bool:
    """Return True if an answer bears the claim out, or the claim asks, and a source is that old.

    A draft with another number than the claim's, or of an act that it cannot name, is none.
    """
    entry, clause = match.entry, claim.clause
    if draft.window.last.year < OLDEST_YEAR or (clause.negated and " until " in draft.text):
        return False  # a denial with "until" tells when a thing happens after all
    numbers = _NUMBER.findall(clause.event) if entry.kind == "act" else []
    if numbers and (
        _HAS_DIGIT.search(entry.counts) or any(n not in draft.plan.text for n in numbers)
    ):
        return False
    if entry.kind == "series" and _RECORD.search(clause.event):
        return False
    if (entry.is_thing or entry.kind == "state") and ACTOR_GAP in draft.plan.text:
        return False
    return bool(draft.plan.bears_out or (clause.asks and entry.kind != "series"))


_RECORD: Final = re.compile(r"\bon record\b|\brecord (?:high|low)\b|\b(?:ever|all time)\b")
"""Words that compare with all years, which no comparison with one year stands for."""

_HAS_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = re.compile(
    r"\b\d[\d.,]*\b|\b(?:once|twice|(?:two|three|four|five|six|several) [a-z]+)\b"
)


def redraft(
    draft: ClaimDraft,
    *,
    kind: Kind | None = None,
    last: date | None = None,
    catalogue: Catalogue | None = None,
) -> ClaimDraft:
    """Draft the same claim anew as another kind of question, or to another last day.

    A draft of a model keeps its words as long as its kind stays; its dates are moved in them.
    """
    last = last or draft.window.last
    if draft.by and kind in (None, draft.plan.kind):
        delay = (draft.plan.published - draft.plan.last).days
        return _move_words(draft, last, add_days(last, delay))
    return _draft(
        draft.source,
        draft.part,
        draft.match,
        catalogue or load_catalogue(),
        kind=kind or draft.plan.kind,
        last=last,
    )


def move_last_day(
    draft: ClaimDraft, proposal: ClaimDraft, last: date, catalogue: Catalogue | None = None
) -> ClaimDraft:
    """Move a draft to another last day: it is drafted anew if a person left the proposal's words.

    In worded ones the dates are moved if the day is another one; a figure stays as it is.
    """
    moved = redraft(proposal, last=last, catalogue=catalogue)
    plan, rules, new = draft.plan, proposal.plan, moved.plan
    outcome = new.bears_out if plan.bears_out == rules.bears_out else plan.bears_out
    if (plan.text, plan.criteria) == (rules.text, rules.criteria):
        words = replace(plan, text=new.text, criteria=new.criteria, last=new.last)
    elif plan.last == new.last:
        words = plan
    else:
        words = _move_words(draft, new.last, new.published).plan
    rate = new.rate if words.text == new.text else ""
    words = replace(words, bears_out=outcome, published=new.published, rate=rate)
    words = replace(words, base_rate=new.base_rate)
    return replace(draft, plan=words, window=moved.window)


def _move_words(draft: ClaimDraft, last: date, published: date) -> ClaimDraft:
    """Move the dates in the words of a draft to another last day."""
    plan, match = draft.plan, draft.match
    period = match.entry.period if match and match.entry.kind == "series" else "year"
    every: Rhythm = period if period in ("week", "month", "quarter") else "year"
    first = draft.window.first
    window = replace(window_of(last, every), last=last)
    move = WindowMove(first, plan.last, window, first, counts_events=False)
    words = replace(
        plan,
        text=move_dates(plan.text, move).text,
        criteria=move_dates(plan.criteria, move).text,
        last=last,
        published=published,
    )
    return replace(draft, plan=words, window=replace(draft.window, last=last))


def _match(source: ClaimSource, claim: Claim, catalogue: Catalogue) -> Iterator[CatalogueMatch]:
    """Yield the entries that a claim is about, one for each subject phrase."""
    subjects: set[str] = set()
    actor = claim.actor if claim.is_carried else ""
    ranked = sorted(
        find_entries(claim.text, catalogue),
        key=lambda match: -match.score - (_FIGURE if has_figure(match, claim.text.text) else 0.0),
    )
    for match in ranked:
        phrase = match.subject.lower()
        is_guessed = match.is_place_carried and source.day.year < OLDEST_YEAR
        is_named = any(word[:1].isupper() for word in claim.clause.subject.split())
        is_other = match.is_place_carried and is_named and match.entry.actor == "{place}"
        if is_guessed or is_other or not is_about(match, claim.clause, actor):
            continue
        if match.score >= _MIN_SCORE and phrase not in subjects:
            subjects.add(phrase)
            yield match


def _draft(
    source: ClaimSource,
    part: HeldClaim,
    match: CatalogueMatch | None,
    catalogue: Catalogue,
    *,
    kind: Kind = "binary",
    last: date | None = None,
) -> ClaimDraft:
    """Draft a question on a part of the sentence, in the window for what it is about."""
    period = match.entry.period if match and match.entry.kind == "series" else None
    claim = _read_claim(source, part, catalogue, last=last, period=period)
    if match is None:
        plan = plan_rewording(claim, catalogue, kind)
    elif match.entry.kind == "series":
        plan = plan_series(match, claim, kind)
    else:
        plan = plan_act(match, claim, kind)
    plan = replace(plan, prior=part.chance, notes=(*plan.notes, *part.notes))
    return ClaimDraft(source, part, claim.window, plan, match)


def _read_claim(
    source: ClaimSource,
    part: HeldClaim,
    catalogue: Catalogue,
    *,
    last: date | None = None,
    period: Period | None = None,
) -> Claim:
    """Read what a part of a sentence claims, in its window, with the name for its pronoun."""
    words = part.text
    parsed = parse_clause(words)
    before = tuple(text[-_MAX_SENTENCE_CHARACTERS:] for text in source.before)
    before = (*before, part.before) if len(part.before.split()) > 2 else before
    filled = fill_references(parsed, words, before)
    clause = filled.clause
    dated = _find_dated(source, words, parsed)
    window = choose_window(dated, source.day, source.today, last=last, period=period)
    subject = settle_case(clause.subject, words, " ".join([*source.before, source.title]))
    is_carried = bool(filled.carried and not clause.subject)
    place = find_place_around(source.locate(words), catalogue) if is_common_body(subject) else None
    subject = f"{subject} of {place.name}" if place else subject
    actor = subject or filled.carried
    notes = (*filled.notes, *_note_times(clause.raw_event, source.day))
    return Claim(source.locate(words), clause, window, actor, is_carried, dated, notes)


def _note_times(event: str, day: date) -> tuple[str, ...]:
    """Return the note on an act at several times, "in May and again in June", of which one counts.

    >>> _note_times("meet in May and in June 2027", date(2026, 11, 24))
    ('It is to be in May 2027 and in June 2027; the question is about one of them.',)
    """
    times = find_claim_times(event, day)
    if len(times) < 2 or not _AND.search(event[times[0].end : times[1].end]):
        return ()
    named = " and ".join(time.phrase for time in times)
    return (f"It is to be {named}; the question is about one of them.",)


_AND: Final = re.compile(r"\b(?:and|then)\b")


def _find_dated(source: ClaimSource, part: str, clause: Clause) -> str:
    """Return the text that names the last day of a part: its predicate, or what leads to it.

    Times within its subject and of other clauses are not the claim's.
    """
    core = find_core(part)
    if clause.subject.isdecimal():
        return clause.subject
    leads = (
        lead[0]
        for text in (part, source.sentence.text)
        for pattern in (LEADING_PHRASE, LEADING_TIME)
        if (lead := pattern.match(text))
    )
    subject = re.compile(re.escape(clause.subject or " "), re.IGNORECASE)
    texts = (clause.raw_event, subject.sub(" ", core), *leads)
    dated = next((text for text in texts if find_claim_time(text, source.day)), "")
    if not dated and (tail := _TAIL.search(source.sentence.text)) and not _TOLD.match(tail["tail"]):
        dated = tail["tail"] if len(find_claim_times(tail["tail"], source.day)) == 1 else ""
    is_south = _SOUTH.search(f"{part} {source.title} {source.setting} {' '.join(source.before)}")
    return swap_seasons(dated) if is_south else dated


_TAIL: Final = re.compile(r"^[^;]*,? (?:and|while) (?P<tail>[^;:.?!]{10,}\.?)$", re.DOTALL)
"""Last statement of a sentence, whose day may be that of both: "A will average 60 and B 55"."""

_TOLD: Final = re.compile(
    r"(?!.*\b(?:will|would|may|might|could)\b).*\b(?:is|are|was|were|has|have|had)\b"
)
"""Last statement that tells of the present or the past."""

_SOUTH: Final = re.compile(
    r"\b(?:Australia|Great Barrier Reef|New Zealand|South Africa|Argentin|Chile|Uruguay"
    r"|Sydney|Melbourne)"
)
"""Places south of the equator, whose summer begins in December."""


def with_wording(draft: ClaimDraft, **changes: object) -> ClaimDraft:
    """Return the draft with parts of its question as a person worded them.

    A base rate that was proposed for other words is taken back.
    """
    plan = replace(draft.plan, **changes)  # type: ignore[arg-type]
    is_same = (plan.kind, plan.text) == (draft.plan.kind, draft.plan.text)
    return replace(draft, plan=plan if is_same else replace(plan, rate=""))
