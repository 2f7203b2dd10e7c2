"""Phrase tables for sentences that look ahead.

A phrase is words with one space between them. `a/b` is one word or the other, `..` up to three
words of any kind, `~` up to two adverbs (quietly, still, not), `#` a number, `verb` one word that
can be a verb, `^` the start of the sentence. Phrases are matched against text normalised by
`forecasts.essays.extraction.phrase_matching`: lower case, "won't" as "will not".

Sources: grammars of English modality, lists of hedges (Hyland 2005; the MIT-licensed word lists of
github.com/words/hedges), and texts of economists, journalists and think tanks. No phrase belongs to
a particular topic.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from forecasts.essays.extraction.phrase_matching import PhraseMatcher

ClaimForm = Literal[
    "explicit prediction",
    "conditional",
    "trend",
    "open question",
    "causal expectation",
    "status quo",
]


@dataclass(frozen=True, slots=True)
class PhraseFamily:
    """Phrases of one meaning: form of the claim, modality and strength as a sign (0 to 1)."""

    kind: ClaimForm
    modality: float
    score: float
    phrases: str


PHRASE_FAMILIES: Final = (
    # explicit predictions
    PhraseFamily(
        "explicit prediction",
        0.95,
        0.75,
        """is/are/be/am ~ going to; is/are/'s ~ about to; is/are/be ~ bound to;
        is/are/be/seem/seems/look/looks ~ sure/certain/destined/doomed/guaranteed to; it is ~
        certain/inevitable/clear that .. will; only a matter of time; matter of when; days are
        numbered; is/are/looks/look/seems/seem ~ doomed; question of when; the days/era/age of ..
        is/are ~ over/gone/ending/numbered; era/age/party/game is over; every reason to
        think/believe/expect/fear; no way back/out; is/are not ~ going away/anywhere; my/the ~ money
        is on; off the agenda/table; not on the agenda/table/cards; dead on arrival; dead in the
        water; only a question of; year/years/months/weeks/days away from; is/are ~ running out/dry;
        run/runs out/dry; is/are ~ still/yet to come; more .. to come; next domino; sooner than;
        from here; is/are not unthinkable/impossible/inconceivable/implausible; trend/direction is
        clear; comes/come next/after; is/are ~ inevitable/unavoidable; there is no doubt that;
        sooner or later; bet/bets/betting/wager that/on; i/we/you can/would ~ bet; mark my words; no
        turning back; is/are ~ not coming back; the end of .. is near/nigh""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.8,
        0.75,
        """is/are/be/looks/look/seem/seems/appears/appear/now ~ set/poised/slated/scheduled/primed
        to; poised/set for; on course to/for; on track to/for; on the verge/brink/cusp/eve of;
        is/are ~ heading/headed for/to/toward/towards/into; is/are ~ due to be; is/are ~ due to
        verb; due for; due ~ in/by/on .. #; is/are ~
        expected/projected/forecast/predicted/anticipated/estimated/tipped/seen; looks/look like
        becoming/being/going; shaping up; in the offing/pipeline/cards; on the cards/horizon/way""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.75,
        0.75,
        """is/are/be/seem/seems/look/looks/appear/appears/more/most/less/very/quite/highly/as ~
        likely/unlikely; likely/unlikely to; likeliest; likelihood; probability; in all
        likelihood/probability; odds/chances of/that/are/for; # %
        chance/probability/likelihood/odds; the odds; chance of/that; percent
        chance/probability/likelihood; even chance; a safe bet; long shot; almost/nearly certainly;
        almost certain; all but certain/inevitable; no chance;
        little/no/slim/scant/faint/poor/dim/bleak/grim/bright/good/better
        prospect/prospects/hope/hopes/chance; hard/difficult/tough to
        see/imagine/envisage/envision/foresee how/any/a/an/much/where/why/the; hard/difficult to
        see/imagine; do not see any/how/much/a; can not see how/any/a; doubt/doubts/doubtful
        that/whether/if/it; i/we ~ doubt; it is ~
        doubtful/improbable/plausible/conceivable/possible/probable that; wishful thinking; not ~
        any time soon; not anytime soon; any time soon; anytime soon""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.8,
        0.7,
        """i/we/they/he/she/who/economists/analysts/investors/markets/market/traders/experts ~
        expect/expects/forecast/forecasts/predict/predicts/anticipate/anticipates/foresee/"""
        """foresees/project/projects/envisage/envision;
        officials/many/most/some/forecasters/model/models/pollsters/polls/scientists/"""
        """observers/strategists/executives
        ~
        expect/expects/forecast/forecasts/predict/predicts/anticipate/anticipates/foresee/"""
        """foresees/project/projects/envisage/envision;
        expect/expects/expecting/anticipate/anticipates/anticipating/predict/predicts
    that/a/an/the/more/further/another/no/some/it/its/them/their/this/these/to/growth/inflation/#;
        predicting/foresee/foresees/forecasting/projecting/forecasts/projects
    that/a/an/the/more/further/another/no/some/it/its/them/their/this/these/to/growth/inflation/#;
        do not expect; expect .. to; my/our/the/central/baseline/base ~
        prediction/forecast/projection/guess/bet/expectation/scenario/case is/are/remains/sees/has;
        forecasts/projections/forecast/projection/estimates ~
        show/shows/suggest/suggests/see/point/points/put/puts/call/calls/imply; we/i see ..
        at/to/by/rising/falling/growing/ending; pencil/pencilled/pencilling in; i/we/would put/puts
        ~ the/it/them odds/chance/chances/probability/at; risk/risks is/are/remain/remains ~
        tilted/skewed/balanced/weighted; would/will not be ~ surprised/surprising/surprise; come as
        no surprise; point/points/pointing ~ to/towards/toward
        a/an/more/another/further/higher/lower/slower/faster/weaker/stronger;
        signal/signals/herald/heralds/portend/portends/presage/presages/foreshadow/foreshadows ~
        a/an/the/more/further/that; count on; can not be ruled out; can not rule out; rule/ruled
        out; priced/pricing in; watch for; look for; brace/braces/bracing for;
        prepare/preparing/prepares/ready/readying for/to; has/have ~ further/more/much/far/room ~ to
        run/go/fall/rise/grow""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.6,
        0.55,
        """plan/plans/intend/intends/aims/aim/pledges/vows/promises/vow/pledge/promise ~ to verb;
        is/are ~
        planning/preparing/aiming/hoping/vowing/pledging/threatening/seeking/working/trying/"""
        """looking/pushing
        to; has/have ~ pledged/vowed/promised/announced/signalled/signaled/committed/agreed ..
        will/would/to/that/not; has/have ~
        threatened/said/warned/told/asked/ordered/decided/declared .. will/would/to/that/not;
        a/the/its/their/his/her/our ~
        desire/ambition/intention/aim/goal/plan/target/determination/resolve/quest to verb;
        a/the/its/their/his/her/our ~
        bid/drive/objective/aspiration/commitment/pledge/vow/promise/decision/effort to verb; aimed
        at; is/are ~ bound/committed/obliged by/to; aspire/aspires to; is/are ~
        determined/eager/keen/willing/ready/prepared/committed to verb;
        hopes/hope/wants/want/seek/seeks/plans to ~ become/build/verb .. by/in/before/within/next
        #/the/a; plans/plan for; is/are ~ off the table""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.5,
        0.55,
        """possibility/probability/danger/spectre/specter/threat/prospect/risk of/that;
        real/distinct/strong/serious possibility/prospect; perhaps/maybe ~ will/even/by; has/have ~
        the potential; is/are ~ possible/conceivable that; could well; may well; might well; on
        balance""",
    ),
    PhraseFamily(
        "explicit prediction",
        0.75,
        0.45,
        """probably; eventually; ultimately; inevitably; before long; in the end; in time; in the
        long/longer/short/medium/near term/run; in due course; looming; imminent/imminently;
        impending; forthcoming; upcoming; the future of; future""",
    ),
    # open questions
    PhraseFamily(
        "open question",
        0.5,
        0.8,
        """remains/remain to be seen; time will tell; only time; anyone 's guess; anybody 's guess;
        is anyone/anybody guess; open question; open to question; question mark/marks; question is
        whether/if/how/who/when/what; big/key/real/central/main/only/next/crucial/critical ~
        question/unknown is/are/for/remains; key/big/great/main unknown/unknowns; a/the/an ~
        question/questions nobody/that/no/only/which/for;
        unclear/uncertain/unsure/unknown/undecided/unresolved/moot
        whether/if/how/who/when/what/where; it is not ~ clear/certain/known
        whether/if/how/who/when/what; whether .. .. ..
        open/unclear/uncertain/unknown/undecided/unresolved; whether .. .. .. .. .. is/remains ~
        open/unclear/uncertain/unknown/doubtful/undecided/unresolved/questionable/debatable;
        remains/remain/is/are ~ open/unclear/uncertain/unknown/undecided/unresolved/unanswered;
        depends/depend/hinge/hinges/hinging ~ on/upon; depending on whether/how/if/who;
        rests/turns/ride/rides on whether/how/if/what; jury is ~ out; too early/soon to
        tell/say/know/judge; hard/difficult/impossible to say/tell/know/predict/judge/gauge; who
        knows; no one/nobody knows/can; in doubt; in the balance; up in the air; wait and see;
        remains in question""",
    ),
    # status quo
    PhraseFamily(
        "status quo",
        0.85,
        0.7,
        """continue/continues ~ to verb; continue/continues; is/are ~ continuing; remain/remains;
        refuse/refuses to; keep/keeps verbing; persist/persists; for now; for the moment; for the
        time being; so far; thus far; to date; until/till ~ now; has/have ~ yet to; is/are ~ yet to;
        stays/stay ~ the/in/on/out/away/at/above/below/unchanged/put/silent/neutral; no
        sign/signs/indication/evidence of/that/yet; show/shows/shown/showing/has/have/with ~
        no/little/few/scant ~
        sign/signs/interest/intention/willingness/appetite/inclination/desire/hurry/plans/plan;
        no/little intention/appetite/incentive/willingness/plan/plans/desire of/to/for; is/are ~ no
        closer; no longer; is/are ~ unwilling/reluctant/loath/loth/unable/powerless/hesitant to;
        reluctance/refusal/unwillingness/inability to; is/are not ~ an/a
        obstacle/barrier/hindrance/impediment/bar; is/are ~ a/an/the ~
        obstacle/barrier/impediment/threat/challenge to;
        stuck/mired/deadlocked/stalled/frozen/stalemate/deadlock/gridlock/impasse; has/have ~
        not/never ~
    touched/changed/moved/shifted/improved/recovered/happened/come/materialised/materialized/ended;
        has/have ~ not/never ~
        stopped/resolved/signed/ratified/passed/met/reached/begun/started/been; no end in; is/are/'s
        ~ here to stay; as strong/firm/deep/wide as ever;
        retain/retains/maintain/maintains/cling/clings ~
        a/the/its/their/his/her/to/control/power/support; in place; for as long as; is/are ~ still;
        still ~ verbs/lags/lacks/lack/has/have/need/needs/depends/depend/relies; still ~
        rely/dominates/dominate/counts/holds/hold/stands/stand/accounts/account""",
    ),
    # causal expectations
    PhraseFamily(
        "causal expectation",
        0.6,
        0.65,
        """bad/good/ill/worrying/ominous/hopeful/encouraging/promising
        sign/signs/news/omen/omens/signal for/of/that;
        troubling/positive/negative/great/terrible/poor/dire/welcome
        sign/signs/news/omen/omens/signal for/of/that; bode/bodes/augur/augurs ~
        ill/well/badly/poorly; spell/spells ~ trouble/the/an/disaster/doom/danger; recipe for;
        harbinger of; writing is on; threaten/threatens ~ to; is/are ~ threatening; at
        risk/stake/peril; run/runs the/a risk; risk/risks a/an; runs/run .. risk; risk/risks
        verbing; pose/poses/posing .. risk/threat/danger/challenge/problem/problems; risk/risks to;
        downside/upside risk/risks;
        increase/increases/raise/raises/raising/reduce/reduces/heighten/heightens/lower/lowers ~
        the/a risk/risks/chance/chances/odds/likelihood/danger/probability/prospect/prospects;
        stand/stands to gain/lose/benefit/profit/suffer/become/win; pave/paves/paving the way;
        open/opens/opening the/a door; sow/sows/sowing the seeds; set/sets/setting the stage;
        fertile ground; opportunity to;
        opportunities/opening/incentive/incentives/room/scope/leeway/space to/for;
        leave/leaves/leaving .. vulnerable/exposed/little/room/open; vulnerable/exposed/prone to;
        tendency/propensity/inclination to/for/towards; make/makes/making it ~
        harder/easier/impossible/difficult/likely/possible/unlikely/cheaper/costlier;
        make/makes/making .. more/less ~
        likely/attractive/difficult/dependent/vulnerable/expensive/competitive/important; mean/means
        ~ more/less/fewer/higher/lower/slower/faster/weaker/stronger/that; lead/leads/leading to;
        result/results in; as a result; turning/tipping point; vicious/virtuous circle/cycle; domino
        effect; side effect; will/would/could/may/might ~ lead/benefit/prompt/cause/force/push""",
    ),
    # trends
    PhraseFamily(
        "trend",
        0.8,
        0.65,
        """increasingly; lag/lags behind; now ~
        exceeds/exceed/tops/outnumber/outnumbers/outpaces/outweighs/accounts; more and more; fewer
        and fewer; less and less; ever more/less/larger/smaller/greater/closer/wider/cheaper/faster;
    growing/rising/mounting/shrinking/dwindling/falling/declining/deepening/widening/accelerating
        number/share/role/dependence/pressure/demand/support/influence/gap/tension/tensions/risk;
    growing/rising/mounting/shrinking/dwindling/falling/declining/deepening/widening/accelerating
        risks/risk/evidence/consensus/opposition/discontent/awareness/inequality/debt/costs/prices;
        on the rise/wane/march/decline/retreat/mend; gaining/losing/gains/lose/loses/gain ~
        ground/momentum/traction/steam/speed/pace/share/strength; gathering/gathers
        pace/speed/steam/strength; is/are/'s under way; is/are ~ underway; year after year; by the
        day/week/month/year; at a/an/its/their ~ pace/rate/slowest/fastest/record; on an
        upward/downward; is/are ~ up/down ~ by/from/to/on #/a/the; record high/low/highs/lows;
        already ~ verbs; is/are already; now ~ account/accounts/make/makes/hold/holds/stand/stands;
        throughout the/this""",
    ),
)

