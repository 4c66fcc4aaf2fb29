"""Prism, a judge between PyGithub and our fake: what breaks GitHub's own description is refused."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.github.instance import description

WEB = Path(__file__).parent.parent / "web"
PRISM = WEB / "node_modules/@stoplight/prism-cli/dist/index.js"
MISSING = "Prism is missing: `make web` installs it where npm is there"
_SECONDS = 60


def installed() -> bool:
    return PRISM.is_file() and shutil.which("node") is not None


@contextmanager
def judging(upstream: str) -> Iterator[str]:
    """Let Prism stand before `upstream` for as long as the block lasts, and give its address."""
    node = shutil.which("node")
    assert node
    port = _free_port()
    command = [node, str(PRISM), "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port)]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as described:
        json.dump(_with_enterprise(description()), described)
        described.flush()
        with subprocess.Popen(  # noqa: S603 - our own command
            [*command, described.name, upstream],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                address = f"http://127.0.0.1:{port}"
                _wait_for(address, process)
                yield address
            finally:
                process.terminate()


def _with_enterprise(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description of github.com and of an Enterprise server at once."""
    paths = document["paths"]
    there = {
        f"/api{'' if path == '/graphql' else '/v3'}{path}": calls for path, calls in paths.items()
    }
    return {**document, "paths": {**paths, **there}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "Prism ended at once"
        try:
            urlopen(f"{address}/user", timeout=5)  # noqa: S310 - loopback
        except URLError as error:
            if hasattr(error, "code"):  # it answers, if only with a refusal
                return
            time.sleep(0.1)
    raise AssertionError("Prism does not start")
