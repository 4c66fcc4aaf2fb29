"""A model's answer, held against the facts that it cites: a sentence stands or the answer falls.

Whatever is not a plain word has to be in the cited facts: each name in full, each number with the
noun that it counts, each severity. What this cannot see is a true name in a wrong place: that `a`
feeds `b` where `b` feeds `a`. Hence the verdict is never the model's, and stands before its words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from guardian import escape
from guardian.model.changes import SEVERITIES
from guardian.narrative.facts import Fact, lines, names, numbers, own_words
from guardian.narrative.words import (
    ALARMS,
    FREE,
    GUARDED,
    NAMELIKE,
    NEVER,
    NUMBERS,
    OBJECTS,
    PHRASES,
    VAGUE,
    alike,
    spelled,
    within,
)

MOST_SENTENCES = 4
MOST_CITED = 4
MOST_CHARACTERS = 320  # of a sentence
FEWEST_WORDS = 3
# What a keyboard has instead.
_TYPED = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)
MOST_ANSWER = 8_000
MOST_MISSES = 8  # told of one answer
# Where something goes wrong, and the words for it may be the model's.
_GRAVE = frozenset({"medium", "high", "critical"})

_OUTSIDE = re.compile(r"[A-Za-z0-9 .,;:'\"()\-%/_{}:#$&+=*]*")
_FENCED = re.compile(r"\s*```(?:json)?\n(.*)\n```\s*", re.DOTALL)
_NUMBER = re.compile(r"\d[\d,]*")
_PUNCTUATION = ".,;:'\"()-"
_NOUNS: Mapping[str, tuple[str, ...]] = {
    "dashboard": ("dashboards",), "kpi": ("kpis",), "job": ("jobs",), "column": ("columns",),
    "change": ("changes",), "file": ("files",),
    "dataset": ("datasets", "changed datasets"), "table": ("datasets", "changed datasets"),
    **{severity: (severity,) for severity in SEVERITIES},
}  # fmt: skip


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence, and the facts that it is made from."""

    text: str
    facts: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model has to answer."""

    sentences: tuple[Sentence, ...]


class RefusedError(Exception):
    """An answer that says more than the facts; the message tells its author what to mend."""


def read(text: str, told: Sequence[Fact]) -> tuple[str, ...]:
    """Return the sentences of an answer as Markdown, each name in code.

    Raises:
        RefusedError: it is no such answer, or says something that its facts do not.
    """
    if len(text) > MOST_ANSWER:
        raise RefusedError(f"the answer is longer than {MOST_ANSWER:,} characters")
    fenced = _FENCED.fullmatch(text)
    try:
        answer = msgspec.json.decode(fenced[1] if fenced else text, type=Answer)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RefusedError(f"the answer is not the JSON that was asked for: {error}") from error
    if not 1 <= len(answer.sentences) <= MOST_SENTENCES:
        raise RefusedError(f"the answer needs one to {MOST_SENTENCES} sentences")
    known = {fact.id: fact for fact in told}
    misses: dict[str, None] = {}
    shown = [_sentence(one, known, misses) for one in answer.sentences]
    if misses:
        raise RefusedError("; ".join([*misses][:MOST_MISSES]))
    return tuple(dict.fromkeys(shown))


def _sentence(sentence: Sentence, known: Mapping[str, Fact], misses: dict[str, None]) -> str:
    """Return one sentence as Markdown; what it says beyond its facts goes into `misses`."""
    cited = dict.fromkeys(sentence.facts)
    unknown = next((name for name in cited if name not in known), None)
    if unknown is not None:
        raise RefusedError(f"there is no fact {escape.value(unknown, 20)!r}")
    if not 1 <= len(cited) <= MOST_CITED:
        raise RefusedError(f"each sentence cites one to {MOST_CITED} facts")
    text = sentence.text.strip().translate(_TYPED)
    if len(text) > MOST_CHARACTERS:
        raise RefusedError(f"a sentence is longer than {MOST_CHARACTERS} characters")
    if escape.clean(text) != text:
        raise RefusedError("a sentence has a character that cannot be seen, or a line break")
    if not re.match(r"[A-Za-z`]", text):  # `- x` and `1. x` begin a list
        misses["a sentence begins with a word"] = None
    checking = _Checking([known[name] for name in cited], misses)
    shown = "".join(checking.parts(text))
    if checking.plain < FEWEST_WORDS:
        misses["a sentence has no words beside names"] = None
    return shown if shown.endswith(".") else f"{shown}."


class _Checking:
    """The check of one sentence against the facts that it cites."""

    def __init__(self, cited: Sequence[Fact], misses: dict[str, None]) -> None:
        self.cited = cited
        self._misses = misses
        self.plain = 0
        self.names = frozenset(name for fact in cited for name in names(fact))
        self.known = self.names | {end for name in self.names for end in _ends(name)}
        self.own = " ".join(own_words(fact) for fact in cited)
        self.of_names = frozenset(word for name in self.names for word in spelled(name))
        # Two words make a name that may stand without marks: `Daily Revenue`.
        several = sorted((name for name in self.names if " " in name), key=len, reverse=True)
        self._several = (
            re.compile(rf"(?<!\w)({'|'.join(map(re.escape, several))})(?!\w)") if several else None
        )

    def parts(self, text: str) -> Iterator[str]:
        """Yield a sentence part by part, as Markdown."""
        spans = text.split("`")
        if len(spans) % 2 == 0:
            self._miss("a name lacks its second backtick")
        for number, span in enumerate(spans):
            if number % 2:
                yield self._name(span)
            else:
                yield from self._prose(span)

    def _name(self, name: str) -> str:
        if name not in self.known:
            said = escape.value(name, 60)
            self._miss(f"the cited facts do not name `{said}`")
        return escape.code(name)

    def _miss(self, reason: str) -> None:
        self._misses[reason] = None

    def _prose(self, text: str) -> Iterator[str]:
        pieces = self._several.split(text) if self._several else [text]
        for number, piece in enumerate(pieces):
            if number % 2:
                yield self._name(piece)
                continue
            strange = re.sub(_OUTSIDE, "", piece)
            if strange:
                self._miss(f"`{escape.value(strange, 20)}` has no place in a sentence")
            yield from self._words(re.split(r"(\s+)", piece))

    def _words(self, chunks: Sequence[str]) -> Iterator[str]:
        words = [chunk.strip(_PUNCTUATION) for chunk in chunks]
        for number, (chunk, word) in enumerate(zip(chunks, words, strict=True)):
            before = next((one for one in words[:number][::-1] if one.strip()), "")
            after = [one.lower() for one in words[number + 1 :] if one.strip()][:2]
            yield self._chunk(chunk, word, before.lower(), after)

    def _chunk(self, chunk: str, word: str, before: str, after: Sequence[str]) -> str:
        """Return one chunk between spaces as Markdown; `word` is what is in its punctuation."""
        if not word.strip():
            return chunk if chunk.isspace() else escape.prose(chunk)
        if _NUMBER.fullmatch(word):
            self._number(int(word.replace(",", "")[:12]), before, after)
            return escape.prose(chunk)
        letters = re.sub(r"'s$", "", word)
        if re.fullmatch(r"[A-Za-z]+(?:['-][A-Za-z]+)*", letters):
            if re.search(r"n't$", letters):
                self._guarded("not", letters)
            else:
                for part in re.split("['-]", letters.lower()):
                    self._word(part, before, after)
            return escape.prose(chunk)
        start = chunk.index(word)
        if word.count("(") > word.count(")") and chunk[start + len(word) :].startswith(")"):
            word += ")"  # `varchar(20)`
        return chunk[:start] + self._name(word) + escape.prose(chunk[start + len(word) :])

    def _word(self, word: str, before: str, after: Sequence[str]) -> None:
        self.plain += 1
        if PHRASES.intersection({(before, word), (word, *after[:1])}):
            return
        if within(word, NEVER):
            self._miss(f"`{word}`: whether this can be merged is not yours to say")
        elif word in NUMBERS:
            self._number(NUMBERS[word], before, after)
        elif word in VAGUE:
            self._miss(f"`{word}` is no number that the facts give")
        elif word in SEVERITIES and word != "none":
            self._severity(word, before)
        elif within(word, GUARDED):
            self._guarded(word, word)
        elif not self._plain(word, after) and not (
            within(word, self.of_names) or alike(word, self.own)
        ):
            self._miss(f"the word `{escape.value(word, 40)}` is in none of the cited facts")

    def _plain(self, word: str, after: Sequence[str]) -> bool:
        """Return whether a word is one of those that name nothing of anybody's."""
        naming = word in NAMELIKE and (word == "orders" or bool(OBJECTS.intersection(after[:1])))
        return within(word, FREE) and not naming

    def _guarded(self, word: str, said: str) -> None:
        """Check a word that only the rule's own words may say."""
        grave = any(fact.severity in _GRAVE for fact in self.cited)
        if alike(word, self.own) or (grave and within(word, ALARMS)):
            return
        self._miss(f"the cited facts do not say `{escape.value(said, 40)}`")

    def _severity(self, word: str, before: str) -> None:
        """Check a severity: that of a cited fact, or one of which some are counted: `5 high`."""
        number = _NUMBER.fullmatch(before) or before in NUMBERS
        counted = number and any(word in fact.counts for fact in self.cited)
        if not counted and all(fact.severity != word for fact in self.cited):
            self._miss(f"no cited fact has the severity `{word}`")

    def _number(self, number: int, before: str, after: Sequence[str]) -> None:
        """Check a number: of the noun behind it, of a line, or of whatever the facts count."""
        nouns = next((found for word in after if (found := _counted(word))), ())
        allowed: set[int | None]
        if before == "line":
            allowed = {line for fact in self.cited for line in lines(fact)}
        elif nouns:
            allowed = {fact.counts.get(noun) for fact in self.cited for noun in nouns}
        else:
            allowed = {known for fact in self.cited for known in numbers(fact)}
        if number not in allowed:
            of = f" {after[0]}" if after else ""
            self._miss(f"the number `{number}{of}` is in none of the cited facts")


def _counted(word: str) -> tuple[str, ...]:
    return _NOUNS.get(word) or _NOUNS.get(word.removesuffix("s")) or ()


def _ends(name: str) -> Iterator[str]:
    """Yield what a name is called for short: the last parts of `a.b.c`, the file of a path."""
    sign = "/" if "/" in name else "."
    parts = name.split(sign)
    if all(parts):
        yield from (sign.join(parts[number:]) for number in range(1, len(parts)))
