"""From a report to edits: readers of what was renamed or removed go on as they were.

successors (what became of what is gone) ─▶ readers (who still names it) ─▶ occurrences (where its
name stands in their text) ─▶ trials (which of these mean it, and what to write there) ─▶ proof (the
edited files, read again, give the definitions that they gave) ─▶ patches. Nothing that is not
proven is proposed: it is named, with file and line, as work for a person.
"""

from guardian.fixes.proposals import Proposal, propose
from guardian.fixes.recipes import recipes
from guardian.fixes.revisions import Revisions

__all__ = ["Proposal", "Revisions", "propose", "recipes"]
