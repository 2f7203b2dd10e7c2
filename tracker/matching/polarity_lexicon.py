"""Polarity lexicon of news English: opposites, negations and hedges.

Written by hand; no lexicon of sentiment is used: "sanctions lifted" is neither good nor bad news.
An *axis* is a pair of opposite ends, each with its words. A word may lie on several ("cut": less,
severed). Words match in any inflection (they are compared by stem); irregular forms are listed; `_`
joins a phrase. A mark behind a word says that it reverses what it governs ("rejects the plan": the
plan is off):

    !   reverses what follows, or what precedes in "plan rejected"
    ~   only with an object directly behind it ("drops the plan", not "prices drop")
    =   this exact form, without its inflections ("backs", not "back"); a mark may follow
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tracker.matching.tokens import stem_with

AXIS_WORDS = """
more: rise rose risen increase grow grew grown climb jump soar surge expand swell swollen widen
    boost raise hike more gain upturn double triple spike skyrocket multiply mount balloon peak
    highest largest most record_high up= year_high decade_high all-time_high step_up ramp_up pump_up
    pick_up gain_ground pile_up put_up fill_up shoot_up top lift_rate lift_output lift_forecast
    lift_price biggest high= higher heavier flood faster upgrade accumulate add build_up dearer ramp
    inflate= inflates= inflated= elevate replenish stockpile expansion
  | fall fell fallen decrease decline~ drop~ shrink shrank shrunk dwindle slump plunge plummet
    tumble slide slid sink sank sunk dip slip narrow contracted= contraction= cut trim slash lower
    reduce reduction less fewer down= halve recede drain lose_ground scale_back scale_down lowest
    smallest record_low year_low decade_low low= cheaper wane ebb thin dry_up sag crash shed deplete
    diminish lessen downgrade lighter taper shrinkage pump_less cut_back curtail deflate subside
    tick_down downturn
fast: accelerate speed quicken pick_up gather_pace faster hasten speed_up rapid race
  | slow decelerate moderate cool ease slow_down slower lag slowdown flatten drag stagnate
strong: strengthen strength firm bolster deepen reinforce harden toughen shore_up tighten strong
    stronger cement upgrade boost consolidate close_rank stand_by appreciate
  | weaken weak weaker weakness soften erode fray water_down dilute undermine loosen strain
    drift_apart cool distance at_odds rift keep_its_distance sour depreciate hollow_out slide slid
    sink
well: beat_forecast beat_expectation improve improvement better recover recovery rebound rally
    optimistic optimism bounce_back brighten thrive boom revive upbeat healthier heal grow_back
  | worsen disappoint miss_forecast worse deteriorate pessimistic pessimism slump gloomy gloom
    suffer darken sour bust ail
go: start begin began begun launch resume restart continue keep kept carry_on persist prolong extend
    extension maintain remain go_ahead proceed stick_to stick_by stick_with hold_on press_on
    press_ahead get_under_way under_way still intact come_into_force enter_into_force take_effect
    into_effect return revive introduce uphold stay vow_to reintroduce reimpose move_ahead
    forge_ahead push_ahead complete breakthrough progress survive hold= holds= held= bring_back
    goes_on reaffirm stand_firm restore on_track roll_out renew confirm standing_by_its
  | stop! end! halt! cease! suspend! cancel! call_off! postpone! delay! shelve! scrap! abandon!
    drop~ pause! freeze! froze! frozen! break_off! put_on_hold! on_hold! on_ice! stall! collapse!
    break_down! fall_apart! give_up! discontinue! conclude! axe! ditch! withdraw! withdrew!
    withdrawn! pull~ come_to_an_end! terminate! expire! lapse! fizzle! fizzle_out! fade! unravel!
    fall_through! derail! sink~ sank~ aborts=! aborted=! interrupt! disrupt! end= finish! run_out!
    grind_to_a_halt! phase_out! deadlock! wind_down! wind_up! dismantle! repeal! revoke! undo!
    reverse! backtrack! walk_back! no_longer! renounce! forgo! pull_back! call_time_on! mothball!
    disband! dissolve! turn_its_back_on! turn_away_from! wrap_up! ditch! broken! broke! die_down!
    pull_the_plug! unwind! back_out! backpedal! break_up! scupper! torpedo! put_off! defer!
