"""Client of the HTTP API: questions, evidence and forecasts of a tracker from another program.

>>> from tracker.client import Client
>>> with Client("http://127.0.0.1:8501", "trk_…") as client:  # doctest: +SKIP
...     for question in client.list_questions(status="open"):
...         print(question.id, question.text)
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Self, TypeVar, cast
from uuid import uuid4

import httpx

from forecasts.questions.question import Status
from tracker.model.api_values import (
    AnswerBrief,
    EvidenceBrief,
    ForecastAct,
    QuestionBrief,
    QuestionDetail,
)
from tracker.model.json_values import to_plain
from tracker.model.plain_values import from_plain

DirectionWord = Literal["yes", "neutral", "no"]
StrengthWord = Literal["none", "slight", "some", "moderate", "strong", "decisive"]
Entry = TypeVar("Entry")

MAX_WAIT_SECONDS: Final = 60.0
"""Longest wait that a server may ask for; a longer one is an error."""

_BUSY: Final = frozenset((429, 503))


class ApiProblem(Exception):
    """A refused request: `status`, `title`, and `detail`, one line that says what to do.

    `errors` are the fields or findings that it is about. `status` is 0 if no server answers.
    """

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[Any] = ()) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        super().__init__(f"{status} {title}: {detail}")


class Client:
    """Access to one tracker by the token of an account.

    Requests that a busy server refuses, and those that a broken line swallows, are sent again up to
    `tries` times. Each write has a key, so that none is done twice. Refusals raise `ApiProblem`.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        tries: int = 3,
        http: httpx.Client | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = f"{url.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._tries = max(1, tries)
        self._http = http or httpx.Client(timeout=60)
        self._wait = wait
        self._tags: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # Questions

    def list_questions(
        self, *, status: Status | None = None, tag: str = "", text: str = ""
    ) -> Iterator[QuestionBrief]:
        """Yield questions, the next to close first; all, or those that fit."""
        return self.list_entries("/questions", QuestionBrief, status=status, tag=tag, text=text)

    def read_question(self, question: str, *, at: datetime | None = None) -> QuestionDetail:
        """Return everything about a question, now or as it was known at an instant."""
        path = f"/questions/{question}"
        answer = self.get(path) if at is None else self.get(f"{path}/as-of", at=at)
        return cast(QuestionDetail, from_plain(QuestionDetail, answer))

    def ask_question(self, **fields: Any) -> QuestionDetail:
        """Open a question: `id`, `text`, `criteria`, `opens_at`, `closes_at` and so on."""
        return cast(QuestionDetail, from_plain(QuestionDetail, self.post("/questions", **fields)))

    def edit_question(
        self, question: str, *, why: str, if_unchanged: bool = False, **fields: Any
    ) -> QuestionDetail:
        """Reword a question: `text`, `criteria`, `sources`, with a reason."""
        path, fields = f"/questions/{question}", {"why": why, **fields}
        answer = self.send("PATCH", path, fields, if_unchanged=if_unchanged)
        return cast(QuestionDetail, from_plain(QuestionDetail, answer))

    def resolve_question(
        self, question: str, answer: str, *, source_url: str, known_at: datetime, note: str = ""
    ) -> None:
        """Enter the answer of a question, and score everyone."""
        self.post(
            f"/questions/{question}/resolutions",
            answer=answer,
            source_url=source_url,
            known_at=known_at,
            note=note,
        )

    def list_proposed_answers(self) -> Iterator[AnswerBrief]:
        """Yield the answers that series or decisive reports propose."""
        return self.list_entries("/proposed-answers", AnswerBrief)

    # Forecasts

    def forecast(
        self,
        question: str,
        forecast: float | str,
        *,
        rationale: str = "",
        cites: Sequence[int] = (),
        key: str = "",
    ) -> ForecastAct:
        """Forecast: P(YES) as a number from 0 to 1, or any forecast as it is typed.

        A `key` of your own makes it safe to run a whole program twice.
        """
        fields = {"forecast": forecast, "rationale": rationale, "cites": list(cites)}
        answer = self.send("POST", f"/questions/{question}/forecasts", fields, key=key)
        return cast(ForecastAct, from_plain(ForecastAct, answer))

    def change_forecast(
        self, question: str, act: Literal["reaffirm", "withdraw", "undo", "redo"]
    ) -> ForecastAct:
        """Confirm the standing forecast, withdraw it, or take the last act back or up again."""
        answer = self.post(f"/questions/{question}/forecasts/{act}")
        return cast(ForecastAct, from_plain(ForecastAct, answer))

    # Evidence

    def list_evidence(self, question: str) -> Iterator[EvidenceBrief]:
        """Yield the evidence on a question, the newest first."""
        return self.list_entries(f"/questions/{question}/evidence", EvidenceBrief)

    def list_inbox(self) -> Iterator[EvidenceBrief]:
        """Yield the evidence that awaits review, the most influential first."""
        return self.list_entries("/inbox", EvidenceBrief)

    def add_evidence(
        self, question: str, source: str, direction: DirectionWord, **fields: Any
    ) -> Mapping[str, Any]:
        """Add a report, by its address or its headline.

        Other fields are `strength`, `title`, `published_at`, `note`, `option` and `indicator`.
        """
        path = f"/questions/{question}/evidence"
        return cast(
            Mapping[str, Any], self.post(path, source=source, direction=direction, **fields)
        )

    def review_evidence(
        self,
        evidence: int,
        verdict: Literal["confirmed", "edited", "rejected"],
        *,
        direction: DirectionWord | None = None,
        strength: StrengthWord | None = None,
        option: str = "",
        note: str = "",
    ) -> None:
        """Confirm, correct or reject a piece of evidence."""
        fields = {
            "verdict": verdict,
            "direction": direction,
            "strength": strength,
            "option": option,
            "note": note,
        }
        self.send("POST", f"/evidence/{evidence}/review", fields)

    # Everything else

    def get(self, path: str, **query: Any) -> Any:
        """Return the plain JSON of any address of the API, such as `/accuracy`."""
        return self._request("GET", path, query=query)

    def post(self, path: str, **fields: Any) -> Any:
        """Send fields to any address of the API, and return its plain JSON."""
        return self.send("POST", path, fields)

    def send(
        self,
        method: Literal["POST", "PUT", "PATCH", "DELETE"],
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        if_unchanged: bool = False,
    ) -> Any:
        """Send fields by a method to any address of the API; None if it answers nothing.

        `if_unchanged` is refused with status 412 if the address has changed since this client last
        read it.
        """
        headers = {"Idempotency-Key": key or uuid4().hex} if method == "POST" else {}
        if if_unchanged:
            headers["If-Match"] = self._tags.get(path, "")
        if method == "DELETE":
            return self._request(method, path, query=fields or {}, headers=headers)
        return self._request(method, path, body=to_plain(fields or {}), headers=headers)

    def list_entries(self, path: str, kind: type[Entry], **query: Any) -> Iterator[Entry]:
        """Yield the entries of a list, page by page, as values of a type."""
        after: str | None = ""
        while after is not None:
            page = self.get(path, **query, after=after)
            yield from (from_plain(kind, entry) for entry in page["items"])
            after = page["next"]

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        parameters = {k: v for k, v in to_plain(query or {}).items() if v not in (None, "")}
        request = self._http.build_request(
            method,
            self._base + path,
            params=parameters,
            json=body,
            headers={**self._headers, **(headers or {})},
        )
        for tries_left in reversed(range(self._tries)):
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                if method == "PATCH" or not tries_left:
                    raise ApiProblem(0, "No answer", f"{self._base}: {error}") from None
                self._wait(1.0)
                continue
            seconds = _read_wait(response)
            if response.status_code not in _BUSY or not tries_left or seconds > MAX_WAIT_SECONDS:
                if method == "GET" and not query:
                    self._tags[path] = response.headers.get("etag", "")
                return _read_answer(response)
            self._wait(seconds)
        raise AssertionError("the last try returns or raises")


def _read_wait(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 1.0


def _read_answer(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    try:
        problem = response.json()
        title, detail = problem["title"], problem["detail"]
    except (ValueError, KeyError, TypeError):  # a proxy answers, not a tracker
        raise ApiProblem(
            response.status_code, response.reason_phrase, response.text[:200]
        ) from None
    raise ApiProblem(response.status_code, title, detail, problem.get("errors", ()))