FUTURE_PERIODS: Final = """
    by/before/until/at ~ the/mid end/middle/start/beginning/close/turn of; within/in the next ..; in
    the coming/next/years/decades/months/foreseeable; over/during/for the next/coming/rest; next
    year/month/week/decade/century/spring/summer/autumn/fall/winter/quarter/election; next
    generation/round/time/few/two/three/five/ten/president/government/parliament/contract; this
    year/decade/century/winter/summer/autumn/spring/quarter; within/in
    a/an/one/two/three/four/five/six/ten/eighteen/twenty/few/# ~
    year/years/months/weeks/days/hours/decade/decades/generation; years/months/decades from now;
    from now on; tomorrow; in/for years/decades to come; later this; the
    years/decade/decades/months/year ahead; in future; in the future; by then; the rest of
"""
"""Dates and periods still to come, in sentences that are not about the past."""

PAST_PERIODS: Final = """
    ago; at the time; in those days; back then; years/days/weeks/months later; back in; used to;
    once upon; last year/month/week/decade/century/spring/summer/autumn/winter/night/time; the other
    day; when i/we was/were; after the war
"""
"""Times that are over."""

DURATIONS: Final = """
    since; so far; already; in/over/during/for ~ recent/past/last
    years/months/weeks/decades/decade/year/two/three/four/five/ten/few/several/#; for
    years/months/decades/#/several; this year/decade/month; throughout the; steadily; rapidly;
    sharply; increasingly; again; clearly; now; ever; lately; recently; in recent; by #; to #; from
    #; percent
"""
"""Durations and amounts, which turn "has been" into a trend."""

