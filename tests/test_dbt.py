"""dbt projects, read without dbt: names, rendering, writes, declarations, hostile input."""

# Templates are easier to compare when each stands on one line.

import time
from collections.abc import Mapping
from typing import Any

import pytest

from guardian.engines.contained import AnsweredError, Contained, LimitBrokenError, Limits
from guardian.languages.dbt import claims
from guardian.languages.dbt.worker import OPEN, answered, opening
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.plan import Filter, Opaque, Project, Ref, Scan, Symbol
from tests.casebook import difference, lineage_of
from tests.dbt_code import PROJECT, SOURCES, Tree, columns, lower, model, quiet, scans

# --- which files, which names --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("models/a.sql", True), ("models/a.yml", True), ("models/a.py", True), ("seeds/a.csv",
        True),
        ("macros/a.sql", True), ("snapshots/a.sql", True), ("tests/a.sql", True),
        ("target/compiled/a.sql", True), ("dbt_packages/p/models/a.sql", True),
        ("dbt_project.yml", True), ("schema.sql", False), ("scripts/load.py", False), ("data.csv",
        False),
        ("guardian.yml", False),
    ],
)  # fmt: skip
def test_claims(path: str, *, claimed: bool) -> None:
    tree = Tree({"dbt_project.yml": PROJECT, "dbt_packages/p/dbt_project.yml": "name: p", path: ""})
    assert claims(path, tree) is claimed


def test_nothing_is_claimed_outside_of_a_project() -> None:
    assert not claims("models/a.sql", Tree({"models/a.sql": "", "dbt/dbt_project.yml": "name: x"}))


def test_files_that_make_no_dataset_say_nothing() -> None:
    for path in ("macros/a.sql", "tests/a.sql", "analyses/a.sql", "dbt_packages/p/models/a.sql"):
        lowered = quiet(
            lower(path, {path: "select {{ broken", "dbt_packages/p/dbt_project.yml": "name: p"})
        )
        assert not lowered.writes


@pytest.mark.parametrize(
    ("config", "dialect", "dataset"),
    [
        ("", "duckdb", "m"),
        ("{{ config(alias='Facts') }}", "duckdb", "facts"),
        ("{{ config(schema='Marts', alias='f') }}", "duckdb", "marts.f"),
        ("{{ config(database='db', schema='s') }}", "duckdb", "s.m"),
        ("{{ config(schema=env_var('SCHEMA')) }}", "duckdb", "{SCHEMA}.m"),
        ("{{ config(schema='s') }}", "snowflake", "S.M"),
        ("", "tsql", "dbo.m"),
        ("{{ config(alias='Facts') }}", "postgres", "Facts"),
    ],
)
def test_dataset_names(config: str, dialect: str, dataset: str) -> None:
    lowered = quiet(model(f"{config}\nselect 1 as a", dialect=dialect))
    reader = {
        "models/r.sql": "select * from {{ ref('m') }}",
        "models/m.sql": f"{config}\nselect 1 as a",
    }
    assert [write.dataset for write in lowered.writes] == [dataset]
    assert scans(quiet(lower("models/r.sql", reader, dialect))) == [dataset]


def test_a_folder_of_the_project_gives_its_schema() -> None:
    files = {"models/marts/m.sql": "select 1 as a"}
    assert lower("models/marts/m.sql", files).writes[0].dataset == "marts.m"


def test_conditional_configuration_is_followed() -> None:
    text = "{% if target.name == 'prod' %}{{ config(alias='real') }}{% else %}{{ config(alias='dev') }}{% endif %}select 1 as a"
    assert quiet(model(text)).writes[0].dataset == "real"


