"""Headlines that say the opposite of one another in nearly the same words: none is ever the other's
copy.
"""

_PAIRS = """
Arland's oil output rises to a record | Arland's oil output falls to a record
Borland denies it sent troops across the northern border | Borland confirms it sent troops across the northern border
Arland will attend the summit of island nations in June | Arland will not attend the summit of island nations in June
President refuses to condemn the attack on the port | President condemns the attack on the port
Parliament approves the budget after a night of debate | Parliament rejects the budget after a night of debate
Central bank raises its key rate by half a point | Central bank cuts its key rate by half a point
Corland lifts sanctions on steel from Arland | Corland imposes sanctions on steel from Arland
Court upholds the ban on foreign ownership of farms | Court overturns the ban on foreign ownership of farms
Arland joins the customs union of the east | Arland leaves the customs union of the east
Rebels capture the airport of Borland | Rebels withdraw from the airport of Borland
Talks between Arland and Borland resume in Corland | Talks between Arland and Borland suspended in Corland
Arland's exports to Borland surge despite new tariffs | Arland's exports to Borland plunge despite new tariffs
Inflation in Arland slows for a third month | Inflation in Arland accelerates for a third month
Borland opens its border crossing to trucks from Arland | Borland closes its border crossing to trucks from Arland
Prime minister wins the vote of confidence in parliament | Prime minister loses the vote of confidence in parliament
Arland accepts the offer to mediate in the gas dispute | Arland refuses the offer to mediate in the gas dispute
Police release the editor of the largest daily in Borland | Police arrest the editor of the largest daily in Borland
Jury finds the former minister guilty of fraud | Jury finds the former minister not guilty of fraud
Former minister acquitted in the trial over arms sales | Former minister convicted in the trial over arms sales
Arland supports the bid of Borland to enter the alliance | Arland opposes the bid of Borland to enter the alliance
Gas flows through the northern pipeline restart on Monday | Gas flows through the northern pipeline stop on Monday
Ceasefire holds in the valley after two days | Ceasefire breaks in the valley after two days
Arland says it has evidence that Borland used the weapon | Arland says it has no evidence that Borland used the weapon
Miners agree to the pay deal and end talks in Corland | Miners reject the pay deal and end talks in Corland
The airline's shares jump after the results of the year | The airline's shares tumble after the results of the year
Borland extends the grain deal by four months | Borland ends the grain deal by four months
Arland allows inspectors to enter the reactor site | Arland bars inspectors to enter the reactor site
Arland never promised to return the islands, minister says | Arland promised to return the islands, minister says
Arland can defend the islands alone, general says | Arland can't defend the islands alone, general says
Senate confirms the nominee for the highest court | Senate blocks the nominee for the highest court
Unemployment in Corland drops below five percent | Unemployment in Corland climbs above five percent
The regulator clears the merger of the two banks | The regulator blocks the merger of the two banks
Scientists say that the vaccine is safe for children | Scientists say that the vaccine is unsafe for children
War between Arland and Borland is likely, envoy warns | War between Arland and Borland is unlikely, envoy warns
Arland's strike on the depot was legal, court rules | Arland's strike on the depot was illegal, court rules
Hostages found alive in the mountains of Corland | Hostages found dead in the mountains of Corland
Arland recalls its ambassador and breaks ties | Arland returns its ambassador and restores ties
Carmaker builds its battery plant in Arland after all | Carmaker scraps its battery plant in Arland after all
Minister resigns over the failure of the dam | Minister refuses to resign over the failure of the dam
President signs the law on foreign agents | President vetoes the law on foreign agents
Arland invites Borland to the talks about fishing | Arland excludes Borland from the talks about fishing
Rating agency upgrades the debt of Borland to stable | Rating agency downgrades the debt of Borland to stable
Arland strengthens its navy in the southern sea | Arland weakens its navy in the southern sea
Army advances on the town at the river, spokesman says | Army retreats from the town at the river, spokesman says
Tension between Arland and Borland eases after the call | Tension between Arland and Borland escalates after the call
Borland ratifies the treaty on long-range missiles | Borland quits the treaty on long-range missiles
The company beats forecasts for profit this year | The company misses forecasts for profit this year
Arland expands its nuclear arsenal, report finds | Arland reduces its nuclear arsenal, report finds
Opposition leader returns to Arland before the election | Opposition leader flees Arland before the election
Envoy hails progress in the talks on the islands | Envoy laments deadlock in the talks on the islands
Arland tightens its rules for exports of chips | Arland loosens its rules for exports of chips
Borland names the hackers behind the attack | Borland declines to name the hackers behind the attack
Union calls off the rail strike planned for Friday | Union calls the rail strike planned for Friday
Arland buys grain from Borland for the first time | Arland sells grain to Borland for the first time
Arland attacks Borland at sea near the islands | Borland attacks Arland at sea near the islands
Election in Corland was fair, observers say | Election in Corland was unfair, observers say
The general is still in command of the northern front | The general is no longer in command of the northern front
Arland is ready to talk to Borland about the border | Arland is not ready to talk to Borland about the border
Hope grows for the crew of the lost submarine | Hope fades for the crew of the lost submarine
Arland plans to deploy missiles on the islands | Arland has no plans to deploy missiles on the islands
Court orders the release of the opposition leader | Court refuses the release of the opposition leader
More people move to Arland than leave it | Fewer people move to Arland than leave it
Dollar gains against the currency of Borland at the close | Dollar slips against the currency of Borland at the close
Satellite reaches its orbit after the launch | Satellite fails to reach its orbit after the launch
Россия подтвердила поставки газа в соседнюю страну | Россия опровергла поставки газа в соседнюю страну
Президент не поедет на саммит в столицу соседней страны | Президент поедет на саммит в столицу соседней страны
两国领导人同意下月在首都举行会谈 | 两国领导人拒绝下月在首都举行会谈
央行宣布提高基准利率百分之一 | 央行宣布降低基准利率百分之一
"""

OPPOSITES = tuple(
    (one.strip(), other.strip())
    for one, other in (line.split("|") for line in _PAIRS.strip().splitlines())
)
