"""Requests to the language model with kept answers, a budget in pieces, and pauses it asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tracker.llm.llm_messages import AnswerForm, LlmAnswer, LlmFailure, LlmMessage, answer_key
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.storage import llm_answers
from tracker.storage.llm_answers import CachedAnswer
from tracker.storage.sessions import Store


class ModelDialogue:
    """Requests to one endpoint, outside of any transaction; each answer is kept under its key.

    A piece is what a person would count: a headline judged, or a draft proposed. `count_piece`
    comes before its first request, so that it counts even if the process dies.
    """

    def __init__(self, store: Store, endpoint: LlmEndpoint, now: Callable[[], datetime]) -> None:
        self._store, self._endpoint, self._now = store, endpoint, now
        self.requests = 0

    def find_pause(self) -> str:
        """Return until when the endpoint asked to be left alone, in words; "" if it did not."""
        with self._store.reading() as session:
            until = llm_answers.read_retry_after(session, self._endpoint.base_url)
        if until is None or self._now() >= until:
            return ""
        return f"the model asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"

    def find_answer(
        self, messages: Sequence[LlmMessage], form: AnswerForm, retry_after: timedelta
    ) -> LlmAnswer | LlmFailure | None:
        """Return a kept answer, or a failure younger than `retry_after`; None: ask."""
        key = answer_key(self._endpoint.model, messages, form)
        with self._store.reading() as session:
            stored = llm_answers.find_answer(session, key)
        if stored is not None and stored.value:
            return LlmAnswer(stored.value, stored.model, 0, stored.tokens)
        if stored is not None and self._now() - stored.asked_at < retry_after:
            return LlmFailure("the model failed on this before")
        return None

    def count_piece(self) -> str:
        """Count a piece in the budget of the day; return why it cannot be asked about, or ""."""
        today, budget = self._now().date(), self._endpoint.budget_per_day
        with self._store.writing() as session:
            if llm_answers.count_pieces(session, today) >= budget:
                return f"the budget of {budget} pieces a day for the model is spent"
            llm_answers.add_pieces(session, today, 1)
        return ""

    def request(self, messages: Sequence[LlmMessage], form: AnswerForm) -> LlmAnswer | LlmFailure:
        """Ask, and keep the answer, its absence, or the pause that the endpoint asked for."""
        from tracker.llm.chat_client import request_answer  # loads the HTTP client

        result = request_answer(self._endpoint, messages, form)
        self.requests += result.requests
        now, key = self._now(), answer_key(self._endpoint.model, messages, form)
        with self._store.writing() as session:
            if isinstance(result, LlmAnswer):
                usable = CachedAnswer(result.model, form.name, now, result.value, result.tokens)
                llm_answers.save_answer(session, key, usable)
            elif result.is_unreachable:  # a model that is not running costs nothing
                llm_answers.add_pieces(session, now.date(), -1)
            elif result.wait_seconds > 0:
                until = now + timedelta(seconds=result.wait_seconds)
                llm_answers.save_retry_after(session, self._endpoint.base_url, until)
            elif not result.is_auth_error:
                failed = CachedAnswer(self._endpoint.model, form.name, now, {})
                llm_answers.save_answer(session, key, failed)
        return result
