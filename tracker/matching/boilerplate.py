"""Remove boilerplate from headlines and summaries: outlet tags, labels, credits and datelines.

Everything here runs for every item, so substring tests precede each regular expression.
"""

import re
from html import unescape

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
    rf"|.*(?:\s[-–—|]\s|\|)(?P<tag>{AGENCY_PATTERN})\s*$"
    rf"|.*[(（\[](?P<bracket>{AGENCY_PATTERN})[)）\]]\s*$)"
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


MIN_WORDS_LEFT = 3
"""Minimum number of words that cuts leave of a headline."""

MAX_TEXT_LENGTH = 4_000
"""Characters of a text that are read; later ones cannot change its topic."""

_DASHES = (("–", "-"), ("—", "-"), ("‒", "-"), ("―", "-"), ("−", "-"), ("｜", "|"))
_QUOTES = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("…", "..."),
    ("（", "("),
    ("）", ")"),
    ("：", ": "),
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_CJK_NAME = re.compile(rf"[{_CJK}\w]{{2,8}}")
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+(?:'(?:(?![{_CJK}])[^\W_])+)*")
_SPACES = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}

_DOMAIN = (
    r"(?:www\.)?[\w-]+(?:\.[\w-]+)*"
    r"\.(?:com|org|net|info|news|tv|eu|uk|us|ru|cn|in|de|fr|ua|au|ca|jp|int|gov|edu|io|co)"
)
_SEPARATORS = (" - ", " -- ", "|", " :: ", " « ", " » ", " • ", " · ")
MAX_TAG_LENGTH = 48
_IN_BRACKETS = re.compile(
    rf"^(.+\S)\s*[(\[](?:{AGENCY_PATTERN}|{_DOMAIN}|video|photos?|updated?|live|opinion)[)\]]$",
    re.I,
)
_NAME_PARTICLES = frozenset(
    "of the and for on in at by de la le el du des der die das al & à и".split()
)
_SPEAKERS = frozenset(
    "un eu nato imf who iaea us uk icrc osce opec unicef kremlin pentagon white house"
    " state department ministry mod general staff president minister mayor governor putin"
    " zelensky zelenskyy zelenskiy biden trump xi lavrov macron scholz modi erdogan"
    " netanyahu blinken borrell stoltenberg russia ukraine china iran israel india taiwan"
    " turkey germany france japan poland police officials sources report reports poll"
    " analysts experts".split()
)
_LABELS = (
    "breaking news|breaking|exclusive|watch live|watch|live updates|live blog|live|video|photos"
    "|update|updated|just in|factbox|explainer|explained|analysis|opinion|timeline|insight|focus"
    "|graphic|wrapup|rpt|refile|corrected|correction|column|commentary|editorial|interview"
    "|listen|read|in pictures|developing|alert|urgent|news alert|flash"
    "|молния|срочно|эксклюзив|видео|快讯|突发|独家|视频|最新"
)
_LABEL = re.compile(
    rf"^\W{{0,3}}(?:(?:{_LABELS})(?:\s\d{{1,2}})?(?:\s*[:|!]+\s*|\s?-{{1,2}}\s?(?=\S)|\]\s*)"
    rf"|(?:{AGENCY_PATTERN}|{_DOMAIN})(?:\s*[:|]\s*|\s-{{1,2}}\s)"
    rf"|BREAKING\s(?=[A-Z\"']))",
    re.I,
)

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DATELINE = re.compile(
    rf"^(?:[^()\n]{{0,60}}?[(/]\s?(?:{AGENCY_PATTERN})(?:[ /-][\w'!.-]{{1,20}}){{0,3}}\s?[)/]\s?"
    r"(?:-{1,2}|[:.])?\s*"
    rf"|(?:{AGENCY_PATTERN})\s?(?:-{{1,2}}|:)\s+"
    rf"|[A-Z][A-Z .'/]{{2,28}}(?:,\s[A-Z][\w. ]{{1,20}})?(?:,\s{_MONTH}\s\d{{1,2}})?\s?"
    r"(?:-{1,2}|:)\s+"
    r"|新华社\w{0,12}[日月]电\s?(?:\([^)]{0,30}\))?\s*)"
)
_CUT_OFF = re.compile(
    r"(?:\[\s?(?:\.\.\.|\+\d+ chars)\s?\]|\(\.\.\.\)|\.{3,}|\[&hellip;\]|>>|»)\s*$"
)
_SENTENCE_END = r"[^.!?\n]{0,120}[.!?]*"
_BOILERPLATE = tuple(
    (hint, re.compile(pattern, re.I))
    for hint, pattern in (
        (
            "read more",
            rf"\(?\bread more(?: (?:at|on|about|here|from){_SENTENCE_END}"
            r"| *[>»:-][^.\n]{0,80})?\)?\.*",
        ),
        ("continue reading", r"\bcontinue reading\b[^\n]{0,200}$|\bcontinue reading\.*"),
        (
            "first appeared on",
            r"\b(?:the post|this (?:article|story|post))\b[^\n]{0,250}?"
            rf" first appeared on {_SENTENCE_END}",
        ),
        (
            "appeared first on",
            r"\b(?:the post|this (?:article|story|post))\b[^\n]{0,250}?"
            rf" appeared first on {_SENTENCE_END}",
        ),
        (
            "originally published",
            rf"\bthis (?:article|story|post) was originally published {_SENTENCE_END}",
        ),
        ("sign up", rf"\bsign up (?:for|to|here|now|today|with){_SENTENCE_END}"),
        ("subscribe", rf"\bsubscribe (?:to|for|now|here|today){_SENTENCE_END}"),
        ("click here", rf"\bclick here{_SENTENCE_END}"),
        ("follow us", rf"\bfollow us(?: on)?{_SENTENCE_END}"),
        ("full story", r"\b(?:read|see|view) (?:the )?full story[^\n.]{0,60}\.*"),
        ("full article", r"\b(?:read|see|view) (?:the )?full article[^\n.]{0,60}\.*"),
        ("full coverage", r"\bview full coverage on [^\n]{0,40}"),
        ("download the", rf"\bdownload the [^.\n]{{0,40}}\bapp\b{_SENTENCE_END}"),
        ("all rights reserved", r"(?:©|\bcopyright\b)?[^.\n]{0,60}\ball rights reserved\b\.*"),
        ("photo", r"[(\[]\s?(?:file )?photo(?:graph)?s?\s?(?:by|credit|:|/)[^)\]]{0,80}[)\]]"),
        ("photo:", r"\b(?:file )?photo: [^.\n]{0,60}(?:\.|$)"),
        (
            "image",
            r"[(\[]\s?image (?:credit|source|:)[^)\]]{0,80}[)\]]"
            r"|\bimage (?:credit|source): [^.\n]{0,60}(?:\.|$)",
        ),
        ("getty images", r"[(\[]?(?:[A-Z][\w. ]{2,30}/)?\s?(?:via )?getty images[)\]]?"),
        (
            "reporting by",
            r"\(?\breporting by [^()\n]{0,200}?(?:editing by [^()\n.]{0,80})?(?:\)|$)",
        ),
        ("with inputs from", r"\(?\bwith inputs from [^()\n.]{0,60}\)?\.?"),
        ("advertisement", r"\badvertisement\b"),
        ("читать далее", r"\bчитать далее[^\n]{0,60}"),
        ("подробнее", r"\bподробнее(?: на|:)[^\n]{0,60}"),
        ("阅读全文", r"阅读全文"),
        ("点击", r"点击(?:查看|阅读|这里)\w{0,8}"),
    )
)


