"""Vague words, with proposed replacements.

Sources: warnings to question writers (Metaculus, guidelines for question writing; Halawi et al.
2024, arXiv 2402.18563, whose filter drops questions with "significant" and "major") and related
words. A capitalised word within a sentence counts as a name, one in quotation marks as a quotation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIZE_ADVICE: Final = "a number with its unit: by how much, and of what"
_CHANGE_ADVICE: Final = "a series that is published, its source, and by how much it has to change"
_DATE_ADVICE: Final = "a date"
_COUNT_ADVICE: Final = "a number, such as “at least three”"
_ACT_ADVICE: Final = "the act that would be reported: who does what, and where that is published"

_VAGUE_LISTS: Final = {
    _SIZE_ADVICE: """significant significantly substantial substantially considerable considerably
        meaningful meaningfully notable notably appreciable appreciably sizeable sizable major
        severe severely drastic drastically dramatic dramatically massive massively enormous huge
        marked markedly profound profoundly radical radically serious seriously material materially
        tangible noticeable noticeably sharply heavily strongly greatly vastly large-scale
        wide-ranging far-reaching unprecedented game-changing""",
    _CHANGE_ADVICE: """improve improves improved improving improvement improvements worsen worsens
        worsened worsening deteriorate deteriorates deteriorated deterioration strengthen
        strengthens strengthened strengthening weaken weakens weakened weakening escalate escalates
        escalated escalating escalation de-escalate de-escalates de-escalation intensify intensifies
        intensified intensifying stabilise stabilises stabilised stabilize stabilizes stabilized
        deepen deepens deepened deepening flourish flourishes thrive thrives undermine undermines
        undermined destabilise destabilises destabilize destabilizes normalise normalises normalize
        normalizes benefit benefits""",
    _DATE_ADVICE: """soon shortly eventually ultimately imminent imminently someday|sooner or
        later|in due course|before long|in the near future|in the foreseeable future|in the long
        run|in the long term|in the medium term|in the short term|in the coming|for now|at some
        point|in time to come|over time""",
    _ACT_ADVICE: """meaningfully successful successfully effectively adequate adequately sufficient
        sufficiently reasonable reasonably credible credibly genuine genuinely constructive decisive
        decisively responsible responsibly friendly unfriendly dominate dominates dominant
        dominance|turning point|lose ground|gain ground|lean towards|take seriously|distance
        itself""",
}
_LOOSE_LISTS: Final = {
    _COUNT_ADVICE: """several many few numerous various multiple some|a number of|a lot of|a range
        of""",
    _SIZE_ADVICE: """large small big strong weak high low deep broad widespread widely largely
        mostly mainly roughly approximately around nearly almost rapid rapidly quickly slowly
        important critical""",
    _ACT_ADVICE: """crisis crises tension tensions turmoil unrest instability stability influence
        pressure success failure collapse collapses support supports close closer actively de-facto
        aggressive hostile""",
}
_FIXED_PHRASE: Final = re.compile(
    r"significant (?:figures?|digits?)|material(?:s| breach| adverse)|raw material|major(?:"
    r" general|ity)|high commission\w*|(?:as|how|too|so) (?:soon|many|few|large|high|low|big|strong"
    r"|rapidly|quickly|close)|(?:high|low)(?:er|est)? (?:court|seas|house|chamber)"
    r"|around the (?:table|clock)|close of|(?:scheduled|the) close|at the close|by the close"
    r"|close date|critical minerals?|small arms|large hadron\w*|big (?:bang|ben|tech)"
    r"|weak (?:force)|(?:high|low)-(?:speed|level|altitude)|strong(?:man|hold)|crisis group"
    r"|pressure (?:cooker|gauge)|support package|(?:air|price|life) support|(?:unemployment|social"
    r"|tax|welfare|pension|health|cash) benefits?|close(?:s|d)? (?:above|below|at|its|their|the)"
    r"|high representative|low[- ]income|high[- ]income"
    r"|some (?:of|day)|support price",
    re.IGNORECASE,
)
_QUOTATION: Final = re.compile(
    r"“[^”]{0,400}”|„[^“”]{0,400}[“”]|«[^»]{0,400}»|\"[^\"]{0,400}\"|(?<!\w)‘[^’]{0,200}’(?!\w)"
    r"|(?<!\w)'[^']{0,200}'(?!\w)"
)


@dataclass(frozen=True, slots=True)
class VagueWord:
    """Vague word at `text[start:end]` with a replacement; `is_certain` is False if it is only often
    vague.
    """

    word: str
    start: int
    end: int
    is_certain: bool
    replacement: str


def find_vague_words(text: str) -> tuple[VagueWord, ...]:
    """Return the vague words of a text in order, except in quotations and names.

    >>> [vague.word for vague in find_vague_words("Will Major Tom see a “serious”, significant fall?")]
    ['significant']
    """
    return tuple(_find_words(blank_quotations(text)))


def blank_quotations(text: str) -> str:
    """Replace quotations by blanks of the same length.

    >>> blank_quotations('says "soon" now')
    'says        now'
    """
    return _QUOTATION.sub(lambda match: " " * len(match[0]), text)


def _find_words(text: str) -> Iterator[VagueWord]:
    fixed_spans = [match.span() for match in _FIXED_PHRASE.finditer(text)]
    for match in _VAGUE_WORD.finditer(text):
        if _is_capitalised_name(match, text) or any(
            start <= match.start() < end for start, end in fixed_spans
        ):
            continue
        surely, instead = _REPLACEMENTS[match[0].lower()]
        yield VagueWord(match[0], match.start(), match.end(), surely, instead)


def _is_capitalised_name(match: re.Match[str], text: str) -> bool:
    before = text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".?!:;("


def _split_list(words: str) -> Iterator[str]:
    singles, *phrases = words.split("|")
    yield from singles.split()
    yield from (" ".join(phrase.split()) for phrase in phrases)


_REPLACEMENTS: Final = {
    word: (surely, instead)
    for surely, groups in ((False, _LOOSE_LISTS), (True, _VAGUE_LISTS))
    for instead, words in groups.items()
    for word in _split_list(words)
}
_VAGUE_WORD: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(_REPLACEMENTS, key=len, reverse=True)))})"
    r"(?![\w-])",
    re.IGNORECASE,
)
