"""Exclusion of page elements: repeated titles, advertisements, buttons and broken markup."""

import html
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from forecasts.essays.extraction.segmentation import SENTENCE_END, SentenceSpan

HEADING: Final = "a heading"
"""Reason to exclude a heading."""

_IMAGE: Final = re.compile(
    r"!\[([^\[\]]{0,300})\]\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)"
)
_LINK: Final = re.compile(
    r"\[([^\[\]]{1,300})\](?:\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)"
    r"|\[[^\[\]]{0,100}\])"
)
_END_OF_LINK: Final = re.compile(r"\]\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)")
_FOOTNOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|tt|u"
    r"|wbr)(?:\s[^<>]{0,400})?/?>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,12}(?:\s[^<>]{0,400})?/?>")
_EMPHASIS: Final = re.compile(
    r"(?<![\s*])\*{1,3}(?![\w*])"
    r"|(?<![\w*])\*{1,3}(?![\s*])"  # beside a word or a mark; not 2*3, and not " * "
    r"|(?<!\w)_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?!\w)|~~(?=\S)|(?<=\S)~~|`+"
)
_ESCAPED: Final = re.compile(r"\\([*_`\[\]#>~\\])")


def strip_inline_markup(quote: str) -> str:
    """Remove emphasis, code, links and inline HTML tags, and decode HTML entities.

    >>> strip_inline_markup("<b>It</b> won&rsquo;t *fail*, says [the `mayor`](https://a.org/b_c).")
    'It won’t fail, says the mayor.'
    """
    if "&" in quote:
        quote = html.unescape(quote)
    if "<" in quote:
        quote = _INLINE_TAG.sub(lambda tag: " " if tag[0][1:3].lower() == "br" else "", quote)
    if "[" in quote or "](" in quote:
        quote = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _FOOTNOTE.sub("", quote)))
        quote = _END_OF_LINK.sub("", quote)
        if quote.lstrip('*_"“').startswith("[") and "]" not in quote:
            quote = quote.replace("[", "", 1)  # a link that continues in the next sentence
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub("", quote)) if _has_marks(quote) else quote


def _has_marks(quote: str) -> bool:
    return any(mark in quote for mark in "*_`~\\")


def strip_essay_markup(quote: str) -> str:
    """Remove all markup and collapse white space; text of marks alone, such as a rule, keeps them.

    >>> strip_essay_markup("**Traffic:** we  expect _growth_ of 2*3 per cent.*")
    'Traffic: we expect growth of 2*3 per cent.'
    """
    bare = strip_inline_markup(quote)
    if "<" in bare:
        bare = _TAG.sub(" ", bare)
    says_something = any(letter.isalnum() for letter in bare)
    return " ".join((bare if says_something else quote).split())


_MARKUP: Final = re.compile(
    r"""\b(?:class|href|src|style|id|rel|onclick|data-[a-z]{1,20})\s?=\s?["'“”‘’]"""
    r"""|</?[a-zA-Z][a-zA-Z0-9]{0,9}(?:\s|/?>)"""
    r"""|\{\{|\}\}|\bfunction\s?\(|^\s{0,9}[.#][\w-]{1,30}\s?\{"""
)
_MIN_TAGGED_SENTENCES: Final = 5
"""Tagged sentences from which tags count as the essay's own markup, if most sentences have them."""

_MAX_LINE_WORDS: Final = 45
_MAX_TITLE_WORDS: Final = 16
_MIN_WORDS: Final = 3


def _compile_phrases(phrases: str) -> re.Pattern[str]:
    """Compile phrases between semicolons: `a/b` is one word or the other, `^` the start, `..` up to
    three words.
    """
    wholes = []
    for phrase in filter(None, (" ".join(raw.split()) for raw in phrases.split(";"))):
        words = ("" if word == "^" else f" (?:{word.replace('/', '|')})" for word in phrase.split())
        start = "^" if phrase.startswith("^") else ""
        wholes.append(start + "".join(words).replace(" (?:..)", "(?: [^ .;:?!]+){0,3}"))
    return re.compile(f"(?:{'|'.join(wholes)})(?= )")


_BOILERPLATE: Final = _compile_phrases("""
    leave a reply/comment; click here to; ^ click here; sign up for our/updates/free; ^ sign/log
    up/in; ^ subscribe/download/advertisement; ^ skip to; subscribe to our; our
    newsletter/newsletters; for full access; enjoying this article/story/post/piece; ^ read more;
    read this article; ^ read the full/original; original credit/source; credit source; ^ share
    this; ^ follow us/me; all rights reserved; cookie settings/preferences; we use cookies; our
    privacy policy; our terms of; email address will not; required fields; ^ create an account;
    article continues below; ^ related articles/posts/stories/reading/content/:; you may also
    like; ^ recommended for you; ^ about the author/authors; ^ the author is a/an; is a
    senior/research/visiting/resident/policy fellow/scholar/analyst at; ^ image/photo/picture
    credit/credits/by/courtesy/:; getty images; ^ back to top; ^ posted/published on/by; ^ filed
    under; min/minute read; comments are closed; does not constitute; views/opinions expressed;
    reproduced with permission; article/piece/post/essay was originally/first published; ^
    originally published; free trial .. today/now; only $ .. per month; ^ already a subscriber; ^
    to unsubscribe; accept all cookies; enable javascript; your browser does; cancel anytime; ^
    get the latest; support our journalism; special thanks to
""")
"""Web page elements around an essay."""

