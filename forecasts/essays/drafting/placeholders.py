"""Placeholders in drafts for a person to fill; the linter blocks questions that hold one."""

from typing import Final

TEST_PLACEHOLDER: Final = (
    "[… the act, text or figure that decides it, and what looks alike but does not count]"
)
SUBJECT_PLACEHOLDER: Final = "[… who or what]"
OWNER_PLACEHOLDER: Final = "[… whose]"
EVENT_PLACEHOLDER: Final = "[… what]"
ACTION_PLACEHOLDER: Final = "[… do what]"
UNIT_PLACEHOLDER: Final = "[… unit]"
SERIES_PLACEHOLDER: Final = "[… the published series]"