def test_versions() -> None:
    schema = (
        "models: [{name: orders, latest_version: 2, versions: [{v: 1, defined_in: old}, {v: 2}]}]"
    )
    files = {
        "models/o.yml": schema,
        "models/old.sql": "select 1 as a",
        "models/orders_v2.sql": "select 1 as a",
    }
    lowered = model(
        "select * from {{ ref('orders') }} join {{ ref('orders', v=1) }} using (a)", files
    )
    assert scans(lowered) == ["orders_v1", "orders_v2"]
    assert lower("models/old.sql", files).writes[0].dataset == "orders_v1"


def test_sources_and_quoted_names() -> None:
    assert scans(quiet(model("select * from {{ source('raw', 'orders') }}"))) == [
        "raw_data.orders_v1"
    ]
    unknown = model("select * from {{ source('other', 'order') }}")
    assert scans(unknown) == ["other.order"]
    assert "not declared" in unknown.warnings[0].message


# --- rendering -----------------------------------------------------------------------------------


def test_own_macros_and_returned_values() -> None:
    macros = """
    {% macro cents(col) %}round({{ col }} / 100, 2){% endmacro %}
    {% macro names() %}{{ return(['a', 'b']) }}{% endmacro %}
    {% macro all_of() %}{% for n in names() %}{{ cents(n) }} as {{ n }}{{ "," if not loop.last }}{% endfor %}{% endmacro %}
    """
    lowered = quiet(model("select {{ all_of() }} from {{ ref('x') }}", {"macros/m.sql": macros}))
    assert columns(lowered) == ["a", "b"]
    assert ("macros/m.sql") in dict(lowered.files_read)


def test_project_overrides_ref() -> None:
    macros = "{% macro ref(name) %}{% do return(builtins.ref(name).include(database=false)) %}{% endmacro %}"
    lowered = quiet(
        model(
            "select * from {{ ref('x') }}",
            {"macros/r.sql": macros, "models/x.sql": "select 1 as a"},
        )
    )
    assert scans(lowered) == ["x"]


