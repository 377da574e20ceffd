"""The model hub, against a stand-in on this machine that can break off in the middle."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from occstudio import paths
from occstudio.errors import Cancelled, ModelError, OccStudioError
from occstudio.inference.library import list_models
from tests.inference.small_models import CONV, paper_file

hub = pytest.importorskip("occstudio.inference.hub", reason="needs the extra 'hub'")
pytest.importorskip("huggingface_hub", reason="needs the extra 'hub'")

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class StandIn:
    """What the server has, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    breaks_after: list[int] | None = None  # bytes of each answer with a file, then none
    sent: dict[str, int] = field(default_factory=dict)
    address: str = ""

    def starts(self, name: str) -> list[int]:
        """Where each download of a file began."""
        asked = [r for verb, path, r in self.asked if verb == "GET" and path.endswith("/" + name)]
        return [int(r.removeprefix("bytes=").split("-")[0]) if r else 0 for r in asked]


def _handler(server: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            server.asked.append((self.command, path, self.headers.get("Range")))
            if not path.startswith(("/api/models/team/chairs", "/team/chairs/")):
                self._refuse("RepoNotFound", with_body)
            elif path.startswith("/api/"):
                names = [{"rfilename": name} for name in server.files]
                tree = [
                    {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
                    for name, content in server.files.items()
                ]
                about = {"id": "team/chairs", "sha": COMMIT, "siblings": names}
                content = json.dumps(tree if "/tree/" in path else about).encode()
                self._send(content, {"Content-Type": "application/json"}, with_body)
            else:
                self._file(path.split("/", 5)[5], with_body)

        def _file(self, name: str, with_body: bool) -> None:
            if name not in server.files:
                self._refuse("EntryNotFound", with_body)
                return
            content = server.files[name]
            headers = {
                "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
                "X-Repo-Commit": COMMIT,
                "Accept-Ranges": "bytes",
            }
            wanted = self.headers.get("Range")
            status, start = 200, 0
            if wanted:
                start = int(wanted.removeprefix("bytes=").split("-")[0])
                status = 206
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(content[start:], headers, with_body, status, name)

        def _send(
            self,
            content: bytes,
            headers: dict[str, str],
            with_body: bool,
            status: int = 200,
            name: str = "",
        ) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            if not with_body:
                return
            if name and server.breaks_after is not None:
                content = content[: server.breaks_after.pop(0) if server.breaks_after else 0]
                self.close_connection = True
            self.wfile.write(content)
            server.sent[name] = server.sent.get(name, 0) + len(content)

        def _refuse(self, code: str, with_body: bool) -> None:
            self._send(b"{}", {"X-Error-Code": code}, with_body, 404)

    return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    stand_in = StandIn()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    http.daemon_threads = False
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stand_in.address = f"http://127.0.0.1:{http.server_address[1]}"
    monkeypatch.setenv("HF_ENDPOINT", stand_in.address)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    stand_in.files["chairs.pt"] = paper_file(tmp_path / "chairs.pt").read_bytes()
    stand_in.files["README.md"] = b"# chairs"
    yield stand_in
    from huggingface_hub.utils import close_session

    close_session()
    http.shutdown()
    http.server_close()
    thread.join()


class Watching:
    """Remembers what it was told, and cancels after so many reports of the download."""

    def __init__(self, patience: int = 10**9) -> None:
        self.told: list[tuple[str, float]] = []
        self.patience = patience

    def check(self) -> None:
        if sum(stage == "download" for stage, _ in self.told) > self.patience:
            raise Cancelled

    def report(self, stage: str, fraction: float) -> None:
        self.told.append((stage, fraction))


def test_a_model_of_the_hub_becomes_one_of_the_library(server: StandIn) -> None:
    watch = Watching()
    card = hub.get_model("team/chairs", watch=watch)
    assert (card.name, card.family) == ("chairs", "conv_onet")
    assert card in list_models()
    fractions = [fraction for stage, fraction in watch.told if stage == "download"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_the_configuration_comes_along(server: StandIn) -> None:
    model = {name: value for name, value in CONV.items() if name != "padding"}
    stated = {"model": model, "data": {"padding": 0.25}, "test": {"threshold": 0.35}}
    server.files["chairs.json"] = json.dumps(stated).encode()
    card = hub.get_model("team/chairs")
    assert (card.threshold, card.input_spec.box_side) == (0.35, 1.25)
    assert card.assumed == ()


def test_an_interrupted_download_goes_on_where_it_was(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    # it tries again by itself as long as something arrives; so after the first piece nothing does
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1024)
    server.breaks_after = [20 * 1024]
    with pytest.raises(ModelError, match="goes on where it was"):
        hub.get_model("team/chairs")
    assert list_models()[-1].name != "chairs"
    before = len(server.starts("chairs.pt"))
    server.breaks_after = None
    assert hub.get_model("team/chairs").name == "chairs"
    assert server.starts("chairs.pt")[before:] == [20 * 1024]
    assert server.sent["chairs.pt"] == len(server.files["chairs.pt"])


def test_a_cancelled_download_adds_nothing_and_leaves_what_came(server: StandIn) -> None:
    with pytest.raises(Cancelled):
        hub.get_model("team/chairs", watch=Watching(patience=1))
    assert "chairs" not in [card.name for card in list_models()]
    assert hub.get_model("team/chairs").name == "chairs"


def test_of_several_checkpoints_one_must_be_chosen(server: StandIn) -> None:
    server.files["sofas.pt"] = server.files["chairs.pt"]
    with pytest.raises(ModelError, match=r"choose one of chairs\.pt, sofas\.pt with --file"):
        hub.get_model("team/chairs")
    assert hub.get_model("team/chairs", file="sofas.pt").family == "conv_onet"
    with pytest.raises(ModelError, match=r"has no file 'beds\.pt'"):
        hub.get_model("team/chairs", file="beds.pt")


def test_a_file_that_would_land_elsewhere_is_refused(server: StandIn) -> None:
    server.files = {"../../evil.pt": server.files["chairs.pt"]}
    with pytest.raises(ModelError, match="not safe to store"):
        hub.get_model("team/chairs")


def test_a_repository_without_a_checkpoint_says_what_it_has(server: StandIn) -> None:
    del server.files["chairs.pt"]
    with pytest.raises(ModelError, match=r"no checkpoint: it has README\.md"):
        hub.get_model("team/chairs")


@pytest.mark.parametrize(
    ("name", "words"),
    [("team/tables", "there is no model"), ("chairs", "owner/name"), ("../../etc/x", "owner/name")],
)
def test_what_is_not_there_is_one_sentence(server: StandIn, name: str, words: str) -> None:
    with pytest.raises(OccStudioError, match=words):
        hub.get_model(name)


def test_without_a_connection_it_says_what_to_do(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"can't be reached.*models add FILE"):
        hub.get_model("team/chairs")
    assert not (paths.user_models() / "chairs").exists()
