"""The endpoint of a language model and its limits."""

from dataclasses import dataclass, field

from tracker.errors import BadSettings
from tracker.feeds.fetching.addresses import parse_web_address
from tracker.feeds.fetching.headers import join_lines


@dataclass(frozen=True, slots=True)
class LlmEndpoint:
    """Address, model and limits of an endpoint. Raises `BadSettings` for impossible values.

    `base_url` is the address up to and including its version, such as http://127.0.0.1:11434/v1;
    `key` may be empty for a local server. `timeout_seconds` bounds one question with its retry,
    `max_tokens` one answer in JSON, `budget_per_day` the pieces of a day: headlines judged and
    drafts proposed, however many requests that takes.
    """

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    timeout_seconds: float = 60.0
    max_tokens: int = 1_000
    budget_per_day: int = 200

    def __post_init__(self) -> None:
        url = parse_web_address(self.base_url)
        if url is None or url.user or url.password or url.query_string or "#" in self.base_url:
            raise BadSettings(
                "the model's address is no plain http(s) address such as http://127.0.0.1:11434/v1"
            )
        if not self.model.strip() or self.model != join_lines(self.model):
            raise BadSettings("the model needs a name of one line: setting model_name")
        if self.key and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise BadSettings("the model's key holds characters that no key has")
        if not (
            0 < self.timeout_seconds <= 600 and self.max_tokens >= 1 and self.budget_per_day >= 0
        ):
            raise BadSettings(
                "the model's time lies between 0 and 600 s, its tokens are at least 1, its "
                "budget not below 0"
            )

    @property
    def url(self) -> str:
        """URL of the chat completion."""
        return f"{self.base_url.strip().rstrip('/')}/chat/completions"

    @property
    def models_url(self) -> str:
        """URL of the list of models."""
        return f"{self.base_url.strip().rstrip('/')}/models"