@pytest.mark.parametrize(
    ("expression", "rendered"),
    [
        ("{{ var('min_amount') }}", "5"), ("{{ var('scoped') }}", "7"), ("{{ var('x', 3) }}", "3"),
        ("{{ dbt.dateadd('day', 1, 'a') }}", "date_add(a, interval (1) day)"),
        ("{{ dbt_utils.safe_divide('a', 'b') }}", "( a ) / nullif( ( b ), 0)"),
        ("cast(a as {{ dbt.type_string() }})", "cast(a as varchar)"),
        ("{% set n = namespace(x=1) %}{% for i in [1, 2] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "4"),
        ("{% set l = [] %}{% do l.append('a') %}{{ l | join }}", "a"),
        ("{{ '1' if execute else '2' }}", "1"), ("{{ target.type }}", "duckdb"),
        ("{{ 2 if var('flag', none) is none else 3 }}", "2"),
        ("{{ modules.re.sub('[0-9]+', '', 'a12') }}", "a"),
        ("{{ modules.datetime.date(2024, 1, 31).isoformat() }}", "2024-01-31"),
    ],
)  # fmt: skip
def test_expressions(expression: str, rendered: str) -> None:
    made = quiet(model("select " + expression + " as e from t"))
    plain = quiet(model("select " + rendered + " as e from t"))
    assert [n for n in made.nodes if isinstance(n, Project)] == [
        n for n in plain.nodes if isinstance(n, Project)
    ]


@pytest.mark.parametrize(
    "dialect", ["duckdb", "snowflake", "bigquery", "postgres", "redshift", "databricks", "trino"]
)
def test_everyday_macros_are_sql_in_every_dialect(dialect: str) -> None:
    text = """
    select {{ dbt_utils.generate_surrogate_key(['id', 'amount']) }} as k,
        {{ dbt.datediff('id', 'amount', 'day') }} as d, {{ dbt.date_trunc('month', 'id') }} as m,
        {{ dbt.safe_cast('id', dbt.type_int()) }} as s, {{ dbt.split_part('id', "'-'", 1) }} as p,
        {{ dbt.concat(['id', "'x'"]) }} as c, {{ dbt.current_timestamp() }} as now,
        {{ dbt.hash('id') }} as h, {{ dbt.last_day('id', 'month') }} as l,
        {{ dbt_utils.pivot('status', ['a', 'b']) }},
        {{ dbt_utils.star(from=source('raw', 'orders'), except=['id']) }}
    from {{ source('raw', 'orders') }}
    {{ dbt_utils.group_by(3) }}
    union all
    select * from ({{ dbt_utils.deduplicate(source('raw', 'orders'), 'id', 'amount desc') }})
    """
    lowered = quiet(model(text, dialect=dialect))
    assert [s.lower() for s in scans(lowered)] == ["raw_data.orders_v1"]


def test_relations_are_united_by_name() -> None:
    lowered = quiet(model("{{ dbt_utils.union_relations([ref('a'), ref('b')]) }}"))
    assert scans(lowered) == ["a", "b"]


def test_columns_of_a_model_are_known_from_its_text() -> None:
    files = {
        "models/up.sql": "with s as (select *, 1 as extra from {{ source('raw', 'orders') }}) select * from s"
    }
    text = "select {% for c in adapter.get_columns_in_relation(ref('up')) %}{{ c.name }} as x_{{ c.name }},{% endfor %} 1 as z from {{ ref('up') }}"
    assert columns(quiet(model(text, files))) == ["x_id", "x_amount", "x_extra", "z"]


def test_unknown_macro_is_a_placeholder_with_its_line() -> None:
    lowered = model("select\n  id,\n  {{ some_package.clean('name') }} as n\nfrom {{ ref('x') }}")
    assert [(w.file, w.line) for w in lowered.warnings] == [("models/m.sql", 3)]
    assert "some_package.clean" in lowered.warnings[0].message
    assert columns(lowered) == ["id", "n"]
    assert scans(lowered) == ["x"]


def test_unknown_name_is_a_placeholder() -> None:
    lowered = model("select id, {{ some_name }} as n from {{ ref('x') }}")
    assert [w.message for w in lowered.warnings] == ["`some_name` is not known"]
    assert columns(lowered) == ["id", "n"]


def test_unknown_macro_where_no_value_may_stand() -> None:
    lowered = model(
        "select id, row_number() over (partition by id {{ pkg.more() }}) as n from {{ ref('x') }}"
    )
    assert columns(lowered) == ["id", "n"]


def test_results_of_queries_are_unknown_values() -> None:
    text = """
    {% set names = run_query('select distinct n from t').columns[0].values() %}
    select id {% for n in names %}, max(case when n = '{{ n }}' then v end) as v_{{ n }}{% endfor %}
    from {{ ref('x') }} group by id
    """
    lowered = model(text)
    assert scans(lowered) == ["x"]
    assert "run_query" in lowered.warnings[0].message


def test_run_time_values_are_symbols() -> None:
    lowered = quiet(model("select * from {{ env_var('DB') }}.t where d > {{ var('since') }}"))
    assert scans(lowered) == ["{DB}.t"]
    condition = next(node.condition for node in lowered.nodes if isinstance(node, Filter))
    assert Symbol("since") in condition.args  # type: ignore[union-attr]


def test_dispatch_finds_the_adapter_s_version() -> None:
    macros = """
    {% macro f(x) %}{{ return(adapter.dispatch('f', 'shop')(x)) }}{% endmacro %}
    {% macro default__f(x) %}{{ x }} as plain{% endmacro %}
    {% macro spark__f(x) %}{{ x }} as sparkling{% endmacro %}
    """
    for dialect, name in (("duckdb", "plain"), ("databricks", "sparkling")):
        assert columns(
            quiet(model("select {{ f('a') }} from t", {"macros/f.sql": macros}, dialect))
        ) == [name]


def test_installed_and_local_packages() -> None:
    files = {
        "dbt_packages/p/dbt_project.yml": "name: p",
        "dbt_packages/p/macros/m.sql": "{% macro one() %}{{ two() }}{% endmacro %}{% macro two() %}a{% endmacro %}",
        "packages.yml": "packages: [{local: ../shared}]",
        "shared/dbt_project.yml": "name: near",
        "shared/macros/m.sql": "{% macro b() %}b{% endmacro %}",
    }
    moved = {f"etl/{p}" if not p.startswith("shared") else p: t for p, t in files.items()}
    moved |= {
        "etl/dbt_project.yml": PROJECT,
        "etl/models/m.sql": "select {{ p.one() }}, {{ near.b() }} from t",
    }
    assert columns(quiet(lower("etl/models/m.sql", moved))) == ["a", "b"]


def test_macro_file_that_is_no_template_as_a_whole() -> None:
    macros = (
        "{% ###### %}\n{% macro one() %}a{% endmacro %}\n{% test t(model) %}{{ x }}{% endtest %}"
    )
    assert columns(quiet(model("select {{ one() }} from t", {"macros/m.sql": macros}))) == ["a"]


# --- lines ---------------------------------------------------------------------------------------


def test_lines_are_those_of_the_template() -> None:
    text = """
    {{ config(
        materialized='table'
    ) }}
    {% set names = ['a', 'b'] %}
    select
        {% for name in names -%}
        {{ name }} as {{ name }}_out,
        {% endfor %}
        {{ wide() }},
        last
    from {{ ref('x') }}
    where last > 1
    """
    lowered = quiet(
        model(text, {"macros/w.sql": "{% macro wide() %}\n1\nas\nwide\n{% endmacro %}"})
    )
    last = lowered.nodes[lowered.writes[0].plan]
    assert isinstance(last, Project)
    assert [(item.name, item.at.line) for item in last.items if item.at] == [
        ("a_out", 7), ("b_out", 7), ("wide", 9), ("last", 10),
    ]  # fmt: skip
    assert [n.at.line for n in lowered.nodes if isinstance(n, Filter) and n.at] == [12]
    assert [n.at.line for n in lowered.nodes if isinstance(n, Scan) and n.at] == [11]


def test_broken_template_says_where() -> None:
    lowered = model("select 1 as a\n{% if x %}\nfrom {{ ref('x') }}")
    assert lowered.failed
    assert [(w.line, "not rendered" in w.message) for w in lowered.warnings] == [(3, True)]
    assert scans(lowered) == ["x"]
    assert isinstance(lowered.nodes[lowered.writes[0].plan], Opaque)


# --- writes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ("materialized='table'", "create"), ("materialized='view'", "view"),
        ("materialized='incremental'", "append"), ("materialized='incremental', unique_key='id'", "merge"),
        ("materialized='incremental', unique_key='id', incremental_strategy='append'", "append"),
        ("materialized='incremental', incremental_strategy='insert_overwrite'", "overwrite"),
    ],
)  # fmt: skip
def test_modes(config: str, mode: str) -> None:
    options = model("{{ config(" + config + ") }}select 1 as id").writes[0].options
    assert (options.mode, options.materialized) == (mode, config.split("'")[1])


