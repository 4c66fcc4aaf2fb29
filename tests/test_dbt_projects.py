"""dbt projects as they are found: what `target/` holds, hooks, metrics, files that are added."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.languages.recording import holds
from guardian.model.plan import Lowered, Ref
from guardian.sources.configuration import Options
from guardian.workspace import Workspace
from tests.dbt_code import Tree, columns, lower, model, quiet, scans

MISSING = "select {{ vendor.cleaned('email') }} as email, id from {{ source('raw', 'orders') }}"
COMPILED = 'select lower(trim(mail)) as email, id from "dev"."raw_data"."orders_v1"'


def manifest(text: str, version: int = 12) -> str:
    node = {
        "name": "m", "resource_type": "model", "package_name": "shop",
        "original_file_path": "models/m.sql", "relation_name": '"dev"."alice"."m"',
        "compiled_code": COMPILED,
        "checksum": {"name": "sha256", "checksum": hashlib.sha256(text.encode()).hexdigest()},
        "depends_on": {"macros": [], "nodes": ["source.shop.raw.orders"]},
    }  # fmt: skip
    source = {"name": "orders", "relation_name": '"dev"."raw_data"."orders_v1"'}
    schema = f"https://schemas.getdbt.com/dbt/manifest/v{version}.json"
    return json.dumps({
        "metadata": {"dbt_schema_version": schema}, "nodes": {"model.shop.m": node},
        "sources": {"source.shop.raw.orders": source},
    })  # fmt: skip


# --- target/ -------------------------------------------------------------------------------------


def test_a_compiled_model_fills_what_rendering_lacks() -> None:
    lowered = quiet(model(MISSING, {"target/manifest.json": manifest(MISSING)}))
    assert (columns(lowered), scans(lowered)) == (["email", "id"], ["raw_data.orders_v1"])
    assert "lower" in str(lowered.nodes[lowered.writes[0].plan])


@pytest.mark.parametrize(
    ("text", "version", "said"),
    [
        (MISSING, 12, ""),
        ("select 1", 12, "the manifest is older than 1 model (`models/m.sql` first)"),
        (MISSING, 3, "manifests of schema version 9 to 12 are read"),
    ],
)
def test_a_stale_manifest_is_not_used_and_said_once(text: str, version: int, said: str) -> None:
    files = {"models/m.sql": MISSING, "target/manifest.json": manifest(text, version)}
    told = [warning.message for warning in lower("target/manifest.json", files).warnings]
    assert [message[: len(said)] for message in told] == ([said] if said else [])
    warned = bool(lower("models/m.sql", files).warnings)
    assert warned == bool(said)


def test_a_catalog_tells_all_columns_of_a_source() -> None:
    listed = {"ID": {"name": "ID", "type": "BIGINT", "index": 2},
              "At": {"name": "At", "type": "DATE", "index": 1}}  # fmt: skip
    text = json.dumps({"sources": {"source.shop.raw.orders": {"columns": listed}}})
    lowered = lower("target/catalog.json", {"target/catalog.json": text}, "snowflake")
    (told,) = quiet(lowered).declarations
    assert (told.dataset, told.complete) == ("RAW_DATA.ORDERS_V1", True)
    assert [(c.name, c.type) for c in told.columns] == [("At", "date"), ("ID", "bigint")]


@pytest.mark.parametrize("text", ["{", "[]", '{"nodes": 3}'])
def test_broken_files_of_target_are_said(text: str) -> None:
    for name in ("manifest", "catalog"):
        path = f"target/{name}.json"
        assert f"no dbt {name}" in lower(path, {path: text}).warnings[0].message


def test_what_lies_in_an_ignored_target_is_found(tmp_path: Path) -> None:
    source = "sources:\n  - name: raw\n    tables: [{name: orders}]\n"
    catalog = {"sources": {"source.shop.raw.orders": {"columns": {"A": {"name": "a"}}}}}
    files = {
        "dbt_project.yml": "name: shop\n", "models/s.yml": source,
        "models/m.sql": "select * from {{ source('raw', 'orders') }}",
        "target/catalog.json": json.dumps(catalog),
    }  # fmt: skip
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    document = Workspace.of_folder(Options(), tmp_path).scan()
    assert [(d.name, [c.name for c in d.columns], d.complete) for d in document.datasets] == [
        ("m", ["a"], True), ("raw.orders", ["a"], True),
    ]  # fmt: skip


# --- metrics -------------------------------------------------------------------------------------

SEMANTICS = """
semantic_models:
  - name: orders
    model: ref('m')
    measures:
      - {name: revenue, agg: sum, expr: "amount - coalesce(discount, 0)"}
      - {name: orders, agg: count, expr: 1}
      - {name: amount, agg: max}
"""
METRICS = """
metrics:
  - {name: revenue, label: Net revenue, type: simple, type_params: {measure: {name: revenue}}}
  - {name: order_count, type: simple, type_params: {measure: orders}}
  - {name: per_order, type: ratio, type_params: {numerator: revenue, denominator: order_count}}
  - {name: twice, type: derived, type_params: {expr: 2 * a, metrics: [{name: per_order, alias: a}]}}
  - {name: round, type: derived, type_params: {metrics: [{name: round}]}}
  - {name: old, model: ref('m'), calculation_method: sum, expression: tax}
