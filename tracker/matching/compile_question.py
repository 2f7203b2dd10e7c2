"""Compile a question by rules: statements in the words of headlines, and the names in it.

The statements are what news is compared with, so that dates, question words and remarks in
brackets must not be in them. Where the rules do not understand a question they keep its words.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, assert_never

from forecasts.essays.drafting.subjects import remove_times
from forecasts.essays.english import (
    base_form,
    is_base_form,
    is_participle,
    is_plural,
    past_participle,
    present_participle,
    third_person,
)
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    MAX_NAMES,
    CompiledQuestion,
    Statement,
)
from forecasts.questions.question import Kind, Question

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_LOOSE_TIME: Final = re.compile(
    r",?\s*\b(?:by|before|in|on|at|until|through|during|between|from|after|as of|this|next)?\s*"
    r"(?:the\s+)?(?:(?:end|start|beginning|close|middle) of\s+)?(?:the\s+year\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+(?:19|20)\d\d)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:19|20)\d\d)?"
    rf"|{_MONTH}\s+(?:19|20)\d\d|(?:this|next) (?:year|month|week|quarter)|christmas|easter"
    r"|ramadan|new year"
    rf"|(?<=by )(?:mid-|late |early )?{_MONTH}|(?<=before )(?:the )?{_MONTH}|(?<=in ){_MONTH}"
    rf"|(?<=of )(?:this )?{_MONTH}|(?<=until ){_MONTH}|(?<=through ){_MONTH}|(?<=this ){_MONTH}"
    r"|this (?:spring|summer|autumn|fall|winter)|the (?:summer|winter)"
    r"|(?<![\d$€£,.])(?:19|20)\d\d(?![\d,%]|\.\d| (?:points|people|tonnes)))(?!['’\w-])",
    re.IGNORECASE,
)
_DANGLING: Final = re.compile(
    r"[\s,;:–-]+(?:by|before|in|on|at|until|through|during|between|from|after|as of|to|and|or|the"
    r"|the end of)$",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|https?://\S+")
_QUESTION_WORD: Final = re.compile(r"^(?:will|would|does|do|is|are|has|have|can|should)\b\s+", re.I)
_AMOUNT_QUESTION: Final = re.compile(
    r"^(?:by )?(?:how (?:many|much|high|low|large|big|far|long)|what(?: is| will be)?|at what|when)"
    r"\b\s*",
    re.IGNORECASE,
)
_WHO: Final = re.compile(r"^(?:who|(?:which|what)(?: \w+){1,3}?) will (?P<predicate>.+)$", re.I)
_WHERE: Final = re.compile(r"^(?:where|in (?:which|what) \w+) will (?P<event>.+)$", re.IGNORECASE)
_OPTION_QUESTION: Final = re.compile(
    r"^(?:(?:which|what) \w+ (?:fits|describes|matches|best describes)|which|what|who|where|how)\b"
    r"\s*",
    re.IGNORECASE,
)
_PREPOSITION: Final = re.compile(r"(?:into|to|on|for|off|out|up|down|back|with)\b")
_OR_MORE: Final = re.compile(r"\s+or (?:more|higher|above|less|fewer|lower|below)\b")
_GO_PUBLIC: Final = re.compile(r"\b(?:have an |hold an |complete an )?IPO$")
_YEAR_AS_SUBJECT: Final = re.compile(r"(?:19|20)\d\d\s+[a-z]")
_OUT: Final = re.compile(r"^(?P<who>(?:\S+\s+){0,4}\S+)\s+(?:be\s+)?out(?:\s+as\s+(?P<role>.+))?$")
_CLASH: Final = re.compile(
    r"^(?P<a>.+?)\s+(?:x|vs\.?|–|/)\s+(?P<b>.+?)\s+(?P<what>(?:military |armed |direct )?"
    r"(?:clash|conflict|war|strike|deal|agreement|ceasefire|meeting|talks|call|summit))$",
    re.IGNORECASE,
)
_FIGURE: Final = (
    r"(?P<n>[$€£¥]?\d[\d,.]*\s*(?:k|m|bn|trn|%|percent|per cent|basis points|bps|million"
    r"|billion|trillion)?\b%?[^,;]{0,40})"
)
_ABOVE: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:(?:(?:be|close|trade|end|finish|settle|stay|hit|rise|climb|go|stand|top"
    r"|reach|exceed|surpass|touch|cross|pass|average|come in|back)\s+)*"
    r"(?:at least|more than|above|over|higher than|≥|>=?|up to|at|of at least)"
    r"|(?:hit|reach|exceed|surpass|top|touch|cross|pass|rise to|climb to|average)|(?=[$€£¥]))\s*"
    rf"{_FIGURE}$",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:(?:be|close|trade|end|finish|settle|fall|drop|go|dip|slide|sink|stay)\s+"
    rf")*(?:to\s+)?(?:at most|less than|fewer than|below|under|lower than|≤|<=?)\s*{_FIGURE}$",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"^(?:more than|over|at least)\s+(?P<what>\d[\d,.]*\s.+)$", re.IGNORECASE
)
_STATE: Final = re.compile(
    r"^(?P<who>.+?)\s+(?:(?P<still>still)\s+)?(?P<where>(?:in|on|at|off|back|under|over|without"
    r"|(?<=still )\S+)\b.*)$"
)
_THERE: Final = re.compile(r"^there be (?P<no>no )?(?:an?\s+)?(?P<what>.+)$", re.IGNORECASE)
_NAME: Final = re.compile(
    r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|al|bin|van|von|der)\s+)*[A-Z0-9][\w’'.-]*)*"
)
_POSSESSIVE: Final = re.compile(r"[’']s\b")
_NO_NAMES: Final = frozenset(
    """will would does do is are has have can the a an what which who where when how by yes no if
    any and or at in on both there this that""".split()
)

_OPPOSITES: Final[Mapping[str, str]] = MappingProxyType(
    {
        verb: opposite
        for verb, _, opposite in (
            line.strip().partition(": ")
            for line in """
            accept: rejects
            agree: fails to agree
            adopt: rejects
            approve: rejects
            attack: holds back from attacking
            authorise: blocks
            authorize: blocks
            ban: allows
            block: allows
            buy: stops buying
            capture: fails to capture
            cease: continues
            close: keeps open
            collapse: survives
            condemn: refuses to condemn
            continue: stops
            cut: holds or raises
            decline: rises
            decrease: rises
            deploy: rules out sending
            drop: rises
            end: drags on
            enter: stays out of
            exit: stays in
            expand: shrinks
            fall: rises
            fire: keeps
            gain: loses
            grow: shrinks
            halt: continues
            impeach: clears
            impose: rules out
            improve: worsens
            increase: falls
            invade: rules out invading
            join: stays out of
            keep: gives up
            leave: stays in
            lose: wins
            maintain: gives up
            normalise: breaks off
            normalize: breaks off
            open: keeps closed
            oppose: supports
            pass: votes down
            pause: continues
            quit: stays in
            raise: holds or cuts
            ratify: rejects
            reach: stays below
            rejoin: stays out of
            reject: accepts
            release: keeps holding
            remain: stops being
            resign: vows to stay on
            resume: keeps suspended
            retake: fails to retake
            rise: falls
            sanction: exempts
            sign: refuses to sign
            stay: leaves
            stop: continues
            support: opposes
            survive: collapses
            suspend: continues
            veto: lets pass
            win: loses
            """.strip().splitlines()
        )
    }
)
"""Verbs that have an opposite which headlines use, in the third person."""

_WITH_OBJECT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "launch": "delays",
        "end": "extends",
        "survive": "loses",
        "stay": "stops being",
        "collapse": "saves",
    }
)
"""Opposites of verbs that mean something else with an object."""

_NOUN_OR_VERB: Final = frozenset(
    """acquire advance appoint apprehend approve arm arrest attack attribute average ban beat bid
    bomb call cap capture charge climb concede conduct confirm control convict criticise
    criticize cut default deploy destroy detain detonate dissolve dock double drop ease
    elect enter evacuate exceed expel export extend file fire free fund halve hike hold host
    impeach import indict invoke ipo join kill land liberate lift merge name nominate order
    normalise normalize orbit outpace overturn pardon pause peak publish qualify reach
    recall recapture record rejoin release relegate renew reopen resume retake retire rule
    run sack sanction seize sell send shell ship shoot slip slow strike supply surpass test
    tighten top tour trigger unveil uphold visit withdraw""".split()
)


def compile_question(question: Question) -> CompiledQuestion:
    """Compile a question by rules.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> question = build_question(NewQuestion("rodynske", "Will Russia capture Rodynske by May 31?",
    ...     "As the map shows it.", ("https://example.org",), utc("2026-01-01"), utc("2026-06-01"),
    ...     utc("2026-06-02")))
    >>> compile_question(question).statements[0]
    Statement(yes='Russia captures Rodynske', no='Russia fails to capture Rodynske', option='')
    """
    return compile_text(question.text, question.kind, question.offered_options(question.opens_at))


@lru_cache(maxsize=20_000)
def compile_text(text: str, kind: Kind, options: tuple[str, ...]) -> CompiledQuestion:
    """Compile a question of this text, kind and options by rules."""
    body = strip_question(text)
    return CompiledQuestion(_make_statements(body, kind, options), find_names(text))


def _make_statements(body: str, kind: Kind, options: tuple[str, ...]) -> tuple[Statement, ...]:
    match kind:
        case "categorical" | "ordered":
            return tuple(
                Statement(_shorten(_capitalise(_phrase_option(body, option))), "", option)
                for option in options
            )
        case "binary":
            return (_make_statement(*phrase_outcomes(body)),)
        case "date":
            inverted = _QUESTION_WORD.sub("", _AMOUNT_QUESTION.sub("", body))
            subject = " ".join(inverted.split()[: _find_verb(inverted.split()) or None])
            event, _ = _phrase_clause(inverted, is_inverted=True)
            return (_make_statement(event, f"{_clean_subject(subject)} is postponed"),)
        case "numeric":
            amount = re.sub(r"\bwill (?:be )?", "", _AMOUNT_QUESTION.sub("", body))
            return (_make_statement(f"{amount} rises", f"{amount} falls"),)
        case _:
            assert_never(kind)


def _phrase_option(body: str, option: str) -> str:
    """Return the headline of an option: of "Who will win?", "Where will they meet?" and others."""
    if match := _WHO.match(body):
        return _phrase_clause(f"{option} {match['predicate']}", is_inverted=True)[0]
    if match := _WHERE.match(body):
        return f"{_phrase_clause(match['event'], is_inverted=True)[0]} in {option}"
    return f"{option}: {_OPTION_QUESTION.sub('', body)}"


def strip_question(text: str) -> str:
    """Return a question's words without question mark, times and remarks.

    >>> strip_question("Will gold close at $3,200 or more at the end of 2025? (COMEX)")
    'Will gold close at $3,200'
    """
    body = _REMARK.sub("", text).split("?")[0].strip()
    first, _, rest = _GO_PUBLIC.sub("go public", _OR_MORE.sub("", body)).partition(" ")
    previous = None
    while previous != rest and not _YEAR_AS_SUBJECT.match(rest):
        previous = rest
        rest = _DANGLING.sub("", _LOOSE_TIME.sub("", f" {rest}")).strip(" ,;:")
    if not _YEAR_AS_SUBJECT.match(rest):
        rest = _DANGLING.sub("", remove_times(rest))
    return f"{first} {rest}".strip()


def phrase_outcomes(body: str) -> tuple[str, str]:
    """Return the headlines of YES and NO of a yes/no question that `strip_question` has stripped.

    >>> phrase_outcomes("Starmer out")
    ('Starmer steps down or is removed', 'Starmer stays on')
    >>> phrase_outcomes("Bitcoin above $150K")
    ('Bitcoin rises above $150K', 'Bitcoin stays below $150K')
    >>> phrase_outcomes("Will there be no change in interest rates")
    ('no change in interest rates', 'change in interest rates')
    """
    inverted = _QUESTION_WORD.sub("", body)
    is_inverted = inverted != body
    body = inverted
    subject, to, predicate = body.partition(" to ")
    if not is_inverted and to and _is_verb(predicate.split()[0]):
        body, is_inverted = f"{subject} {predicate}", True
    return _phrase_pattern(body) or _phrase_clause(body, is_inverted=is_inverted)


def _phrase_pattern(body: str) -> tuple[str, str] | None:
    """Return the headlines of a question in one of the short forms of prediction markets."""
    if match := _OUT.match(body):
        role = f" as {match['role']}" if match["role"] else ""
        return f"{match['who']} steps down or is removed{role}", f"{match['who']} stays on{role}"
    if match := _CLASH.match(body):
        sides = f"{match['a']} and {match['b']}"
        return f"{sides} {match['what']}", f"{sides} avoid {match['what']}"
    if match := _THERE.match(body):
        happens, missing = match["what"], f"no {match['what']}"
        return (missing, happens) if match["no"] else (happens, missing)
    if match := _COUNT.match(body):
        return f"More than {match['what']}", f"Fewer than {match['what']}"
    if match := _BELOW.match(body):
        return _phrase_threshold(match, "falls below", "stays above")
    if (match := _ABOVE.match(body)) and not _starts_clause(match["what"]):
        return _phrase_threshold(match, "rises above", "stays below")
    return None


def _starts_clause(subject: str) -> bool:
    """Return True if a threshold's subject has a verb of its own: "EU import at least …"."""
    return _find_verb([*subject.split(), "…"]) > 0