def clean_headline(title: str, outlet: str = "") -> str:
    """Return a headline without names of outlets and labels, in one line; never fewer than 3 words.

    `outlet` is the name of the feed, if known: it is cut from either end.

    >>> clean_headline("UPDATE 2-Arland opens the border to Borland &amp; Corland - Reuters")
    'Arland opens the border to Borland & Corland'
    >>> clean_headline("Russia - China gas deal")
    'Russia - China gas deal'
    """
    text = normalise_text(title)
    outlet = outlet.strip().lower()
    if " -" in text or "|" in text or text[-1:] in ")]" or " ::" in text or not text.isascii():
        text = _remove_tags(text, outlet)
    head = text[:40]
    if any(mark in head for mark in ":|!-]") or head[:12].lstrip("\"'[").upper().startswith(
        "BREAKING"
    ):
        text = _remove_labels(text, outlet)
    return text


def clean_summary(summary: str) -> str:
    """Return a summary without datelines, invitations to read on, credits and the mark of a cut.

    >>> clean_summary("CORLAND, March 3 (Reuters) - Ships left port. Continue reading...")
    'Ships left port.'
    """
    text = normalise_text(summary)
    if not text:
        return ""
    head = text[:80]
    if ("(" in head or "/" in head or " -" in head or ":" in head or "新华社" in head) and (
        dateline := _DATELINE.match(text)
    ):
        text = text[dateline.end() :]
    lower = text.lower()
    for hint, pattern in _BOILERPLATE:
        if hint in lower:
            text = pattern.sub(" ", text)
    if text[-1:] in "])»>" or text[-3:] == "...":
        text = text[:-16] + _CUT_OFF.sub("", text[-16:])
    return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text


