"""Answers of the API as a program gets them, without a server."""

import json
from typing import Any

from tracker.app.tracker import Tracker
from tracker.interfaces.api.actions import read_question
from tracker.model.json_values import to_json


def read_question_json(tracker: Tracker, question_id: str) -> dict[str, Any]:
    """Return the answer of `/api/v1/questions/{id}`."""
    answer: dict[str, Any] = json.loads(to_json(read_question(tracker, question_id)))
    return answer
