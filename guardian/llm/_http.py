"""One JSON document posted, one received: no redirect, no more than a limit, nothing but JSON."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from guardian.llm import Request
from guardian.narrative.asking import NoAnswerError

if TYPE_CHECKING:
    import requests

MOST_BYTES = 200_000
_CONNECT_SECONDS = 5.0
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MEANINGS = {
    400: "the request was refused; does the model take this form of answer?",
    401: "the key was refused",
    403: "the key has no access",
    404: "there is no such model or address",
    413: "the report is too large for it",
    429: "too many requests",
}


def posted(request: Request, headers: Mapping[str, str], seconds: float) -> object:
    """Return the JSON document that answers `request`.

    Raises:
        NoAnswerError: there is none.
    """
    import requests

    end = time.monotonic() + seconds
    try:
        with requests.post(
            request.to,
            data=msgspec.json.encode(request.body),
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity", **headers},
            auth=_unchanged,
            timeout=(min(_CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
        ) as response:
            _check_status(response.status_code)
            body = _body(response, end)
    except requests.Timeout as error:
        raise NoAnswerError(f"no answer within {seconds:.0f} seconds", passing=True) from error
    except requests.RequestException as error:
        reason = f"it cannot be reached ({type(error).__name__})"
        raise NoAnswerError(reason, passing=True) from error
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoAnswerError("the service answered with something else than JSON") from error


def text_at(document: object, *path: str | int) -> str:
    """Return the text at `path` in a document, empty where there is none."""
    for step in path:
        match document:
            case dict() if isinstance(step, str):
                document = document.get(step)
            case list() if isinstance(step, int) and len(document) > step:
                document = document[step]
            case _:
                return ""
    return document if isinstance(document, str) else ""


def _check_status(status: int) -> None:
    if status == 200:
        return
    meaning = _MEANINGS.get(status, "it redirects" if 300 <= status < 400 else "")
    reason = f"the service answered with status {status}" + (f", {meaning}" if meaning else "")
    raise NoAnswerError(reason, passing=status in _PASSING)


def _body(response: "requests.Response", end: float) -> bytes:
    body = b""
    for chunk in response.iter_content(8_192):
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswerError(f"the answer is larger than {MOST_BYTES:,} bytes")
        if time.monotonic() > end:
            raise NoAnswerError("the answer came too slowly")
    return body


def _unchanged(request: "requests.PreparedRequest") -> "requests.PreparedRequest":
    """Return a request as it is: else `.netrc` would put its own credentials over ours."""
    return request
