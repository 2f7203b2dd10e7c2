"""Table of all commands by group."""

from typing import Final

from tracker.interfaces.cli.analyst_commands import (
    ACCURACY_COMMANDS,
    ESSAY_COMMANDS,
    EVIDENCE_COMMANDS,
    FORECAST_COMMANDS,
    QUESTION_COMMANDS,
    REPORT_COMMANDS,
    SCENARIO_COMMANDS,
)
from tracker.interfaces.cli.commands.entry import CommandEntry, GroupEntry
from tracker.interfaces.cli.operator_commands import (
    FEED_COMMANDS,
    MODEL_COMMANDS,
    NOTIFY_COMMANDS,
    PEOPLE_COMMANDS,
    SYSTEM_COMMANDS,
)

COMMANDS: Final = {
    "up": CommandEntry(
        "operations:up",
        "Start everything: database, questions, scheduler, dashboard.",
        "--port 8600 --no-browser",
    ),
    "demo": CommandEntry(
        "operations:demo", "Replay the years since February 2022, and show them.", "--fresh"
    ),
    "question": GroupEntry("Ask questions, look at them, and answer them.", QUESTION_COMMANDS),
    "forecast": GroupEntry("Make forecasts, and take them back.", FORECAST_COMMANDS),
    "evidence": GroupEntry("Judge the evidence that the feeds brought.", EVIDENCE_COMMANDS),
    "essay": GroupEntry("Read an essay: its claims, their questions, its record.", ESSAY_COMMANDS),
    "feed": GroupEntry("Choose which feeds and series are read, and poll them.", FEED_COMMANDS),
    "scenario": GroupEntry("Compare whole futures, and bind questions.", SCENARIO_COMMANDS),
    "accuracy": GroupEntry("See who was right, and how sure that is.", ACCURACY_COMMANDS),
    "model": GroupEntry("Use a language model, and see what was learned.", MODEL_COMMANDS),
    "people": GroupEntry("Let people and programs in, or show them one thing.", PEOPLE_COMMANDS),
    "notify": GroupEntry("Be told by e-mail, chat or webhook.", NOTIFY_COMMANDS),
    "report": GroupEntry("Write and check reports, and write tables.", REPORT_COMMANDS),
    "system": GroupEntry("Back up, restore, check, export, measure.", SYSTEM_COMMANDS),
}
