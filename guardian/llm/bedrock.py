"""Amazon Bedrock's Converse, for every model that it serves; credentials by AWS's usual chain."""

from collections.abc import Mapping
from typing import Any

from guardian.llm import Provider, Request, Settings
from guardian.llm._http import text_at
from guardian.narrative.asking import NoAnswerError
from guardian.narrative.prompt import Prompt

MOST_TOKENS = 1_000
_CONNECT_SECONDS = 5.0
_PASSING = frozenset(
    {"ThrottlingException", "ServiceUnavailableException", "InternalServerException",
     "ModelNotReadyException", "ModelTimeoutException", "ModelErrorException"}
)  # fmt: skip
_REMEDIES = {
    "AccessDeniedException": "the role needs `bedrock:InvokeModel` on the model and its profile",
    "ResourceNotFoundException": "check `llm.model` and `llm.region`",
    "ValidationException": "many models are served only through an inference profile: `eu.…`",
}


def request(prompt: Prompt, settings: Settings) -> Request:
    """Return the request. It asks for no special form of answer: few models know of one."""
    region = settings.region or "the region that AWS's configuration names"
    return Request(
        to=f"Amazon Bedrock, Converse, {settings.endpoint or region}",
        body={
            "modelId": settings.model,
            "system": [{"text": prompt.system}],
            "messages": [{"role": "user", "content": [{"text": prompt.user}]}],
            "inferenceConfig": {"maxTokens": MOST_TOKENS},
        },
    )


def ask(request: Request, settings: Settings, seconds: float) -> str:
    """Return the text of the answer.

    Raises:
        NoAnswerError: there is none, it was cut off, or a guardrail stopped it.
    """
    return answered(client(settings, seconds), request)


def client(settings: Settings, seconds: float) -> Any:
    """Return the client: one attempt, which takes no longer than `seconds`.

    Raises:
        NoAnswerError: no region or no such profile is configured.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    limits = Config(
        connect_timeout=min(_CONNECT_SECONDS, seconds),
        read_timeout=seconds,
        retries={"total_max_attempts": 1},
    )
    try:
        # A session of its own: the default one is shared by threads, and remembers credentials.
        return boto3.Session().client(
            "bedrock-runtime",
            region_name=settings.region or None,
            endpoint_url=settings.endpoint or None,
            config=limits,
        )
    except (BotoCoreError, ValueError) as error:
        raise NoAnswerError(_plain(str(error)), fix="set `llm.region`, or AWS_REGION") from error


def answered(client: Any, request: Request) -> str:
    """Return the text with which the model answers `request`.

    Raises:
        NoAnswerError: there is none, it was cut off, or a guardrail stopped it.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        response: Mapping[str, object] = client.converse(**request.body)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise NoAnswerError(
            f"the service refused: {code or status}",
            passing=code in _PASSING or status in {429, 500, 502, 503, 504},
            fix=_REMEDIES.get(code),
        ) from error
    except BotoCoreError as error:
        raise NoAnswerError(_plain(str(error)), passing=True) from error
    # A body that is no JSON comes back as a response without keys.
    reason = text_at(response, "stopReason")
    if reason != "end_turn":
        raise NoAnswerError(
            f"the model stopped early: {reason or 'malformed answer'}",
            passing=reason not in {"guardrail_intervened", "content_filtered"},
        )
    text = _text(response)
    if not text:
        raise NoAnswerError("the answer is empty", passing=True)
    return text


def _text(response: Mapping[str, object]) -> str:
    """Return the first block of text; a block of reasoning may stand before it."""
    for number in range(8):
        text = text_at(response, "output", "message", "content", number, "text")
        if text:
            return text
    return ""


def _plain(text: str) -> str:
    return text.partition("\n")[0][:200]


BEDROCK = Provider(
    name="bedrock",
    model="global.anthropic.claude-haiku-4-5-20251001-v1:0",
    request=request,
    ask=ask,
)
