"""Serves the fake GitHub over HTTP, on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

from tests.github.state import GitHub


@contextmanager
def serving(github: GitHub) -> Iterator[str]:
    """Serve `github` on loopback for as long as the block lasts, and give its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = github.answer(self.command, self.path, headers, self.rfile.read(size))
            kind, body = _encoded(found.document)
            self.send_response_only(found.status)
            for name, value in {"Content-Type": kind, **found.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # somebody no longer waits
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the server's names

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the calls are kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    github.address = github.storage = f"http://127.0.0.1:{server.server_port}"
    try:
        yield github.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _encoded(document: object) -> tuple[str, bytes]:
    match document:
        case None:
            return "application/json", b""
        case str():
            return "text/html", document.encode()
        case bytes():
            return "application/zip", document
        case _:
            return "application/json", json.dumps(document).encode()
