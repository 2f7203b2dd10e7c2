"""Lint checks of the wording: ambiguity, and questions that must not be asked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.linting.flaws import Flaw, FlawPlace, LintTarget

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

    >>> [word.word for word in find_vague_words("Will Major Tom see a “big”, significant fall?")]
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


_PLACEHOLDER: Final = re.compile(
    r"\[[^\[\]]{0,200}?(?:…|\.\.\.)(?:[^\[\]]{0,200}\])?|\bTBD\b|\bTODO\b|\?\?\?|_{3,}|\bXXX+\b"
)
_QUESTION_MARK: Final = re.compile('[?？؟⸮;]\\s*["”’)]*\\s*$|\\?')
_SENTENCE_BREAK: Final = re.compile(r"(?<=[.!?;])\s+")
_DIGITS: Final = re.compile(r"[0-9]")


def find_wording_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of the wording of text and criteria."""
    yield from _check_placeholders(question)
    yield from _check_vague_words(question)
    yield from _check_death(question)
    yield from _check_double_barrelled(question)
    yield from _check_inner_thought(question)
    if not _QUESTION_MARK.search(question.text):
        yield Flaw(
            "no-question",
            "advice",
            "text",
            "the text has no question mark",
            "Begin with “Will …”, “How many …”, “When …” and end with “?”.",
        )


def split_rules(text: str) -> list[str]:
    """Split a text into sentences, also at semicolons.

    >>> split_rules("YES if it is signed; drafts do not count. NO otherwise.")
    ['YES if it is signed;', 'drafts do not count.', 'NO otherwise.']
    """
    return _SENTENCE_BREAK.split(text)


