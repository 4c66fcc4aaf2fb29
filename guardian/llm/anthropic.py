"""Anthropic's messages."""

from guardian.llm import Provider, Request, Settings
from guardian.llm._http import posted, text_at
from guardian.narrative.asking import NoAnswerError
from guardian.narrative.prompt import Prompt

MOST_TOKENS = 1_000
_VERSION = "2023-06-01"


def request(prompt: Prompt, settings: Settings) -> Request:
    """Return the request: the task as the system's text, the facts as the one message."""
    return Request(
        to=f"{settings.endpoint}/v1/messages",
        body={
            "model": settings.model,
            "max_tokens": MOST_TOKENS,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
        },
    )


def ask(request: Request, settings: Settings, seconds: float) -> str:
    """Return the text of the answer.

    Raises:
        NoAnswerError: there is none, or it was cut off.
    """
    headers = {"x-api-key": settings.key, "anthropic-version": _VERSION}
    document = posted(request, headers, seconds)
    reason = text_at(document, "stop_reason")
    if reason and reason != "end_turn":
        raise NoAnswerError(f"the model stopped early: {reason}", passing=True)
    text = text_at(document, "content", 0, "text")
    if not text:
        raise NoAnswerError("the answer is empty", passing=True)
    return text


ANTHROPIC = Provider(
    name="anthropic",
    model="claude-haiku-4-5",
    endpoint="https://api.anthropic.com",
    key="ANTHROPIC_API_KEY",
    request=request,
    ask=ask,
)
