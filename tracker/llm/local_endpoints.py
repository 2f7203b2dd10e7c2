"""Model servers on this machine, to be offered; none is used unless a person sets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.llm.chat_client import list_models
from tracker.model.llm_endpoint import LlmEndpoint

LOCAL_SERVERS: Final = (("Ollama", 11434), ("llama.cpp", 8080))
"""Servers with an OpenAI-compatible interface, and the ports they listen on by default."""

SECONDS_PER_SERVER: Final = 1.0
MAX_MODELS: Final = 20


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """A model server on this machine, with the models that it offers."""

    server: str
    base_url: str
    models: tuple[str, ...]

    @property
    def setting_lines(self) -> str:
        """Lines of `tracker.toml` that set its first model."""
        name = self.models[0].replace("\\", "\\\\").replace('"', '\\"')
        return f'model_url = "{self.base_url}"\nmodel_name = "{name}"'


def find_local_endpoints(
    servers: Sequence[tuple[str, int]] = LOCAL_SERVERS,
) -> tuple[LocalEndpoint, ...]:
    """Find the model servers that answer on this machine."""
    answers = []
    for server, port in servers:
        url = f"http://127.0.0.1:{port}/v1"
        models = list_models(LlmEndpoint(url, "any", timeout_seconds=SECONDS_PER_SERVER))
        if models:
            answers.append(LocalEndpoint(server, url, models[:MAX_MODELS]))
    return tuple(answers)
