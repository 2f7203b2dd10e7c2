"""The model judges evidence that waits: in the order of the inbox, within its budget, and never
over a person.

Gather what waits → ask, outside of any transaction, since a model thinks for as long as it likes →
store what it said of evidence that still waits by then. What an answer may do is decided in
`machine.judging`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from forecasts.questions.forecaster import MATCHER, Forecaster
from forecasts.questions.question import EvidenceId, Question
from tracker.llm.answers import Answered, Message, Shape, Unanswered, answer_key
from tracker.llm.judging import (
    Case,
    Judgement,
    prompt_for,
    read_judgement,
    shape_for,
    with_judgement,
)
from tracker.model.llm_endpoint import Endpoint
from tracker.model.read_models import Decision
from tracker.questions.queries.inbox import inbox
from tracker.questions.queries.question_page import open_questions
from tracker.questions.update_suggestion import record_suggestions
from tracker.settings import Settings, model_of
from tracker.storage import event_log_rows as log
from tracker.storage import evidence, forecasts, model, questions
from tracker.storage.model import KeptAnswer
from tracker.storage.sessions import Session, Store

LONGEST_ROUND: Final = timedelta(minutes=4)
"""After so long nothing further is asked: the scheduler should not have to wait when it is told to
end.
"""

MOST_FAILURES: Final = 3
"""So many failures one after the other are the endpoint's, not the items'."""

TRY_AGAIN: Final = timedelta(hours=6)
"""An item on which the model failed lets others go first for so long."""

KEY_REFUSED: Final = ("HTTP 401", "HTTP 403")


@dataclass(frozen=True, slots=True)
class MachineReport:
    """What a round of asking did.

    `asked` pieces of evidence were put to the model, which took `requests`; `judged` were judged,
    also by an answer that was kept from before; on `refused` came nothing that can be used. What a
    person judged meanwhile is neither. `why` says why the round ended before its time, "" if it did
    not.
    """

    asked: int = 0
    judged: int = 0
    refused: int = 0
    requests: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece of evidence that nobody but the matcher has judged, as a case for the model."""

    id: EvidenceId
    question: Question
    case: Case


def ask_about_waiting(
    store: Store, settings: Settings, now: Callable[[], datetime], *, most: int
) -> MachineReport:
    """Ask about at most so many pieces; nothing is asked without an address, or while the endpoint
    wants to be left.
    """
    endpoint = model_of(settings)
    if endpoint is None:
        return MachineReport(why="no model is set up: see the setting 'model_url'")
    started = now()
    with store.reading() as session:
        quiet = model.quiet_until(session, endpoint.base_url)
        if quiet is not None and started < quiet:
            return MachineReport(
                why=f"the model asked to be left alone until {quiet:%Y-%m-%d %H:%M} UTC"
            )
        cases = waiting(session, started)
    asking = Round(store, endpoint, now)
    for one in cases:
        if asking.why or asking.asked >= most:
            break
        if now() - started > LONGEST_ROUND:
            asking.why = "the time of a round is up"
            break
        asking.take(one)
    return asking.report()


def waiting(session: Session, now: datetime) -> list[Waiting]:
    """What the model can be asked about, in the order of the inbox.

    Questions without indicators are left out: there is nothing that an answer could name.
    """
    cards = [card for card in inbox(session, None, now) if card.evidence.judged_by == MATCHER]
    opened = open_questions(session, now)
    own = groupby(
        questions.indicators(session, sorted(opened)), key=lambda indicator: indicator.question_id
    )
    indicators = {question_id: tuple(some) for question_id, some in own}
    found = []
    for card in cards:
        question, first = opened[card.evidence.question_id], card.items[0].item
        if question.id in indicators:
            case = Case(
                kind=question.kind,
                question_text=question.text,
                criteria=question.criteria,
                indicators=indicators[question.id],
                title=first.title,
                summary=first.summary,
            )
            found.append(Waiting(card.evidence.id, question, case))
    return found