support: support backs= backed= backing= endorse approve approval favour favor in_favour in_favor
    agree accept adopt pass= passes= passed= ratify ratification welcome embrace allow permit
    authorise authorize authorisation green_light greenlight say_yes yes_to vote_yes consent
    wave_through legalise legalize grant comply obey uphold concede sign throw_weight_behind
    throw_its_weight_behind stand_behind recognise recognize clear ok okay bless pledge commit
    confirm champion advocate vote_for side_with rally_behind take_up subscribe let= lets= admit nod
  | oppose! opposition! reject! rejection! veto! block! refuse! refusal! disagree! object!
    objection! vote_against! decide_against! rule_against! argue_against! speak_against!
    spoke_against! come_out_against! came_out_against! stand_against! is_against! are_against!
    remain_against! lobby_against! campaign_against! firmly_against! turn_down! vote_down!
    throw_out! strike_down! struck_down! overturn! ban! bar= bars= barred! prohibit! outlaw! forbid!
    forbade! dispute! contest! withhold! withheld! spurn! defy! flout! rebuff! resist! balk! shun!
    boycott! say_no! no_to! vote_no! unwilling! reluctant! snub! thwart! quash! annul! disapprove!
    dismiss! scorn! repudiate! decry! denies_permission overrule! shoot_down! shot_down! filibuster!
    stonewall! obstruct! baulk! kill_off! disallow! hostile_to! protest_against
condemn: condemn condemnation denounce censure deplore criticise criticize criticism slam blast
    blame rebuke lambast decry chide castigate accuse attack assail
  | praise hail welcome applaud laud defend commend celebrate excuse thank compliment salute
join: join rejoin enter member accede accession sign_up admit readmit take_part stay remain
    stick_with arrive participate enrol membership invite include side_with align reconnect return
    host embrace stay_on cling
  | leave! leaves= left= quit! exit! withdraw! withdrew! withdrawn! pull_out! walk_away! walk_out!
    expel! part_way! depart=! departs=! departed=! step_down resign stay_out! exclude!
    disconnect! cut_off! abandon!
    departure! pullout! exodus! get_out! drop_out! opt_out! secede! throw_out kick_out! oust!
    boycott! desert! defect! retreat! stand_aside
resign: resign step_down stand_down quit bow_out resignation | stay_on cling stay remain carry_on
    refuse_to_go
open: open reopen unblock unlock unseal online restart | close! shut! shutter! seal_off! shut_down!
    switch_off! offline! closure! blockade! padlock! seal= seals_its seals_border
win: win won victory triumph beat secure survive defend_title victorious prevail award clinch_title
    regain elect re-elect lift_the_trophy overcome conquer retain champion promote capture gain
  | lose! lost! loss! defeat! beaten! oust! dethrone! strip! deprive! defeated= relegate! knock_out!
    crash_out! unseat! topple! upset
advance: advance capture seize regain liberate conquer gain_ground take_control retake recapture
    overrun push_forward enter press_on sweep occupy
  | retreat! withdraw! withdrew! lose_ground! pull_out! pull_back! bog_down! stall! repel! repulse!
    push_back! lose! lost! fall_to falls_to
escalate: escalate escalation intensify flare clash worsen heat_up attack shell strike struck
    assault bomb invade tension offensive raid confront provoke fire ambush bombard hostile fight
  | de-escalate deescalate ease! calm! subside! defuse! soothe! ceasefire truce peace disengage
    pull_back die_down quell abate lull reconcile settle
restrict: restrict restriction tighten curb= curbs= limit= limits= impose slap ban embargo
    crack_down clamp clamp_down toughen sanction blacklist reimpose outlaw block
  | relax! loosen! ease! waive! exempt! unban! deregulate! liberalise! liberalize! lift~ lifted!
    remove! allow permit scrap! free legalise legalize decriminalise unfreeze! delist! waiver
    exemption carve-out relief
buy: buy bought purchase acquire import stock_up snap_up order
  | sell sold sale offload dump divest unload shun part_with sell_off
hire: hire recruit appoint name= names= named= reinstate take_on | lay_off! laid_off! sack! dismiss!
    layoff! axe! shed! fire= fired! oust!
guilty: guilty convict jail imprison lock_up sentence indict charge arrest detain hold= held=
    prosecute extradite conviction behind_bar
  | acquit! clear! innocent! free! release! exonerate! pardon! drop_charge! dismiss! quash! let_off!
    not_guilty acquittal! freed! bail absolve! amnesty!
true: confirm admit acknowledge confess concede reveal prove proof evidence verify
  | deny! denies! denied! denial! dismiss! refute! rebut! debunk! groundless! baseless! disprove!
    unfounded! rumour! rumor! false! hoax! no_evidence! disavow! fabricate! unsubstantiated! disown!
    myth!
give: send sent deliver delivery supply supplies ship shipment give gave given hand= hands= handed=
    cede yield provide transfer donate deploy arm contribute hand_over furnish equip dispatch export
    place station pay offer
  | withhold! withheld! take_away remove! withdraw! cut_off! deprive! strip! starve confiscate
    cling_to hold_back!
