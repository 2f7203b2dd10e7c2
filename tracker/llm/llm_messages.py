"""Requests to a language model and its answers: JSON of a schema, or one of two lines. Pure.

Only the client module talks to a model; its callers write messages and say what form the answer
has.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal

from tracker.feeds.fetching.headers import join_lines
from tracker.feeds.plain_text import shorten_text
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.storage import llm_answers
from tracker.storage.llm_answers import CachedAnswer
from tracker.storage.sessions import Store


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    )  # so no NaN either


_KEYWORDS: Final = frozenset(
    "type enum properties required additionalProperties items minItems maxItems description".split()
)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = MappingProxyType(
    {
        "object": ("an object", lambda value: isinstance(value, dict)),
        "array": ("a list", lambda value: isinstance(value, list)),
        "string": ("a text", lambda value: isinstance(value, str)),
        "number": ("a number", _is_number),
        "integer": ("a whole number", lambda value: isinstance(value, int) and _is_number(value)),
        "boolean": ("true or false", lambda value: isinstance(value, bool)),
        "null": ("null", lambda value: value is None),
    }
)


@dataclass(frozen=True, slots=True)
class LlmMessage:
    """One turn of a prompt. Third-party text belongs into "user", marked as such by the prompt's
    author.
    """

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """JSON schema of an answer, under a name that changes with its meaning.

    The schema is sent along and checked on receipt, so it may use only supported keywords; any
    other raises ValueError, as it would go unchecked. It describes an object, and is never changed
    later.
    """

    name: str
    schema: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no name that endpoints take: letters, digits, - and _, 64 at "
                "most"
            )
        if self.schema.get("type") != "object":
            raise ValueError(f"the shape {self.name} is not that of an object")
        _refuse_unknown_keywords(self.schema)


@dataclass(frozen=True, slots=True)
class ChoiceForm:
    """Answer of one token, "1" or "2", with the log-probability of each if the server gives it."""

    name: str = "choice-1"


AnswerForm = AnswerSchema | ChoiceForm


@dataclass(frozen=True, slots=True)
class Choice:
    """Choice between two lines: `margin` is ln P(1) − ln P(2), above 0 for the first.

    It is at most `MAX_MARGIN` in size. `is_plain`: the server gave no log-probabilities, so that
    only the sign of the margin says something.
    """

    margin: float
    is_plain: bool = False

    @property
    def value(self) -> Mapping[str, Any]:
        """The choice as an answer is stored."""
        return {"margin": self.margin, "plain": self.is_plain}


def read_choice(value: Mapping[str, Any]) -> Choice | None:
    """Return the choice of an answer; None if a stored answer is not one."""
    match value:
        case {"margin": float(margin), "plain": bool(is_plain)} if abs(margin) <= MAX_MARGIN:
            return Choice(margin, is_plain)
        case _:
            return None


MAX_MARGIN: Final = 20.0
TOP_TOKENS: Final = 20
"""Likeliest tokens whose log-probabilities are requested; endpoints allow no more."""

MIN_CHOICE_MASS: Final = 0.05
"""P("1") + P("2") below which a model answers something else, such as a thought."""

_PLAIN_CHOICE: Final = re.compile(r"\W*([12])(?!\d)")
_CHOICE_WORDS: Final = MappingProxyType({"1": 0, "one": 0, "2": 1, "two": 1})


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """An answer of the form that was requested, with the requests that it took."""

    value: Mapping[str, Any]
    model: str
    requests: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class LlmFailure:
    """A failure with a reason for a person, and the requests that it took.

    `wait_seconds` above 0 is the pause that the endpoint asked for; `is_auth_error` means that it
    refused the key, `is_unreachable` that no connection came about.
    """

    reason: str
    requests: int = 0
    wait_seconds: float = 0.0
    is_auth_error: bool = False
    is_unreachable: bool = False


def answer_key(model: str, messages: Sequence[LlmMessage], form: AnswerForm) -> str:
    """Return the storage key of an answer: a hash of model, messages and form, equal on any
    machine.

    >>> greeting = AnswerSchema("greeting-1", {"type": "object"})
    >>> answer_key("m", [LlmMessage("user", "Hello")], greeting)[:16]
    '1cc256d6874692db'
    """
    schema = form.schema if isinstance(form, AnswerSchema) else None
    request = [model, [[m.role, m.content] for m in messages], form.name, schema]
    return sha256(json.dumps(request, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def find_first_object(text: str) -> Any:
    """Return the first JSON object in a text, whatever stands around it; None if there is none.

    >>> find_first_object('Sure! ```json\\n{"a": [1, "}"]}\\n``` Anything else?')
    {'a': [1, '}']}
    """
    decoder = json.JSONDecoder()
    for start in islice((m.start() for m in re.finditer("{", text)), MAX_OBJECT_STARTS):
        try:
            return decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            continue
    return None


MAX_OBJECT_STARTS: Final = 20
"""Braces at which an object is looked for; each try may read the whole text."""


def parse_choice(completion: Mapping[str, Any], text: str) -> Choice | None:
    """Read which of two lines a chat completion chose; None if it answered something else.

    All spellings of a line's number count together. A number that is not among the likeliest
    tokens is as likely as the last of them, which is the most that it can be.
    """
    listed = _list_top_tokens(completion)
    if not listed:
        plain = _PLAIN_CHOICE.match(text)
        return Choice(1.0 if plain[1] == "1" else -1.0, is_plain=True) if plain else None
    masses = [0.0, 0.0]
    for token, log_probability in listed:
        if (line := _CHOICE_WORDS.get(_strip_token(token))) is not None:
            masses[line] += math.exp(min(0.0, log_probability))
    if sum(masses) < MIN_CHOICE_MASS:
        return None
    least = math.exp(max(-MAX_MARGIN, min(log_probability for _, log_probability in listed)))
    first, second = (mass or least for mass in masses)
    return Choice(max(-MAX_MARGIN, min(MAX_MARGIN, math.log(first / second))))


def _list_top_tokens(completion: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return the likeliest first tokens with their log-probabilities; [] if they are not given."""
    try:
        entries = completion["logprobs"]["content"][0]["top_logprobs"]
        return [
            (entry["token"], float(entry["logprob"]))
            for entry in entries
            if isinstance(entry["token"], str) and _is_number(entry["logprob"])
        ]
    except (LookupError, TypeError):
        return []


