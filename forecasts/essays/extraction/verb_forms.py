"""Word sets that tell verbs that look ahead from others."""

from types import MappingProxyType
from typing import Final

MODALS: Final = frozenset(
    """
    will shall would may might could can
    """.split()
)

NOUN_BEFORE_WILL: Final = frozenset(
    """
    a an the my your his her its our their whose no any own political free good ill iron popular
    national general collective sheer human divine 's of strong living against at
    """.split()
)
"""Words before the noun "will": a will, at will, political will."""

NOUN_AFTER_WILL: Final = frozenset(
    """
    to of is was has had were are and or power . ; : ) ? !
    """.split()
)
NOUN_BEFORE_MIGHT: Final = frozenset(
    """
    a the its their his her our your all military economic industrial financial naval full combined
    own sheer political nuclear with of technological 's
    """.split()
)
NOUN_AFTER_MIGHT: Final = frozenset(
    """
    of and is was makes , . ; : ) or against to in with
    """.split()
)

TIN_BEFORE_CAN: Final = frozenset(
    """
    a the tin beer steel trash garbage oil petrol soda this that each every one watering
    """.split()
)

CHANGE_VERBS: Final = frozenset(
    """
    abandon adopt age automate brighten catch darken ebb embrace enlarge erupt exit flood flow
    overhaul remake rewrite modernise modernize normalise normalize accelerate accumulate advance
    ascend become begin boost broaden build centralise centralize cheapen climb close collapse come
    concentrate consolidate contract converge cool crack creep crumble cut damage decelerate decline
    decouple decrease deepen degrade deteriorate develop dim diminish disappear diverge diversify
    double drain drift drop dry dwindle ease edge emerge empty end entrench erode escalate evaporate
    evolve exacerbate expand explode fade fall falter fragment gain gather go grow halve harden heat
    improve increase intensify isolate jump lag leap lessen loosen lose lower melt migrate mount
    move multiply narrow open overtake peak plateau plummet plunge polarise polarize proliferate
    push quadruple quicken raise rally ramp rebound recede recover reduce reinforce replace reshape
    retreat reverse revive ripen rise sag shake shift shrink sink slide slip slow slump soar soften
    spill splinter split spread spur squeeze stabilise stabilize stagnate stall start steepen
    stiffen stop strengthen stretch surge surpass swell thaw thin tighten tilt transform treble
    triple turn tumble undermine unify unite unleash unravel wane warm weaken widen wither worsen
    """.split()
)
"""Verbs of change: has weakened, is widening."""

EFFECT_VERBS: Final = frozenset(
    """
    aggravate bolster boost cement complicate constrain create damage deepen depress deter
    discourage disrupt distort drive embolden empower enable encourage endanger entrench erode
    exacerbate expose feed foster fuel hamper harm hinder hobble hurt impede imperil increase
    inhibit isolate jeopardise jeopardize lessen limit lower magnify narrow nudge perpetuate
    postpone preclude prevent prolong prompt propel provoke push raise reduce reinforce restrain
    restrict sap shrink slow spark speed spur squeeze stifle stimulate stoke strain strengthen tempt
    tighten trap trigger undercut undermine unite weaken widen worsen
    """.split()
)
"""Verbs of effect in the present: creates, undermines."""

IRREGULAR_PARTICIPLES: Final = MappingProxyType(
    dict(
        pair.split("/")
        for pair in """
        become/become begin/begun build/built catch/caught come/come creep/crept cut/cut
        drive/driven fall/fallen feed/fed go/gone grow/grown hurt/hurt lose/lost overtake/overtaken
        remake/remade rewrite/rewritten rise/risen shake/shaken shrink/shrunk sink/sunk slide/slid
        speed/sped split/split spread/spread swell/swollen
        """.split()
    )
)
"""Participles that do not end in -ed."""

REPORTING_VERBS: Final = frozenset(
    """
    said told thought believed hoped knew feared warned argued insisted denied wrote promised
    announced claimed decided wondered imagined suspected swore guessed dreamed dreamt pretended
    concluded meant
    """.split()
)
"""Reporting verbs before a "would" that is a past future: said that it would."""

REPORTING_VERBS_WITH_THAT: Final = frozenset(
    """
    expected assumed predicted agreed suggested asked forecast
    """.split()
)
"""Reporting verbs only with "that" or a pronoun; otherwise adjectives, as in "agreed standards"."""

PAST_VERBS: Final = frozenset(
    """
    was were had did said told became began came went took made gave saw knew thought got found left
    met fell rose grew lost kept held brought wrote ran led won sat felt stood heard paid sent built
    spent bought sold taught caught broke chose drew drove flew spoke understood died moved asked
    looked lived used wanted worked called tried turned walked ended
    """.split()
)
"""Past-tense verbs, as in narratives."""

AMBIGUOUS_PARTICIPLES: Final = frozenset(
    """
    left made held kept lost led built paid used found sent met bought sold taught caught called
    asked told said heard brought spent won got thought worked ended moved turned tried wanted spoke
    """.split()
)
"""Past-tense verbs that may be participles: "those left", "is made"."""

PARTICIPLE_PRECEDERS: Final = frozenset(
    """
    has have is are be been being am get gets those the a an by of to as not also will would could
    may might can its their newly well already ever never and or
    """.split()
)
"""Words before a participle, hardly ever before a verb in the past tense."""

ACTION_VERBS: Final = frozenset(
    """
    abandon abolish accept act adapt adopt aim allow apologise apologize apply approve arm ask avoid
    back ban build buy call care charge check choose commit consider consult cooperate copy create
    debate defend demand deploy devote diversify do donate embrace encourage enforce engage ensure
    explain expropriate fight focus force forget fund give halt hand heed help hire honour ignore
    impose improve insist introduce invest invite join keep leave legalise legalize let levy limit
    listen look make mandate mind nationalise nationalize negotiate oppose overhaul pay plan prepare
    press prioritise prioritize privatise privatize promise promote protect punish push put raise
    ratify read recall recognise recognize reconsider reform refuse regulate reject remember require
    resign resist respect restore rethink reward sanction save say scrap seek sell send share sign
    spare speak spend stand subsidise subsidize support take talk tax teach tell think treat try
    urge use veto vote wait want watch welcome withdraw work worry
    """.split()
)
"""Verbs that after "should" mostly express advice."""
