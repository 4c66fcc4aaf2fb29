"""The one place where text that others wrote is made safe to print, for each sink.

Names, messages and code come from the code under review, so anyone may have written them. Every
function here first drops what cannot be seen (control and format characters, which reorder or hide
text), then neutralises what the sink would act on.
"""

import re
import unicodedata

INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
BREAKS = frozenset({"Zl", "Zp"})
MOST_MARKS = 3
ELLIPSIS = "…"
# Renders as nothing and parts what GitHub would link: @name, #12, https://…
PARTED = "&#8203;"

_PROSE = re.compile(r"[\\`*_\[\]<>#|~$&]")
_LINKED = re.compile(r"(?<=@)|(?<=&#35;)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)
_LINE_START = re.compile(r"^(\s*\d+(?=[.)])|\s*(?=[-+]))([-+.)])(?=\s)")
_LABEL = re.compile(r"[^A-Za-z0-9_./:\- ]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int = 0) -> str:
    """Return `text` on one line, without invisible characters, cut to `limit` (0: never cut)."""
    if text.isascii() and text.isprintable():
        return shorten(text, limit)
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if character.isspace() or category in BREAKS:
            character = " "  # noqa: PLW2901 - the loop reads on with what is kept
        elif category in INVISIBLE:
            continue
        marks = marks + 1 if category == "Mn" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return shorten("".join(kept), limit)


def shorten(text: str, limit: int) -> str:
    """Return `text` cut to `limit` characters, the last one an ellipsis; 0 means never cut."""
    if limit and len(text) > limit:
        return text[: limit - 1].rstrip() + ELLIPSIS
    return text


def spaced(text: str) -> str:
    """Return `text` with each run of spaces as one: how code is quoted on a single line."""
    return " ".join(text.split())


def prose(text: str, limit: int = 0) -> str:
    """Return `text` for a Markdown paragraph or table cell: no markup, links, mentions or HTML."""
    entities = _PROSE.sub(lambda found: f"&#{ord(found[0])};", clean(text, limit))
    parted = _LINKED.sub(PARTED, entities)
    return _LINE_START.sub(lambda found: f"{found[1]}\\{found[2]}", parted)


def code(text: str, limit: int = 0) -> str:
    """Return `text` as inline code in Markdown, also in a table; nothing in it ends the code."""
    shown = clean(text, limit).strip()
    if not shown or "`" in shown or "|" in shown:
        return html_code(text, limit)
    return f"`{shown}`"


def html(text: str, limit: int = 0) -> str:
    """Return `text` for HTML inside Markdown: what either might act on is an entity."""
    entities = "".join(
        character if character.isalnum() or character in " .-:/," else f"&#{ord(character)};"
        for character in clean(text, limit)
    )
    return _LINKED.sub(PARTED, entities).replace("&#64;", f"&#64;{PARTED}")


def html_code(text: str, limit: int = 0) -> str:
    """Return `text` as `<code>`: for summaries and wherever backticks do not work."""
    return f"<code>{html(text, limit).strip() or ' '}</code>"


def marked(text: str) -> str:
    """Return one of our own messages for Markdown: what is in backticks as code, the rest prose."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an unpaired backtick: nothing in it can be trusted to be code
        return prose(text)
    return "".join(
        (code(part) if number % 2 else prose(part)) for number, part in enumerate(parts) if part
    )


def value(text: str, limit: int = 0) -> str:
    """Return `text` as it may stand between the backticks of one of our own messages."""
    return clean(text, limit).replace("`", "'").strip()


def fenced(text: str, language: str = "") -> str:
    """Return `text` as a code block whose fence no line of it can close; tabs stay."""
    lines = ["\t".join(map(clean, line.split("\t"))) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def mermaid(text: str, limit: int = 60) -> str:
    """Return `text` as a quoted Mermaid label; whatever Mermaid or HTML might read is an entity."""
    label = _LABEL.sub(lambda found: f"#{ord(found[0])};", clean(text, limit))
    return f'"{label or " "}"'


def encodable(text: str) -> str:
    """Return `text` as UTF-8 can hold it: a lone surrogate becomes the replacement character."""
    return _SURROGATE.sub("\ufffd", text)


def command_data(text: str) -> str:
    """Return `text` as the message of a workflow command, which a line's end would end."""
    escaped = encodable(text).replace("%", "%25")
    return escaped.replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """Return `text` as a property of a workflow command, which a comma or colon would end, too."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")
