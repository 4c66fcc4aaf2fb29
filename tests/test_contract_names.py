"""Which dataset a contract is about, and which files are contracts at all."""

from collections.abc import Mapping

import pytest

from guardian import pipeline
from guardian.contracts import naming
from guardian.contracts.naming import Known
from guardian.languages import contracts
from guardian.languages.contracts import names
from guardian.languages.safe_yaml import load
from guardian.lineage.link import Memory
from guardian.model.contract import Contract
from guardian.model.lineage import Location
from guardian.model.overriding import override
from tests.casebook import InMemory, difference

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
schema:
  - name: {name}
    properties:
      - {{name: order_id, required: true}}
      - {{name: note}}
"""


@pytest.mark.parametrize(
    ("spelled", "servers", "dialect", "file", "expected"),
    [
        ("orders", "", "spark", "a.yaml", ("orders",)),
        ("silver.Orders", "", "spark", "a.yaml", ("silver.orders",)),
        ("orders", "", "spark", "contracts/silver.orders.odcs.yaml", ("silver.orders", "orders")),
        ("orders", "", "spark", "contracts/silver.lines.odcs.yaml", ("orders",)),
        ("orders", "", "tsql", "a.yaml", ("dbo.orders",)),
        ("[Sales].[Orders]", "", "tsql", "a.yaml", ("sales.orders",)),
        ('"Orders"', "", "snowflake", "a.yaml", ("Orders",)),
        ("s3://lake/orders/", "", "", "a.yaml", ("s3://lake/orders",)),
        (
            "orders",
            "- {type: snowflake, database: prod, schema: sales}",
            "snowflake",
            "a.yaml",
            ("PROD.SALES.ORDERS", "SALES.ORDERS", "ORDERS"),
        ),
        (
            "silver.orders",
            "- {type: postgres, database: prod, schema: silver}",
            "",
            "a.yaml",
            ("prod.silver.orders", "silver.orders"),
        ),
        (
            "orders",
            "- {type: bigquery, project: p-1, dataset: shop}",
            "",
            "a.yaml",
            ("p-1.shop.orders", "shop.orders", "orders"),
        ),
        (
            "orders",
            "- {type: s3, location: 's3://lake/orders/*.parquet'}",
            "",
            "a.yaml",
            ("s3://lake/orders", "orders"),
        ),
        (
            "orders",
            "- {type: s3, location: 's3://lake/{model}/dt={date}/*.parquet'}",
            "",
            "a.yaml",
            ("s3://lake/orders", "orders"),
        ),
    ],
)
def test_what_a_table_may_be_called(
    spelled: str, servers: str, dialect: str, file: str, expected: tuple[str, ...]
) -> None:
    given = load(servers) if servers else []
    assert isinstance(given, list)
    assert names.names(spelled, given, dialect, file, alone=True) == expected


def test_tables_that_share_a_location_lie_below_it() -> None:
    server = load("- {type: s3, location: 's3://lake/shop'}")
    assert isinstance(server, list)
    found = names.names("orders", server, "", "a.yaml", alone=False)
    assert found == ("s3://lake/shop/orders", "orders")


@pytest.mark.parametrize(
    ("called", "known", "expected"),
    [
        (("prod.silver.orders", "silver.orders", "orders"), ("silver.orders",), "silver.orders"),
        (("prod.silver.orders", "silver.orders"), ("prod.silver.orders", "silver.orders"),
         "prod.silver.orders"),
        (("silver.orders",), ("SILVER.ORDERS",), "SILVER.ORDERS"),
        (("prod.silver.orders",), ("dev.silver.orders",), "dev.silver.orders"),
        (("silver.orders",), ("{env}.silver.orders",), "{env}.silver.orders"),
        (("silver.orders",), ("{env}_silver.orders",), "{env}_silver.orders"),
        (("prod_silver.orders",), ("silver_dev.orders",), "silver_dev.orders"),
        (("silver.orders",), ("dev.silver.orders", "test.silver.orders"), None),
        (("silver.orders",), ("bronze.orders",), None),
        (("silver.orders",), ("orders",), "orders"),
        (("silver.orders",), ("orders", "bronze.orders"), None),
        (("orders",), ("silver.orders",), "silver.orders"),
        (("orders",), ("silver.orders", "bronze.orders"), None),
        (("s3://lake/orders", "orders"), ("s3a://lake/orders",), "s3a://lake/orders"),
        (("s3://lake/orders",), ("orders",), None),
        (("orders",), (), None),
    ],
)  # fmt: skip
def test_the_dataset_that_is_meant(
    called: tuple[str, ...], known: tuple[str, ...], expected: str | None
) -> None:
    contract = Contract(names=called, format="odcs", at=Location("a.yaml", 1))
    assert Known(known).dataset(contract) == expected


@pytest.mark.parametrize(
    ("path", "settings", "expected"),
    [
        ("contracts/orders.odcs.yaml", (), True),
        ("x/orders.ODCS.yml", (), True),
        ("contracts/orders.yaml", (), True),
        ("data_contracts/orders.json", (), True),
        ("dbt/models/contracts/schema.yml", (), False),
        ("dbt/models/contracts/orders.odcs.yaml", (), True),
        ("orders.yaml", (), False),
        ("agreements/orders.yaml", ("agreements/",), True),
        ("contracts/orders.yaml", ("agreements/",), False),
    ],
)
def test_which_files_are_contracts(path: str, settings: tuple[str, ...], *, expected: bool) -> None:
    class Files(InMemory):
        @override
        def settings(self) -> Mapping[str, tuple[str, ...]]:
            return {"contracts": settings} if settings else {}

    files = {"dbt/dbt_project.yml": "name: shop\nmodel-paths: [models]\n", path: ""}
    assert contracts.claims(path, Files(files)) is expected


def test_a_folder_of_contracts_may_hold_something_else() -> None:
    files = {
        "contracts/values.yaml": "a: {{ .Values.a }}\n- b",
        "contracts/abi.json": '[{"type": "function"}]',
        "contracts/orders.yaml": "kind: DataContract\na: {{ b }}\n- c",
    }
    lowered, _ = pipeline.lower(InMemory(files), sorted(files))
    assert [(w.file, w.line) for file in lowered for w in file.warnings] == [
        ("contracts/orders.yaml", 3)
    ]


JOB = "CREATE TABLE {env}.silver.orders AS SELECT {value} AS order_id, 'x' AS note FROM raw.o"


@pytest.mark.parametrize(
    ("contract", "dataset", "dialect"),
    [
        ("prod.silver.orders", "dev.silver.orders", "spark"),
        ("silver.orders", "DEV.SILVER.ORDERS", "snowflake"),
    ],
)
def test_code_in_another_environment_is_held_to_the_contract(
    contract: str, dataset: str, dialect: str
) -> None:
    files = {"contracts/orders.odcs.yaml": CONTRACT.format(name=contract)}
    base = files | {"jobs/o.sql": JOB.format(env="dev", value="1")}
    head = files | {"jobs/o.sql": JOB.format(env="dev", value="NULL")}
    report = difference(base, head, dialect)
    found = [(one.rule, one.dataset) for one in report.changes if one.rule.startswith("contract")]
    assert found == [("contract-nullability-broken", dataset)]


def test_columns_are_folded_as_the_dataset_is() -> None:
    """The contract's folder speaks Spark, its table is Snowflake's."""
    files = {"contracts/orders.odcs.yaml": CONTRACT.format(name="silver.orders")}
    lowered, _ = pipeline.lower(InMemory(files, "spark"), sorted(files))
    (renamed,) = naming.resolved([lowered], ["SILVER.ORDERS"], Memory())
    (contract,) = renamed[0].contracts
    assert (contract.dataset, contract.columns()) == ("SILVER.ORDERS", ("ORDER_ID", "NOTE"))
    (declaration,) = renamed[0].declarations
    assert [column.name for column in declaration.columns] == ["ORDER_ID", "NOTE"]


def test_the_second_contract_of_a_dataset_is_told() -> None:
    one, other = CONTRACT.format(name="silver.orders"), CONTRACT.format(name="silver.orders")
    base = {"contracts/a.odcs.yaml": one}
    report = difference(base, base | {"contracts/b.odcs.yaml": other})
    assert [(w.file, w.line) for w in report.warnings] == [("contracts/b.odcs.yaml", 6)]
    assert "`contracts/a.odcs.yaml:6`, which counts" in report.warnings[0].message
    retired = other.replace("version: 1.0.0", "version: 1.0.0\nstatus: retired")
    assert difference(base, base | {"contracts/b.odcs.yaml": retired}).warnings == ()