deal: sign seal clinch deal agree agreement reach strike_a_deal struck_deal pact treaty accord
    conclude finalise finalize breakthrough handshake ink
  | tear_up! tore_up! renege! breach! fail! collapse! walk_away! disagree! deadlock!
    impasse! stalemate! break_down! rip_up! violate!
ties: restore normalise normalize mend reconnect re-establish reopen resume rapprochement thaw renew
    forge
  | sever! breaks= broke! break_relation break_tie cut~ strain suspend! downgrade! cut_ties! expel
    rupture! break_off!
meet: meet met visit hold_talk held_talk arrive host summit receive negotiate travel
    return_to_the_negotiating_table
  | cancel! call_off! postpone! shelve! skip! snub! stay_away! avoid! boycott!
profit: profit profitable earn windfall in_the_black | loss! loss-making! deficit! in_the_red!
    bankrupt! bankruptcy! insolvent!
succeed: succeed success successful successfully effective work= works= worked= reach achieve
    accomplish manage_to complete prove triumph
  | fail! failure! failed! ineffective! unsuccessful! explode! crash! flop! miss! lost= botch!
    malfunction! useless! in_vain! futile! aborts=! aborted=!
free: release free freed liberate let_go | jail imprison lock_up hold= held= detain arrest capture
    seize
strike: strike walkout walk_out on_strike down_tool picket | return_to_work back_to_work
    call_off_strike end_strike
war: war invade invasion attack fight fighting offensive join_war | peace truce ceasefire neutral
    neutrality stay_out
legal: legal lawful legalise legalize constitutional valid | illegal! unlawful! outlaw!
    unconstitutional! invalid! void! null!
near: close_to approach on_brink verge near= nears= | far_from! nowhere_near! distant!
trust: trust confident confidence believe faith | distrust! mistrust! doubt! sceptical! skeptical!
    disbelief! question!
safe: safe secure safety stable stability | unsafe! dangerous danger threat unstable instability
    risk
abstain: abstain abstention neutral sit_out | vote_for vote_against vote_in_favour vote_in_favor
    vote_to take_side
unite: unite united= unity reunite together reconcile merge | split! divide! rift! separate!
    splinter! at_odds!
include: include with= add | exclude! exempt! without! omit! leave_out!
float: peg cap fix fixed | float! uncap!
save: save rescue protect bail_out preserve spare | destroy! demolish! doom! sacrifice! wreck! ruin!
    kill!
lead: ahead lead led overtake outpace first | behind= trail! lag! last=
public: publish disclose reveal announce declassify | hide! conceal! cover_up! secret! classify!
    keep_quiet!
build: build built construct erect install | demolish! dismantle! tear_down! raze! destroy!
    knock_down!