def _phrase_clause(body: str, *, is_inverted: bool) -> tuple[str, str]:
    words = body.split()
    index = _find_verb(words)
    subject = _clean_subject(" ".join(words[:index]))
    if index and not is_inverted and not _is_plural(subject):
        index = 0  # "North Korea nuclear test": a noun
    if index and not is_inverted and past_participle(words[index]) == words[index]:
        return _phrase_event(subject, "be", " ".join(words[index:]))
    if index:
        verb = "be" if words[index] == "be" else words[index].lower()
        return _phrase_event(subject, verb, " ".join(words[index + 1 :]))
    if index := _find_present(words):
        rest = " ".join(words[index + 1 :])
        return _phrase_event(" ".join(words[:index]), base_form(words[index]), rest)
    if index := _find_participle(words):
        return _phrase_event(_clean_subject(" ".join(words[:index])), "be", " ".join(words[index:]))
    if (match := _STATE.match(body)) and (match["still"] or _is_agent(match["who"])):
        still = "still " if match["still"] else ""
        no = "no longer" if still else "not"
        be = "are" if _is_plural(match["who"]) else "is"
        return (
            f"{match['who']} {be} {still}{match['where']}",
            f"{match['who']} {be} {no} {match['where']}",
        )
    return (body, body[3:]) if body.lower().startswith("no ") else (body, f"No {body}")