def test_write_options() -> None:
    text = """
    {{ config(materialized='incremental', unique_key=['a', 'b'], on_schema_change='fail', cluster_by=['a'],
        partition_by={'field': 'd', 'data_type': 'date', 'granularity': 'month'}) }}
    select 1 as a, 2 as b, 3 as d
    """
    options = model(text).writes[0].options
    assert options.partition_by == ("month(d)",)
    assert options.cluster_by == ("a",)
    assert options.options == (("on_schema_change", "fail"), ("unique_key", "a, b"))


INCREMENTAL = """
{{ config(materialized='incremental', unique_key='id') }}
select id from {{ ref('x') }}
{% if is_incremental() %}
where ts > (select max(ts) from {{ this }})
{% endif %}
"""


def test_incremental_filter_is_an_option_of_the_write() -> None:
    lowered = quiet(model(INCREMENTAL))
    assert len(lowered.writes) == 1
    assert (
        dict(lowered.writes[0].options.options)["incremental filter"]
        == "ts > (SELECT MAX(ts) FROM m)"
    )
    laid_out = INCREMENTAL.replace("ts > (", "ts\n  > (")
    assert quiet(model(laid_out)).writes[0].options == lowered.writes[0].options


def test_incremental_run_that_reads_more_is_a_second_write() -> None:
    lowered = quiet(model(INCREMENTAL.replace("{{ this }}", "{{ ref('batches') }}")))
    assert [write.options.mode for write in lowered.writes] == ["merge", "merge"]
    assert scans(lowered) == ["batches", "x"]


