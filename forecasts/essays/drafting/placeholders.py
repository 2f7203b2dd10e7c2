"""What stands in a draft where a person has to decide; the linter lets no question open with one of
them.
"""

from typing import Final

TEST: Final = "[… the act, text or figure that decides it, and what looks alike but does not count]"
WHO: Final = "[… who or what]"
WHOSE: Final = "[… whose]"
WHAT: Final = "[… what]"
DO_WHAT: Final = "[… do what]"
UNIT: Final = "[… unit]"
SERIES: Final = "[… the published series]"