META_PHRASES: Final = """
    this/the ~
    essay/article/paper/report/post/chapter/section/column/book/brief/piece/table/figure/chart ~
  will/would/is/are/shows/show/argues/looks/examines/explains/describes/asks/considers/sets/can/may;
    in this ~ essay/article/paper/report/post/chapter/section/column/book/brief/piece; i/we will ~
    lay/set out; i/we will ~
    show/argue/discuss/explain/describe/return/explore/examine/look/begin/start; i/we will ~
    focus/try/walk/cover/call/outline/review/say/present/consider/omit; as we will/shall see;
    table/figure/chart/section/chapter/appendix/box #; let us/me; thanks/thank to/you; you ~ will ~
    need/find/see/notice/want/have/get/be/learn/receive/also; you can/may/could/might/would/should;
    if you; i would ~ say/argue/call/add/like/love/suggest/recommend/rather/have/not; would like to;
    it would be/have ~ been/kind/kinder/nice/wrong/fair/unfair/easy/tempting/foolish/naive/a;
    one/you/we/i could/might/may ~ say/argue/add/call/think/ask/object/have/be; would have thought;
    i/we must ~ say/admit/confess; needless to say; may be forgiven; might be forgiven; may seem;
    might seem; may sound; might sound; may or may; as it may; can live with; can be
    seen/found/read/traced/divided/defined; so to speak
"""
"""Comments on the text itself, addresses to the reader, and politeness."""

