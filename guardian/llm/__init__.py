"""Model providers: a prompt in, the model's text out. Each file here is one of them.

Who is asked is settled before anything leaves the machine: on a pull request by the configuration
of the base revision, elsewhere only by whoever types the command. Keys come from the environment.
"""

import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from guardian.config import Llm
from guardian.errors import ConfigError
from guardian.model.changes import Report
from guardian.narrative import asking
from guardian.narrative.asking import Answers, NoAnswerError, Writer
from guardian.narrative.facts import facts
from guardian.narrative.prompt import Prompt, prompt
from guardian.registry import offered

NONE = "none"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Which model is asked and where; `endpoint` is an address, `region` one of AWS."""

    model: str
    endpoint: str = ""
    region: str = ""
    key: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves the machine: where to, and the whole body; a key travels beside it."""

    to: str
    body: Mapping[str, object]


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of service that models are asked through.

    `model` and `endpoint` are its defaults, empty where there is none. `key` is the variable that
    holds its key, empty where it needs none of ours. `keyless`: another endpoint may need no key.
    `ask` gets a request and the seconds that are left; it raises NoAnswerError.
    """

    name: str
    model: str = ""
    endpoint: str = ""
    key: str = ""
    keyless: bool = False
    request: Callable[[Prompt, Settings], Request]
    ask: Callable[[Request, Settings, float], str]


def chosen(said: Llm, name: str | None, *, trusted: bool) -> Llm:
    """Return what counts: `name` where it is given, else the configuration if it is `trusted`.

    What the configuration says of another provider is left out.

    Raises:
        ConfigError: there is no such provider, or it cannot be asked in this way.
    """
    provider = name or (said.provider if trusted else NONE)
    if said.provider not in {provider, NONE}:
        said = Llm(deadline=said.deadline)
    said = msgspec.structs.replace(said, provider=provider)
    if provider != NONE:
        _check_endpoint(said, _named(provider))
    return said


def worded(
    report: Report,
    choice: Llm,
    answers: Answers | None = None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Return `report` in the words of the model that was chosen, where they hold.

    Its narrative is the template's with a note where they do not, or where none came in time.
    """
    if choice.provider == NONE:
        return report
    provider = _named(choice.provider)
    settings = _settings(choice, provider, environ)

    def ask(asked: Prompt, seconds: float) -> str:
        from guardian.llm._deadline import within

        _check_key(choice, provider, settings)
        request = provider.request(asked, settings)
        return within(seconds, lambda: provider.ask(request, settings, seconds))

    writer = Writer(
        provider=provider.name,
        model=settings.model,
        place=settings.endpoint or settings.region,
        ask=ask,
        deadline=choice.deadline,
    )
    return asking.worded(report, writer, clock, answers)


def shown(report: Report, choice: Llm, environ: Mapping[str, str] = os.environ) -> str:
    """Return what would leave the machine for `report`: where to, and the whole body as JSON."""
    if choice.provider == NONE:
        return "Nothing leaves this machine: no model is asked. Name one: `--llm bedrock`.\n"
    if not asking.worth_asking(report):
        return "Nothing leaves this machine: nothing changes that is to be worded.\n"
    provider = _named(choice.provider)
    settings = _settings(choice, provider, environ)
    request = provider.request(prompt(facts(report)), settings)
    body = msgspec.json.format(msgspec.json.encode(request.body), indent=2).decode()
    key = _key_name(choice, provider)
    beside = f"The key in ${key} goes along in a header.\n" if key and settings.key else ""
    return f"To: {request.to}\n{beside}\n{body}\n"


def _named(name: str) -> Provider:
    providers = {one.name: one for one in offered(__name__, Provider)}
    if name in providers:
        return providers[name]
    raise ConfigError(
        f"there is no model provider `{name}`", fix=f"there is: {', '.join((NONE, *providers))}"
    )


def _settings(choice: Llm, provider: Provider, environ: Mapping[str, str]) -> Settings:
    key = _key_name(choice, provider)
    return Settings(
        model=choice.model or provider.model,
        endpoint=(choice.endpoint or provider.endpoint).rstrip("/"),
        region=choice.region,
        key=environ.get(key, "").strip() if key else "",
    )


def _key_name(choice: Llm, provider: Provider) -> str:
    """Return the variable that holds the key; another endpoint gets only one that is named."""
    own = not choice.endpoint or _host(choice.endpoint) == _host(provider.endpoint)
    return choice.api_key_env or (provider.key if own else "")


def _check_endpoint(choice: Llm, provider: Provider) -> None:
    """Check what could send a key or the facts where nobody meant them to go.

    Raises:
        ConfigError: it does, or no model is named.
    """
    if not (choice.model or provider.model):
        raise ConfigError(f"`llm`: say which `model` of `{provider.name}` to ask")
    if not choice.endpoint:
        return
    address = urlsplit(choice.endpoint)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigError(f"`llm.endpoint` is no address: {choice.endpoint}", fix="https://…")
    if address.username or address.password or address.query or address.fragment:
        raise ConfigError(
            "`llm.endpoint` holds more than an address",
            fix="name the variable that holds the key: `api_key_env: MY_API_KEY`",
        )
    named = choice.api_key_env
    if named and address.scheme == "http" and address.hostname not in _LOCAL:
        raise ConfigError(f"the key in `{named}` would travel unencrypted", fix="write https://")
    owners = {one.key: one for one in offered(__name__, Provider) if one.key}
    owner = owners.get(named)
    if owner is not None and _host(owner.endpoint) != _host(choice.endpoint):
        raise ConfigError(
            f"the key in `{named}` is for {_host(owner.endpoint)} alone",
            fix=f"put the key of {address.hostname} into a variable of its own",
        )


def _check_key(choice: Llm, provider: Provider, settings: Settings) -> None:
    name = _key_name(choice, provider)
    if settings.key or not provider.key or (choice.endpoint and provider.keyless and not name):
        return
    fix = f"set {name}" if name else "name the variable that holds it: `llm.api_key_env`"
    raise NoAnswerError(f"there is no key for {provider.name}", fix=fix)


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
