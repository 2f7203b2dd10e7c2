"""Forecasts from PredictionBook: the JSON of `GET /api/my_predictions`, one page or several.

The fields are those of `app/serializers` in the repository bellroy/predictionbook. Confidences are
percentages. When an answer became known is not told; the time of the last change stands for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from forecasts.errors import InvalidTime
from tracker.model.forecast_import import FileRow, RefusedRow
from tracker.questions.importing.row_values import decode_json, make_row, read_answer, read_time

SITE: Final = "https://predictionbook.com/predictions"


def is_page(document: Any) -> bool:
    """Return True for a page of predictions."""
    return isinstance(document, dict) and isinstance(document.get("predictions"), list)


def read_export(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of all predictions; the line is the number of the prediction."""
    document = decode_json(name, content)
    number = 0
    for page in document if isinstance(document, list) else [document]:
        me = (page.get("user") or {}).get("user_id")
        for prediction in page["predictions"]:
            number += 1
            try:
                yield from _read_prediction(name, number, prediction, me)
            except (InvalidTime, KeyError, TypeError, AttributeError) as error:
                yield RefusedRow(name, number, f"this prediction cannot be read ({error})")


def _read_prediction(
    name: str, number: int, prediction: Mapping[str, Any], me: int | None
) -> Iterator[FileRow]:
    question = {
        "text": prediction["description"],
        "link": f"{SITE}/{prediction['id']}",
        "opens_at": read_time(prediction["created_at"]),
        "closes_at": read_time(prediction["deadline"]),
    }
    answer = "annulled" if prediction.get("withdrawn") else read_answer(prediction.get("outcome"))
    if answer:
        known_at = read_time(prediction["updated_at"])
        link = question["link"]
        yield make_row(name, number, **question, outcome=answer, known_at=known_at, source=link)
    for response in prediction["responses"]:
        confidence = response["confidence"]
        if confidence is not None:
            yield make_row(
                name,
                number,
                **question,
                person="" if response["user_id"] == me else response["user_label"],
                made_at=read_time(response["created_at"]),
                probability=confidence / 100,
                rationale=response.get("comment"),
            )