BOILERPLATE: Final = """
    leave a reply/comment; ^ click here; click here to; ^ sign up; sign up for our/updates/free; ^
    subscribe; subscribe to our; our ~ newsletter/newsletters; for full access; enjoying this
    article/story/post/piece; ^ read more; read this article; ^ read the full/original
    article/story/piece/report/text/version; original credit/source; credit source; ^ share this; ^
    follow us/me; all rights reserved; cookie settings/preferences; we use cookies; our privacy
    policy; our terms of; email address will not; required fields; ^ skip to; ^ log in; ^ sign in; ^
    create an account; ^ advertisement; article continues below; ^ related
    articles/posts/stories/reading/content/:; you may also like; ^ recommended for you; ^ about the
    author/authors; ^ the author is a/an; is a ~
    senior/research/visiting/resident/nonresident/distinguished/policy fellow/scholar/analyst at; ^
    image/photo/picture credit/credits/by/courtesy/:; getty images; ^ download; ^ back to top; ^
    posted on/by; ^ published on/by; ^ filed under; min/minute read; comments are closed; does not
    constitute investment/financial/legal/an offer/advice; past performance is; for
    information/informational/educational purposes only; the views expressed; views/opinions
    expressed .. are/in; reproduced with permission; article/piece/post/essay ~ was originally/first
    published; ^ originally published; ^ first appeared; ^ join our; free trial .. today/now; only $
    # per month; ^ already a subscriber; ^ to unsubscribe; accept all cookies; enable javascript;
    your browser does; cancel anytime; ^ get the latest; support our journalism; ^ for more
    information; please contact us
"""
"""Web page elements around an essay."""

