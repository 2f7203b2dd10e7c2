"""News agency that a report names as its source: by dateline, byline or tag, not by mention."""

import re

_NAMES = {
    "reuters": "Thomson Reuters|Reuters|Рейтер|路透社",
    "ap": "The Associated Press|Associated Press|AP News|AP|美联社",
    "afp": "Agence France[- ]Presse|AFP|法新社",
    "xinhua": "Xinhua News Agency|Xinhua|Синьхуа|新华社|新华网",
    "tass": "ITAR-TASS|TASS|ТАСС|塔斯社",
    "interfax": "Interfax-Ukraine|Interfax|Интерфакс-Украина|Интерфакс",
    "ria": "RIA Novosti|RIA|РИА Новости",
    "dpa": "Deutsche Presse-Agentur|dpa-AFX|dpa|DPA",
    "bloomberg": "Bloomberg News|Bloomberg",
    "kyodo": "Kyodo News|Kyodo|共同社",
    "yonhap": "Yonhap News Agency|Yonhap|韩联社",
    "pti": "Press Trust of India|PTI",
    "ani": "ANI",
    "ians": "IANS",
    "upi": "UPI",
    "efe": "EFE",
    "ansa": "ANSA",
    "anadolu": "Anadolu Agency|Anadolu|AA",
    "ukrinform": "Ukrinform|Укринформ",
    "belta": "BelTA|БЕЛТА",
    "irna": "IRNA",
    "sana": "SANA",
    "wam": "WAM",
    "bernama": "Bernama",
    "antara": "Antara",
    "cna": "CNA|中央社",
    "chinanews": "China News Service|中新社|中新网",
    "pa": "PA Media|Press Association",
    "cp": "The Canadian Press|Canadian Press",
    "aap": "AAP",
}
AGENCY_PATTERN = "|".join(
    sorted(
        (re.escape(name) for names in _NAMES.values() for name in names.split("|")),
        key=len,
        reverse=True,
    )
)
"""All names as one alternative of a regular expression, the longest first."""

_SLUGS = {name.lower(): slug for slug, names in _NAMES.items() for name in names.split("|")}
_MENTION = re.compile(AGENCY_PATTERN)
_AGENCY = rf"(?P<agency>{AGENCY_PATTERN})"
_WITH_EDITION = r"(?:[ /-][\w'!.-]{1,20}){0,3}"
_DASH = r"\s?(?:[-–—]{1,2}|:)\s"
_STARTS = re.compile(
    rf"(?:[^()\n]{{0,60}}?[(（]\s?{_AGENCY}{_WITH_EDITION}\s?[)）]\s?(?:[-–—:.]|$|(?=[A-Z\"“]))"
    rf"|[^()\n]{{0,60}}?/(?P<slashed>{AGENCY_PATTERN})/"
    rf"|(?:(?:By|Source|Источник)\s?:?\s)(?P<by>{AGENCY_PATTERN})(?![\w-])(?!\s[a-z])"
    rf"|(?:[A-Z][A-Z .'/]{{2,28}},?\s)?(?P<bare>{AGENCY_PATTERN}){_DASH}"
    r"|(?P<dated>新华社|中新社|中央社)\w{0,12}[日月]电)"
)
_ENDS = re.compile(
    rf"(?:[(（\[]\s?{_AGENCY}{_WITH_EDITION}\s?[)）\]]"
    rf"|(?:\b(?:[Ss]ource|Источник)|来源)\s?[:：]\s?(?P<source>{AGENCY_PATTERN})"
    rf"|(?:©|\b[Cc]opyright)\s?(?:\d{{4}}\s)?(?P<right>{AGENCY_PATTERN})"
    rf"|[Ww]ith inputs from (?P<inputs>{AGENCY_PATTERN}))\s?\.?\s*$"
)
_TITLE = re.compile(
    rf"(?:^{_AGENCY}\s?[:|]\s|^/(?P<slashed>{AGENCY_PATTERN})/"
    rf"|.*(?:\s[-–—|]\s|\|)(?P<tag>{AGENCY_PATTERN})\s*$|.*[(（\[](?P<bracket>{AGENCY_PATTERN})[)）\]]\s*$)"
)
_REUTERS_CREDIT = re.compile(r"\([Rr]eporting by .{3,200}[Ee]diting by ")
_EXAMINED_LENGTH = 200


def find_agency(title: str, summary: str) -> str:
    """Return the agency that a report names as its source, as a slug such as "reuters"; "" if it
    names none.

    An agency that the report is about, or that was spoken to, is no source.

    >>> find_agency("Ships leave port", "CORLAND, March 3 (Reuters) - Ships left port on Thursday.")
    'reuters'
    >>> find_agency(
    ...     "Reuters journalist killed in Corland",
    ...     "The agency said that it mourns a Reuters colleague.",
    ... )
    ''
    """
    title, summary = title[-2 * _EXAMINED_LENGTH :].strip(), summary.strip()
    start, end = summary[:_EXAMINED_LENGTH], summary[-_EXAMINED_LENGTH:]
    if not (_MENTION.search(start) or _MENTION.search(title) or _MENTION.search(end)):
        return (
            "reuters"
            if "diting by" in end and _REUTERS_CREDIT.search(summary[-3 * _EXAMINED_LENGTH :])
            else ""
        )
    for match in (_STARTS.match(start), _ENDS.search(end), _TITLE.match(title)):
        if match:
            name = next(group for group in match.groupdict().values() if group)
            return _SLUGS[name.lower()]
    return "reuters" if _REUTERS_CREDIT.search(summary[-3 * _EXAMINED_LENGTH :]) else ""
