"""Add evidence by hand: find the item, place it in its story, and log its author's decision.

Such a piece counts from the moment at which it was added, however old the report is: nobody scores
with hindsight. One whose text was read before the question opened is known to its base rate. A
proposal is logged as a piece without side and relevance, which moves nothing until a person has
reviewed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import (
    BEFORE_OPENING,
    Direction,
    Evidence,
    EvidenceStatus,
    Indicator,
    IndicatorId,
    StoryId,
    Strength,
    describe_side,
)
from forecasts.questions.question import (
    MATCHER,
    EvidenceId,
    Question,
    QuestionId,
    question_status,
)
from tracker.errors import Refused
from tracker.feeds.feed import BY_HAND
from tracker.feeds.item import ParsedItem
from tracker.ingestion import manual_item
from tracker.ingestion.evidence import EvidenceLinker
from tracker.ingestion.explain_miss import explain_miss, find_match, mention_story
from tracker.ingestion.item_matches import MatchResult, select_best_matches
from tracker.ingestion.match_state import MatchState, OpenProfiles, make_own_text_indicator
from tracker.ingestion.network import Network
from tracker.model.audit import Authorship
from tracker.model.evidence import (
    ONLY_PROPOSED,
    Decision,
    ManualEvidence,
    ManualOutcome,
    ManualResult,
    make_revision,
)
from tracker.questions.parse_side import check_option
from tracker.questions.queries.question_page import require_question
from tracker.questions.scenarios.signpost_marks import mark_signposts
from tracker.questions.submit_forecast import register_forecaster
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import (
    decisions,
    evidence,
    item_search,
    items,
    questions,
    resolution_record,
)
from tracker.storage.evidence_history import list_report_feeds
from tracker.storage.items import SavedItem
from tracker.storage.learned import MatcherCalibration, calibration_at
from tracker.storage.sessions import Session, Store


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request with its question, its indicator, and its item if that was read before."""

    request: ManualEvidence
    question: Question
    indicator: Indicator
    stored: SavedItem | None


@dataclass(frozen=True, slots=True)
class MatchedRequest:
    """A checked request with its matched item, ready to be written.

    A new item counts on other questions by `other_profiles`, as any item does. `matched` are the
    words that it has in common with this one, and `miss` says why the matcher had not logged it.
    """

    checked: CheckedRequest
    item: ParsedItem
    other_profiles: OpenProfiles
    result: MatchResult
    matched: tuple[str, ...]
    miss: str


def add_manual_evidence(
    store: Store,
    network: Network,
    match_state: MatchState,
    request: ManualEvidence,
    *,
    author: Authorship,
) -> ManualResult:
    """Add a piece of evidence; a page is fetched and items are matched outside the transaction."""
    with store.reading() as session:
        checked = _check_request(session, request, author.at)
    item = manual_item.make_item(request, network, author.at, checked.stored)
    with store.reading() as session, match_state.lock:
        profiles = match_state.load_profiles(session, author.at)
        matched = _match_request(profiles, checked, item, calibration_at(session, author.at))
    with store.writing() as session, match_state.lock:
        try:
            return _write_request(session, match_state, matched, author)
        except BaseException:
            match_state.clear_caches()  # its memory is ahead of the database
            raise


def _check_request(session: Session, request: ManualEvidence, now: datetime) -> CheckedRequest:
    """Raise unless the question is open, and has the option and the indicator."""
    question = require_question(session, request.question_id)
    resolution = resolution_record.find_resolution(session, question.id)
    status = question_status(question, resolution, now)
    if status != "open":
        raise Refused(f"{question.id} is {status}: evidence counts while a question is open")
    check_option(question, request.option, needed=bool(request.direction))
    indicator = _find_indicator(session, question, request.indicator)
    return CheckedRequest(request, question, indicator, manual_item.find_item(session, request))


def _find_indicator(session: Session, question: Question, name: str) -> Indicator:
    """Return the named indicator, by default that of the question's own text."""
    own_text = make_own_text_indicator(question)
    known = {i.id: i for i in (own_text, *questions.list_indicators(session, [question.id]))}
    if not name:
        return known[own_text.id]
    prefix = f"{question.id}/"
    indicator = known.get(IndicatorId(prefix + name.removeprefix(prefix)))
    if indicator is None:
        names = ", ".join(identifier.removeprefix(prefix) for identifier in known)
        raise InvalidQuestion(f"{question.id} has no indicator {name!r}: name one of {names}")
    return indicator