def split_words(text: str) -> list[str]:
    """Return the words in lower case, with apostrophes inside; each Chinese or Japanese character
    is a word.

    >>> split_words("Arland's 1,000 ships: 中国")
    ["arland's", '1', '000', 'ships', '中', '国']
    """
    text = text.lower()
    if "u." in text:
        text = text.replace("u.s.", "us ").replace("u.k.", "uk ").replace("u.n.", "un ")
    if not text.isascii():
        for typographic, plain in _QUOTES + _DASHES:
            text = text.replace(typographic, plain)
        if not text.isascii():
            return _WORD.findall(text)
    parts = text.translate(_SPACES).split()
    if "'" not in text:
        return parts
    return [bare for word in parts if (bare := word.strip("'"))]


def normalise_text(text: str) -> str:
    """Unescape twice (feeds escape escaped text), make typographic signs plain and collapse white
    space.
    """
    if len(text) > MAX_TEXT_LENGTH:
        text = text[:MAX_TEXT_LENGTH]
    if "&" in text:
        text = unescape(unescape(text))
    if not text.isascii():
        for typographic, plain in _DASHES + _QUOTES:
            text = text.replace(typographic, plain)
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def _remove_tags(text: str, outlet: str) -> str:
    """Cut likely names of outlets at the end, at most three."""
    for _ in range(3):
        if (
            text[-1:] in ")]"
            and (match := _IN_BRACKETS.match(text))
            and len(split_words(match[1])) >= MIN_WORDS_LEFT
        ):
            text = match[1]
            continue
        at, bar = max((text.rfind(bar), bar) for bar in _SEPARATORS)
        tag = text[at + len(bar) :].strip()
        if (
            at < 0
            or not 2 <= len(tag) <= MAX_TAG_LENGTH
            or not _is_tag(tag, text[:at], outlet, bar="-" not in bar)
        ):
            break
        text = text[:at].rstrip()
    return text


def _is_tag(tag: str, before: str, outlet: str, *, bar: bool) -> bool:
    """Return True if this is the name of an outlet. After a dash it may be a speaker:
    those stay.
    """
    named, left = tag.split(), before.split() if before.isascii() else split_words(before)
    if len(left) < MIN_WORDS_LEFT:
        return False
    if outlet and tag.lower() == outlet:
        return True
    if not tag.isascii() and _CJK_NAME.fullmatch(tag) and ord(tag[0]) > 0x3000:
        return len(left) > len(tag)
    if len(named) > 5 or len(left) <= len(named):
        return False
    if not bar and all(word.lower().rstrip(".") in _SPEAKERS for word in named):
        return False
    return all(_is_name_word(word) for word in named)


def _is_name_word(word: str) -> bool:
    return (
        word[0].isupper()
        or word[0].isdigit()
        or word.lower() in _NAME_PARTICLES
        or "." in word[1:-1]
    )


def _remove_labels(text: str, outlet: str) -> str:
    """Cut labels and outlets' names before the headline, at most three."""
    for _ in range(3):
        match = _LABEL.match(text)
        if match:
            remainder = text[match.end() :]
        elif (
            outlet
            and text.lower().startswith(outlet)
            and text[len(outlet) :].lstrip()[:1] in (":", "|", "-")
        ):
            remainder = text[len(outlet) :].lstrip(" :|-")
        else:
            break
        if len(split_words(remainder)) < MIN_WORDS_LEFT:
            break
        text = remainder
    return text