borrow: borrow lend lent loan invest | repay! divest! default!
tighten: tighten hawkish raise hike | ease! loosen! dovish cut trim lower
alive: survive alive live | die! dead! death! kill! perish!
"""

NEGATORS = """
not no never none nobody nothing neither nor without hardly barely scarcely cannot can't won't don't
doesn't didn't isn't aren't wasn't weren't hasn't haven't hadn't wouldn't couldn't shouldn't ain't
refuse_to decline_to fail_to refrain_from stop_short_of rule_out ruled_out yet_to unlikely_to
unable_to unwilling_to reluctant_to far_from short_of avoid avert escape dodge prevent deter
avoids_being reject_claim deny denies denied fall_short_of hold_off steer_clear_of abstain_from
rather_than instead_of stay_out_of keep_out_of little_chance has_yet_to no_longer any_longer
in_no_hurry prohibit deprived_of lack lacking absence dispel discourage warn_against advise_against
impossible free_of shy_away_from shies_away_from stay_away_from keep_from out_of_the_question
think_twice_about nowhere zero= resist cannot= unable neither_will
"""

_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot ain't".split())


def is_negation(word: str) -> bool:
    """Return True for a word that negates in any sentence: "not", "nobody", "won't".

    >>> is_negation("won't"), is_negation("rejects")
    (True, False)
    """
    return word in _NEGATIONS or word.endswith("n't")


HARMLESS_NEGATIONS = (
    "not_only not_just no_doubt no_matter no_wonder no_less_than nothing_but if_not "
    "no_fewer_than no_more_than"
)
"""Phrases whose negation negates nothing."""

NEGATED_NAMES = frozenset(
    "no limit|no confid|no fli|no deal|no string|no first|zero covid|never trump".split("|")
)
"""Stems of negations inside names; if a phrasing contains one, it negates nothing."""

HEDGES = """
may= might= could= would= should= can= consider mull weigh plan threaten seek hope fear expect
likely possible possibly perhaps eye urge call_for demand pledge promise vow prepare reportedly
rumour rumor allegedly think ponder study want propose if= unless= doubt unclear risk ready_to
set_to poised potential could_be hint signal suggest not_rule_out talk_of debate discuss intend aim
"""

RESTRICTION_STEMS = frozenset(
    "sanction ban curb restrict siege veto mandat embargo blockad tariff levi rule"
    " quarantin lockdown moratorium limit cap curfew block quota duti mask emerg warn freez"
    " suspens state alert".split()
)
"""Stems of measures that lifting ends; lifting anything else (rates, output) raises it."""

CLAUSE_BOUNDARIES = frozenset(
    "but while as after despite amid although though before since because until when"
    " whereas yet even however who which where and".split()
)
"""Words that end the scope of a negation."""

PREPOSITIONS = frozenset(
    (
        "in on at by over for with after amid as under during into near around again against since "
        "within"
    ).split()
)
"""Words that cannot begin an object: a cue before one of them refers to the words before it."""

EMPTY_WORDS = frozenset(
    "a an the of in on at to for and or by with as is are was were be been its it his her their "
    "they he she after over from that this these those has have had will says say said than "
    "then into out so new amid all who which there we us our you your i do does did being about "
    "also off up down us".split()
)
"""Words without meaning of their own; never compared."""


@dataclass(frozen=True, slots=True)
class PolarityCue:
    """Effect of a word or phrase: its ends of axes (+1 / -1), if it reverses what it governs, and
    if it hedges.
    """

    ends: tuple[tuple[str, int], ...] = ()
    turns: bool = False
    only_with_object: bool = False
    hedges: bool = False


NAMES_WITH_CUES = frozenset(
    """gaza strip|united states|united nations|united kingdom|united airlines|manchester united
    |victory day|victory parade|peace prize|strike group|us open|australian open|french open
    |open society|world war|civil war|cold war|war crimes|war crime|free trade""".replace(
        "\n    ", ""
    ).split("|")
)
"""Names of two words of which one would be a cue by itself."""

_OWN_STEMS = frozenset(
    """department departments important importance importantly authority authorities executive
    executives security securities""".split()
)
"""Words that the stemmer would give the stem of another word: a department departs from nothing."""


@lru_cache(maxsize=100_000)
def stem_english(word: str) -> str:
    """Return the stem of a lower-case word without its possessive ending.

    >>> stem_english("condemning"), stem_english("china's"), stem_english("department")
    ('condemn', 'china', 'department')
    """
    bare = word[:-2] if word.endswith("'s") else word
    if bare in _OWN_STEMS:
        return bare
    return stem_with("english", bare) if len(bare) < 40 else bare


@lru_cache(maxsize=1)
def load_lexicon() -> dict[str, tuple[tuple[tuple[str, ...], PolarityCue], ...]]:
    """Return the cues by their first word: a stem, or `=` before an exact form; the longest phrases
    first.
    """
    cues: dict[tuple[str, ...], PolarityCue] = {}
    for key, cue in _parse_entries():
        known = cues.get(key, PolarityCue())
        ends = tuple(dict.fromkeys(known.ends + cue.ends))
        needs_object = cue.only_with_object or known.only_with_object
        cues[key] = PolarityCue(
            ends, cue.turns or known.turns, needs_object, cue.hedges or known.hedges
        )
    by_first: dict[str, list[tuple[tuple[str, ...], PolarityCue]]] = {}
    for key, cue in sorted(cues.items(), key=lambda entry: -len(entry[0])):
        by_first.setdefault(key[0], []).append((key, cue))
    return {first: tuple(entries) for first, entries in by_first.items()}


def _parse_entries() -> Iterator[tuple[tuple[str, ...], PolarityCue]]:
    axis, end = "", 1
    for part in AXIS_WORDS.replace("|", " | ").split():
        if part.endswith(":"):
            axis, end = part[:-1], 1
        elif part == "|":
            end = -1
        else:
            turns, needs_object = part[-1] in "!~", part[-1] == "~"
            yield _parse_key(part), PolarityCue(((axis, end),), turns, needs_object)
    for part in NEGATORS.split():
        yield _parse_key(part), PolarityCue(turns=True)
    for part in HEDGES.split():
        yield _parse_key(part), PolarityCue(hedges=True)
    for part in HARMLESS_NEGATIONS.split():
        yield _parse_key(part), PolarityCue()


def _parse_key(entry: str) -> tuple[str, ...]:
    bare = entry.rstrip("!~")
    if bare.endswith("="):
        return ("=" + bare[:-1],)
    return tuple(stem_english(word) for word in bare.split("_"))