def _match_request(
    profiles: OpenProfiles, checked: CheckedRequest, item: ParsedItem, known: MatcherCalibration
) -> MatchedRequest:
    """Match the item, and explain why the matcher had not logged it on this question."""
    from tracker.matching.matcher import clean_item_text

    text = clean_item_text(item.title, item.summary)
    # An item that was read was matched when it came: only its place in a story may be missing. What
    # is only proposed shall count on no other question either.
    is_settled = checked.stored or checked.request.is_proposal
    matches = () if is_settled else next(iter(profiles.matcher.match([text])))
    nearest = find_match(profiles, checked.question, text, threshold=0.0)
    return MatchedRequest(
        checked,
        item,
        _exclude_question(profiles, checked.question.id),
        (matches, profiles.matcher.encode([text])[0]),
        nearest.matched if nearest else (),
        explain_miss(profiles, checked.question, text, checked.stored, known=known),
    )


def _exclude_question(profiles: OpenProfiles, question_id: QuestionId) -> OpenProfiles:
    by_profile = {
        profile: tuple(i for i in indicators if i.question_id != question_id)
        for profile, indicators in profiles.indicators_by_profile.items()
    }
    return replace(profiles, indicators_by_profile=by_profile)


class ManualLinker(EvidenceLinker):
    """Assigns one item to a story although no question may match it."""

    def place_item(
        self, stored: SavedItem, result: MatchResult, sides: Mapping[QuestionId, Direction]
    ) -> StoryId:
        """Return the item's own story, that of its original, a similar or a new one.

        `sides` are those that its author gives, beside those of the matcher.
        """
        if stored.story_id is not None:
            return stored.story_id
        matches, vector = result
        earlier = [item_id for item_id in (stored.copy_of, stored.same_as) if item_id is not None]
        self._story_ids = items.map_items_to_stories(self._session, earlier)
        best = select_best_matches(matches, self._profiles, self._calibration)
        known = {q: match.direction for q, match in best.items() if match.direction}
        at = stored.seen_at or self._now
        story = self._assign_story(stored, {**known, **sides}, vector, at)
        assert story is not None  # there is a vector
        return story


def _write_request(
    session: Session, match_state: MatchState, matched: MatchedRequest, author: Authorship
) -> ManualResult:
    """Store the item, its story and the decision, and update the suggestions."""
    request, question = matched.checked.request, matched.checked.question
    register_forecaster(session, author.by, author.at)
    stored = manual_item.find_item(session, request)
    if stored is None:
        new = manual_item.add_item(session, matched.item, author.at)
        stored = manual_item.mark_copy(session, new, author.at)
    story, affected = _link_item(session, match_state, stored, matched, now=author.at)
    seen_at = manual_item.find_first_sight(session, stored, question, author.at)
    logged = _log_decision(session, story, matched, author, seen_at=seen_at)
    touched = [
        q for q in matched.other_profiles.questions.values() if q.id in {*affected, question.id}
    ]
    record_suggestions(session, touched, author.at, prompted=True)
    if expecting := matched.other_profiles.filter_expecting(touched):
        mark_signposts(session, expecting, author.at)
    piece = evidence.find_evidence(session, logged.evidence_id)
    assert piece is not None
    return ManualResult(
        logged.outcome,
        logged.previous,
        piece,
        stored.id,
        stored.item.title,
        len(piece.reports),
        mention_story(logged.miss, _count_read(session, piece.story_id, stored)),
        BEFORE_OPENING if piece.is_before(question) else "",
    )


def _count_read(session: Session, story: StoryId, stored: SavedItem) -> int:
    """Count the reports that feeds brought: of a story, or the one that an item copies."""
    feeds = list_report_feeds(session, [story])[story]
    if len(feeds) == 1 and stored.copy_of is not None:
        original = item_search.find_saved_item(session, stored.copy_of)
        feeds = [] if original is None else [original.feed_id]
    return sum(feed != BY_HAND.id for feed in feeds)


def _link_item(
    session: Session,
    match_state: MatchState,
    stored: SavedItem,
    matched: MatchedRequest,
    *,
    now: datetime,
) -> tuple[StoryId, set[QuestionId]]:
    """Place the item in its story and log what the matcher says of other questions."""
    request = matched.checked.request
    was_read = stored.seen_at is not None
    stories = (
        match_state.load_stories_around(session, stored.seen_at)
        if stored.seen_at is not None
        else match_state.load_stories(session, now)
    )
    linker = ManualLinker(session, match_state, matched.other_profiles, stories, now=now)
    has_side = request.direction and not request.is_proposal
    sides = {matched.checked.question.id: request.direction} if has_side else {}
    story = linker.place_item(stored, matched.result, sides)
    linker.link_items([replace(stored, story_id=story)], [matched.result])
    if was_read and stored.story_id is None:
        match_state.clear_caches()  # news may join the story that began here
    return story, linker.affected_question_ids


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """Outcome of a request, the evidence it concerns with its status before, and an explanation."""

    outcome: ManualOutcome
    evidence_id: EvidenceId
    previous: EvidenceStatus | None
    miss: str


