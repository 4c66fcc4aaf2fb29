"""Commands in the comments of a pull request: what is one, and what is only talk of one."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guardian.commands import (
    FORMS,
    MOST_COMMANDS,
    MOST_REASON,
    Accept,
    Command,
    Explain,
    Help,
    Misread,
    Rerun,
    commands,
    help_text,
)

COMMANDS: dict[str, Command] = {
    "/guardian accept 62ac8481eebcf4d8 finance asked for gross figures": Accept(
        known_by="62ac8481eebcf4d8", reason="finance asked for gross figures"
    ),
    "/guardian accept 62ac84 agreed with sales until 2027-01-31": Accept(
        known_by="62ac84", reason="agreed with sales", until=date(2027, 1, 31)
    ),
    "/Guardian ACCEPT `62AC8481` agreed, until: 2027-01-31.": Accept(
        known_by="62ac8481", reason="agreed", until=date(2027, 1, 31)
    ),
    "/guardian accept 62ac8481 it stays (until 2027-01-31)": Accept(
        known_by="62ac8481", reason="it stays", until=date(2027, 1, 31)
    ),
    "/guardian accept 62ac8481 wrong until the migration is done": Accept(
        known_by="62ac8481", reason="wrong until the migration is done"
    ),
    "/guardian accept 62ac8481 `mart.x` may go, @robin": Accept(
        known_by="62ac8481", reason="`mart.x` may go, @robin"
    ),
    "/guardian explain 62ac8481": Explain("62ac8481"),
    "/guardian  rerun ": Rerun(),
    "/guardian help": Help(),
    "/guardian": Help(),
}
MISREAD = {
    "/guardian accept 62ac8481": "the reason is missing",
    "/guardian accept 62ac8481 until 2027-01-31": "the reason is missing",
    "/guardian accept 62ac8481 fine until 31.1.2027": "`31.1.2027` is no day",
    "/guardian accept 62ac8481 fine until 2027-02-30": "`2027-02-30` is no day",
    "/guardian accept 62ac8 too short": "`62ac8` is no fingerprint",
    "/guardian accept rows-changed fine": "`rows-changed` is no fingerprint",
    "/guardian accept": "does not say which change",
    "/guardian explain": "does not say which change",
    "/guardian explain 62ac8481 please": "is no fingerprint",
    "/guardian rerun now": "`rerun` stands alone",
    "/guardian acept 62ac8481 fine": "did you mean `/guardian accept",
    "/guardian deploy": "write `/guardian help`",
    "/guardian ``` |": "is no command",
}  # fmt: skip
NO_COMMAND = {
    "in the middle": "please /guardian rerun",
    "another word": "/guardians rerun",
    "indented code": "    /guardian rerun",
    "quotation": "> /guardian rerun",
    "quotation that goes on": "> somebody wrote\n/guardian rerun",
    "fence": "```\n/guardian rerun\n```",
    "longer fence": "````text\n```\n/guardian rerun\n````",
    "tildes": "~~~\n/guardian rerun",
    "code over lines": "Write `\n/guardian rerun\n` to try",
    "hidden": "Thanks! <!--\n/guardian rerun\n-->",
    "preformatted": "<pre>\n\n/guardian rerun\n</pre>",
    "a table": "| /guardian rerun |",
    "a bullet": "- /guardian rerun",
}
AROUND = {
    "after prose": "Looks fine.\n/guardian rerun",
    "after a quotation": "> Looks fine.\n\n/guardian rerun",
    "after a fence": "```\nx\n```\n/guardian rerun",
    "after a fence in one line": "```x```\n/guardian rerun",
    "after a lone backtick": "I don`t mind\n/guardian rerun",
    "after code": "`a` and ``b ` c``\n/guardian rerun",
    "after what was hidden": "<!-- x -->\n/guardian rerun",
    "line ends of Windows": "Fine.\r\n/guardian rerun\r\n",
}


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_is_read(text: str) -> None:
    assert commands(text) == (COMMANDS[text],)


@pytest.mark.parametrize("text", MISREAD)
def test_a_command_that_cannot_be_followed_is_told_why(text: str) -> None:
    [misread] = commands(text)
    assert isinstance(misread, Misread)
    assert MISREAD[text] in misread.message
    assert misread.message.count("`") % 2 == 0


@pytest.mark.parametrize("text", NO_COMMAND.values(), ids=NO_COMMAND)
def test_talk_of_a_command_is_none(text: str) -> None:
    assert commands(text) == ()


@pytest.mark.parametrize("text", AROUND.values(), ids=AROUND)
def test_a_command_may_stand_among_other_text(text: str) -> None:
    assert commands(text) == (Rerun(),)


def test_several_commands_are_read_in_order_up_to_a_limit() -> None:
    text = "/guardian accept 62ac8481 fine\n/guardian explain 62ac8481\nThanks"
    assert [type(item) for item in commands(text)] == [Accept, Explain]
    many = commands("/guardian rerun\n" * 1_000)
    assert len(many) == MOST_COMMANDS + 1
    assert isinstance(many[-1], Misread)


def test_the_help_names_every_command() -> None:
    assert all(form in help_text() for form in FORMS.values())


PIECES = st.sampled_from([
    "/guardian", " accept", " explain", " rerun", " 62ac8481", " until ", "2027-01-31", "9", "\n", "> ",
    "```", "`", "<!--", "-->", "\r\n", "\n\n", "<pre>", "\u202e", "\ud800", "\x00", " why",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
@example("`" * 30_000 + "\n/guardian rerun")
@example("/guardian accept 62ac8481 " + "until 9" * 9_000)
@example("".join("`" * (1 + n % 7) + "x" for n in range(9_000)) + "\n/guardian rerun")
def test_any_text_gives_commands_that_hold_what_they_promise(text: str) -> None:
    for command in commands(text):
        if isinstance(command, Accept):
            assert 0 < len(command.reason) <= MOST_REASON
            assert command.reason.isprintable()
        if isinstance(command, Accept | Explain):
            assert set(command.known_by) <= set("0123456789abcdef")
            assert 6 <= len(command.known_by) <= 16


@given(st.text(), st.sampled_from(["> {}", "```\n{}\n```", "    {}", "<!-- {} -->"]))
def test_quoting_a_command_gives_none(around: str, quotation: str) -> None:
    before = around.replace("`", "").replace("~", "").replace("<", "")
    quoted = quotation.format("/guardian rerun")
    assert commands(f"{before}\n\n{quoted}") == commands(before)