BOILERPLATE_ALONE: Final = """
    advertisement; sponsored; subscribe; newsletter; copyright; donate; tweet; share; print;
    unsubscribe; read more; log in; sign in; sign up; contact us; home; menu; tags; categories;
    comments; continue reading; more from; buy now; related; references; notes; footnotes; share on;
    follow; download; view all; table of contents; press release; per month; read original
"""
"""Web page elements in lines of a few words only; ambiguous within a sentence."""


DISCLAIMERS: Final = """
    not/no/as/or/constitute/constitutes/any ~
    investment/financial/legal/trading/tax/medical/professional/advice advice; not ~ advice;
    none/nothing .. is/are/constitutes ~ advice; not ~ a/an .. advice; nothing/none .. .. is/are ~
    a/an/any/meant/intended ..
    forecast/forecasts/prediction/predictions/recommendation/promise/guarantee/offer; nothing/none
    .. .. is/are forecast/forecasts/prediction/predictions/recommendation/guaranteed; nothing/none
    .. .. should/must/may/can be taken/read/understood/construed/treated/regarded ~ as; none .. ..
    as a/any/an forecast/prediction/recommendation/promise/guarantee/offer; ^
    this/these/that/those/it .. is/are ~ not ~ a/an/any/meant/intended ..
    forecast/forecasts/prediction/predictions/recommendation/promise/guarantee/solicitation; ^
    these/those .. are ~ not forecasts/predictions/recommendations/promises/guarantees; not a
    financial/investment adviser/advisor; no/not ~
    guarantee/guarantees/guaranteed/indicator/indication/a/indicative .. future
    results/returns/performance; past performance/results/returns ~
    does/is/are/may/will/can/tells/tell; actual/future/real
    results/outcomes/figures/events/returns/performance may/might/could/can/will ~
    differ/vary/deviate; contain/contains/contained/are/involve/involves ~ forward looking; forward
    looking statements/information is/are/involve/involves/speak/may/can; do your own research;
    should/must/may not be taken/construed/relied/treated ~ as/on/upon; views/opinions .. are ~
    my/our/his/her/their own; subject to change without; for illustrative/general purposes; with a
    grain/pinch of salt; forecasts/projections/predictions/estimates are ~ uncertain/subject/only
"""
"""Collected from the small print of banks, funds and blogs; independent of any topic."""

_DISCLAIMERS: Final = PhraseMatcher([DISCLAIMERS])
_CLAUSE_BREAK: Final = re.compile(
    r" (?=[,;:] (?!which |who |as |because |since |or |nor )|(?:but|yet|although|though) )"
)


def remove_disclaimers(words: str) -> str:
    """Remove the clauses of a normalised sentence that are disclaimers.

    A claim beside a disclaimer is kept.

    >>> remove_disclaimers(" this is not investment advice , but prices will fall . ")
    ' , but prices will fall . '
    >>> remove_disclaimers(" nothing here is a forecast . ")
    ''
    """
    if not _DISCLAIMERS.first_match(words):
        return words
    clauses = [
        clause
        for clause in _CLAUSE_BREAK.split(words.strip())
        if not _DISCLAIMERS.first_match(f" {clause} ")
    ]
    return f" {' '.join(clauses)} " if clauses else ""
