"""From the bytes of a file to its text."""

import codecs
import re

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is how this one begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")  # PEP 263


class UnreadableError(Exception):
    """The bytes of a file cannot be had, or are not text; the message says why."""


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file, and what was assumed to get it; empty where nothing was.

    Tried in order: byte-order mark, UTF-8, UTF-16 without a mark, the declared encoding, latin-1.
    Line ends become LF, so that equal code is equal text on every system.

    Raises:
        UnreadableError: the file is binary, or the place-holder of one kept elsewhere.
    """
    if data.startswith(LFS_POINTER):
        raise UnreadableError("not read: a Git LFS pointer; fetch the file with `git lfs pull`")
    text, assumed = _text(data)
    if "\0" in text:
        raise UnreadableError("not read: it holds NUL bytes, so it is binary")
    return text.replace("\r\n", "\n").replace("\r", "\n"), assumed


def _text(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), ""
    wide = _unmarked_utf16(data)
    if wide:
        return _strictly(data, wide), f"read as {wide}: it has no byte-order mark"
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    declared = _DECLARED.match(data)
    if declared:
        try:
            return data.decode(declared[1].decode("ascii")), ""
        except (LookupError, UnicodeDecodeError):
            pass  # what the file says about itself is wrong; latin-1 reads any bytes
    return data.decode("latin-1"), f"read as latin-1: not UTF-8 from line {line} on"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not read: it begins as {encoding}, but is not valid") from error


def _unmarked_utf16(data: bytes) -> str:
    """Return `utf-16-le` or `utf-16-be` where nearly every other byte is zero, else nothing."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 2 or len(data) % 2:
        return ""
    if sample[1::2].count(0) > 0.9 * half and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.9 * half and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return ""