def _check_placeholders(question: LintTarget) -> Iterator[Flaw]:
    parts: tuple[tuple[FlawPlace, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
        ("sources", " | ".join(question.sources)),
        ("options", " | ".join(question.options)),
        ("prior", question.prior_reason),
    )
    for where, text in parts:
        if gaps := _PLACEHOLDER.findall(text):
            yield Flaw(
                "placeholder",
                "blocking",
                where,
                f"still open: {_quote_words(gaps)}",
                "Decide and write it down.",
            )


def _check_vague_words(question: LintTarget) -> Iterator[Flaw]:
    for where, text in _text_and_criteria(question):
        certain, uncertain = list[VagueWord](), list[VagueWord]()
        for vague_word in find_vague_words(text):
            if vague_word.is_certain and not _is_defined(vague_word, text, question.criteria):
                certain.append(vague_word)
            elif where == "text" or vague_word.is_certain:
                uncertain.append(vague_word)
        if certain:
            reason = (
                f"readers measure {_quote_words(word.word for word in certain)} by different "
                "yardsticks"
            )
            yield Flaw(
                "vague-word", "blocking", where, reason, f"Write {_join_replacements(certain)}."
            )
        if loose_words := [word for word in uncertain if not word.is_certain]:
            reason = f"{_quote_words(word.word for word in loose_words)} may be vague"
            yield Flaw(
                "loose-word",
                "advice",
                where,
                reason,
                f"If it decides the answer, write {_join_replacements(loose_words)}.",
            )
        if measured_words := [word for word in uncertain if word.is_certain]:
            reason = (
                f"{_quote_words(word.word for word in measured_words)} is vague, though a number "
                "seems to say what it means"
            )
            yield Flaw(
                "vague-word",
                "advice",
                where,
                reason,
                "Let the number alone decide and drop the word.",
            )


def _is_defined(vague_word: VagueWord, text: str, criteria: str) -> bool:
    """Return True if a number is in the same sentence, or the criteria define the word."""
    start = max(
        (match.end() for match in _SENTENCE_BREAK.finditer(text, 0, vague_word.start)), default=0
    )
    end = _SENTENCE_BREAK.search(text, vague_word.end)
    if _has_measure(text[start : end.start() if end else len(text)]):
        return True
    pattern = rf"\b{re.escape(vague_word.word)}\b"
    return bool(
        re.search(
            rf"{pattern}[\"”'’]?\s+(?:means?|is defined|counts? as|is meant)",
            criteria,
            re.IGNORECASE,
        )
    )


def _has_measure(sentence: str) -> bool:
    """Return True for a sentence with a number that is no date."""
    spans = [(mention.start, mention.end) for mention in find_dates(sentence)]
    return any(not any(a <= m.start() < b for a, b in spans) for m in _DIGITS.finditer(sentence))


_DEATH_VERBS: Final = (
    r"die|dies|pass away|be dead|be killed|be murdered|be executed|survive|still be alive|be alive"
)
_PEOPLE: Final = (
    r"people|persons|soldiers|civilians|troops|journalists|workers|children|casualties|deaths"
    r"|fighters|militants|patients|hostages|prisoners|members|migrants|citizens|users|officers"
    r"|bears|whales|birds|animals|species"
)
_NON_PERSONS: Final = (
    r"bill|act|law|deal|treaty|agreement|contract|project|pipeline|plan|proposal|party|coalition"
    r"|government|company|bank|currency|order|orders|sentence|programme|program|alliance|union"
    r"|ceasefire|truce|talks|motion|reform|cabinet"
)
_TITLE: Final = (
    r"president|prime minister|chancellor|king|queen|pope|leader|minister|general|ayatollah|sultan"
    r"|emir|dictator|chairman|governor|senator|singer|actor|actress|dissident|candidate|he|she"
)
_DEATH: Final = re.compile(
    r"\bassassinat\w*|\bmurder of\b|\b(?:death|demise|suicide|funeral) of (?:[A-Z]\w+|(?:the|a)"
    rf" (?i:{_TITLE}))|\b(?:[A-Z]\w+|(?i:{_TITLE}))[’']s? (?:death|suicide|assassination"
    rf"|funeral)\b(?! toll| penalty| rate| star)"
    rf"|\bWill (?P<who>[^?]{{1,80}}?) (?:{_DEATH_VERBS})\b(?! in committee| Linke| out\b)"
)
_NOT_A_PERSON: Final = re.compile(
    rf"[0-9]|\b(?:{_PEOPLE}|{_NON_PERSONS}|more than|at least|how many)\b", re.IGNORECASE
)
_PERSON: Final = re.compile(rf"\b[A-Z]\w+|\b(?:{_TITLE})\b")


def _check_death(question: LintTarget) -> Iterator[Flaw]:
    yes_rules = " ".join(s for s in split_rules(question.criteria) if s.startswith("YES"))
    for where, text in (("text", question.text), ("criteria", yes_rules)):
        for match in _DEATH.finditer(text):
            subject = match["who"]
            if subject is not None and (
                _NOT_A_PERSON.search(subject) or not _PERSON.search(subject)
            ):
                continue
            reason = f"“{match[0]}” is about the death of a person"
            fix = (
                "Ask what would follow from it: who holds the office, or whether it is "
                "vacant, on a date."
            )
            yield Flaw("death", "blocking", "text" if where == "text" else "criteria", reason, fix)
            return


_VERBS: Final = (
    "sign ratify invade annex withdraw join leave become win lose resign impose announce adopt "
    "reject approve publish recognise recognize condemn declare expel begin cease agree send "
    "hold take make give raise remain keep stay continue stop start be have exceed shrink seize "
    "occupy suspend dissolve appoint elect remove extend expand reduce build introduce abolish "
    "prevent overtake reach return move accept refuse cancel postpone abandon restore rejoin "
    "arrest convict deploy enter cross retake resume allow legalise legalize bring meet see get "
    "go come put"
)
_MAYBE_VERBS: Final = (
    "launch release attack visit veto sanction capture ban close open pass hike cut control "
    "lift fall rise increase decrease replace support host end change drop plan order grant "
    "halt trade buy sell complete vote"
)
_JOINED_VERBS: Final = re.compile(
    rf"\b(?P<join>and|or|and/or),? (?:also |then |subsequently |thereby |finally |so )?"
    rf"(?:(?P<aux>will|would|does|did|is|are|has|have) (?!not\b)"
    rf"|(?P<sure>{'|'.join(_VERBS.split())})\b"
    rf"|(?P<maybe>{'|'.join(_MAYBE_VERBS.split())}) (?:the|a|an|its|their|his|her|all|any|both"
    rf"|[A-Z]\w+)\b|(?:it|they|he|she) (?:\w+))"
)
_SECOND_SUBJECT: Final = re.compile(
    rf"\bwill\b[^?]{{1,80}}\b(?:{'|'.join(_VERBS.split())})\b[^?]{{0,60}}?"
    rf" (?P<join>and|or) (?:the|a|an|its|their) \w+ (?:{'|'.join(_VERBS.split())})\b",
    re.IGNORECASE,
)
_COMBINATION_RULE: Final = re.compile(
    r"\b(?:only if both|both (?:happen|hold|occur|come|must|have to|are|conditions|parts|events|of"
    r" (?:these|them))|either (?:one|happens|suffices|counts|is|will do|event|part|of (?:these|them"
    r"|the two))|any one|at least one of|(?:all|any|one|none|each) of (?:these|them|the (?:two"
    r"|three|four|following))|whichever)\b"
    r"|\([ab]\)|\([12]\)",
    re.IGNORECASE,
)
_SECOND_QUESTION: Final = re.compile(
    r"\?\s+(?:And|Or|Will|Does|Is|Are|How|When|What|Which|Who|If)\b"
)


def _check_double_barrelled(question: LintTarget) -> Iterator[Flaw]:
    text = blank_quotations(question.text)
    opening = re.match(
        r"\W*(?:Will|Would|Does|Do|Is|Are|Can|Has|Have|Did|When will|How \w+ .{0,60}?\bwill)\b",
        text,
    )
    joined_verbs = _JOINED_VERBS.search(text, opening.end()) if opening else None
    match = joined_verbs or _SECOND_SUBJECT.search(text) or _SECOND_QUESTION.search(text)
    if match is None or _COMBINATION_RULE.search(question.criteria):
        return
    reason = f"“{match[0][-60:].strip()}” joins two things that can turn out differently"
    fix = (
        "Ask two questions, or let the criteria say what counts when one happens and the "
        "other does not."
    )
    yield Flaw("double-barrelled", "blocking", "text", reason, fix)


_MENTAL_VERB: Final = re.compile(
    r"\b(?:Will|Would|Do|Does|Did|Is|Are)\s(?P<who>[^?,]{1,80}?)\s(?P<verb>(?:have to )?(?:weigh"
    r"|consider|reconsider|think|rethink|want|believe|intend|feel|hope|prefer|regret|fear|doubt"
    r"|realise|realize|understand|desire|wish|contemplate|ponder|be (?:willing|tempted|ready"
    r"|inclined|afraid|determined)|willing|tempted|aware))\b"
)
_PUBLIC_ACT: Final = re.compile(
    r"\b(?:says?|said|stat(?:es?|ed|ements?)|publish\w*|announc\w*|declar\w*|polls?|surveys?"
    r"|votes?|voted|sign\w*"
    r"|transcripts?|records?|minutes|agenda|reports?|filed?|tabled?)\b",
    re.IGNORECASE,
)


def _check_inner_thought(question: LintTarget) -> Iterator[Flaw]:
    match = _MENTAL_VERB.search(question.text)
    if match is None or _PUBLIC_ACT.search(question.criteria):
        return
    reason = f"“{match['verb']}” happens in somebody's head and leaves no dated public trace"
    fix = "Ask for the act that would show it: a vote, a law, a figure, a statement on record."
    yield Flaw("inner-thought", "blocking", "text", reason, fix)


def _text_and_criteria(question: LintTarget) -> tuple[tuple[FlawPlace, str], ...]:
    return ("text", question.text), ("criteria", question.criteria)


def _quote_words(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


def _join_replacements(words: list[VagueWord]) -> str:
    return "; or ".join(dict.fromkeys(word.replacement for word in words))