"""


def test_metrics_are_kpis_over_columns() -> None:
    files = {"models/m.sql": "select 1 as a", "models/a.yml": SEMANTICS, "models/b.yml": METRICS}
    lowered = quiet(lower("models/b.yml", files))
    revenue = (("m", "amount"), ("m", "discount"))
    assert [(e.name, e.columns, e.datasets) for e in lowered.exposures] == [
        ("Net revenue", revenue, ()),
        ("order_count", (), ("m",)),
        ("per_order", revenue, ("m",)),
        ("twice", revenue, ("m",)),
        ("round", (), ()),
        ("old", (("m", "tax"),), ()),
    ]
    assert {e.kind for e in lowered.exposures} == {"kpi"}


# --- values, engines, variables ------------------------------------------------------------------

LOOP = """
select 1 as id
{% for v in dbt_utils.get_column_values(ref('kinds'), 'kind') %}, {{ loop.index }} as {{ v }}_n
{% endfor %}
"""


@pytest.mark.parametrize(
    "files",
    [
        {"seeds/kinds.csv": "kind,n\nweb,1\nshop,2\nweb,3\n"},
        {"models/kinds.sql": "select kind from t", "models/k.yml": (
            "models: [{name: kinds, columns: [{name: kind, data_tests: "
            "[accepted_values: {values: [web, shop]}]}]}]")},
    ],
)  # fmt: skip
def test_values_of_a_column_are_known_from_a_seed_or_a_test(files: Mapping[str, str]) -> None:
    assert columns(quiet(model(LOOP, files))) == ["id", "web_n", "shop_n"]


PROFILE = """
shop:
  target: dev
  outputs: {dev: {type: duckdb}, %s: {type: snowflake}}
"""


@pytest.mark.parametrize(("other", "dataset"), [("prod", "M"), ("test", "m")])
def test_where_engines_differ_production_s_counts(other: str, dataset: str) -> None:
    lowered = model("select 1 as a", {"profiles.yml": PROFILE % other}, dialect="")
    assert lowered.writes[0].dataset == dataset


def test_a_package_for_several_engines_is_read_for_one_of_them() -> None:
    macros = """
    {% macro age(a, b) %}{{ return(adapter.dispatch('age')(a, b)) }}{% endmacro %}
    {% macro default__age(a, b) %}{% endmacro %}
    {% macro redshift__age(a, b) %}datediff(day, {{ a }}, {{ b }}){% endmacro %}
    {% macro bigquery__age(a, b) %}date_diff({{ b }}, {{ a }}, day){% endmacro %}
    """
    text = "select {{ age('born', 'seen') }} as age from t"
    lowered = quiet(model(text, {"macros/age.sql": macros}, dialect=""))
    names = {ref for ref in ("born", "seen", "day") if repr(Ref(ref)) in str(lowered.nodes)}
    assert names == {"born", "seen"}


def test_the_empty_binary_of_trino_is_no_column() -> None:
    lowered = quiet(model("select coalesce(sender, 0x) as sender from t", dialect="trino"))
    assert repr(Ref("0x")) not in str(lowered.nodes)


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("where day = '{{ value }}'", 0),
        ("where {{ value }} = 1", 1),
        ("where day = '{{ value }}' or {{ value }}_day = 1", 1),
    ],
)
def test_an_unknown_value_in_a_literal_is_no_loss(text: str, warned: int) -> None:
    asked = "{% set value = dbt_utils.get_column_values(ref('m'), 'day') | first %}"
    assert len(model(f"{asked} select 1 as a from t {text}").warnings) == warned


def test_a_project_in_a_repository_reaches_folders_around_it(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "ref: refs/heads/main", "macros/f.sql": "{% macro f() %}x{% endmacro %}",
        "sub/dbt_project.yml": 'name: shop\nmacro-paths: ["../macros", "../../elsewhere"]\n',
        "sub/models/m.sql": "select {{ f() }} as a from t",
    }  # fmt: skip
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_text(text)
    document = Workspace.of_folder(Options(), tmp_path / "sub").scan()
    assert not document.warnings
    assert [(e.source.column, e.target.column) for e in document.edges] == [("x", "a")]


def test_a_model_that_is_off_by_default_is_read_as_though_it_were_on() -> None:
    text = """
    {{ config(enabled=var('claims', var('all', False))) }}
    {% if var('claims', False) %} select 1 as a {% endif %}
    """
    assert columns(quiet(model(text))) == ["a"]


# --- files that are added ------------------------------------------------------------------------


def read_again(lowered: Lowered, files: Mapping[str, str]) -> bool:
    texts: dict[str, Any] = {"dbt_project.yml": "", "models/m.sql": "", **files}
    tree = Tree(texts)
    known = [(path, blob) for path, blob in lowered.files_read if "*" in path]
    return not holds(Lowered(path="", language="dbt", files_read=tuple(known)), tree)


@pytest.mark.parametrize(
    ("text", "added", "again"),
    [
        ("select 1 as a", "macros/deep/new.sql", True),
        ("select 1 as a", "models/m.yml", True),
        ("select 1 as a", "models/other/m.yml", False),
        ("select 1 as a", "models/other/new.sql", False),
        ("select * from {{ ref('gone') }}", "models/other/gone.sql", True),
        ("select * from {{ source('x', 'y') }}", "models/other/sources.yaml", True),
        ("select * from {{ ref('near') }}", "models/near/near.yml", True),
    ],
)
def test_an_added_file_is_noticed(text: str, added: str, again: bool) -> None:  # noqa: FBT001
    near = {"models/near/near.sql": "select 1 as a"}
    lowered = model(text, near)
    before = {**near, "models/sources.yml": ""}
    assert not read_again(lowered, before)
    assert read_again(lowered, {**before, added: ""}) == again