def _phrase_threshold(match: re.Match[str], yes: str, no: str) -> tuple[str, str]:
    subject, figure = match["what"], match["n"].strip()
    return f"{subject} {yes} {figure}", f"{subject} {no} {figure}"


def _phrase_event(subject: str, verb: str, rest: str) -> tuple[str, str]:
    complement = f" {rest}" if rest else ""
    subject = re.sub(r"\s+still$", "", subject)
    plural = _is_plural(subject)
    present = {"be": "are"}.get(verb, verb) if plural else third_person(verb)
    if subject.lower().startswith("no "):
        return f"{subject} {present}{complement}", f"{subject[3:]} {present}{complement}"
    if verb == "be":
        return f"{subject} {present}{complement}", f"{subject} {present} not{complement}"
    opposite = (_WITH_OBJECT if rest else _OPPOSITES).get(verb, _OPPOSITES.get(verb))
    fits = opposite is not None and (opposite.endswith(verb) or not _PREPOSITION.match(rest))
    if opposite is None or not fits:  # no "stays out of into force"
        negation = "do not" if plural else "does not"
        refusal = "rule" if plural else "rules"
        no = (
            f"{subject} {refusal} out {present_participle(verb)}{complement}"
            if _is_agent(subject)
            else f"{subject} {negation} {verb}{complement}"
        )
        return f"{subject} {present}{complement}", no
    if plural:
        first, _, others = opposite.partition(" ")
        opposite = f"{base_form(first)} {others}".strip()
    return f"{subject} {present}{complement}", f"{subject} {opposite}{complement}"


