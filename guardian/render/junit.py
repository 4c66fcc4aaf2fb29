"""JUnit's XML: a test case for each change, which every CI server shows as a test result.

There is no standard but what Jenkins, Azure DevOps and GitLab read in common; this keeps to it.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from guardian import escape, verdict
from guardian.model.changes import Change, Report
from guardian.render import Format, Page, difference, plain
from guardian.render.annotations import TOOL
from guardian.render.identity import identified

MOST_CHARACTERS = 400
# XML 1.0 has no way to write any other character, not even as an entity (section 2.2).
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, page: Page) -> str:
    """Return `report` as one suite: a change that fails the run is a failure, another one passes.

    What is accepted is skipped, with the reason. Where nothing changes one case passes: Jenkins
    takes a suite without any for a broken one.
    """
    cases = [_case(known_by, change, page) for known_by, change in identified(_ordered(report))]
    if not cases:
        cases = [_element("testcase", {"classname": TOOL, "name": "no result changes"})]
        SubElement(cases[0], "system-out").text = _legal(verdict.sentence(report))
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
    }
    suite = _element("testsuite", {"name": TOOL, **counts})
    suite.extend(cases)
    document = _element("testsuites", {"name": TOOL, **counts})
    document.append(suite)
    indent(document)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(document, "unicode")}\n'


def _ordered(report: Report) -> list[Change]:
    return [*verdict.counting(report), *verdict.accepted_changes(report)]


def _case(known_by: str, change: Change, page: Page) -> Element:
    """Return the case of one change; its name stays the same from one run to the next."""
    subject = f" {change.column}" if change.column else ""
    case = _element(
        "testcase",
        {
            "classname": escape.clean(change.dataset),
            "name": escape.clean(f"{change.rule}{subject} [{known_by}]"),
            "file": change.location.file,
            "line": str(max(1, change.location.line)),
        },
    )
    message = escape.clean(change.message)
    if change.accepted is not None:
        said = f"accepted: {change.accepted.reason}; {verdict.acceptance(change.accepted)}"
        SubElement(case, "skipped", {"message": _legal(escape.clean(said))})
        SubElement(case, "system-out").text = _told(change)
    elif change.severity in page.failing:
        attributes = {"type": _legal(escape.clean(change.rule)), "message": _legal(message)}
        SubElement(case, "failure", attributes).text = _told(change)
    else:
        SubElement(case, "system-out").text = _told(change)
    return case


def _told(change: Change) -> str:
    """Return all that is to be said of a change, a line for each part of it."""
    clauses = difference.lines(change, MOST_CHARACTERS)
    message, *others = plain.lines(change) or [""]
    told = [
        f"{change.severity}: {message}",
        f"at {escape.clean(verdict.place(change))}",
        *(f"{sign} {text}" for sign, text in clauses),
        *others,
    ]
    return _legal("\n".join(told))


def _element(name: str, attributes: Mapping[str, str]) -> Element:
    return Element(name, {key: _legal(text) for key, text in attributes.items()})


def _legal(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


JUNIT = Format(name="junit", extension="xml", render=render)
