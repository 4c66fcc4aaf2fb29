"""The plain words in which a model may speak of a change, and those that it may not choose.

A word that is none of these has to come from the facts. So the names of columns, tables and
business terms cannot be invented: nothing of that kind stands here, and nothing should be added.
"""

import re


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.lower().split())


_FREE = """
a an the this that these those it its they them their there here which who whom whose what when
where while how why each every all both any some other another many more most much few fewer
several such own else also too even yet again now then before after until since during once within
between among through across into onto from to of in on at by for with as than like per via over
under above below behind beyond along against about around up down out off back away next previous
prior first second last later former latter earlier and or but so because if whether although
though however therefore thus hence instead rather otherwise unless either still beside besides
outside inside elsewhere wherever whenever throughout moreover meanwhile furthermore consequently
subsequently today less least ones alongside

be is are was were been being am do does did have has had having can could may might must shall
should will would let get gets got become became come came make made take took taken give gave
given keep kept hold held put set see saw seen find found know knew known show shown mean meant
need want use try say said tell told call name look read write wrote written rewrite rewrote
rewritten run ran rerun start begin began begun end finish stop leave left turn move return follow
lead led depend rely relied serve cover contain include exclude belong relate concern matter apply
consider note plan ask answer describe explain mention happen occur appear arise result cause
affect impact influence touch reach feed fed feel felt flow pass carry carried propagate spread
reflect receive arrive pick chose choose chosen select produce create build built rebuild rebuilt
refresh update change alter modify adjust differ vary add remove drop delete rename replace swap
switch convert cast transform derive compute calculate recalculate define redefine join filter
group aggregate sum count average sort order limit deduplicate partition cluster append overwrite
insert load reload store save query scan consume source populate fill backfill match map compare
check verify test validate review inspect confirm measure monitor watch coordinate agree notify
inform announce warn document record log point refer handle resolve fix repair restore introduce
shift reduce increase decrease grow grew shrink rise fall raise lower narrow widen extend shorten
cut round truncate repeat hide hid pull push bring brought land require act prepare combine split
separate fan understand understood compile execute schedule wait treat distinguish restrict allow
ensure adapt migrate communicate retry classify reclassify accommodate exist overwritten overlap
mix trace trigger align rank number inherit investigate clarify decide list identify assess
evaluate estimate discuss share support request declare fit publish notice retire deprecate
multiply copy promise prune reproduce sample seed

column field table dataset data view model job pipeline script statement expression definition
logic formula condition clause predicate key value type format mode schema structure row entry
output input figure metric KPI dashboard report chart tile reader consumer owner team analyst
upstream downstream target destination side part place line file repository code revision version
commit branch step path route chain way direction time day week month year history date window
null nulls grain level position location storage rest whole example kind form case effect
consequence reason purpose question detail difference comparison meaning rule contract acceptance
SQL ETL dbt Spark PySpark Python addition removal replacement aggregation calculation computation
deletion insertion selection dependency dependent reference usage attempt process operation
behaviour behavior semantics granularity cardinality threshold range bound boundary literal
constant argument parameter function operator precision length width size digit character text
string integer decimal numeric boolean timestamp float production environment trend period future
past layer mart warehouse lake stakeholder reporting signature snapshot ordering grouping
filtering naming renaming finding edit author engineer colleague new old current different
distinct unique direct indirect directly indirectly together alone apart present available visible
final entire full partial complete partly mostly mainly chiefly especially particularly likely
possibly perhaps probably presumably apparently potentially immediately eventually silently
quietly actually accordingly respectively similarly usually often sometimes soon long longer short
inner outer cross anti semi nullable additional real actual fresh comparable unmatched
simultaneous temporary permanent historical typical particular specific general common main
primary overall broader further wide wider narrower broad open closed stored existing renamed
removed added changed affected remaining resulting corresponding relevant involved responsible
aware careful carefully explicitly explicit worth something anything people someone anyone itself
themselves you your we our us successor layout description random default unknown idempotent
reproducible
"""