def _find_present(words: list[str]) -> int:
    """Return the index of a verb in the third person ("China launches a module"); 0 if none."""
    return next(
        (
            n
            for n, word in enumerate(words)
            if n
            and word.islower()
            and base_form(word) != word
            and _is_verb(base_form(word))
            and words[n - 1].lower() not in _BEFORE_NOUNS
            and base_form(word) not in _NOUN_OR_VERB
        ),
        0,
    )


def _find_verb(words: list[str]) -> int:
    """Return the index of the main verb, 0 without one.

    Words that are also nouns ("rate cuts", "a test") count only where no clear verb follows, and
    the verb of a relative clause ("the treaty that both sign") is passed over.
    """
    candidates = [
        index
        for index in range(1, len(words))
        if _is_verb(words[index]) and words[index - 1].lower() not in _BEFORE_NOUNS
    ]
    relative = next((n for n, word in enumerate(words) if word in ("that", "which", "who")), None)
    if relative is not None and len([n for n in candidates if n > relative]) > 1:
        inside = next(n for n in candidates if n > relative)
        candidates = [n for n in candidates if n < relative or n > inside]
    clear = [n for n in candidates if words[n] not in _NOUN_OR_VERB]
    if clear and candidates[0] < clear[0] and words[clear[0] - 1] in ("to", "and"):
        return candidates[0]
    return next(iter(clear or candidates), 0)


