"""A rule pack: the severity of a change, and what is said about it.

pack = rules.load()
judged = rules.judge(change, pack)
"""

from guardian.rules.judge import judge
from guardian.rules.pack import Rule, RulePack, extended, load
from guardian.rules.pages import explain, markdown
from guardian.rules.wording import filled

__all__ = ["Rule", "RulePack", "explain", "extended", "filled", "judge", "load", "markdown"]