_BOILERPLATE_ALONE: Final = _compile_phrases("""
    advertisement/sponsored/subscribe/newsletter/copyright/donate/tweet/share/print/unsubscribe;
    home/menu/tags/categories/comments/related/references/notes/footnotes/follow/download; read
    more/original; contact us; continue reading; more from; buy now; view all; table of contents;
    press release; per month
""")
"""The same in lines of a few words only; ambiguous within a sentence."""

_DISCLAIMERS: Final = _compile_phrases("""
    not/no/as/or/any/constitute/constitutes .. investment/financial/legal/tax/medical advice;
    nothing/none .. is/are/should/must/may/can/constitutes .. a/an/any/as .. advice/forecast;
    nothing constitutes advice; none of this is a; not a financial/investment adviser/advisor;
    past performance/results/returns .. ; do your own research; actual/future
    results/outcomes/returns/performance may/might/could/can/will differ/vary; forward looking
    statements/information; views/opinions .. are my/our/his/her/their own; grain/pinch of salt;
    forecasts/projections/predictions are uncertain
""")
"""Small print of banks, funds and blogs, independent of any topic."""

_CLAUSE_BREAK: Final = re.compile(
    r" (?=[,;:] (?!which |who |as |because |since |or |nor )|(?:but|yet|although|though) )"
)


def remove_disclaimers(words: str) -> str:
    """Remove the clauses of a normalised sentence that are disclaimers.

    >>> remove_disclaimers(" this is not investment advice , but prices will fall . ")
    ' , but prices will fall . '
    """
    if not _DISCLAIMERS.search(words):
        return words
    clauses = _CLAUSE_BREAK.split(words.strip())
    return f" {' '.join(c for c in clauses if not _DISCLAIMERS.search(f' {c} '))} "


def find_exclusion_reasons(
    text: str, spans: Sequence[SentenceSpan], spellings: Sequence[str]
) -> list[str]:
    """Return for each sentence the reason to exclude it; "" if it belongs to the essay.

    A line of few words is judged as a whole: advertisements are short, paragraphs long.
    """
    quotes = [text[span.offset : span.end] for span in spans]
    reasons = _judge_alone(quotes, spellings)
    for _, line in groupby(range(len(spans)), key=lambda index: spans[index].line):
        indexes = [*line]
        dirt = next(filter(None, (reasons[index] for index in indexes)), "")
        if dirt and sum(len(spellings[index].split()) for index in indexes) <= _MAX_LINE_WORDS:
            for index in indexes:
                reasons[index] = dirt
        first = indexes[0]
        is_alone = len(indexes) == 1 and len(spans) > 1 and not reasons[first]
        if is_alone and _is_title(quotes[first], spans[first].shape):
            reasons[first] = HEADING
    _mark_repeats(spellings, reasons)
    return reasons


def _judge_alone(quotes: Sequence[str], spellings: Sequence[str]) -> list[str]:
    """Return for each sentence by itself the reason to exclude it."""
    tagged = [bool(_MARKUP.search(strip_inline_markup(quote[:2000]))) for quote in quotes]
    if sum(tagged) >= _MIN_TAGGED_SENTENCES and sum(tagged) * 2 > len(quotes):
        tagged = [bool(_MARKUP.search(strip_essay_markup(quote[:2000]))) for quote in quotes]
    return [
        "broken markup" if has_tags else "boilerplate" if _is_boilerplate(spelling) else ""
        for has_tags, spelling in zip(tagged, spellings, strict=True)
    ]


def _is_boilerplate(spelling: str) -> bool:
    words = spelling.split()
    if len(words) <= _MAX_LINE_WORDS and _BOILERPLATE.search(spelling):
        return True
    is_short = len(words) <= 6 and words[-1:] not in (["."], ["?"])
    return is_short and bool(_BOILERPLATE_ALONE.search(spelling))


def _is_title(sentence: str, shape: str) -> bool:
    """Return True for a line that is no whole sentence; a question may be the main claim."""
    is_statement = shape != "item" and not sentence.rstrip("*_ ").endswith("?")
    is_short = len(sentence.split()) <= _MAX_TITLE_WORDS
    return is_statement and is_short and (shape == "heading" or not SENTENCE_END.search(sentence))


def _mark_repeats(spellings: Sequence[str], reasons: list[str]) -> None:
    """Mark verbatim repeats, and repeats of titles with up to two more words."""
    seen: set[tuple[str, ...]] = set()
    titles: dict[tuple[str, ...], int] = {}
    for index, spelling in enumerate(spellings):
        words = tuple(word for word in spelling.split() if word[0].isalnum())
        is_near_title = (
            6 <= len(words) <= _MAX_TITLE_WORDS and abs(titles.get(words[:6], -9) - len(words)) <= 2
        )
        if len(words) < _MIN_WORDS:
            reasons[index] = reasons[index] or "too short to say anything"
        elif reasons[index] in ("", HEADING) and (words in seen or is_near_title):
            reasons[index] = "repeats an earlier line"
        if reasons[index] == HEADING:
            titles[words[:6]] = len(words)
        seen.add(words)