def test_own_table_of_an_incremental_run_is_no_input() -> None:
    lowered = quiet(model(INCREMENTAL))
    assert [n.target for n in lowered.nodes if isinstance(n, Scan) and n.dataset == "m"] == [True]


def test_ephemeral_models_are_inlined() -> None:
    files = {
        "models/e.sql": "{{ config(materialized='ephemeral') }}select id as e_id from {{ ref('e2') }}",
        "models/e2.sql": "{{ config(materialized='ephemeral') }}select * from {{ source('raw', 'orders') }}",
    }
    lowered = quiet(model("select e_id from {{ ref('e') }}", files))
    assert scans(lowered) == ["raw_data.orders_v1"]
    assert {"models/e.sql", "models/e2.sql", "models/sources.yml"} <= set(dict(lowered.files_read))
    assert not lower("models/e.sql", files).writes
    assert {n.at.file for n in lowered.nodes if isinstance(n, Scan) and n.at} == {"models/e2.sql"}


def test_disabled_models_write_nothing() -> None:
    assert not model("{{ config(enabled=false) }}select 1 as a").writes
    assert model("{{ config(enabled=var('of_a_package', false)) }}select 1 as a").writes


def test_snapshots() -> None:
    text = """
    {% snapshot orders_snapshot %}
    {{ config(target_schema='history', unique_key='id', strategy='timestamp', updated_at='ts') }}
    select * from {{ source('raw', 'orders') }}
    {% endsnapshot %}
    {% snapshot second %}select 1 as a{% endsnapshot %}
    """
    lowered = quiet(lower("snapshots/s.sql", {"snapshots/s.sql": text}))
    assert [(w.job, w.dataset, w.options.mode) for w in lowered.writes] == [
        ("snapshots/s.sql#orders_snapshot", "history.orders_snapshot", "merge"),
        ("snapshots/s.sql#second", "second", "merge"),
    ]
    assert columns(lowered)[1:] == [
        "dbt_scd_id",
        "dbt_updated_at",
        "dbt_valid_from",
        "dbt_valid_to",
    ]


def test_snapshot_in_yaml() -> None:
    text = """
    snapshots:
      - name: orders_snapshot
        relation: source('raw', 'orders')
        config: {schema: history, unique_key: id, strategy: check, check_cols: all}
    """
    lowered = quiet(lower("snapshots/s.yml", {"snapshots/s.yml": text}))
    assert [(w.dataset, w.at.line) for w in lowered.writes] == [("history.orders_snapshot", 2)]
    assert scans(lowered) == ["raw_data.orders_v1"]
    reader = {"snapshots/s.yml": text, "models/r.sql": "select * from {{ ref('orders_snapshot') }}"}
    assert scans(quiet(lower("models/r.sql", reader))) == ["history.orders_snapshot"]


def test_python_model_is_named() -> None:
    lowered = lower(
        "models/p.py", {"models/p.py": "import os\ndef model(dbt, session):\n    return 1\n"}
    )
    assert [(w.line, "not one of Spark's" in w.message) for w in lowered.warnings] == [(2, True)]


# --- declarations --------------------------------------------------------------------------------


