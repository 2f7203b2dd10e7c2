"""Exports of other sites in the forms that their source code writes, each with the same story.

Two questions: one answered yes, forecast twice; one still open, forecast once.
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

RAIN, SNOW = "Will it rain in Oslo on 1 May 2023?", "Will it snow in Oslo by 2030?"

FATEBOOK = f'''Question title,Multiple choice option,Forecast created by,Forecast (scale = 0-1),Forecast created at,Question created by,Question created at,Question resolve by,Resolution,Resolved at,Your Brier score for this question,Your relative Brier score for this question,Question notes,Question shared with,Question shared publicly,Question comments
"{RAIN}",,"Ada Lovelace",0.3,2023-04-01 08:00:5,"Ada Lovelace",2023-04-01 08:00:0,2023-05-02 00:00:0,"YES",2023-05-01 20:30:0,0.1,,"By the gauge.
At noon.","",false,""
"{RAIN}",,"Ada Lovelace",0.6,2023-04-20 08:00:0,"Ada Lovelace",2023-04-01 08:00:0,2023-05-02 00:00:0,"YES",2023-05-01 20:30:0,0.1,,"By the gauge.
At noon.","",false,""
"{SNOW}",,"Ada Lovelace",0.9,2023-04-02 08:00:0,"Ada Lovelace",2023-04-02 08:00:0,2030-01-01 00:00:0,,,,,"","",false,""
'''

FATEBOOK_CHOICE = """Question title,Multiple choice option,Forecast created by,Forecast (scale = 0-1),Forecast created at,Question created by,Question created at,Question resolve by,Resolution,Resolved at
"Who wins?","Red","Ada",0.3,2023-04-01 08:00:0,"Ada",2023-04-01 08:00:0,2023-05-02 00:00:0,"NO",2023-05-01 20:30:0
"Who wins?","Blue","Ada",0.7,2023-04-01 08:00:0,"Ada",2023-04-01 08:00:0,2023-05-02 00:00:0,"YES",2023-05-01 20:30:0
"""


def fatebook_answer() -> dict[str, Any]:
    """An answer of `GET /api/v0/getQuestions`."""
    ada = {"id": "u1", "name": "Ada Lovelace", "image": None}
    return {
        "items": [
            {
                "id": "cm01", "title": RAIN, "type": "BINARY", "createdAt": "2023-04-01T08:00:00.123Z",
                "resolveBy": "2023-05-02T00:00:00.000Z", "resolved": True, "resolution": "YES",
                "resolvedAt": "2023-05-01T20:30:00.000Z", "notes": "By the gauge.", "options": [],
                "forecasts": [
                    {"id": 1, "forecast": "0.3", "createdAt": "2023-04-01T08:00:05.500Z", "user": ada},
                    {"id": 2, "forecast": "0.6", "createdAt": "2023-04-20T08:00:00.000Z", "user": ada},
                    {"id": 3, "forecast": None, "createdAt": "2023-04-21T08:00:00.000Z", "user": ada},
                ],
            },
            {
                "id": "cm02", "title": SNOW, "type": "BINARY", "createdAt": "2023-04-02T08:00:00.000Z",
                "resolveBy": "2030-01-01T00:00:00.000Z", "resolved": False, "resolution": None,
                "resolvedAt": None, "notes": None,
                "forecasts": [
                    {"id": 4, "forecast": "0.9", "createdAt": "2023-04-02T08:00:00.000Z", "user": ada},
                ],
            },
        ]
    }  # fmt: skip


def predictionbook() -> dict[str, Any]:
    """A page of `GET /api/my_predictions`."""
    return {
        "user": {"user_id": 7, "name": "Ada", "email": "ada@example.org"},
        "predictions": [
            {
                "id": 11, "description": RAIN, "created_at": "2023-04-01T08:00:00.000Z",
                "deadline": "2023-05-02T00:00:00.000Z", "updated_at": "2023-05-01T20:30:00.000Z",
                "outcome": True, "withdrawn": False, "creator_id": 7, "mean_confidence": 45,
                "responses": [
                    {"id": 1, "user_id": 7, "user_label": "ada", "confidence": 30, "comment": "Dry",
                     "created_at": "2023-04-01T08:00:05.000Z"},
                    {"id": 2, "user_id": 7, "user_label": "ada", "confidence": None, "comment": "Hm",
                     "created_at": "2023-04-02T08:00:00.000Z"},
                    {"id": 3, "user_id": 7, "user_label": "ada", "confidence": 60, "comment": None,
                     "created_at": "2023-04-20T08:00:00.000Z"},
                ],
            },
            {
                "id": 12, "description": SNOW, "created_at": "2023-04-02T08:00:00.000Z",
                "deadline": "2030-01-01T00:00:00.000Z", "updated_at": "2023-04-02T08:00:00.000Z",
                "outcome": None, "withdrawn": False, "creator_id": 7, "mean_confidence": 90,
                "responses": [
                    {"id": 4, "user_id": 7, "user_label": "ada", "confidence": 90, "comment": None,
                     "created_at": "2023-04-02T08:00:00.000Z"},
                ],
            },
        ],
    }  # fmt: skip


def manifold() -> dict[str, Any]:
    """Trades and markets as the API of Manifold answers."""
    rain = {
        "id": "m1", "question": RAIN, "url": "https://manifold.markets/Ada/rain", "isResolved": True,
        "outcomeType": "BINARY", "createdTime": 1680336000000, "closeTime": 1682985600000,
        "resolution": "YES", "resolutionTime": 1682973000000, "textDescription": "By the gauge.",
    }  # fmt: skip
    snow = {
        "id": "m2", "question": SNOW, "url": "https://manifold.markets/Ada/snow", "isResolved": False,
        "outcomeType": "BINARY", "createdTime": 1680422400000, "closeTime": 1893456000000,
        "textDescription": "",
    }  # fmt: skip
    return {
        "bets": [
            {"id": "b4", "contractId": "m2", "amount": 10, "probAfter": 0.9, "createdTime": 1680422400000},
            {"id": "b3", "contractId": "m1", "amount": 25, "probAfter": 0.6, "createdTime": 1681977600000},
            {"id": "b2", "contractId": "m1", "amount": 0, "probAfter": 0.5, "createdTime": 1681977500000},
            {"id": "b1", "contractId": "m1", "amount": 10, "probAfter": 0.3, "createdTime": 1680336005000},
            {"id": "b0", "contractId": "m1", "amount": -3, "probAfter": 0.3, "createdTime": 1680336006000, "isRedemption": True},
        ],
        "markets": [rain, snow],
    }  # fmt: skip


QUESTION_COLUMNS = (
    "Question ID,Question URL,Question Title,Post ID,Post Curation Status,Post Published Time,Default Project,"
    "Default Project ID,Label,Question Type,MC Options,Lower Bound,Open Lower Bound,Upper Bound,Open Upper Bound,"
    "Continuous Range,Open Time,CP Reveal Time,Scheduled Close Time,Actual Close Time,Resolution,"
    "Resolution Known Time,Include Bots in Aggregates,Question Weight"
).split(",")
FORECAST_COLUMNS = (
    "Question ID,Forecaster ID,Forecaster Username,Start Time,End Time,Forecaster Count,Probability Yes,"
    "Probability Yes Per Category,Continuous CDF,Probability Below Lower Bound,Probability Above Upper Bound,"
    "5th Percentile,25th Percentile,Median,75th Percentile,95th Percentile,Probability of Resolution,"
    "PDF at Resolution"
).split(",")


def table(columns: Sequence[str], *rows: dict[str, Any]) -> str:
    """CSV with these columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def metaculus(*more_questions: dict[str, Any], forecasts: Sequence[dict[str, Any]] = ()) -> bytes:
    """The archive of *Download question data*."""
    site = "https://www.metaculus.com/questions"
    rain = {
        "Question ID": 1, "Question URL": f"{site}/101/rain/", "Question Title": RAIN, "Question Type": "binary",
        "Open Time": "2023-04-01 08:00:00+00:00", "Scheduled Close Time": "2023-05-02 00:00:00+00:00",
        "Actual Close Time": "2023-05-01 20:30:00+00:00", "Resolution": "yes",
        "Resolution Known Time": "2023-05-01 20:30:00+00:00",
    }  # fmt: skip
    snow = {
        "Question ID": 2, "Question URL": f"{site}/102/snow/", "Question Title": SNOW, "Question Type": "binary",
        "Open Time": "2023-04-02 08:00:00+00:00", "Scheduled Close Time": "2030-01-01 00:00:00+00:00",
    }  # fmt: skip
    ada = {"Forecaster ID": 5, "Forecaster Username": "ada_l"}
    crowd = {"Forecaster ID": "", "Forecaster Username": "recency_weighted"}
    own = [
        {"Question ID": 1, **ada, "Start Time": "2023-04-01 08:00:05+00:00", "End Time": "2023-04-20 08:00:00+00:00", "Probability Yes": 0.3},
        {"Question ID": 1, **ada, "Start Time": "2023-04-20 08:00:00+00:00", "End Time": "", "Probability Yes": 0.6},
        {"Question ID": 2, **ada, "Start Time": "2023-04-02 08:00:00+00:00", "End Time": "", "Probability Yes": 0.9},
        {"Question ID": 1, **crowd, "Start Time": "2023-04-03 08:00:00+00:00", "Forecaster Count": 4, "Probability Yes": 0.5},
    ]  # fmt: skip
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("question_data.csv", table(QUESTION_COLUMNS, rain, snow, *more_questions))
        archive.writestr("forecast_data.csv", table(FORECAST_COLUMNS, *own, *forecasts))
    return content.getvalue()


