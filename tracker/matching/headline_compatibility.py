"""Compatibility of headlines: those with other numbers, negations or directions are no copies.

Common words cannot distinguish "rises" from "falls"; these guards can, for opposites that are
frequent in news. They err towards "incompatible": a copy taken for news costs little, a denial
merged with what it denies costs the story.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tracker.matching.boilerplate import split_words
from tracker.matching.polarity_lexicon import is_negation

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = (
    {
        word: str(number)
        for number, word in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve".split()
        )
    }
    | dict.fromkeys(("dozen", "dozens"), "dozen")
    | {"hundreds": "hundred", "thousands": "thousand"}
)
_NUMBER_NAMES = frozenset(
    "first second third fourth fifth sixth seventh dozen hundred thousand million billion"
    " trillion monday tuesday wednesday thursday friday saturday sunday january february"
    " march april june july august september october november december q1 q2 q3 q4".split()
)
_DENIALS = frozenset(
    "deny denies denied"
    " denying denial refuse refuses refused refusing refusal reject rejects rejected"
    " rejecting rejection refute refutes refuted rebuff rebuffs rebuffed dismiss dismisses"
    " dismissed fail fails failed failing failure unable dispute disputes disputed debunks"
    " debunked false fake hoax untrue off fewer least не нет ни без отказ отказался"
    " отказалась отказались отказывается отрицает отрицают опроверг опровергла опровергли"
    " опровергает отверг отвергла отвергает отклонил отклонила".split()
)
_LIMITS = frozenset([("at", "least"), ("не", "менее"), ("не", "более")])
"""Phrases that give a minimum or maximum, and deny nothing."""
_NEGATION_SIGNS = frozenset("不 没 無 无 未 否 拒 非 勿")

_OPPOSITES = (
    "rise rises rose rising risen gain gains gained climb climbs climbed jump jumps jumped soar "
    "soars soared surge surges surged rally rallies rallied grow grows grew grown growing "
    "growth increase increases increased increasing up upward grows more higher rebound "
    "rebounds expand expands expanded expansion boost boosts boosted boom booms highest "
    "record-high strengthen strengthens strengthened improve improves improved raise raises "
    "raised hike hikes hiked accelerate accelerates accelerated more best better escalate "
    "escalates escalated escalation upgrade upgrades upgraded widen widens widened double "
    "doubles doubled bullish optimism recover recovers recovered peak high рост растет растёт "
    "вырос выросла выросли повысил повысила увеличил / fall falls fell falling fallen drop "
    "drops dropped slide slides slid decline decline's plunge plunges plunged tumble tumbles "
    "tumbled sink sinks sank slump slumps slumped shrink shrinks shrank decrease decreases "
    "decreased decreasing down downward lower lowers lowered contraction collapse collapses "
    "collapsed lowest dip dips dipped slip slips slipped fade fades faded fewer weaken weakens "
    "weakened worsen worsens worsened cut cuts cutting slash slashes slashed reduce reduces "
    "reduced slow slows slowed less worst worse ease eases eased de-escalate de-escalates "
    "de-escalation downgrade downgrades downgraded narrow narrows narrowed halve halves halved "
    "bearish pessimism crash crashes crashed low lose loses losses падает упал упала упали "
    "снизил снизила снизился снизилась сократил падение",
    "accept accepts accepted agree agrees agreed agreement approve approves approved approval "
    "back backs backed support supports supported confirm confirms confirmed confirming admit "
    "admits admitted welcome welcomes welcomed endorse endorses endorsed ratify ratifies "
    "ratified pass passes passed praise praises praised hail hails hailed embrace favour "
    "favours favor favors yes acknowledge acknowledges acknowledged allow allows allowed permit "
    "permits permitted adopt adopts adopted claim claims verify verifies affirm affirms uphold "
    "upholds upheld legalise legalises legalize legalizes clear clears cleared sign signs "
    "signed согласился одобрил подтвердил подтвердила поддержал принял / oppose opposes opposed "
    "opposition disagree disagrees disagreed block blocks blocked veto vetoes vetoed condemn "
    "condemns condemned criticise criticises criticize criticizes criticised criticized "
    "denounce denounces denounced against slam slams slammed reject rejects rejected refuse "
    "refuses refused deny denies denied dismiss dismisses dismissed bans banned prohibit "
    "prohibits prohibited forbid forbids bar bars barred overturn overturns overturned "
    "strike-down doubt doubts scrap scraps scrapped abandon abandons abandoned outlaw outlaws "
    "overrule overrules quit quits осудил осудила отверг отклонил запретил запретила",
    "start starts started begin begins began resume resumes resumed launch launches launched "
    "open opens opened reopen reopens reopened extend extends extended continue continues "
    "continued keep keeps kept restore restores restored renew renews renewed maintain "
    "maintains maintained restart restarts hold holds held deploy deploys proceed proceeds "
    "survive survives survived activate начал начала начались возобновил открыл продлил / stop "
    "stops stopped halt halts halted end ends ended suspend suspends suspended close closes "
    "closed shut shuts shutdown cancel cancels cancelled canceled postpone postpones postponed "
    "delay delays delayed terminate terminates terminated abort aborts freeze freezes froze "
    "pause pauses paused break breaks broke broken cease ceases interrupt interrupts expire "
    "expires quit quits drop drops scrap scraps scrapped die dies died sever severs dissolve "
    "dissolves deactivate прекратил прекратила приостановил приостановила закрыл остановил "
    "отменил отменила",
    "impose imposes imposed tighten tightens tightened toughen toughens introduce introduces "
    "introduced add adds ввел ввела ввёл / lift lifts lifted ease eases eased loosen loosens "
    "loosened relax relaxes relaxed remove removes removed waive waives снял сняла",
    "win wins won victory beat beats succeed succeeds succeeded success successful triumph "
    "triumphs triumphed победил / lose loses lost defeat defeated fail fails failed failure "
    "unsuccessful проиграл",
    "join joins joined enter enters entered return returns returned stay stays stayed remain "
    "remains remained arrive arrives arrived rejoin rejoins accede advance advances advanced "
    "occupy occupies capture captures captured seize seizes attend attends / leave leaves left "
    "exit exits exited withdraw withdraws withdrew withdrawal depart departs departed retreat "
    "retreats retreated skip skips skipped boycott boycotts flee flees fled evacuate liberate "
    "liberates quit quits",
    "arrest arrests arrested detain detains detained jail jails jailed convict convicts "
    "convicted guilty imprison charge charges charged sentenced / release releases released "
    "free frees freed acquit acquits acquitted innocent pardon pardons pardoned cleared clears "
    "drop drops exonerated",
    "attack attacks attacked invade invades invaded war fight fights offensive strike strikes "
    "threaten threatens hostile clash clashes / defend defends peace ceasefire truce defensive "
    "reconcile reconciles",
    "buy buys bought import imports imported / sell sells sold export exports exported",
    "likely possible safe legal stable certain strong ready united able effective near / "
    "unlikely impossible unsafe dangerous illegal unstable uncertain weak unready divided "
    "unable ineffective far",
    "hawkish positive pro / dovish negative anti",
    "before early earlier sooner ahead / after late later behind",
    "alive survivor survivors survived survive survives rescued / dead killed dies died die",
    "appoint appoints appointed hire hires hired elect elected name names named reinstated "
    "reinstates promote promotes / dismiss dismisses dismissed fire fires fired sack sacks "
    "sacked oust ousts ousted resign resigns resigned remove removes removed",
    (
        "exceed exceeds exceeded beat beats above over surpass surpasses surpassed / miss "
        "misses missed below under short"
    ),
    "build builds built create creates created protect protects protected / destroy destroys "
    "destroyed demolish demolishes demolished dismantle dismantles damage damages scrap scraps",
    "friend friends ally allies friendly trust trusts trusted / enemy enemies foe foes rival "
    "hostile distrust distrusts",
    (
        "invite invites invited / disinvite disinvites expel expels expelled exclude excludes "
        "excluded uninvite"
    ),
    (
        "hope hopes hopeful calm calms progress breakthrough / fear fears feared panic panics "
        "deadlock stalemate setback"
    ),
)

_OPPOSITE_SIGNS = (
    ("提高 上涨 上升 增加 增长 扩大 加强", "降低 下跌 下降 减少 萎缩 缩小 削弱"),
    ("同意 支持 批准 证实 承认 接受 欢迎", "拒绝 反对 否决 否认 驳斥 谴责 禁止"),
    ("开始 恢复 启动 开放 延长 继续", "停止 中断 暂停 关闭 取消 结束"),
    ("加入 抵达 占领", "退出 离开 撤离 撤出"),
    ("释放 无罪", "逮捕 有罪"),
    ("实施 加征", "解除 取消"),
    ("获胜 胜利 成功", "失败 败北"),
)
_SYNONYMS = {
    word: listed.split()[0]
    for listed in (
        "war conflict fighting,troops forces soldiers army military,killed slain dead die "
        "dies,talks negotiations meeting meet discussions summit,officials authorities "
        "official,government administration,president leader chief head boss,company firm "
        "group,city town,report study survey,people persons civilians,country nation state,help "
        "assist aid,big large huge major key,small minor,near close,warns cautions warn,amid "
        "during,show reveal shows reveals,invasion assault attack offensive,police "
        "cops,children kids,oil crude,shares stocks,usa america us american,uk britain "
        "british,ukraine ukrainian kyiv,russia russian moscow kremlin,china chinese beijing,pm "
        "premier prime minister,fm foreign,bn billion,mn million,pc percent,eu european "
        "europe,airport airfield,plane aircraft jet,missile rocket missiles rockets,blast "
        "explosion,gas lng,plan proposal,deal pact agreement accord treaty,vote election "
        "poll,visit trip,urges calls asks,tells told,hits strikes,buy purchase,get "
        "receive,likely probably,inflation prices,refugees migrants,year annual,law bill "
        "legislation,court judge,fire blaze,ship vessel"
    ).split(",")
    for word in listed.split()
}


def _build_sides() -> dict[str, tuple[tuple[int, int], ...]]:
    """Map words to the axes of opposites that they belong to, with their side."""
    sides: dict[str, tuple[tuple[int, int], ...]] = {}
    for axis, axis_words in enumerate(_OPPOSITES, start=1):
        for side, listed in zip((1, -1), axis_words.split(" / "), strict=True):
            for word in listed.split():
                sides[word] = (*sides.get(word, ()), (axis, side))
    return sides


_SIDES = _build_sides()
_NEGATING_PREFIXES = ("un", "dis", "non", "in", "im", "il", "ir", "de", "anti", "re")
_CUT_MARKS = ("...", "…", "[...]", "[…]")
MIN_WORDS_BEFORE_CUT = 5
STEM_LENGTH = 5
"""Letters that identify the forms of one word: invites, invited, invitation."""

EMPTY_WORDS = frozenset(
    "a an the of in on at to for and or by with as is are was were be been its it after"
    " over from that this has have had his her their will would could may he she they not"
    " no new says say said us live update updates latest news".split()
)
"""Words without meaning of their own."""


@dataclass(frozen=True, slots=True)
class HeadlineStance:
    """Words, numbers, negations and directions of a headline."""

    words: tuple[str, ...]
    numbers: frozenset[str]
    denials: int
    sides: frozenset[int]
    """Direction on each axis of opposites: its number if up, the negative of it if down."""
    cut_off: bool
    substance: frozenset[str]
    """The words that carry meaning."""


@lru_cache(maxsize=4_096)
def analyse_stance(title: str) -> HeadlineStance:
    """Analyse a cleaned headline."""
    title_words, cut_off = tuple(split_words(title)), title.endswith(_CUT_MARKS)
    numbers = {
        _NUMBER_WORDS.get(word, word)
        for word in title_words
        if word in _NUMBER_WORDS or word in _NUMBER_NAMES
    }
    numbers |= {figure.replace(",", "") for figure in _NUMBER.findall(title)}
    denials = sum(
        is_negation(word) or word in _DENIALS or word in _NEGATION_SIGNS for word in title_words
    )
    phrases = frozenset(pairwise(title_words))
    denials += any(verb.startswith("declin") and to == "to" for verb, to in phrases)
    denials -= len(_LIMITS & phrases)
    sums: Counter[int] = Counter()
    for word in title_words:
        for axis, side in _SIDES.get(word, ()):
            sums[axis] += side
    if not title.isascii():
        for axis, (up, down) in enumerate(_OPPOSITE_SIGNS, start=len(_OPPOSITES) + 1):
            sums[axis] = sum(sign in title for sign in up.split()) - sum(
                sign in title for sign in down.split()
            )
    sides = frozenset(axis if summed > 0 else -axis for axis, summed in sums.items() if summed)
    return HeadlineStance(
        title_words,
        frozenset(numbers),
        denials,
        sides,
        cut_off,
        frozenset(title_words) - EMPTY_WORDS,
    )


def are_compatible(a: HeadlineStance, b: HeadlineStance) -> bool:
    """Return True if both may be headlines of one report, by numbers, negations and opposites."""
    if _is_cut_off_copy(a, b):
        return True
    if a.numbers - b.numbers and b.numbers - a.numbers:
        return False
    if a.denials != b.denials:
        return False
    if any(-side in b.sides for side in a.sides):
        return False
    return not (_have_negated_forms(a, b) or _have_swapped_words(a.words, b.words))


def _is_cut_off_copy(a: HeadlineStance, b: HeadlineStance) -> bool:
    """Return True if one headline is the beginning of the other and marked as cut off (perhaps
    inside a word).
    """
    if a.cut_off == b.cut_off:
        return False
    short, long = (a.words, b.words) if a.cut_off else (b.words, a.words)
    complete = len(short) - 1
    return MIN_WORDS_BEFORE_CUT <= len(short) <= len(long) and short[:complete] == long[:complete]


def _have_negated_forms(a: HeadlineStance, b: HeadlineStance) -> bool:
    """Return True if one says stable where the other says unstable."""
    only_a, only_b = a.substance - b.substance, b.substance - a.substance
    if not only_a or not only_b:
        return False
    return any(prefix + word in only_b for word in only_a for prefix in _NEGATING_PREFIXES) or any(
        prefix + word in only_a for word in only_b for prefix in _NEGATING_PREFIXES
    )


def have_replaced_words(a: HeadlineStance, b: HeadlineStance) -> bool:
    """Return True if each headline has a word of substance that the other has in no form. Then
    words alone cannot tell if they say the same: "ratifies" may replace "signs" or contradict
    "quits".
    """
    if a.substance <= b.substance or b.substance <= a.substance:
        return False
    forms_a, forms_b = _stem_words(a), _stem_words(b)
    return bool(forms_a - forms_b and forms_b - forms_a)


def _stem_words(headline: HeadlineStance) -> set[str]:
    """Return the stems of words with synonyms unified; without the last word of a cut headline."""
    complete = headline.substance - {headline.words[-1]} if headline.cut_off else headline.substance
    return {_SYNONYMS.get(word.removesuffix("'s"), word)[:STEM_LENGTH] for word in complete}


def _have_swapped_words(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Return True if the same words stand in another order around the verb: "Arland attacks
    Borland" and the reverse.
    """
    if a == b or len(a) != len(b) or sorted(a) != sorted(b):
        return False
    return sum(x != y for x, y in zip(a, b, strict=True)) == 2