def test_sources_are_declared() -> None:
    lowered = quiet(lower("models/sources.yml", {}))
    (orders,) = lowered.declarations
    assert orders.dataset == "raw_data.orders_v1"
    assert [(c.name, c.type, c.nullable) for c in orders.columns] == [
        ("id", "integer", False), ("amount", "decimal(10,2)", None),
    ]  # fmt: skip
    assert (orders.keys, orders.complete, orders.origin, orders.at.line) == (
        (("id",),),
        False,
        "dbt",
        5,
    )


def test_models_are_declared_in_part() -> None:
    text = """
    models:
      - name: m
        columns: [{name: id, data_tests: [{unique: {config: {where: "a = 1"}}}, not_null]}]
        data_tests: [{dbt_utils.unique_combination_of_columns: {combination_of_columns: [id, day]}}]
    """
    files = {"models/m.yml": text, "models/m.sql": "{{ config(alias='facts') }}select 1 as id"}
    (facts,) = quiet(lower("models/m.yml", files)).declarations
    assert (facts.dataset, facts.complete, facts.keys) == ("facts", False, (("id", "day"),))
    assert facts.columns[0].nullable is False


def test_seeds_are_declared() -> None:
    schema = "seeds: [{name: codes, config: {schema: ref, column_types: {Code: varchar(2)}}}]"
    files = {
        "seeds/codes.csv": '\ufeffCode,"Country, name"\nDE,Germany\n'.lstrip("\ufeff"),
        "seeds/s.yml": schema,
    }
    (codes,) = quiet(lower("seeds/codes.csv", files)).declarations
    assert codes.dataset == "ref.codes"
    assert [(c.name, c.type) for c in codes.columns] == [
        ("code", "varchar(2)"),
        ("country, name", None),
    ]


def test_exposures_are_dashboards() -> None:
    text = """
    exposures:
      - name: weekly
        label: Weekly revenue
        owner: {name: Ada, email: ada@example.com}
        depends_on: [ref('m'), "source('raw', 'orders')"]
    """
    (exposure,) = lower(
        "models/e.yml", {"models/e.yml": text, "models/m.sql": "select 1 as a"}
    ).exposures
    assert (exposure.name, exposure.owner, exposure.datasets) == (
        "Weekly revenue", "Ada", ("m", "raw_data.orders_v1"),
    )  # fmt: skip


def test_broken_yaml_is_a_diagnostic() -> None:
    lowered = lower("models/x.yml", {"models/x.yml": "models:\n  - name: [\n"})
    assert lowered.failed
    assert lowered.warnings[0].line == 3


# --- the revision --------------------------------------------------------------------------------


def test_base_and_head_do_not_mix() -> None:
    texts = {"models/m.sql": "select {{ f() }} as a from t where v > {{ var('min_amount') }}"}
    base = lower("models/m.sql", {**texts, "macros/f.sql": "{% macro f() %}x{% endmacro %}"})
    head = lower("models/m.sql", {**texts, "macros/f.sql": "{% macro f() %}y{% endmacro %}"})
    items = [n.items[0] for n in (base.nodes[base.writes[0].plan], head.nodes[head.writes[0].plan])]  # type: ignore[union-attr]
    assert [item.expr for item in items] == [Ref("x"), Ref("y")]


def test_what_is_read_is_recorded_and_nothing_more() -> None:
    files = {
        "macros/f.sql": "{% macro f() %}x{% endmacro %}",
        "macros/other.sql": "",
        "models/z.yml": "models: []",
    }
    lowered = model("select {{ f() }}, {{ nope() }} from {{ ref('gone') }}", files)
    read = dict(lowered.files_read)
    assert {path for path in read if "*" not in path} == {
        "dbt_project.yml", "macros/f.sql", "target/manifest.json",
    }  # fmt: skip


