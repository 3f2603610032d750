"""Links of invitations: asked of the very bridge of our settings, and named as another machine calls the home."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from homeserver.bridge.credentials import TOKEN_FILE
from homeserver.cli.failures import Failure
from homeserver.cli.inviting import address_for_others, check_bridge, make_link, only_here
from homeserver.runtime.settings import Settings
from tests.bridge.certificates import certificate

TLS = {"http_certificate": "c.pem", "http_key": "k.pem"}


class Bridge(BaseHTTPRequestHandler):
    """Answers as the bridge does, and notes what it was shown."""

    shown: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        self.shown.append(self.headers.get("authorization"))
        login = json.loads(self.rfile.read(int(self.headers["content-length"])))["login"]
        self._answer({"id": login, "secret": "S3cret"} if login == "person.anna" else {"message": "There is nobody."})

    def do_GET(self) -> None:
        self._answer({"status": "ok"})

    def _answer(self, body: dict[str, str]) -> None:
        self.send_response(404 if "message" in body else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(params=["http", "https"])
def bridge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[HTTPServer, dict[str, str]]]:
    """A listener, and the settings of the bridge for it."""
    server, options = HTTPServer(("127.0.0.1", 0), Bridge), {}
    if request.param == "https":
        chain, key = certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        options = {"http_certificate": str(chain), "http_key": str(key)}
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server, options
    server.shutdown()
    thread.join()
    server.server_close()


def settings(folder: Path, options: dict[str, Any], **home: Any) -> Settings:
    sets = [
        f"bridge.{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in options.items()
    ]
    return Settings.load({"data": folder, **home}, sets, {})


def test_a_link_comes_from_the_bridge_with_the_key_of_the_folder(
    bridge: tuple[HTTPServer, dict[str, str]], tmp_path: Path
) -> None:
    server, options = bridge
    (tmp_path / TOKEN_FILE).write_text("the-key\n")
    here = settings(tmp_path, options, http_port=server.server_port)
    check_bridge(here)
    scheme = "https" if options else "http"
    at = f"{scheme}://127.0.0.1:{server.server_port}"
    assert make_link(here, "person.anna") == f"{at}/auth/welcome#invitation=S3cret"
    assert Bridge.shown[-1] == "Bearer the-key"
    assert make_link(here, "person.anna", "https://h.example/") == "https://h.example/auth/welcome#invitation=S3cret"
    with pytest.raises(Failure, match="the home made no link: There is nobody"):
        make_link(here, "person.bert")


def test_nobody_else_gets_the_key(tmp_path: Path) -> None:
    """Whoever listens there with another certificate, of the same name, is shown nothing."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (tmp_path / TOKEN_FILE).write_text("the-key\n")
    chain, key = certificate(other)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = HTTPServer(("127.0.0.1", 0), Bridge)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    before = list(Bridge.shown)
    files = dict(zip(("http_certificate", "http_key"), map(str, certificate(own)), strict=True))
    try:
        with pytest.raises(Failure, match=r"does not answer at 127\.0\.0\.1.*is its worker bridge running"):
            make_link(settings(tmp_path, files, http_port=server.server_port), "person.anna")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert Bridge.shown == before


def test_without_the_folder_or_the_bridge_it_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="a link is made where the data folder of the running home is"):
        check_bridge(settings(tmp_path, {}))
    (tmp_path / TOKEN_FILE).write_text("the-key\n")
    with pytest.raises(Failure, match="is its worker bridge running"):
        check_bridge(settings(tmp_path, {}, http_port=1))


@pytest.mark.parametrize(
    ("host", "options", "address", "alone"),
    [
        ("127.0.0.1", {}, "http://127.0.0.1:8321", True),
        ("192.0.2.7", {}, "http://192.0.2.7:8321", False),
        ("2001:db8::7", {}, "http://[2001:db8::7]:8321", False),
        ("192.0.2.7", {"names": ["home.example"]}, "http://192.0.2.7:8321", False),
        (
            "192.0.2.7",
            {"names": ["home.example"], **TLS},
            "https://home.example:8321",
            False,
        ),
    ],
)
def test_the_home_is_called_as_others_call_it(
    tmp_path: Path, host: str, options: dict[str, Any], address: str, alone: bool
) -> None:
    here = settings(tmp_path, options, http_host=host)
    assert (address_for_others(here), only_here(here)) == (address, alone)