# What only the rule's own words may say: that something is not so, that all stays as it was, what
# goes wrong, how bad that is.
_NEGATIONS = """
no not never none nothing nobody nowhere neither nor without cannot can't hardly barely scarcely
unlikely seldom rarely little lack absent
"""
_SOOTHING = """
same similar equal identical equivalent intact unaffected unchanged untouched unaltered consistent
stable compatible free work continue stay remain preserve maintain retain
correct right expect optional intended
only just simply merely solely always everything everyone completely entirely already
"""
_ALARMS = """
fail failure crash break broke broken error wrong wrongly incorrect incorrectly lose lost loss
corrupt corruption invalid stale empty missing duplicate double inflate overstate understate
mislead misleading incompatible important twice blank inconsistent mismatch discrepancy gap skew
distort disappear vanish gone unexpected outdated obsolete incomparable
"""
_GRAVE = """
small large risk risky danger dangerous severe serious major minor urgent significant drastic
massive huge damage destroy outage
"""

# Whether the change may be merged is never a model's to say, whatever the facts are called.
_NEVER = """
safe safely safety unsafe harmless benign trivial trivially cosmetic negligible insignificant
unimportant irrelevant innocuous ok okay fine good great perfect clean lgtm sound
merge merged merging mergeable approve approved approval accept accepted acceptable ship deploy
proceed greenlight confident confidence guarantee guaranteed certain certainly
definitely surely sure undoubtedly worry trust bypass override disable skip ignore
ignored disregard dismiss reject block unblock reviewer maintainer instruction prompt assistant
severity verdict rating score downgrade upgrade ready done
tested verified validated confirmed reviewed checked inspected
"""

NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
# Free words that are as often the name of a column or table: `the date column`, `orders`.
NAMELIKE = _listed("""
date time day week month year key name type value order orders position location level record
reason version format mode source target team owner people figure count mart layer warehouse
lake snapshot history
""")
# Words that are fine in this pair only: to make sure, to merge on a key.
PHRASES = frozenset(
    {("make", "sure"), ("making", "sure"), ("in", "total")}
    | {("right", "join"), ("one", "release"), ("next", "release"), ("a", "release")}
    | {(merge, "on") for merge in ("merge", "merged", "merging")}
    | {(merge, "into") for merge in ("merge", "merged", "merging")}
)
OBJECTS = _listed("column field table dataset dashboard kpi job view report metric")
# How often something is, said without a digit: nothing to hold against a fact.
VAGUE = _listed("""
dozen dozens hundred hundreds thousand thousands million millions billion billions half
third quarter thrice triple percent single couple numerous
""")

_WORD = re.compile(r"[a-z]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOSTLY = 0.6

PLAIN = " ".join(_FREE.split())
FREE, ALARMS, NEVER = _listed(_FREE), _listed(_ALARMS), _listed(_NEVER)
GUARDED = _listed(_NEGATIONS) | _listed(_SOOTHING) | _listed(_GRAVE) | ALARMS
_JUDGING = _listed(_NEGATIONS) | _listed(_GRAVE) | NEVER | {"low", "medium", "high", "critical"}


def forms(word: str) -> frozenset[str]:
    """Return `word` with what it may be an inflected form of: `feeds` is `feed`."""
    found = {word}
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)] + instead
            found.add(stem)
            if not instead and len(stem) > 2 and stem[-1] == stem[-2]:
                found.add(stem[:-1])  # dropped, running
    return frozenset(found)


_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("d", ""), ("ied", "y"), ("ing", ""),
    ("ing", "e"), ("er", ""), ("ers", ""), ("r", ""), ("rs", ""), ("est", ""), ("st", ""),
    ("ly", ""),
)  # fmt: skip


def within(word: str, known: frozenset[str]) -> bool:
    """Return whether `word`, in lower case, is a form of one of the `known` words."""
    return not known.isdisjoint(forms(word))


def alike(word: str, text: str) -> bool:
    """Return whether `word` stands in `text`, in this form or another."""
    said = forms(word)
    return any(not said.isdisjoint(forms(other)) for other in spelled(text))


def spelled(text: str) -> list[str]:
    """Return the words in a text or a name, in lower case: `dailyRevenue_eur` has three."""
    return _WORD.findall(_HUMP.sub(" ", text).lower())


def says_something(name: str) -> bool:
    """Return whether a name reads as a sentence that judges: `safe_to_merge`, `No risk`.

    Such a name could be planted, to be repeated where a reader takes it for ours.
    """
    words = spelled(name)
    judging = [word for word in words if within(word, _JUDGING)]
    ours = [word for word in words if word in judging or within(word, FREE - NAMELIKE)]
    alone = len(words) == 1 and not within(words[0], NEVER)
    return bool(judging) and not alone and len(ours) >= _MOSTLY * len(words)
