"""The AWS Glue Data Catalog over real HTTP: what it lists, page by page, and when it refuses."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from typing_extensions import override

from guardian.model.lineage import Lineage
from guardian.sources.configuration import Options
from guardian.workspace import Workspace

REGION = "eu-central-1"
STAR = "INSERT INTO mart.copy SELECT * FROM sales.orders;\n"


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Serve AWS."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(served: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    requests.post(f"{served}/moto-api/reset", timeout=10)
    use(monkeypatch, served, "testing", "testing")
    yield served
    requests.post(f"{served}/moto-api/reset-auth", data="Infinity", timeout=10)


def use(monkeypatch: pytest.MonkeyPatch, address: str, key: str, secret: str) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, said in {
        "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, said)


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def table(name: str, columns: str = "id net", **more: Any) -> dict[str, Any]:
    storage = {
        "Columns": [{"Name": column, "Type": "int"} for column in columns.split()],
        "Location": more.pop("location", f"s3://lake/{name}/"),
    }
    return {"Name": name, "StorageDescriptor": storage, "TableType": "EXTERNAL_TABLE", **more}


def scanned(tmp_path: Path, code: str, entry: str = "", *, cache: bool = False) -> Lineage:
    config = f"sql: {{dialect: spark}}\ncatalogs:\n  - {{type: glue, region: {REGION}{entry}}}\n"
    (tmp_path / "guardian.yml").write_text(config)
    (tmp_path / "job.sql").write_text(code)
    return Workspace.of_folder(Options(directory=tmp_path, cache=cache), None).scan()


def columns(document: Lineage, dataset: str) -> list[str]:
    (found,) = [item for item in document.datasets if item.name == dataset]
    assert found.complete
    return [column.name for column in found.columns]


def edges(document: Lineage) -> set[str]:
    return {
        f"{one.source.dataset}.{one.source.column} > {one.target.dataset}.{one.target.column}"
        for one in document.edges
        if one.type == "DIRECT"
    }


def athena(sql: str) -> str:
    """Return a view's text as Athena keeps it."""
    held = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": "sales", "columns": []}
    return f"/* Presto View: {base64.b64encode(json.dumps(held).encode()).decode()} */"


@pytest.mark.usefixtures("aws")
def test_columns_partitions_locations_and_views(tmp_path: Path) -> None:
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "sales"})
    old = {"Name": "gone", "Type": "int", "Parameters": {"iceberg.field.current": "false"}}
    listed = table("orders", PartitionKeys=[{"Name": "dt", "Type": "date"}])
    listed["StorageDescriptor"]["Columns"].append(old)
    views = [
        {"Name": "hive_view", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "SELECT net AS n FROM orders"},
        {"Name": "athena_view", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": athena('SELECT "n" + 1 m FROM hive_view')},
        {"Name": "odd_view", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto View: !!! */"},
    ]  # fmt: skip
    for made in (listed, *views):
        glue.create_table(DatabaseName="sales", TableInput=made)
    code = STAR + (
        "INSERT OVERWRITE DIRECTORY 's3://lake/orders' SELECT a AS id, b AS net, d AS dt FROM raw.x;\n"
        "INSERT INTO mart.m SELECT m FROM sales.athena_view;\n"
    )
    document = scanned(tmp_path, code)
    assert columns(document, "mart.copy") == ["id", "net", "dt"]
    assert edges(document) >= {
        "sales.orders.net > sales.hive_view.n", "sales.hive_view.n > sales.athena_view.m",
        "sales.athena_view.m > mart.m.m",
    }  # fmt: skip
    assert not [item.name for item in document.datasets if "://" in item.name]
    assert not document.warnings


def test_who_may_not_read_is_told_what_to_ask_for(
    aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = client("iam")
    iam.create_user(UserName="ci")
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    requests.post(f"{aws}/moto-api/reset-auth", data="0", timeout=10)
    use(monkeypatch, aws, key["AccessKeyId"], key["SecretAccessKey"])
    told = failure(tmp_path)
    assert "AWS denies access" in told
    assert "`glue:GetTables`" in told


@pytest.mark.usefixtures("aws")
def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such database" in failure(tmp_path, ", database: nowhere")


class Answering(BaseHTTPRequestHandler):
    """Answers as the service does: a page of a hundred at a time, or one and the same refusal."""

    refusal = ""
    asked = 0

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer."""
        type(self).asked += 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.headers["X-Amz-Target"].partition(".")[2]
        if self.refusal:
            self._answer(400, {"__type": self.refusal, "message": "no\nway"})
        elif action == "GetDatabases":
            self._answer(
                200, self._page("DatabaseList", [{"Name": f"d{n}"} for n in range(2)], asked)
            )
        else:
            tables = [
                table(f"t{n}", "a b") for n in range(250 if asked["DatabaseName"] == "d1" else 0)
            ]
            self._answer(200, self._page("TableList", tables, asked))

    def _page(self, key: str, all_: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
        start = int(asked.get("NextToken", 0))
        more = {"NextToken": str(start + 100)} if start + 100 < len(all_) else {}
        return {key: all_[start : start + 100], **more}

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answering]]:
    class Own(Answering):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    use(monkeypatch, f"http://127.0.0.1:{server.server_port}", "a", "b")
    yield Own
    server.shutdown()
    server.server_close()


def test_every_page_is_read(tmp_path: Path, answering: type[Answering]) -> None:
    code = "".join(f"INSERT INTO mart.m{n} SELECT * FROM d1.t{n};\n" for n in range(250))
    document = scanned(tmp_path, code)
    assert all(columns(document, f"mart.m{number}") == ["a", "b"] for number in range(250))
    assert answering.asked == 5, "one for the databases, one for d0, three for d1"
    only = scanned(tmp_path, "INSERT INTO mart.m SELECT * FROM t249;\n", ", database: d1")
    assert columns(only, "mart.m") == ["a", "b"]


def test_it_is_not_asked_again_while_the_answer_is_fresh(
    tmp_path: Path, answering: type[Answering], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    code = "INSERT INTO mart.m SELECT * FROM d1.t249;\n"
    for expected in (5, 5):
        document = scanned(tmp_path, code, ", max_age: 60", cache=True)
        assert (columns(document, "mart.m"), answering.asked) == (["a", "b"], expected)
    scanned(tmp_path, code, ", max_age: 0", cache=True)
    assert answering.asked == 10


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("ExpiredTokenException", "the AWS credentials have expired (log in again: `aws sso login`)"),
        ("UnrecognizedClientException", "AWS does not know the credentials"),
        ("AccessDeniedException", "AWS denies access (the role needs `glue:GetDatabases` and"),
        ("OddException", "the service refused: OddException"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_sentence(
    tmp_path: Path, answering: type[Answering], refusal: str, said: str
) -> None:
    answering.refusal = refusal
    assert said in failure(tmp_path)


def test_nobody_answers_or_nobody_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "http://127.0.0.1:9", "a", "b")
    assert "Could not connect" in failure(tmp_path)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "credentials" in failure(tmp_path)


def failure(tmp_path: Path, entry: str = "") -> str:
    """Return the one sentence about a catalog; the rest of the document stands."""
    document = scanned(tmp_path, STAR, entry)
    assert [job.id for job in document.jobs] == ["job.sql"]
    (warning,) = [one.message for one in document.warnings if "catalog" in one.message]
    assert "\n" not in warning
    return warning