class Round:
    """One round of asking, piece by piece; `why` is set once it should end."""

    def __init__(self, store: Store, endpoint: Endpoint, now: Callable[[], datetime]) -> None:
        self._store = store
        self._endpoint = endpoint
        self._now = now
        self._failures = 0
        self._judged = self._refused = self._requests = 0
        self.asked = 0
        self.why = ""

    def report(self) -> MachineReport:
        """What was done so far."""
        return MachineReport(self.asked, self._judged, self._refused, self._requests, self.why)

    def take(self, one: Waiting) -> None:
        """Judge a piece by the answer that was kept, or ask; nothing where the model failed not
        long ago.
        """
        messages, shape = prompt_for(one.case), shape_for(one.case)
        key = answer_key(self._endpoint.model, messages, shape)
        with self._store.reading() as session:
            kept = model.answer(session, key)
        if kept is not None and kept.value:
            self._judge(
                one,
                read_judgement(Answered(kept.value, kept.model, 0, kept.tokens), one.case),
                asked=False,
            )
        elif kept is None or self._now() - kept.asked_at >= TRY_AGAIN:
            found = self._ask(messages, shape, key)
            if not self.why:
                answer = read_judgement(found, one.case) if isinstance(found, Answered) else found
                self._judge(one, answer, asked=True)

    def _ask(self, messages: tuple[Message, ...], shape: Shape, key: str) -> Answered | Unanswered:
        from tracker.llm.endpoint import (
            ask,
        )  # the HTTP client, which nobody needs who asks nothing

        spent = self._take_from_budget()
        found = ask(self._endpoint, messages, shape, spent_today=spent)
        self._requests += found.requests
        if found.requests:
            self.asked += 1
        if isinstance(found, Unanswered):
            self._failures += 1
            self.why = self._reason_to_end(found)
        else:
            self._failures = 0
        with self._store.writing() as session:
            self._keep(session, found, shape, key)
        return found

    def _take_from_budget(self) -> int:
        """Count a request before it is made, so that one that ends with the process is counted
        too.
        """
        with self._store.writing() as session:
            spent = model.spent(session, self._now().date())
            if spent < self._endpoint.budget_per_day:
                model.count(session, self._now().date(), 1)
        return spent

    def _reason_to_end(self, found: Unanswered) -> str:
        is_final = (
            found.wait_seconds > 0 or not found.requests or found.reason.startswith(KEY_REFUSED)
        )
        return found.reason if is_final or self._failures >= MOST_FAILURES else ""

    def _keep(self, session: Session, found: Answered | Unanswered, shape: Shape, key: str) -> None:
        """Keep the answer, or that there was none, what it took, and how long the endpoint wants to
        be left alone.
        """
        now = self._now()
        if found.requests:
            model.count(session, now.date(), found.requests - 1)
        if isinstance(found, Answered):
            model.keep(
                session, key, KeptAnswer(found.model, shape.name, now, found.value, found.tokens)
            )
        elif found.wait_seconds > 0:
            model.be_quiet(
                session, self._endpoint.base_url, now + timedelta(seconds=found.wait_seconds)
            )
        elif not self.why:
            model.keep(session, key, KeptAnswer(self._endpoint.model, shape.name, now, {}))

    def _judge(self, one: Waiting, judgement: Judgement | Unanswered, *, asked: bool) -> None:
        if isinstance(judgement, Unanswered):
            self._refused += asked
            return
        with self._store.writing() as session:
            self._judged += judge(session, one, judgement, self._now())


def judge(session: Session, one: Waiting, judgement: Judgement, now: datetime) -> bool:
    """Store the judgement of a piece that still waits, and let the suggestion follow; False if a
    person was faster.
    """
    log.wait_turn(
        session
    )  # whoever judges appends to the log, so that from here on nobody else does
    piece = evidence.get(session, one.id)
    if piece is None or piece.judged_by != MATCHER:
        return False
    judged = with_judgement(piece, judgement, questions.indicators(session, [piece.question_id]))
    if judged is piece:
        return False
    forecasts.add_forecaster(
        session, Forecaster(judgement.by, f"{judgement.model} (machine judgement)", "bot")
    )
    logged = Decision(
        "logged", judged.direction, judged.strength, judgement.by, now, judgement.note
    )
    evidence.decide(session, piece.id, logged, judged)
    record_suggestions(session, [one.question], now, prompted=True)
    return True
