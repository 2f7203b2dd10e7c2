"""Placeholders in drafts for a person to fill; the linter blocks questions that hold one."""

from typing import Final

TEST: Final = "[… the act, text or figure that decides it, and what looks alike but does not count]"
WHO: Final = "[… who or what]"
WHOSE: Final = "[… whose]"
WHAT: Final = "[… what]"
DO_WHAT: Final = "[… do what]"
UNIT: Final = "[… unit]"
SERIES: Final = "[… the published series]"