def _log_decision(
    session: Session,
    story: StoryId,
    matched: MatchedRequest,
    author: Authorship,
    *,
    seen_at: datetime,
) -> LoggedDecision:
    """Log new evidence, or review that of its story unless its author said the same before."""
    request, question = matched.checked.request, matched.checked.question
    chain = _list_merged(session, story)
    known = item_search.find_story_evidence(session, chain, question.id)
    if known is None:
        evidence_id = _add_evidence(session, chain[-1], matched, author, seen_at=seen_at)
        outcome: ManualOutcome = "proposed" if request.is_proposal else "added"
        return LoggedDecision(outcome, evidence_id, None, matched.miss)
    was = f"Its story was evidence already, {known.status} by {known.judged_by}."
    if request.is_proposal:
        outcome = "proposed" if _propose_again(session, known, matched, author) else "unchanged"
        return LoggedDecision(outcome, known.id, known.status, was)
    option = request.option or known.option
    stands = (known.judged_by, known.direction, known.strength, known.option)
    verdict = (author.by, request.direction, request.strength, option)
    if not request.is_evidence or (known.reviewed and stands == verdict):
        return LoggedDecision("unchanged", known.id, known.status, was)
    _review_again(session, known, request, author)
    return LoggedDecision("reviewed", known.id, known.status, was)


def _add_evidence(
    session: Session,
    story: StoryId,
    matched: MatchedRequest,
    author: Authorship,
    *,
    seen_at: datetime,
) -> EvidenceId:
    checked = matched.checked
    request = checked.request
    if request.is_proposal:
        piece = _make_proposed(story, matched, seen_at)
        return evidence.add_evidence(session, piece, _make_proposal(piece, checked, author))
    status: EvidenceStatus = "confirmed" if request.is_evidence else "rejected"
    piece = Evidence(
        id=EvidenceId(0),
        question_id=checked.question.id,
        story_id=story,
        indicator_id=checked.indicator.id,
        direction=request.direction,
        strength=request.strength,
        relevance=1.0 if request.is_evidence else 0.0,
        status=status,
        judged_by=author.by,
        first_seen_at=seen_at,
        reports=(),
        matched=matched.matched,
        option=request.option,
    )
    return evidence.add_evidence(session, piece, _make_decision(status, request, author))


def _make_proposed(story: StoryId, matched: MatchedRequest, seen_at: datetime) -> Evidence:
    """Make a piece that says nothing yet.

    It counts as the matcher's, without side and relevance: so a later report of its story is worth
    what it would be worth without the proposal.
    """
    checked = matched.checked
    return Evidence(
        id=EvidenceId(0),
        question_id=checked.question.id,
        story_id=story,
        indicator_id=make_own_text_indicator(checked.question).id,
        direction=Direction.NEUTRAL,
        strength=Strength.SOME,
        relevance=0.0,
        status="logged",
        judged_by=MATCHER,
        first_seen_at=seen_at,
        reports=(),
        matched=matched.matched,
        p_direction=0.5,
        option=checked.request.option,
    )


def _propose_again(
    session: Session, known: Evidence, matched: MatchedRequest, author: Authorship
) -> bool:
    """Add a proposal to a piece that waits; False if it was judged, or proposed so before."""
    proposal = _make_proposal(known, matched.checked, author)
    earlier = decisions.list_decisions(session, known.id)
    if known.status != "logged" or (author.by, proposal.note) in {(d.by, d.note) for d in earlier}:
        return False
    decisions.add_decision(session, known.id, proposal, known.judged_by)
    return True


def _make_proposal(piece: Evidence, checked: CheckedRequest, author: Authorship) -> Decision:
    """Make the decision that leaves a piece as it is; the note says what is proposed."""
    request = checked.request
    side = describe_side(checked.question.kind, request.direction, request.option)
    words = f"{ONLY_PROPOSED}{side}, {request.strength.name.lower()}"
    note = f"{words}: {request.note}" if request.note else words
    return Decision("logged", piece.direction, piece.strength, author.by, author.at, note)


def _review_again(
    session: Session, known: Evidence, request: ManualEvidence, author: Authorship
) -> None:
    """Confirm evidence as its author says now, under another option if they name one."""
    is_same = (known.direction, known.strength) == (request.direction, request.strength)
    judged = replace(known, option=request.option or known.option)
    decision = _make_decision(
        "confirmed" if is_same and judged == known else "edited", request, author
    )
    revision = None if judged == known else make_revision(judged)
    decisions.add_decision(session, known.id, replace(decision, revision=revision))


def _make_decision(status: EvidenceStatus, request: ManualEvidence, author: Authorship) -> Decision:
    return Decision(status, request.direction, request.strength, author.by, author.at, request.note)


def _list_merged(session: Session, story: StoryId) -> list[StoryId]:
    """Return the story and those that it was merged into, the last one as it counts now."""
    chain = [story]
    while merges := [m for m in evidence.list_merges(session, chain[-1:]) if m.story == chain[-1]]:
        chain.append(merges[-1].into)
    return chain