def test_dialect_comes_from_the_profile_where_no_configuration_tells() -> None:
    profile = "shop: {target: dev, outputs: {dev: {type: snowflake, password: x}}}"
    assert model("select 1 as a", {"profiles.yml": profile}, dialect="").writes[0].dataset == "M"
    assert (
        model("select 1 as a", {"requirements.txt": "dbt-snowflake==1.8\n"}, dialect="")
        .writes[0]
        .dataset
        == "M"
    )


# --- hostile input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x.replace('a', 'aaa') %}{% endfor %}",
        "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'a' * 999999999 }}", "{{ [0] * 999999999 }}", "{{ 9 ** 9 ** 9 }}", "{{ '%999999999d' % 1 }}",
        "{{ 'x'.ljust(999999999) }}", "{{ '{:999999999}'.format(1) }}", "{{ 'a' | center(999999999) }}",
        "{{ 'a' | indent(999999999) }}", "{{ ''.join(['a' * 999999] * 999) }}",
        "{{ modules.re.match('(a+)+$', 'a' * 40 ~ 'b') }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{{ ''.__class__.__mro__ }}", "{{ ref.__globals__ }}", "{{ config._library }}", "{{ cycler.__init__ }}",
        "{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% extends 'x' %}",
        "{{ " + "(" * 3000 + ")" * 3000 + " }}", "{{ " + "-" * 3000 + "1 }}", "{% if x %}" * 400,
    ],
)  # fmt: skip
def test_hostile_templates_end_with_a_sentence(text: str) -> None:
    start = time.monotonic()
    lowered = model("select 1 as a\n" + text)
    assert lowered.warnings
    assert lowered.warnings[0].file == "models/m.sql"
    assert time.monotonic() - start < 12


def test_no_clock_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    text = (
        "select '{{ env_var('SECRET_TOKEN') }}' as a, '{{ modules.datetime.datetime.now() }}' as b"
    )
    first, second = model(text), model(text)
    assert first.nodes == second.nodes
    assert "hunter2" not in repr(first)


@pytest.mark.parametrize(
    "text",
    ["a: &a [*a]", "[" * 100, "a: 1\na: 2", "x: !!python/object/apply:os.system [ls]", "a: [", "\x00",
     "a: &a [1,1,1,1,1,1,1,1,1]\n" + "\n".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}' if i else '*a'] * 9)}]" for i in range(9))],
)  # fmt: skip
def test_yaml_that_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [0-9]+: "):
        load(text)


def test_yaml_keeps_lines() -> None:
    document = load("a: 1\nb:\n  c: &x {d: 2}\n  e: {<<: *x, f: 3}\n")
    assert document == {"a": 1, "b": {"c": {"d": 2}, "e": {"d": 2, "f": 3}}}
    assert isinstance(document, LinedDict)
    assert document["b"].lines == {"c": 3, "e": 4}


# --- in a process of its own ---------------------------------------------------------------------


def contained(files: Mapping[str, str], **limits: Any) -> Contained:
    tree = Tree({"dbt_project.yml": PROJECT, "models/sources.yml": SOURCES, **files})
    return Contained(OPEN, opening(tree), limits=Limits(**limits))


def test_contained_extraction_gives_the_same() -> None:
    text = "select {{ f() }} from {{ source('raw', 'orders') }}"
    files = {"models/m.sql": text, "macros/f.sql": "{% macro f() %}id{% endmacro %}"}
    with contained(files) as child:
        assert answered(child.ask("models/m.sql")) == lower("models/m.sql", files)


def test_contained_process_that_stalls_is_ended_and_replaced() -> None:
    files = {"models/m.sql": "select 1 as a", "models/n.sql": "select {{ 1 }} as a"}
    with (
        contained(files, seconds=0.0) as child,
        pytest.raises(LimitBrokenError, match="more than 0 seconds"),
    ):
        child.ask("models/m.sql")
    with contained(files, answer=200) as child:
        with pytest.raises(LimitBrokenError, match="answer"):
            child.ask("models/m.sql")
        with pytest.raises(LimitBrokenError, match="answer"):
            child.ask("models/n.sql")


