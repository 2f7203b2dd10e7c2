"""Evidence with its reports, the reason of its match, and the decisions on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

from forecasts.evidence.evidence import (
    BEFORE_OPENING,
    MIN_RELEVANCE,
    PERHAPS,
    Direction,
    Evidence,
    EvidenceStatus,
    IndicatorId,
    Strength,
)
from forecasts.evidence.matcher_record import NO_REVIEWS, Precision, Recall
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import EvidenceId, ForecasterId, Question, QuestionId
from tracker.feeds.item import Item, ItemId, ItemRevision


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One report of a story with its feed, its later versions, and the full article if fetched.

    `source_group` is the agency that it names as its source, or else the owner of the feed.
    `copy_of` is the first report that carried the same text.
    """

    item: Item
    feed_title: str
    source_group: str
    revisions: tuple[ItemRevision, ...] = ()
    article: str = ""
    copy_of: ItemId | None = None


@dataclass(frozen=True, slots=True)
class MatchReason:
    """Reason of a match: the `nearest` phrasing and the `cosine` (0 without an encoder).

    `leaning` explains the direction, and `matcher` is the version of the matcher.
    """

    nearest: str = ""
    cosine: float = 0.0
    leaning: str = ""
    matcher: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """Numbers of a piece of evidence from a decision on.

    `why` is the reason of another match, None if it stays. `item_id` is the report that lifted it
    (`lift_evidence`), seen with these words at `seen_at`; both are None where no report did.
    """

    relevance: float
    p_direction: float
    indicator_id: IndicatorId
    option: str
    raised_rung: Rung
    matched: tuple[str, ...]
    why: MatchReason | None = None
    item_id: ItemId | None = None
    seen_at: datetime | None = None


