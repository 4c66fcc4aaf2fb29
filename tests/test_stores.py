"""Every store keeps one part for each repository, and replaces only that: one test for them all."""

import functools
import json
import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from git import Repo

from guardian.cli import run
from guardian.errors import ConfigError, ServiceError
from guardian.model.lineage import Column, Dataset, Lineage
from guardian.model.snapshot import SnapshotPart
from guardian.stores import Keep, Place, Store, Stored, store_of

WRITERS = 8
# `make stress` has 200.
ROUNDS = int(os.environ.get("GUARDIAN_STRESS_ROUNDS", "2"))


def part(repository: str, commit: str = "1", *columns: str) -> SnapshotPart:
    dataset = Dataset("gold.orders", tuple(Column(name) for name in columns), complete=True)
    return SnapshotPart(repository=repository, commit=commit, lineage=Lineage(datasets=(dataset,)))


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, str]]:
    """Serve moto over real HTTP, and return the variables that lead there."""
    pytest.importorskip("flask_cors", reason="needs moto[server]")
    from moto.server import ThreadedMotoServer  # noqa: PLC0415  # it needs flask

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server.stop()


@pytest.fixture
def cloud(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return boto3 clients by service, in the account that the stores use."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    return functools.partial(made, boto3.client)


@functools.cache
def made(make: Callable[[str], Any], service: str) -> Any:
    return make(service)


def bucket(cloud: Any) -> str:
    name = f"lineage-{uuid.uuid4().hex[:12]}"
    where = {"LocationConstraint": "eu-central-1"}
    cloud("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return name


def table(cloud: Any, *keys: str) -> str:
    name = f"heads-{uuid.uuid4().hex[:12]}"
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    cloud("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in kinds],
    )
    return name


def repository(folder: Path) -> Repo:
    repo = Repo.init(folder, initial_branch="main")
    with repo.config_writer() as config:
        config.set_value("user", "name", "Robin").set_value("user", "email", "r@example.org")
    (folder / "etl.sql").write_text("SELECT 1")
    repo.index.add(["etl.sql"])
    repo.index.commit("first")
    return repo


def on_a_remote(folder: Path) -> Place:
    Repo.init(folder / "remote.git", bare=True)
    repo = repository(folder / "work")
    repo.create_remote("origin", str(folder / "remote.git"))
    return Place("git+origin:guardian/lineage", folder / "work")


def on_a_branch(folder: Path) -> Place:
    repository(folder / "work")
    return Place("git:guardian/lineage", folder / "work")


KINDS: dict[str, Callable[[Path, Callable[[], Any]], Place]] = {
    "file": lambda folder, _: Place("deep/snapshot.json", folder),
    "folder": lambda folder, _: Place("deep/shared", folder),
    "branch": lambda folder, _: on_a_branch(folder),
    "remote branch": lambda folder, _: on_a_remote(folder),
    "bucket": lambda _, cloud: Place(f"s3://{bucket(cloud())}"),
    "prefix of a bucket": lambda _, cloud: Place(f"s3://{bucket(cloud())}/a/b/"),
    "table": lambda _, cloud: Place(
        f"dynamodb://{table(cloud(), 'id')}/team?bucket={bucket(cloud())}"
    ),
    "table with a sort key": lambda _, cloud: Place(
        f"dynamodb://{table(cloud(), 'owner', 'name')}?bucket={bucket(cloud())}"
    ),
}
VERSIONED = [kind for kind in KINDS if kind not in {"file", "folder"}]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return KINDS[request.param](tmp_path, lambda: request.getfixturevalue("cloud"))


def read(place: Place) -> Stored:
    stored = store_of(place.location).read(place)
    assert stored is not None
    return stored


def test_nothing_is_there_at_first(place: Place) -> None:
    store = store_of(place.location)
    assert store.read(place) is None
    assert store.heads(place) == {}
    assert list(store.versions(place, "a")) == []


def test_a_part_is_replaced_and_others_stay(place: Place) -> None:
    store = store_of(place.location)
    for one in (part("b/c", "1"), part("a"), part("b-c"), part("b/c", "2", "net")):
        store.push(place, one)
    store.push(place, part("a"))
    assert read(place) == Stored(parts=(part("a"), part("b-c"), part("b/c", "2", "net")))
    heads = store.heads(place)
    assert sorted(heads) == ["a", "b-c", "b/c"]
    assert store.part(place, "b/c", heads["b/c"]) == part("b/c", "2", "net")


def test_equal_versions_are_equal_parts(place: Place) -> None:
    store = store_of(place.location)
    seen = []
    for one in (part("a", "1", "x"), part("a", "1", "y"), part("a", "1", "x")):
        store.push(place, one)
        seen.append(store.heads(place)["a"])
        assert read(place).parts == (one,)
    assert seen[0] == seen[2] != seen[1]


def test_writers_at_once_lose_nothing(place: Place) -> None:
    store = store_of(place.location)

    def write(writer: int) -> None:
        for number in range(ROUNDS):
            store.push(place, part(f"team/{writer}", f"{number}", "net"))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    last = str(ROUNDS - 1)
    assert read(place).parts == tuple(part(f"team/{n}", last, "net") for n in range(WRITERS))


@pytest.mark.parametrize("kind", VERSIONED)
def test_writers_of_one_part_at_once_leave_one_of_theirs(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = KINDS[kind](tmp_path, lambda: request.getfixturevalue("cloud"))
    store = store_of(place.location)
    rounds = max(1, ROUNDS // 20)
    written = [part("team/orders", str(number)) for number in range(WRITERS * rounds)]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda one: store.push(place, one), written))
    [found] = read(place).parts
    assert found in written
    # each was stored, none was named over another that it had not seen
    versions = store.versions(place, "team/orders")
    assert {store.part(place, "team/orders", one.name).commit for one in versions} == {
        one.commit for one in written
    }


@pytest.mark.parametrize("kind", VERSIONED)
def test_what_no_head_names_is_swept(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = KINDS[kind](tmp_path, lambda: request.getfixturevalue("cloud"))
    store = store_of(place.location)
    store.push(place, part("still", "1"))
    for number in range(5):
        store.push(place, part("busy", str(number)))
    assert list(store.sweep(place, Keep(newest=1, days=1, removing=True))) == []
    told = store.sweep(place, Keep(newest=1, days=-1))
    assert {one.repository for one in told} == {"busy"}
    assert len(told) == 3
    assert len(store.versions(place, "busy")) == 5
    assert list(store.sweep(place, Keep(newest=1, days=-1, removing=True))) == list(told)
    assert len(store.versions(place, "busy")) == 2
    assert read(place).parts == (part("busy", "4"), part("still", "1"))


def break_part(place: Place, cloud: Callable[[], Any]) -> None:
    """Put what is no snapshot in place of the part of `bad`."""
    store = store_of(place.location)
    if place.location.startswith("git"):
        repo = Repo(place.root)
        ref = "guardian/lineage"
        if place.location.startswith("git+"):
            repo = Repo(place.root.parent / "remote.git")
        blob = repo.git.hash_object("-w", "--stdin", istream=_stream(place.root, b"{"))
        tree = repo.git.ls_tree(f"{ref}:parts").replace(
            repo.git.rev_parse(f"{ref}:parts/bad.json"), blob
        )
        parts = repo.git.mktree(istream=_stream(place.root, f"{tree}\n".encode()))
        top = repo.git.mktree(istream=_stream(place.root, f"040000 tree {parts}\tparts\n".encode()))
        commit = repo.git.commit_tree(top, "-p", ref, "-m", "broken")
        repo.git.update_ref(f"refs/heads/{ref}", commit)
    elif "://" in place.location:
        name = place.location.partition("bucket=")[2] or place.location.split("/")[2]
        version = store.heads(place)["bad"]
        s3 = cloud()("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=name)["Contents"]]
        [key] = [key for key in keys if key.endswith(f"repo=bad/{version}")]
        s3.put_object(Bucket=name, Key=key, Body=b"{")
    else:
        [file] = (place.root / place.location).glob("bad-*")
        file.write_text("{")


def _stream(folder: Path, data: bytes) -> Any:
    file = folder.parent / f"given-{uuid.uuid4().hex}"
    file.write_bytes(data)
    return file.open("rb")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "file"])
def test_a_broken_part_costs_only_itself(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    def cloud() -> Any:
        return request.getfixturevalue("cloud")

    place = KINDS[kind](tmp_path, cloud)
    store = store_of(place.location)
    store.push(place, part("bad", "1"))
    store.push(place, part("good", "1"))
    break_part(place, cloud)
    stored = read(place)
    assert stored.parts == (part("good", "1"),)
    [note] = stored.notes
    assert "bad" in note.message
    assert "is left out: the snapshot cannot be read" in note.message
    assert "\n" not in note.message
    store.push(place, part("bad", "2"))
    assert read(place) == Stored(parts=(part("bad", "2"), part("good", "1")))


# --- what goes wrong ------------------------------------------------------------------------------


def told(call: Callable[[], object]) -> str:
    with pytest.raises((ServiceError, ConfigError)) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def refusals() -> Iterator[tuple[str, int, str, str]]:
    yield "ExpiredToken", 400, "the AWS credentials have expired", "aws sso login"
    yield "InvalidAccessKeyId", 403, "AWS does not know these credentials", "log in"
    yield "AccessDenied", 403, "AWS denies us to", "docs/snapshot.md"
    yield "NoSuchBucket", 404, "there is no such bucket", "correct `snapshot`"
    yield "IllegalLocationConstraintException", 400, "the bucket is in another region", "AWS_REGION"
    yield "SlowDown", 503, "AWS asks to slow down", "try again"
    yield "InternalError", 500, "InternalError", ""


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve raw answers, and yield the address."""
    server = socket.create_server(("127.0.0.1", 0))
    closed = threading.Event()

    def serve() -> None:
        while not closed.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                answer(connection)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    closed.set()
    server.close()


def error_page(name: str, status: int) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{name}</Code><Message>no</Message></Error>"
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    ).encode()


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("name", "status", "what", "fix"), [*refusals()])
def test_what_aws_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, status: int, what: str, fix: str
) -> None:
    with answering(lambda it: it.sendall(error_page(name, status))) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        place = Place("s3://lineage/team")
        for call in (lambda: read(place), lambda: S3.push(place, part("a"))):
            text = told(call)
            assert what in text
            assert fix in text


S3 = store_of("s3://lineage")


@pytest.mark.usefixtures("cloud")
def test_a_bucket_or_table_that_is_not_there(cloud: Any) -> None:
    assert "there is no such bucket" in told(lambda: read(Place("s3://no-such-bucket")))
    assert "there is no such bucket" in told(lambda: S3.push(Place("s3://nowhere"), part("a")))
    place = Place(f"dynamodb://nowhere?bucket={bucket(cloud)}")
    assert "there is no such table" in told(lambda: read(place))


def test_no_credentials(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del cloud
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert "there are no AWS credentials" in told(lambda: read(Place("s3://lineage")))


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<not>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<half",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_broken_answer(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with answering(lambda it: it.sendall(answer)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        assert "AWS" in told(lambda: read(Place("s3://lineage")))


@pytest.mark.usefixtures("cloud")
def test_an_answer_that_trickles_in_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.05)

    monkeypatch.setattr("guardian.stores._heads.SECONDS", 1.0)
    with answering(trickle) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        started = time.monotonic()
        assert "did not answer within 1 seconds" in told(lambda: read(Place("s3://lineage")))
        assert time.monotonic() - started < 5


def test_a_report_goes_out_without_its_store(
    cloud: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del cloud
    repository(tmp_path)
    (tmp_path / "guardian.yml").write_text("snapshot: s3://no-such-bucket/x\n")
    (tmp_path / "etl.sql").write_text("CREATE TABLE a.b AS SELECT 1 AS c")
    assert run(["report", "--no-cache", "-C", str(tmp_path), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [change["rule"] for change in report["changes"]] == ["dataset-added"]
    [warning] = report["warnings"]
    assert warning["file"] == "s3://no-such-bucket/x"
    assert warning["message"] == (
        "there is no such bucket (create it, or correct `snapshot`); "
        "the impact is limited to this repository"
    )


def test_a_version_is_fetched_once(cloud: Any, tmp_path: Path) -> None:
    name = bucket(cloud)
    place = Place(f"s3://{name}", kept=tmp_path / "kept")
    S3.push(place, part("a", "1", "net"))
    assert read(place).parts == (part("a", "1", "net"),)
    [kept] = (tmp_path / "kept").iterdir()
    [key] = [
        item["Key"]
        for item in cloud("s3").list_objects_v2(Bucket=name, Prefix="lineage/")["Contents"]
    ]
    cloud("s3").delete_object(Bucket=name, Key=key)
    assert read(place).parts == (part("a", "1", "net"),)
    kept.write_text("{}")
    [note] = read(place).notes
    assert "there is no version" in note.message


@pytest.mark.parametrize(
    ("location", "what"),
    [
        ("s3://", "no bucket is named"),
        ("dynamodb://heads", "a bucket for the parts"),
        ("git:", "is no name of a branch"),
        ("git+origin", "no branch is named"),
        ("git+--upload-pack=x:main", "is no remote"),
        ("git+https://robin:secret@host/x.git:main", "holds a login"),
        ("git+ssh://robin:secret@host/x.git:main", "holds a login"),
        ("git:a..b", "is no name of a branch"),
        ("git+ext::sh -c touch:x", "git says"),
        ("git+nowhere:main", "git says"),
        ("gs://bucket", "no store keeps snapshots"),
    ],
)
def test_a_location_that_means_nothing(tmp_path: Path, location: str, what: str) -> None:
    repository(tmp_path)
    text = told(lambda: store_of(location).read(Place(location, tmp_path)))
    assert what in text
    assert "secret" not in text


class TestBranch:
    """What a branch in somebody's repository must leave alone."""

    @pytest.mark.parametrize("make", [on_a_branch, on_a_remote])
    def test_the_checkout_and_the_index_stay(
        self, tmp_path: Path, make: Callable[[Path], Place]
    ) -> None:
        place = make(tmp_path)
        repo = Repo(place.root)
        (place.root / "etl.sql").write_text("SELECT 2")
        (place.root / "new.sql").write_text("SELECT 3")
        repo.git.add("new.sql")
        before = (repo.git.status("--porcelain"), repo.head.commit, repo.active_branch.name)
        index = (place.root / ".git" / "index").read_bytes()
        store_of(place.location).push(place, part("a"))
        assert read(place).parts == (part("a"),)
        assert (place.root / ".git" / "index").read_bytes() == index
        assert before == (
            repo.git.status("--porcelain"), repo.head.commit, repo.active_branch.name,
        )  # fmt: skip
        assert not (place.root / ".git" / "FETCH_HEAD").exists()

    def test_a_branch_that_is_checked_out_does_not_move(self, tmp_path: Path) -> None:
        repository(tmp_path)
        place = Place("git:main", tmp_path)
        text = told(lambda: store_of(place.location).push(place, part("a")))
        assert "is checked out" in text

    def test_hooks_of_the_repository_do_not_run(self, tmp_path: Path) -> None:
        place = on_a_remote(tmp_path)
        hook = place.root / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch ../ran\nexit 1\n")
        hook.chmod(0o755)
        store_of(place.location).push(place, part("a"))
        assert not (tmp_path / "ran").exists()

    def test_other_files_of_the_branch_stay(self, tmp_path: Path) -> None:
        place = on_a_branch(tmp_path)
        Repo(place.root).create_head("guardian/lineage")
        store_of(place.location).push(place, part("a"))
        names = Repo(place.root).git.ls_tree("guardian/lineage", name_only=True).split()
        assert names == ["etl.sql", "parts"]

    def test_two_clones_share_a_branch(self, tmp_path: Path) -> None:
        one = on_a_remote(tmp_path)
        store_of(one.location).push(one, part("a"))
        shutil.rmtree(one.root)
        repository(tmp_path / "other")
        other = Place(f"git+{tmp_path / 'remote.git'}:guardian/lineage", tmp_path / "other")
        store_of(other.location).push(other, part("b"))
        assert read(other).parts == (part("a"), part("b"))


def test_every_store_has_its_name(tmp_path: Path) -> None:
    del tmp_path
    stores: list[Store] = [store_of(place) for place in ("x", "s3://x", "dynamodb://x", "git:x")]
    assert len({store.name for store in stores}) == 4
