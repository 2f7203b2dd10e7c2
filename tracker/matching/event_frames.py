"""Headlines that usually come before an event of a common kind, or before its opposite.

"Loses confidence vote" speaks for "steps down", though the two share no word. Each frame names a
kind of event by the words of its statement; `{a}` is the subject, `{b}` the rest of the statement.
The frames are general: none is about one question.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from forecasts.questions.compiled_question import Statement
from tracker.matching.headline_clauses import has_present_verb


@dataclass(frozen=True, slots=True)
class EventFrame:
    """Kind of event: a pattern with the groups `a` and `b`, and headlines for and against it."""

    pattern: re.Pattern[str]
    towards: tuple[str, ...]
    away: tuple[str, ...]


def _frame(pattern: str, towards: str, away: str) -> EventFrame:
    return EventFrame(
        re.compile(rf"^{pattern}$", re.IGNORECASE),
        tuple(line.strip() for line in towards.split(";")),
        tuple(line.strip() for line in away.split(";")),
    )


_A: Final = r"(?P<a>.+?)(?<! is)(?<! are)(?<! be)(?<! to)(?<! not)(?<! the)(?<! by)(?<! of)"
_B: Final = (
    r"(?!(?:is|are|was|were|has|have|will|stays?|remains?|rises?|falls?|in|on|off|at|away|out|by|of"
    r"|up|positive)\b)(?P<b>.+)"
)
"""Subject and object; the verb between them must be the main verb: no "Agency is shut down"."""

FRAMES: Final = (
    _frame(
        rf"{_A} (?:rises above|exceeds|tops) {_B}",
        "{a} hits record high; {a} rises; {a} jumps; forecast of {a} raised",
        "{a} falls; {a} drops; {a} slumps; forecast of {a} cut",
    ),
    _frame(
        rf"{_A} (?:falls below|drops below) {_B}",
        "{a} falls; {a} drops; {a} slumps; {a} hits low",
        "{a} rises; {a} rebounds; {a} hits high",
    ),
    _frame(
        rf"{_A} (?:stays above) {_B}",
        "{a} rises; {a} holds firm; {a} rebounds",
        "{a} falls; {a} drops; {a} slumps",
    ),
    _frame(
        rf"{_A} (?:stays below) {_B}",
        "{a} falls; {a} steady; {a} eases",
        "{a} rises; {a} jumps; {a} hits high",
    ),
    _frame(
        rf"{_A} (?:steps down|resigns|quits|is removed|is ousted|ceases to|loses office)(?P<b>.*)",
        "{a} resigns; {a} loses confidence vote; {a} faces calls to resign; "
        "party moves to oust {a}",
        "{a} vows to stay on; {a} survives confidence vote; {a} rules out resigning",
    ),
    _frame(
        rf"{_A} (?:remains?|is still|stays on as|keeps office) (?P<b>.*(?:president|minister|leader"
        r"|chief|chair\w*|chancellor|PM|secretary|king|pope|governor|mayor).*)",
        "{a} vows to stay on; {a} survives confidence vote; {a} wins another term",
        "{a} resigns; {a} loses confidence vote; {a} faces calls to resign; {a} is ousted",
    ),
    _frame(
        rf"{_A} (?:invades?|attacks?|strikes?|bombs?|goes to war with|declares? war on) {_B}",
        "{a} masses troops near {b}; {a} threatens {b}; {a} holds military drills near {b}; "
        "{a} launches strikes on {b}",
        "{a} and {b} hold talks; {a} pulls back troops from {b}; {a} says it will not attack {b}",
    ),
    _frame(
        rf"{_A} (?:captures?|seizes?|takes?|retakes?|recaptures?|takes control of) {_B}",
        "{a} advances on {b}; {a} troops enter {b}; fighting in {b}; defenders withdraw from {b}",
        "attack on {b} repelled; {b} holds out; counterattack near {b}",
    ),
    _frame(
        r"(?P<a>.*\bwar\b.*?) (?:ends|is over)(?P<b>.*)",
        "ceasefire agreed in {a}; peace talks on {a} make progress; peace plan for {a}",
        "peace talks on {a} stall; ceasefire rejected in {a}; {a} escalates; "
        "no end in sight for {a}",
    ),
    _frame(
        r"(?P<a>.*\b(?:ceasefire|truce|peace deal|peace agreement)\b.*?)"
        r" (?:takes effect|is signed|holds|happens|is agreed)(?P<b>.*)",
        "peace talks make progress; {a} close, says mediator; both sides agree on {a}",
        "{a} talks stall; {a} rejected; fighting goes on despite {a} talks; {a} violated",
    ),
    _frame(
        rf"{_A} (?:signs?|agrees? on|agrees? to|reach(?:es)?|seals?) {_B}",
        "{a} close to {b}; {a} talks on {b} make progress; {a} approves {b}",
        "{a} talks on {b} stall; {a} rejects {b}; {b} delayed",
    ),
    _frame(
        rf"{_A} (?:joins?|applies to join|enters?) {_B}",
        "{a} applies to join {b}; {b} approves membership of {a}; {a} parliament votes to join {b}",
        "{b} blocks membership of {a}; {a} has no plan to join {b}; {a} bid for {b} delayed",
    ),
    _frame(
        rf"{_A} (?:wins?|is elected|beats?) {_B}",
        "{a} leads polls for {b}; {a} ahead in {b}; {a} declared winner of {b}",
        "{a} trails in polls for {b}; {a} concedes {b}; rival of {a} leads {b}",
    ),
    _frame(
        rf"{_A} (?:passes?|approves?|adopts?|ratif(?:y|ies)|enacts?) {_B}",
        "{b} clears committee; vote on {b} set; majority for {b}; {a} backs {b}",
        "{b} stalls; {a} postpones vote on {b}; opposition to {b} grows; {b} defeated",
    ),
    _frame(
        rf"{_A} (?:imposes?|announces?|adds?) (?P<b>.*(?:sanctions|tariffs|embargo|ban|curbs).*)",
        "{a} weighs {b}; {a} prepares {b}; {a} approves {b}",
        "{a} rules out {b}; {b} blocked; {a} delays {b}; {a} eases {b}",
    ),
    _frame(
        rf"{_A} (?:bans?|blocks?|shuts?|closes?) {_B}",
        "{a} plans ban on {b}; {a} threatens to block {b}; {a} restricts {b}",
        "{a} allows {b}; court overturns ban on {b}; {b} stays open",
    ),
    _frame(
        rf"{_A} (?:meets?|holds? talks with|hosts?) {_B}",
        "{a} to meet {b}; date set for meeting of {a} and {b}; {a} invites {b}; "
        "{a} arrives for talks with {b}",
        "{a} cancels talks with {b}; meeting of {a} and {b} postponed; "
        "{a} sees no reason to meet {b}",
    ),
    _frame(
        rf"{_A} visits? {_B}",
        "{a} to visit {b}; date set for visit of {a} to {b}; {b} invites {a}; {a} arrives in {b}",
        "{a} cancels trip to {b}; visit of {a} to {b} postponed; {a} sees no reason to visit {b}",
    ),
    _frame(
        rf"{_A} (?:raises?|hikes?|cuts?|lowers?) {_B}",
        "{a} signals move on {b}; markets expect {a} to move {b}",
        "{a} holds {b} steady; {a} sees no need to change {b}",
    ),
    _frame(
        rf"{_A} (?:launch(?:es)?|starts?|begins?|unveils?) {_B}",
        "{a} ready to launch {b}; {a} sets date for {b}; {b} begins",
        "{a} delays {b}; {b} postponed; {a} cancels {b}",
    ),
    _frame(
        rf"{_A} (?:leaves?|quits?|withdraws? from|exits?|pulls? out of|sells?) {_B}",
        "{a} plans to leave {b}; {a} announces exit from {b}; {a} winds down {b}",
        "{a} to stay in {b}; {a} rules out leaving {b}; {a} returns to {b}",
    ),
    _frame(
        rf"{_A} (?:defaults?) (?P<b>.*)",
        "{a} misses payment; rating of {a} cut to junk; {a} seeks debt relief",
        "{a} makes bond payment; {a} secures bailout; creditors of {a} agree",
    ),
    _frame(
        rf"{_A} (?:is released|is freed|walks free|returns home|is back)(?P<b>.*)",
        "{a} swap talks; deal to free {a}; court orders release of {a}",
        "{a} sentenced; court extends detention of {a}; {a} appeal rejected",
    ),
    _frame(
        r"(?P<a>.+ and .+?) (?:military |armed |direct )?(?:clash|conflict|war|fight)(?P<b>.*)",
        "{a} exchange fire; {a} vessels collide; shots fired between {a}; {a} on brink of war",
        "{a} agree to ease tensions; {a} hold talks; {a} pull back troops",
    ),
    _frame(
        rf"{_A} (?:conducts?|carr(?:y|ies) out|tests?|detonates?) {_B}",
        "{a} prepares {b}; {a} orders {b}; activity seen at test site in {a}",
        "{a} rules out {b}; {a} keeps moratorium; {a} denies plans for {b}",
    ),
    _frame(
        rf"{_A} (?:deploys?|sends?|suppl(?:y|ies)|delivers?|provides?) {_B}",
        "{a} ready to send {b}; {a} approves {b}; {a} plans to send {b}; {b} on the way",
        "{a} will not send {b}; {a} rejects sending {b}; {b} delayed",
    ),
    _frame(
        rf"{_A} (?:enters? (?:a )?recession|falls into recession)(?P<b>.*)",
        "economy of {a} shrinks; unemployment in {a} rises; growth in {a} slows; recession fears",
        "economy of {a} grows; growth in {a} beats forecasts; jobs in {a} rise",
    ),
    _frame(
        rf"{_A} (?:goes public|lists shares)(?P<b>.*)",
        "{a} files for listing; {a} picks banks for IPO; {a} prepares share sale",
        "{a} delays IPO; {a} stays private; {a} raises private money",
    ),
    _frame(
        rf"{_A} (?:is|are) (?:arrested|apprehended|caught|captured|charged|indicted)(?P<b>.*)",
        "police identify {a}; suspects detained over {a}; warrant for {a}; prosecutors charge {a}",
        "{a} still at large; hunt for {a} goes on; court rejects charges against {a}",
    ),
    _frame(
        rf"{_A} (?:is|are) (?:convicted|found guilty|sentenced|impeached)(?P<b>.*)",
        "prosecutors seek sentence for {a}; trial of {a} opens; jury hears evidence against {a}",
        "{a} acquitted; case against {a} dismissed; trial of {a} delayed",
    ),
    _frame(
        rf"{_A} (?:normali[sz]es?|restores?|resumes?|reopens?|mends?) {_B}",
        "{a} hold talks on {b}; {a} agree steps towards {b}; {a} ready to resume {b}",
        "{a} reject {b}; no progress on {b}; {b} stay suspended",
    ),
    _frame(
        rf"{_A} (?:suspends?|stops?|halts?|cuts? off) {_B}",
        "{a} threatens to halt {b}; {a} reduces {b}; {a} warns on {b}",
        "{a} resumes {b}; {a} continues {b}; {a} says no plan to stop {b}",
    ),
    _frame(
        rf"{_A} (?:lifts?|eases?|ends?|relaxes|removes?|drops?) {_B}",
        "{a} considers easing {b}; {a} to lift {b}; {a} relaxes {b}",
        "{a} extends {b}; {a} keeps {b}; {a} tightens {b}",
    ),
    _frame(
        rf"{_A} (?:extends?|renews?|keeps?|maintains?|retains?) {_B}",
        "{a} backs {b}; {a} to keep {b}; {a} renews {b}",
        "{a} to end {b}; {b} at risk; {a} lets {b} lapse",
    ),
    _frame(
        rf"{_A} (?:buys?|acquires?|takes? over|merges? with) {_B}",
        "{a} bids for {b}; {a} in talks to buy {b}; regulator clears deal of {a} and {b}",
        "{a} drops bid for {b}; regulator blocks {a} deal; {b} rejects offer",
    ),
    _frame(
        rf"{_A} votes? (?:for|yes on|in favou?r of) {_B}",
        "{a} to back {b}; {a} supports {b}",
        "{a} abstains on {b}; {a} opposes {b}; {a} vetoes {b}",
    ),
    _frame(
        rf"{_A} votes? against {_B}",
        "{a} to oppose {b}; {a} criticises {b}; {a} vetoes {b}",
        "{a} abstains on {b}; {a} backs {b}",
    ),
    _frame(
        rf"{_A} (?:imports?|exports?|produces?|ships?) {_B}",
        "{a} purchases of {b} rise; {a} output of {b} up; record {b}",
        "{a} purchases of {b} fall; {a} cuts {b}; {a} to end {b}",
    ),
    _frame(
        rf"{_A} (?:rises?|increases?|grows?|improves?|climbs?)(?P<b>.*)",
        "{a} up; {a} jumps; {a} at record high",
        "{a} down; {a} falls; {a} drops",
    ),
    _frame(
        rf"{_A} (?:falls?|declines?|shrinks?|decreases?|drops?)(?P<b>.*)",
        "{a} down; {a} slumps; {a} at low",
        "{a} up; {a} rebounds; {a} rises",
    ),
)


@lru_cache(maxsize=20_000)  # each poll asks for all open questions
def expand_statement(statement: Statement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return further headlines for the one outcome, and for the other.

    They are those that usually come before it, and the statement without its qualifiers, which
    short reports leave out.

    >>> for lines in expand_statement(Statement("Sánchez steps down", "Sánchez stays on")):
    ...     print(lines[:2])
    ('Sánchez resigns', 'Sánchez loses confidence vote')
    ('Sánchez vows to stay on', 'Sánchez survives confidence vote')
    >>> expand_statement(Statement("Peru taxes parcels from Temu and Shein", "")) [0]
    ('Peru taxes parcels',)
    """
    towards, away = _shorten(statement.yes), _shorten(statement.no)
    for frame in FRAMES:
        match = frame.pattern.match(statement.yes)
        if match and not has_present_verb(match["a"].split()):
            groups = {name: words.strip(" .,:") for name, words in match.groupdict().items()}
            return (
                (*_fill(frame.towards, groups), *towards),
                (*_fill(frame.away, groups), *away),
            )
    return towards, away


_QUALIFIER: Final = re.compile(
    r"(?:,| such as | including | from | under | through | over | because of | in exchange for "
    r"| worth | of at least | of more than | with (?:a|an|the|no) ).*$"
)
MIN_WORDS: Final = 3


def _shorten(line: str) -> tuple[str, ...]:
    short = _QUALIFIER.sub("", line)
    return (short,) if short != line and len(short.split()) >= MIN_WORDS else ()


def _fill(lines: tuple[str, ...], groups: dict[str, str]) -> tuple[str, ...]:
    filled = (line.format(**groups) for line in lines)
    return tuple(line[:1].upper() + line[1:] for line in filled if len(line) <= 160)