SPREADSHEET = f"""Prediction;Confidence;Date;Deadline;Result;Resolved on;URL;Mood
{RAIN};30%;2023-04-01;2023-05-02;Yes;2023-05-01;https://example.org/rain;fine
{RAIN};60;20.04.2023;2023-05-02;Yes;2023-05-01;https://example.org/rain;
{SNOW};90;2023-04-02;2030-01-01;;;;
"""

ALL: dict[str, tuple[str, bytes]] = {
    "fatebook": ("fatebook.csv", FATEBOOK.encode()),
    "fatebook by its API": ("fatebook.json", json.dumps(fatebook_answer()).encode()),
    "predictionbook": ("predictions.json", json.dumps(predictionbook()).encode()),
    "manifold": ("manifold.json", json.dumps(manifold()).encode()),
    "metaculus": ("metaculus.zip", metaculus()),
    "spreadsheet": ("mine.csv", SPREADSHEET.encode()),
}


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """An Excel workbook: texts shared, numbers with their format (14 is a date, 10 a percentage)."""
    texts: list[str] = []
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = ""
        for place, value in enumerate(row):
            name = f"{chr(ord('A') + place)}{number}"
            match value:
                case None:
                    continue
                case str():
                    texts.append(value)
                    cells += f'<c r="{name}" t="s"><v>{len(texts) - 1}</v></c>'
                case bool():
                    cells += f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
                case (serial,):
                    cells += f'<c r="{name}" s="1"><v>{serial}</v></c>'
                case _:
                    cells += f'<c r="{name}" s="2"><v>{value}</v></c>'
        lines.append(f'<row r="{number}">{cells}</row>')
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    shared = "".join(f"<si><r><t>{t[:3]}</t></r><r><t>{t[3:]}</t></r></si>" for t in texts)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="rId3"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId3" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {main}><sheetData>{''.join(lines)}</sheetData></worksheet>",
        )
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet {main}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>',
        )
    return content.getvalue()
