"""Clients of AWS with time limits, and what can go wrong there as one sentence each."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from guardian.errors import ServiceError

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
_EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
_INVALID = frozenset(
    {"InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "SignatureDoesNotMatch",
     "UnrecognizedClientException", "AuthFailure"}
)  # fmt: skip
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "403", "Forbidden",
     "UnauthorizedOperation"}
)  # fmt: skip
_ELSEWHERE = frozenset(
    {"PermanentRedirect", "301", "AuthorizationHeaderMalformed",
     "IllegalLocationConstraintException"}
)  # fmt: skip
_BUSY = frozenset(
    {"SlowDown", "503", "ServiceUnavailable", "ThrottlingException", "Throttling",
     "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
)  # fmt: skip
_LOGIN = "log in again (`aws sso login`), or renew the session of the role"
_POLICY = "the role needs the policy that docs/snapshot.md shows"


def client(service: str, where: str) -> Any:
    """Return boto3's client of `service`; region, endpoint and credentials as AWS's variables say.

    Making one takes a tenth of a second, so it is kept for as long as those variables stay; it may
    be used by several threads.

    Raises:
        ServiceError: no region, or no such profile, is configured.
    """
    said = frozenset(item for item in os.environ.items() if item[0].startswith("AWS_"))
    with telling(where), _MAKING:
        return _made(service, said)


_MAKING = threading.Lock()


@lru_cache(maxsize=8)
def _made(service: str, said: frozenset[tuple[str, str]]) -> Any:
    import boto3
    from botocore.config import Config

    own = not {name for name, _ in said}.isdisjoint({"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"})
    settings = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=32,
        # Servers of one's own that speak S3 often know neither bucket hosts nor trailing checksums.
        s3={"addressing_style": "path"} if own else None,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A session of its own: the default one remembers credentials of another environment.
    return boto3.Session().client(service, config=settings)


@contextmanager
def telling(where: str) -> Iterator[None]:
    """Turn what AWS or the way there says into a `ServiceError` of one sentence about `where`."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        raise _of_answer(error, where) from error
    except (BotoCoreError, HTTPError, OSError, ValueError, RecursionError) as error:
        raise _of_way(error, where) from error


def code(error: Any) -> str:
    """Return AWS's short name of what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _of_answer(error: Any, where: str) -> ServiceError:
    said = code(error)
    action = re.sub(r"(?<!^)(?=[A-Z])", " ", error.operation_name).lower()
    if said in _EXPIRED:
        return ServiceError("the AWS credentials have expired", where=where, fix=_LOGIN)
    if said in _INVALID:
        return ServiceError("AWS does not know these credentials", where=where, fix=_LOGIN)
    if said == "NoSuchBucket":
        return ServiceError(
            "there is no such bucket", where=where, fix="create it, or correct `snapshot`"
        )
    if said == "ResourceNotFoundException":
        return ServiceError(
            "there is no such table in this region",
            where=where,
            fix="create it as docs/snapshot.md shows, or correct `snapshot` or AWS_REGION",
        )
    if said in _DENIED:
        return ServiceError(f"AWS denies us to {action}", where=where, fix=_POLICY)
    if said in _ELSEWHERE:
        return ServiceError(
            "the bucket is in another region", where=where, fix="set AWS_REGION to that region"
        )
    if said in _BUSY:
        return ServiceError("AWS asks to slow down", where=where, fix="try again in a minute")
    message = _one_line(str(error.response.get("Error", {}).get("Message", "")))
    return ServiceError(f"AWS cannot {action}: {said} {message}".strip(), where=where)


def _of_way(error: Exception, where: str) -> ServiceError:
    name = type(error).__name__
    if name in {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}:
        return ServiceError(
            "there are no AWS credentials",
            where=where,
            fix="set AWS_PROFILE, or let the job assume a role",
        )
    if "SSO" in name or name == "TokenRetrievalError":
        return ServiceError("the AWS login has expired", where=where, fix=_LOGIN)
    if name == "NoRegionError":
        return ServiceError("no AWS region is configured", where=where, fix="set AWS_REGION")
    if "Timeout" in name or "Connect" in name:
        return ServiceError(
            "AWS cannot be reached", where=where, fix="check the network, and AWS_ENDPOINT_URL"
        )
    return ServiceError(f"AWS answered what cannot be read: {_one_line(str(error))}", where=where)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