def _strip_token(token: str) -> str:
    """Strip what tokenizers and layouts put around a number: spaces, their marks, dots."""
    plain = unicodedata.normalize("NFKC", token).replace("Ġ", "")
    return re.sub(r"[\W_]+", "", plain).lower()


def find_mismatch(value: Any, schema: Mapping[str, Any], where: str = "the answer") -> str:
    """Describe how a JSON value differs from a schema; "" if it fits.

    Supports type, enum, properties, required, items, minItems and maxItems. An object may have no
    other properties, and numbers are finite.

    >>> find_mismatch({"a": 1}, {"type": "object", "properties": {"a": {"type": "string"}}})
    'a is not a text'
    """
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(_TYPES[kind][1](value) for kind in kinds):
        return f"{where} is not {' or '.join(_TYPES[kind][0] for kind in kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is none of the values allowed"
    if isinstance(value, dict):
        return _object_mismatch(value, schema, where)
    if isinstance(value, list):
        return _list_mismatch(value, schema, where)
    return ""


def _refuse_unknown_keywords(schema: Mapping[str, Any]) -> None:
    if unknown := sorted(set(schema) - _KEYWORDS):
        raise ValueError(f"a schema with {unknown[0]!r} cannot be checked here")
    for part in (
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ):
        _refuse_unknown_keywords(part)


def _object_mismatch(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> str:
    properties = schema.get("properties", {})
    if missing := [name for name in schema.get("required", ()) if name not in value]:
        return f"{where} lacks {missing[0]}"
    if extra := [name for name in value if name not in properties]:
        return f"{where} has something nobody asked for: {shorten_text(join_lines(extra[0]), 40)!r}"
    return next(
        filter(None, (find_mismatch(value[name], properties[name], name) for name in value)), ""
    )


def _list_mismatch(value: Sequence[Any], schema: Mapping[str, Any], where: str) -> str:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return f"{where} has {len(value)} entries"
    mismatches = (
        find_mismatch(entry, schema.get("items", {}), f"entry {n} of {where}")
        for n, entry in enumerate(value, 1)
    )
    return next(filter(None, mismatches), "")


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
