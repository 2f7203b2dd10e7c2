"""Words that readers measure by different yardsticks, and what to write instead.

The list starts from the words that question writers are warned of (Metaculus, guidelines for
question writing; Halawi et al. 2024, arXiv 2402.18563, whose filter drops questions with
"significant" and "major") and adds their relatives. A word in capitals within a sentence is taken
for a name, and one in quotation marks for a quotation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIZE: Final = "a number with its unit: by how much, and of what"
_CHANGE: Final = "a series that is published, its source, and by how much it has to change"
_WHEN: Final = "a date"
_COUNT: Final = "a number, such as “at least three”"
_ACT: Final = "the act that would be reported: who does what, and where that is published"

_VAGUE: Final = {
    _SIZE: """significant significantly substantial substantially considerable considerably
        meaningful meaningfully notable notably appreciable appreciably sizeable sizable major
        severe severely drastic drastically dramatic dramatically massive massively enormous huge
        marked markedly profound profoundly radical radically serious seriously material materially
        tangible noticeable noticeably sharply heavily strongly greatly vastly large-scale
        wide-ranging far-reaching unprecedented game-changing""",
    _CHANGE: """improve improves improved improving improvement improvements worsen worsens worsened
        worsening deteriorate deteriorates deteriorated deterioration strengthen strengthens
        strengthened strengthening weaken weakens weakened weakening escalate escalates escalated
        escalating escalation de-escalate de-escalates de-escalation intensify intensifies
        intensified intensifying stabilise stabilises stabilised stabilize stabilizes stabilized
        deepen deepens deepened deepening flourish flourishes thrive thrives undermine undermines
        undermined destabilise destabilises destabilize destabilizes normalise normalises normalize
        normalizes benefit benefits""",
    _WHEN: """soon shortly eventually ultimately imminent imminently someday|sooner or later|in due
        course|before long|in the near future|in the foreseeable future|in the long run|in the long
        term|in the medium term|in the short term|in the coming|for now|at some point|in time to
        come|over time""",
    _ACT: """meaningfully successful successfully effectively adequate adequately sufficient
        sufficiently reasonable reasonably credible credibly genuine genuinely constructive decisive
        decisively responsible responsibly friendly unfriendly dominate dominates dominant
        dominance|turning point|lose ground|gain ground|lean towards|take seriously|distance
        itself""",
}
_LOOSE: Final = {
    _COUNT: "several many few numerous various multiple some|a number of|a lot of|a range of",
    _SIZE: """large small big strong weak high low deep broad widespread widely largely mostly
        mainly roughly approximately around nearly almost rapid rapidly quickly slowly important
        critical""",
    _ACT: """crisis crises tension tensions turmoil unrest instability stability influence pressure
        success failure collapse collapses support supports close closer actively de-facto
        aggressive hostile""",
}
_FIXED: Final = re.compile(
    r"significant (?:figures?|digits?)|material(?:s| breach| adverse)|raw material|major(?:"
    r" general|ity)"
    r"|high commission\w*|(?:as|how|too|so) (?:soon|many|few|large|high|low|big|strong|rapidly"
    r"|quickly|close)"
    r"|(?:high|low)(?:er|est)? (?:court|seas|house|chamber)|around the (?:table|clock)|close of"
    r"|(?:scheduled|the) close"
    r"|at the close|by the close|close date|critical minerals?|small arms|large hadron\w*|big"
    r" (?:bang|ben|tech)"
    r"|weak (?:force)|(?:high|low)-(?:speed|level|altitude)|strong(?:man|hold)|crisis group"
    r"|pressure (?:cooker|gauge)"
    r"|support package|(?:air|price|life) support|(?:unemployment|social|tax|welfare|pension"
    r"|health|cash) benefits?"
    r"|close(?:s|d)? (?:above|below|at|its|their|the)|high representative|low[- ]income|high[-"
    r" ]income"
    r"|some (?:of|day)|support price",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(
    r"“[^”]{0,400}”|„[^“”]{0,400}[“”]|«[^»]{0,400}»|\"[^\"]{0,400}\"|(?<!\w)‘[^’]{0,200}’(?!\w)"
    r"|(?<!\w)'[^']{0,200}'(?!\w)"
)


@dataclass(frozen=True, slots=True)
class VagueWord:
    """A vague word at `text[start:end]`, and what to write instead; not `surely` when it is only
    often vague.
    """

    word: str
    start: int
    end: int
    surely: bool
    instead: str


def vague_words(text: str) -> tuple[VagueWord, ...]:
    """The vague words of a text, in its order; neither quotations nor names.

    >>> [found.word for found in vague_words("Will Major Tom see a “serious” but significant fall?")]
    ['significant']
    """
    return tuple(_found(unquoted(text)))


def unquoted(text: str) -> str:
    """The text with blanks in place of what stands in quotation marks, as long as before.

    >>> unquoted('says "soon" now')
    'says        now'
    """
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def _found(text: str) -> Iterator[VagueWord]:
    fixed = [match.span() for match in _FIXED.finditer(text)]
    for match in _ANY.finditer(text):
        if _is_name(match, text) or any(start <= match.start() < end for start, end in fixed):
            continue
        surely, instead = _WORDS[match[0].lower()]
        yield VagueWord(match[0], match.start(), match.end(), surely, instead)


def _is_name(match: re.Match[str], text: str) -> bool:
    before = text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".?!:;("


def _listed(words: str) -> Iterator[str]:
    singles, *phrases = words.split("|")
    yield from singles.split()
    yield from (" ".join(phrase.split()) for phrase in phrases)


_WORDS: Final = {
    word: (surely, instead)
    for surely, groups in ((False, _LOOSE), (True, _VAGUE))
    for instead, words in groups.items()
    for word in _listed(words)
}
_ANY: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(_WORDS, key=len, reverse=True)))})(?![\w-])",
    re.IGNORECASE,
)
