"""Whatever speaks OpenAI's chat completions: OpenAI, Azure OpenAI, Gemini, Ollama, vLLM."""

from guardian.llm import Provider, Request, Settings
from guardian.llm._http import posted, text_at
from guardian.narrative.asking import NoAnswerError
from guardian.narrative.prompt import Prompt


def request(prompt: Prompt, settings: Settings) -> Request:
    """Return the request: two messages, and the form of the answer as a strict JSON Schema.

    It sets neither `max_tokens` nor `temperature`: some models refuse the one, some the other.
    """
    return Request(
        to=f"{settings.endpoint}/chat/completions",
        body={
            "model": settings.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "narrative", "strict": True, "schema": prompt.schema},
            },
        },
    )


def ask(request: Request, settings: Settings, seconds: float) -> str:
    """Return the text of the first choice.

    Raises:
        NoAnswerError: there is none, or it was cut off.
    """
    headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
    document = posted(request, headers, seconds)
    reason = text_at(document, "choices", 0, "finish_reason")
    if reason and reason != "stop":
        raise NoAnswerError(f"the model stopped early: {reason}", passing=True)
    text = text_at(document, "choices", 0, "message", "content")
    if not text:
        raise NoAnswerError("the answer is empty", passing=True)
    return text


OPENAI = Provider(
    name="openai",
    endpoint="https://api.openai.com/v1",
    key="OPENAI_API_KEY",
    keyless=True,
    request=request,
    ask=ask,
)
