"""Checks of how a question is worded: could two readers understand it in two ways, and may it be
asked at all?
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from forecasts.linting.flaws import Examined, Flaw, Where
from forecasts.linting.vague_words import VagueWord, unquoted, vague_words
from forecasts.said_dates import said_times

_GAP: Final = re.compile(
    r"\[[^\[\]]{0,200}?(?:…|\.\.\.)(?:[^\[\]]{0,200}\])?|\bTBD\b|\bTODO\b|\?\?\?|_{3,}|\bXXX+\b"
)
_ASKS: Final = re.compile('[?？؟⸮;]\\s*["”’)]*\\s*$|\\?')
_SENTENCES: Final = re.compile(r"(?<=[.!?;])\s+")
_DIGITS: Final = re.compile(r"[0-9]")


def wording_flaws(question: Examined) -> Iterator[Flaw]:
    """Flaws of the words in text and criteria."""
    yield from _gaps(question)
    yield from _vague(question)
    yield from _death(question)
    yield from _double_barrelled(question)
    yield from _inner_thought(question)
    if not _ASKS.search(question.text):
        yield Flaw(
            "no-question",
            "advice",
            "text",
            "the text has no question mark",
            "Begin with “Will …”, “How many …”, “When …” and end with “?”.",
        )


def sentences(text: str) -> list[str]:
    """A text in sentences, split at semicolons too.

    >>> sentences("YES if it is signed; drafts do not count. NO otherwise.")
    ['YES if it is signed;', 'drafts do not count.', 'NO otherwise.']
    """
    return _SENTENCES.split(text)


def _gaps(question: Examined) -> Iterator[Flaw]:
    parts: tuple[tuple[Where, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
        ("sources", " | ".join(question.sources)),
        ("options", " | ".join(question.options)),
        ("prior", question.prior_reason),
    )
    for where, said in parts:
        if found := _GAP.findall(said):
            yield Flaw(
                "placeholder",
                "blocking",
                where,
                f"still open: {_quoted(found)}",
                "Decide and write it down.",
            )


def _vague(question: Examined) -> Iterator[Flaw]:
    for where, said in _both(question):
        surely, perhaps = list[VagueWord](), list[VagueWord]()
        for found in vague_words(said):
            if found.surely and not _is_defined(found, said, question.criteria):
                surely.append(found)
            elif where == "text" or found.surely:
                perhaps.append(found)
        if surely:
            reason = f"readers measure {_quoted(v.word for v in surely)} by different yardsticks"
            yield Flaw("vague-word", "blocking", where, reason, f"Write {_instead(surely)}.")
        if loose := [v for v in perhaps if not v.surely]:
            reason = f"{_quoted(v.word for v in loose)} may be vague"
            yield Flaw(
                "loose-word",
                "advice",
                where,
                reason,
                f"If it decides the answer, write {_instead(loose)}.",
            )
        if measured := [v for v in perhaps if v.surely]:
            reason = (
                f"{_quoted(v.word for v in measured)} is vague, though a number seems to say "
                "what it means"
            )
            yield Flaw(
                "vague-word",
                "advice",
                where,
                reason,
                "Let the number alone decide and drop the word.",
            )


def _is_defined(found: VagueWord, said: str, criteria: str) -> bool:
    """Whether a number stands in the same sentence, or the criteria say what the word means."""
    start = max((m.end() for m in _SENTENCES.finditer(said, 0, found.start)), default=0)
    end = _SENTENCES.search(said, found.end)
    if _measures(said[start : end.start() if end else len(said)]):
        return True
    word = rf"\b{re.escape(found.word)}\b"
    return bool(
        re.search(
            rf"{word}[\"”'’]?\s+(?:means?|is defined|counts? as|is meant)", criteria, re.IGNORECASE
        )
    )


def _measures(sentence: str) -> bool:
    """Whether it holds a number that is no date."""
    spans = [(said.start, said.end) for said in said_times(sentence)]
    return any(not any(a <= m.start() < b for a, b in spans) for m in _DIGITS.finditer(sentence))


_DIES: Final = (
    r"die|dies|pass away|be dead|be killed|be murdered|be executed|survive|still be alive|be alive"
)
_PEOPLE: Final = (
    r"people|persons|soldiers|civilians|troops|journalists|workers|children|casualties|deaths"
    r"|fighters|militants|patients"
    r"|hostages|prisoners|members|migrants|citizens|users|officers|bears|whales|birds|animals"
    r"|species"
)
_THINGS: Final = (
    r"bill|act|law|deal|treaty|agreement|contract|project|pipeline|plan|proposal|party|coalition"
    r"|government|company"
    r"|bank|currency|order|orders|sentence|programme|program|alliance|union|ceasefire|truce|talks"
    r"|motion|reform|cabinet"
)
_TITLE: Final = (
    r"president|prime minister|chancellor|king|queen|pope|leader|minister|general|ayatollah|sultan"
    r"|emir|dictator"
    r"|chairman|governor|senator|singer|actor|actress|dissident|candidate|he|she"
)
_DEATH: Final = re.compile(
    r"\bassassinat\w*|\bmurder of\b|\b(?:death|demise|suicide|funeral) of (?:[A-Z]\w+|(?:the|a)"
    rf" (?i:{_TITLE}))"
    rf"|\b(?:[A-Z]\w+|(?i:{_TITLE}))[’']s? (?:death|suicide|assassination|funeral)\b(?! toll|"
    r" penalty| rate| star)"
    rf"|\bWill (?P<who>[^?]{{1,80}}?) (?:{_DIES})\b(?! in committee| Linke| out\b)"
)
_NOT_ONE: Final = re.compile(
    rf"[0-9]|\b(?:{_PEOPLE}|{_THINGS}|more than|at least|how many)\b", re.IGNORECASE
)
_SOMEBODY: Final = re.compile(rf"\b[A-Z]\w+|\b(?:{_TITLE})\b")


def _death(question: Examined) -> Iterator[Flaw]:
    decisive = " ".join(s for s in sentences(question.criteria) if s.startswith("YES"))
    for where, said in (("text", question.text), ("criteria", decisive)):
        for match in _DEATH.finditer(said):
            who = match["who"]
            if who is not None and (_NOT_ONE.search(who) or not _SOMEBODY.search(who)):
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
_JOINED: Final = re.compile(
    rf"\b(?P<join>and|or|and/or),? (?:also |then |subsequently |thereby |finally |so )?"
    rf"(?:(?P<aux>will|would|does|did|is|are|has|have) (?!not\b)"
    rf"|(?P<sure>{'|'.join(_VERBS.split())})\b"
    rf"|(?P<maybe>{'|'.join(_MAYBE_VERBS.split())}) (?:the|a|an|its|their|his|her|all|any|both"
    r"|[A-Z]\w+)\b"
    rf"|(?:it|they|he|she) (?:\w+))"
)
_SECOND_SUBJECT: Final = re.compile(
    rf"\bwill\b[^?]{{1,80}}\b(?:{'|'.join(_VERBS.split())})\b[^?]{{0,60}}?"
    rf" (?P<join>and|or) (?:the|a|an|its|their) \w+ (?:{'|'.join(_VERBS.split())})\b",
    re.IGNORECASE,
)
_ONE_RULE: Final = re.compile(
    r"\b(?:only if both|both (?:happen|hold|occur|come|must|have to|are|conditions|parts|events|of"
    r" (?:these|them))"
    r"|either (?:one|happens|suffices|counts|is|will do|event|part|of (?:these|them|the two))|any"
    r" one|at least one of"
    r"|(?:all|any|one|none|each) of (?:these|them|the (?:two|three|four|following))|whichever)\b"
    r"|\([ab]\)|\([12]\)",
    re.IGNORECASE,
)
_AGAIN: Final = re.compile(r"\?\s+(?:And|Or|Will|Does|Is|Are|How|When|What|Which|Who|If)\b")


def _double_barrelled(question: Examined) -> Iterator[Flaw]:
    text = unquoted(question.text)
    begins = re.match(
        r"\W*(?:Will|Would|Does|Do|Is|Are|Can|Has|Have|Did|When will|How \w+ .{0,60}?\bwill)\b",
        text,
    )
    joined = _JOINED.search(text, begins.end()) if begins else None
    found = joined or _SECOND_SUBJECT.search(text) or _AGAIN.search(text)
    if found is None or _ONE_RULE.search(question.criteria):
        return
    reason = f"“{found[0][-60:].strip()}” joins two things that can turn out differently"
    fix = (
        "Ask two questions, or let the criteria say what counts when one happens and the "
        "other does not."
    )
    yield Flaw("double-barrelled", "blocking", "text", reason, fix)


_THINKS: Final = re.compile(
    r"\b(?:Will|Would|Do|Does|Did|Is|Are)\s(?P<who>[^?,]{1,80}?)\s(?P<verb>(?:have to )?(?:weigh"
    r"|consider|reconsider"
    r"|think|rethink|want|believe|intend|feel|hope|prefer|regret|fear|doubt|realise|realize"
    r"|understand|desire|wish"
    r"|contemplate|ponder|be (?:willing|tempted|ready|inclined|afraid|determined)|willing|tempted"
    r"|aware))\b"
)
_IN_PUBLIC: Final = re.compile(
    r"\b(?:says?|said|stat(?:es?|ed|ements?)|publish\w*|announc\w*|declar\w*|polls?|surveys?"
    r"|votes?|voted|sign\w*"
    r"|transcripts?|records?|minutes|agenda|reports?|filed?|tabled?)\b",
    re.IGNORECASE,
)


def _inner_thought(question: Examined) -> Iterator[Flaw]:
    found = _THINKS.search(question.text)
    if found is None or _IN_PUBLIC.search(question.criteria):
        return
    reason = f"“{found['verb']}” happens in somebody's head and leaves no dated public trace"
    fix = "Ask for the act that would show it: a vote, a law, a figure, a statement on record."
    yield Flaw("inner-thought", "blocking", "text", reason, fix)


def _both(question: Examined) -> tuple[tuple[Where, str], ...]:
    return ("text", question.text), ("criteria", question.criteria)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


def _instead(found: list[VagueWord]) -> str:
    return "; or ".join(dict.fromkeys(v.instead for v in found))