_PLURAL_NAMES: Final = ("Forces", "Rebels", "Taliban", "Democrats", "Republicans", "Houthis")

_BEFORE_NOUNS: Final = frozenset(
    """the a an to of in on at by for with from no its their his her first second next new any each
    every more another""".split()
)


def _is_verb(word: str) -> bool:
    return word.islower() and (is_base_form(word) or word in _OPPOSITES or word in _NOUN_OR_VERB)


def _find_participle(words: list[str]) -> int:
    return next(
        (n for n, word in enumerate(words) if n and word.islower() and is_participle(word)), 0
    )


def _is_agent(subject: str) -> bool:
    """Return True for somebody who can rule something out: a name, a government, leaders."""
    head = re.split(r"\s(?:of|in|between|on|for|with|to|that|which)\s", subject)[0].split()
    return all(word[:1].isupper() or word in ("and", "or", "the") for word in head) or (
        head[-1].lower() in _ACTORS
    )


_ACTORS: Final = frozenset(
    """government president minister leader leaders ministry parliament party bank court company
    regulator king pope chancellor commission council troops forces army""".split()
)


def _is_plural(subject: str) -> bool:
    return (
        is_plural(subject)
        or subject.endswith(_PLURAL_NAMES)
        or (" " not in subject and subject.lower().endswith(("ages", "ers", "ors", "ists")))
    )


def _clean_subject(subject: str) -> str:
    return re.sub(r"^(?:the|an?)\s+", "", subject.replace("”", "").replace("“", ""), flags=re.I)


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _make_statement(yes: str, no: str) -> Statement:
    first, second = _shorten(_capitalise(yes)), _shorten(_capitalise(no))
    return Statement(first, second if second != first else "")


def _shorten(line: str) -> str:
    return " ".join(line.split())[:MAX_LINE_LENGTH].strip()


def find_names(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the names in a question, in order; of a person the last name is a spelling, too.

    >>> find_names("Will Xi Jinping visit the European Union by May 2026?")
    (('Xi Jinping', 'Jinping'), ('European Union',))
    """
    names: dict[str, tuple[str, ...]] = {}
    for match in _NAME.finditer(_POSSESSIVE.sub(" |", _LOOSE_TIME.sub("", _REMARK.sub("", text)))):
        words = match[0].split()
        while words and words[0].lower() in _NO_NAMES:
            words.pop(0)
        name = " ".join(words).strip(".’'-")
        if len(name) > 1 and name not in names:
            is_person = len(words) == 2 and all(w.isalpha() and not w.isupper() for w in words)
            last = (words[-1],) if is_person and words[-1] not in _COMMON_LAST else ()
            names[name] = (name, *last)
    return tuple(names.values())[:MAX_NAMES]


_COMMON_LAST: Final = frozenset(
    """Union States Kingdom Korea Sea Council Bank House Court Party Index Street Reserve Treasury
    Nations City Assembly Administration Forces Army Strait""".split()
)