def test_contained_memory_and_world_are_closed() -> None:
    with Contained(
        "guardian.languages.safe_yaml:load", limits=Limits(memory=600 * 1024**2)
    ) as child:
        assert child.ask("a: [1, 2]") == {"a": [1, 2]}
        with pytest.raises(AnsweredError, match="line 2"):
            child.ask("a: [")
        with pytest.raises(LimitBrokenError):
            child.ask("- " * 30 + "x" * 250 * 1024**2)
        assert child.ask("b: 1") == {"b": 1}


# --- seeds and revisions --------------------------------------------------------------------------

SEEDED = {
    "dbt_project.yml": "name: shop",
    "seeds/m.csv": "k,v\na,1\nb,2\n",
    "models/x.sql": "select m.k, m.v from {{ ref('m') }} m",
    "models/y.sql": "select k from {{ ref('m') }}",
}


def changed(base: Mapping[str, str], **head: str) -> list[tuple[str, str, str | None]]:
    files = {path.replace("__", "/").replace("_csv", ".csv"): text for path, text in head.items()}
    report = difference(base, {**base, **files})
    return [(change.rule, change.dataset, change.column) for change in report.changes]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("k,v\na,1\nb,3\n", [("rows-changed", "m", None)]),
        ("k,v\na,1\nb,2\nc,4\n", [("rows-changed", "m", None)]),
        ("k,v\nb,2\na,1\n", []),
        ('"k","v"\r\n"a",1\r\n"b",2', []),
        ("v,k\n1,a\n2,b\n", []),
        ("k,w\na,1\nb,2\n", [("column-removed", "m", "v"), ("column-added", "m", "w")]),
    ],
)
def test_what_a_seed_holds_is_seen(text: str, told: list[tuple[str, str, str | None]]) -> None:
    assert changed(SEEDED, seeds__m_csv=text) == told


def test_a_column_that_comes_before_others_in_a_seed_leaves_them_as_they_are() -> None:
    found = changed(SEEDED, seeds__m_csv="w,k,v\nx,a,1\ny,b,2\n")
    assert ("column-added", "m", "w") in found
    assert {rule for rule, _, column in found if column in {"k", "v"}} == set()
    assert ("column-removed", "m", "v") in changed(SEEDED, seeds__m_csv="k\na\nb\n")


def test_a_large_seed_is_known_by_its_fingerprint() -> None:
    large = "k,v\n" + "".join(f"a{number},{number}\n" for number in range(200))
    base = {**SEEDED, "seeds/m.csv": large}
    (change,) = difference(base, {**base, "seeds/m.csv": large.replace("a7,7\n", "a7,8\n")}).changes
    assert change.rule == "rows-changed"
    assert change.before != change.after
    assert "200 rows" in str(change.after)


def test_a_seed_that_is_no_table_is_a_warning() -> None:
    files = {"seeds/m.csv": "k,v\n" + "x" * 200_000 + ",1\n"}
    lowered = lower("seeds/m.csv", files)
    assert [column.name for column in lowered.declarations[0].columns] == ["k", "v"]
    assert "text only" in lowered.warnings[0].message


def test_a_project_of_one_revision_is_never_used_for_another() -> None:
    base = {
        "dbt_project.yml": "name: shop",
        "models/orders.sql": "select 1 as a",
        "models/r.sql": "select a from {{ ref('orders') }}",
    }
    head = {**base, "models/orders.sql": "{{ config(alias='orders_fact') }}select 1 as a"}
    rules = {change.rule for change in difference(base, head).changes}
    assert rules == {"dataset-added", "dataset-removed", "input-added", "input-removed"}
    assert [each.name for each in lineage_of(base).datasets] == ["orders", "r"]
    gone = {**base, "models/orders.sql": "{{ config(enabled=false) }}select 1 as a"}
    assert [change.rule for change in difference(base, gone).changes] == ["dataset-removed"]
