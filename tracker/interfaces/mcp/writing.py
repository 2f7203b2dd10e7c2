"""Tools that write: evidence and forecasts, within the budget of a day.

What was done is counted from the log, so that a restart gives nobody more.
"""

from threading import Lock
from typing import Annotated, Final, Literal

from pydantic import Field

from forecasts.evidence.evidence import Strength
from forecasts.questions.formatting import format_count, format_full
from forecasts.questions.question import EvidenceId
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, Refused
from tracker.feeds.item import ItemId
from tracker.interfaces.mcp import results
from tracker.interfaces.mcp.reading import FindDesk
from tracker.model.evidence import ManualEvidence, ManualResult
from tracker.questions.parse_side import parse_side

MIN_REASON_WORDS: Final = 8
MAX_REASON: Final = 4_000
"""Characters of a reason."""

StrengthWord = Literal["slight", "some", "moderate", "strong", "decisive"]
Reason = Annotated[str, Field(max_length=MAX_REASON)]
Address = Annotated[str, Field(max_length=2_000)]

_OUTCOMES: Final = {
    "proposed": "It waits in the inbox, and moves nothing until a person accepts it.",
    "added": "It counts from now on.",
    "reviewed": "Its story was evidence already; this is your review of it.",
    "unchanged": "Nothing changed: it was judged already, or you said the same before.",
}


class WritingTools:
    """The tools that write, for whoever asks; one at a time, so that no budget is overrun."""

    def __init__(self, find_desk: FindDesk) -> None:
        self._find_desk = find_desk
        self._lock = Lock()

    def submit_forecast(
        self,
        *,
        question_id: str,
        forecast: str,
        reason: Reason,
        evidence_ids: list[int],
    ) -> results.ForecastReceipt:
        """Submit your forecast on an open question; the same one again confirms it.

        Cite at least one piece of evidence on this question that nobody rejected, and give the
        reason in a sentence. `get_question` says how a forecast is written, such as "63%".
        """
        desk = self._find_desk()
        with self._lock:
            left = _check_budget(desk, "forecast")
            _check_reason(reason)
            question = desk.questions.get(question_id, 0).summary.question
            cites = _check_cited(desk, question.id, evidence_ids)
            made = desk.forecasts.submit(question.id, forecast, cites=cites, rationale=reason)
        return results.ForecastReceipt(
            question_id=question.id,
            forecast=format_full(question, made.distribution),
            made_at=f"{made.made_at:%Y-%m-%dT%H:%MZ}",
            cites=list(made.cites),
            forecasts_left_today=left,
        )

    def propose_evidence(
        self,
        *,
        question_id: str,
        item_id: int,
        direction: str,
        reason: Reason,
        strength: StrengthWord = "some",
    ) -> results.EvidenceReceipt:
        """Propose a report of the archive as evidence: a person accepts it before it counts.

        `direction` is for or against; higher or lower on a number, earlier or later on a date; an
        option, or “not” and an option, where there are options; or neither. You may cite it at
        once.
        """
        desk = self._find_desk()
        with self._lock:
            left = _check_budget(desk, "evidence")
            piece = _make_piece(
                desk, question_id, ItemId(item_id), direction=direction, reason=reason,
                strength=strength, is_proposal=True,
            )  # fmt: skip
            return _make_receipt(desk.evidence.add(piece), left)

    def add_evidence(
        self,
        *,
        question_id: str,
        direction: str,
        reason: Reason,
        item_id: int | None = None,
        address: Address = "",
        headline: str = "",
        strength: StrengthWord = "some",
    ) -> results.EvidenceReceipt:
        """Add evidence that counts at once, which needs the role analyst.

        Give the item_id of a report of the archive, or the address and the headline of another
        one. No address is opened.
        """
        desk = self._find_desk()
        if not desk.principal.has("curate"):
            raise Forbidden(
                f"{desk.me} has the role {desk.principal.role}, and add_evidence needs analyst: "
                "propose_evidence leaves it to a person"
            )
        if item_id is None and not (address.strip() and headline.strip()):
            raise Refused("give an item_id, or an address with its headline: none is opened here")
        with self._lock:
            left = _check_budget(desk, "evidence")
            source = address if item_id is None else ItemId(item_id)
            piece = _make_piece(
                desk, question_id, source, direction=direction, reason=reason, strength=strength,
                title=headline,
            )  # fmt: skip
            return _make_receipt(desk.evidence.add(piece), left)


def _make_piece(
    desk: Tracker,
    question_id: str,
    source: str | ItemId,
    *,
    direction: str,
    reason: str,
    strength: StrengthWord,
    **fields: object,
) -> ManualEvidence:
    _check_reason(reason)
    question = desk.questions.get(question_id, 0).summary.question
    side, option = parse_side(question, direction)
    return ManualEvidence(
        question.id,
        source,
        side,
        Strength[strength.upper()],
        note=reason,
        option=option,
        **fields,  # type: ignore[arg-type]
    )


def _make_receipt(result: ManualResult, left: int) -> results.EvidenceReceipt:
    return results.EvidenceReceipt(
        evidence_id=result.evidence.id,
        outcome=result.outcome,
        message=_OUTCOMES[result.outcome],
        evidence_left_today=left,
    )


def _check_budget(desk: Tracker, act: Literal["forecast", "evidence"]) -> int:
    """Return what is left of today's budget after this act; raises `Refused` if nothing is."""
    today, settings = desk.accounts.acts_today(), desk.settings
    budget, used, unit = (
        (settings.mcp_daily_forecasts, today.forecasts, "forecasts")
        if act == "forecast"
        else (settings.mcp_daily_evidence, today.evidence, "pieces of evidence")
    )
    if used >= budget:
        raise Refused(
            f"{desk.me} has used up the budget of {budget} {unit} a day: it renews at "
            f"{today.renews_at:%Y-%m-%d %H:%M} UTC"
        )
    return budget - used - 1


def _check_reason(reason: str) -> None:
    if len(reason.split()) < MIN_REASON_WORDS:
        raise Refused(f"say why, in {format_count(MIN_REASON_WORDS, 'word')} or more")


def _check_cited(desk: Tracker, question_id: str, evidence_ids: list[int]) -> list[EvidenceId]:
    """Return the cited pieces; raises `Refused` unless each bears on the question."""
    cited = [EvidenceId(number) for number in dict.fromkeys(evidence_ids)]
    bearing = {
        card.evidence.id
        for card in desk.evidence.cards(tuple(cited))
        if card.evidence.question_id == question_id and card.evidence.status != "rejected"
    }
    wrong = [number for number in cited if number not in bearing]
    if wrong:
        raise Refused(
            f"evidence {wrong[0]} does not bear on {question_id}: get_question lists what does"
        )
    if not cited:
        raise Refused(
            "cite at least one piece of evidence on this question: get_question lists their ids, "
            "and search_archive with propose_evidence brings more"
        )
    return cited
