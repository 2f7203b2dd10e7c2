"""Words that make a general subject a part of it: “salmon exports”."""

import re
from typing import Final


def is_narrowed(hit: re.Match[str], text: str) -> bool:
    """Return True if the words around a general subject make it a part: "salmon exports".

    >>> text = "Wages of nurses will rise and exports will fall."
    >>> [is_narrowed(hit, text) for hit in re.finditer("[Ww]ages|exports", text)]
    [True, False]
    """
    if _OF_SECTOR.match(text[hit.end() :]):
        return True
    if not _GENERAL.match(hit[0]):
        return False
    return narrows(text[: hit.start()]) or bool(_OF_PART.match(text[hit.end() :]))


def narrows(before: str) -> bool:
    """Return True if the last word before a general subject makes it a part: "salmon".

    >>> narrows("salmon "), narrows("all "), narrows("")
    (True, False, False)
    """
    words = before.split()
    last = words[-1].strip("“”\"'(").lower() if words else ""
    starts = len(words) == 1 or (words and words[-1][:1].islower())
    return bool(starts and last.isalpha() and not _NARROWS_NOTHING.fullmatch(last))


_GENERAL: Final = re.compile(
    r"(?:exports?|imports?|output|production|sales|unemployment|employment|revenues?|prices|wages"
    r"|deaths|births|turnout|crime|spending|investment)\b",
    re.IGNORECASE,
)

_OF_SECTOR: Final = re.compile(
    r"\s(?:in|for|of|among) (?:the )?[a-z]+ (?:sector|industry|services|goods|trade)\b"
)

_OF_PART: Final = re.compile(
    r"\s(?:among|of|for)\s(?!the\s|all\s|goods\b|this\b|next\b|years?\b|months?\b|at\b)[a-z]+"
)

_NARROWS_NOTHING: Final = re.compile(
    r"the|an?|its?|their|his|her|our|all|total|overall|average|annual|yearly|monthly|weekly"
    r"|national"
    r"|global|world|domestic|foreign|official|real|nominal|higher|lower|high|low|rising|falling"
    r"|growing|shrinking|record|weak|weaker|strong|stronger|mass|new|retail|consumer|more|fewer"
    r"|less"
    r"|much|that|this|these|those|and|or|but|of|in|on|for|to|with|by|at|from|as|if|when|while|where"
    r"|industrial|merchandise|public|regular|crude|soaring|stagnant|sluggish|slow|slower|faster"
    r"|increased|reduced|further|steady|stable|real-terms|headline|then|now|so|soon|both|no|not"
    r"|[a-z]+ly|[a-z]+s|is|are|raise|cut|lower|push|drive|boost|reduce|increase|expect|keep|make"
)