def make_revision(
    piece: Evidence,
    why: MatchReason | None = None,
    item_id: ItemId | None = None,
    seen_at: datetime | None = None,
) -> Revision:
    """Return the numbers that a piece has as its revision."""
    return Revision(
        piece.relevance,
        piece.p_direction,
        piece.indicator_id,
        piece.option,
        piece.raised_rung,
        piece.matched,
        why,
        item_id,
        seen_at,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a piece of evidence: by the matcher when it was logged, by people after.

    `revision` has the numbers from then on; None leaves them as they were. That of the first
    decision has the numbers as they were logged.
    """

    status: EvidenceStatus
    direction: Direction
    strength: Strength
    by: ForecasterId
    at: datetime
    note: str
    revision: Revision | None = None


ONLY_PROPOSED: Final = "only proposed, "
"""Beginning of a decision's note that changes nothing: a proposal, which waits for a review."""


def list_decisions_by(decisions: Sequence[Decision], at: datetime) -> Sequence[Decision]:
    """List the decisions that stood at an instant, oldest first; always that which logged a piece.

    Evidence from the archive counts from the day on which its report was seen, before it was
    logged. On these days it is what the reports seen by then make of it.
    """
    first, *later = decisions
    return [first, *(d for d in later if d.at <= at or (at < first.at and _was_seen(d, at)))]


def _was_seen(decision: Decision, at: datetime) -> bool:
    seen = None if decision.revision is None else decision.revision.seen_at
    return seen is not None and seen <= at


def find_reason(decisions: Sequence[Decision]) -> MatchReason:
    """Return the newest reason of a match among decisions."""
    reasons = (d.revision.why for d in reversed(decisions) if d.revision is not None)
    return next((why for why in reasons if why is not None), MatchReason())


def judge_by_decisions(piece: Evidence, decisions: Sequence[Decision]) -> Evidence:
    """Return evidence as the last of these decisions, and their newest revision, make it."""
    last = decisions[-1]
    revision = next((d.revision for d in reversed(decisions) if d.revision is not None), None)
    judged = replace(
        piece,
        status=last.status,
        direction=last.direction,
        strength=last.strength,
        judged_by=last.by,
    )
    return judged if revision is None else apply_revision(judged, revision)


def apply_revision(piece: Evidence, revision: Revision) -> Evidence:
    """Return evidence with the numbers of a revision."""
    return replace(
        piece,
        relevance=revision.relevance,
        p_direction=revision.p_direction,
        indicator_id=revision.indicator_id,
        option=revision.option,
        raised_rung=revision.raised_rung,
        matched=revision.matched,
    )


@dataclass(frozen=True, slots=True)
class Lift:
    """A `decision` by which a later report of its story lifted a piece of evidence.

    `before` has the numbers that stood until then. `report` is None if it belongs to a story that
    became part of this one.
    """

    before: Revision
    decision: Decision
    report: StoryItem | None

    @property
    def relevance(self) -> tuple[float, float]:
        """Relevance before and after."""
        after = self.decision.revision
        return self.before.relevance, self.before.relevance if after is None else after.relevance

    @property
    def rung(self) -> Rung | None:
        """Rung of the fact if it became higher."""
        after = self.decision.revision
        is_higher = after is not None and after.raised_rung > self.before.raised_rung
        return after.raised_rung if after is not None and is_higher else None


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence with everything that explains it. `items` are its reports in order.

    `why` is the reason of the match of the report that carries it. `context_only`: it changes no
    suggestion, however it is reviewed, since its story counts through a question of the scenarios'
    table. Nor does one from `before_opening` of the question: the base rate is taken to know it.
    Unreviewed, it moves nothing below `min_relevance`. `corrected` is the relevance with which the
    like of it would be logged now, None if judgements since then have not changed it.
    """

    evidence: Evidence
    question_text: str
    indicator_name: str
    items: tuple[StoryItem, ...]
    decisions: tuple[Decision, ...]
    why: MatchReason = MatchReason()
    context_only: bool = False
    min_relevance: float = MIN_RELEVANCE
    before_opening: bool = False
    corrected: float | None = None

    @property
    def perhaps(self) -> bool:
        """True if it moves nothing until a person has confirmed it."""
        return self.evidence.is_perhaps(self.min_relevance)

    @property
    def proposals(self) -> tuple[Decision, ...]:
        """Proposals of people and programs while it waits for a review, the newest last."""
        waits = self.evidence.status == "logged"
        return tuple(d for d in self.decisions if waits and d.note.startswith(ONLY_PROPOSED))

    @property
    def state(self) -> str:
        """Status of the review, such as "confirmed", with the reason if it changes nothing."""
        waits = PERHAPS if self.perhaps else "to review"
        status = waits if self.evidence.status == "logged" else self.evidence.status
        reasons = {
            "context only": self.context_only,
            "from before the opening": self.before_opening and status != "rejected",
        }
        return ", ".join([status, *(words for words, applies in reasons.items() if applies)])

    @property
    def remark(self) -> str:
        """Remark that it is from before the opening, and what follows; "" if it is not."""
        return BEFORE_OPENING if self.before_opening else ""

    @property
    def may_answer(self) -> bool:
        """True for unreviewed news of the strength that usually is the answer itself.

        It asks for a resolution, and counts no more than strong news until a person has confirmed
        it.
        """
        e = self.evidence
        return (
            e.strength is Strength.DECISIVE
            and e.direction is not Direction.NEUTRAL
            and e.status == "logged"
        )

    @property
    def headline(self) -> str:
        """Headline of the report that carries it. It is feed text: show it as plain text only."""
        return self.carrier.item.title

    @property
    def carrier(self) -> StoryItem:
        """Report that carries the evidence: the first one, or that which lifted it last."""
        return (self.lifts[-1].report if self.lifts else None) or self.items[0]

    @property
    def lifts(self) -> tuple[Lift, ...]:
        """Gains by later reports, oldest first."""
        reports = {report.item.id: report for report in self.items}
        revised = [d for d in self.decisions if d.revision is not None]
        return tuple(
            Lift(before.revision, decision, reports.get(decision.revision.item_id))
            for before, decision in pairwise(revised)
            if before.revision is not None
            and decision.revision is not None
            and decision.revision.item_id is not None
        )


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """A piece of evidence in a line: its headline and source are those of its carrier.

    `relevance` and the like stand in `evidence`; unreviewed, it moves nothing below
    `min_relevance`. Headline and source are feed text: show them as plain text only.
    """

    evidence: Evidence
    headline: str
    source: str
    min_relevance: float = MIN_RELEVANCE

    @property
    def perhaps(self) -> bool:
        """True if it moves nothing until a person has confirmed it."""
        return self.evidence.is_perhaps(self.min_relevance)


def summarise_card(card: EvidenceCard) -> EvidencePiece:
    """Return a card as a line."""
    return EvidencePiece(card.evidence, card.headline, card.carrier.feed_title, card.min_relevance)


@dataclass(frozen=True, slots=True)
class EvidenceUse:
    """A question that a report is evidence on, with the status of that evidence."""

    evidence_id: EvidenceId
    question_id: QuestionId
    status: EvidenceStatus


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An item that a search returned, its feed, and the questions that it is evidence on."""

    item: Item
    feed_title: str
    uses: tuple[EvidenceUse, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferedNearMiss:
    """A report that the matcher left out, and the question on which it may be evidence."""

    hit: SearchHit
    question: Question


@dataclass(frozen=True, slots=True)
class MatcherRecord:
    """Precision of the matcher so far by question, indicator and feed, and its recall.

    `demoted` says of indicators and feeds why what they bring moves nothing until it is confirmed.
    `recall` is None until enough near misses are judged.
    """

    questions: Mapping[str, Precision]
    indicators: Mapping[str, Precision]
    feeds: Mapping[str, Precision]
    demoted: Mapping[str, str]
    recall: Recall | None

    @property
    def total(self) -> Precision:
        """Precision on all questions together."""
        counts = self.questions.values()
        return Precision(sum(c.accepted for c in counts), sum(c.reviewed for c in counts))

    def describe_question(self, question_id: str) -> str:
        """Describe the precision on a question; empty below three reviews."""
        return _describe_precision(self.questions.get(question_id, NO_REVIEWS))

    def describe_feed(self, feed_id: str) -> str:
        """Describe the precision of a feed, and that it is demoted; empty below three reviews."""
        words = _describe_precision(self.feeds.get(feed_id, NO_REVIEWS))
        return f"{words} {DEMOTED}" if feed_id in self.demoted else words

    @property
    def recall_words(self) -> str:
        """The recall in a sentence; empty while it is unknown."""
        if self.recall is None:
            return ""
        return (
            "Of what bears on your questions the matcher found about "
            f"{100 * self.recall.share:.0f}% (from {self.recall.n} near misses judged)."
        )


DEMOTED: Final = "Usually rejected: it moves nothing until a person confirms it."
"""Remark on an indicator or a feed that is demoted."""


def _describe_precision(precision: Precision) -> str:
    return f"Of what was found and judged, {precision}." if str(precision) else ""


@dataclass(frozen=True, slots=True)
class ManualEvidence:
    """A piece of evidence as a person or a program adds it.

    `source` is an address, a headline, or the id of an item that was read. `title` gives the
    headline of an address, which is then not fetched. `indicator` is the name of one of the
    question's indicators; without it the piece belongs to the question's own text. One that is no
    evidence is logged as rejected, so that it is not asked about again. A proposal waits for the
    review of somebody who may judge evidence, and moves nothing until then.
    """

    question_id: str
    source: str | ItemId
    direction: Direction
    strength: Strength = Strength.SOME
    published_at: datetime | None = None
    note: str = ""
    title: str = ""
    option: str = ""
    indicator: str = ""
    is_evidence: bool = True
    is_proposal: bool = False


ManualOutcome = Literal["added", "reviewed", "proposed", "unchanged"]
"""`reviewed`: the story was evidence on the question already, and this became a review of it.
`proposed`: it waits for a review. `unchanged`: the same person had said the same before, or what
was proposed was judged already.
"""


@dataclass(frozen=True, slots=True)
class ManualResult:
    """Result of adding evidence by hand: the piece, its item, and why the matcher missed it.

    `reports` counts the items of its story, this one included. `previous` is the status of a story
    that was evidence already, None of a new one. `remark` is that of its card.
    """

    outcome: ManualOutcome
    previous: EvidenceStatus | None
    evidence: Evidence
    item_id: ItemId
    headline: str
    reports: int
    miss: str
    remark: str = ""
