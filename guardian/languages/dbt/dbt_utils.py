"""The everyday macros of the `dbt_utils` package, which repositories seldom hold.

What they would ask the database for (the columns of a relation) is left to the SQL: `star` prints
`*`, so that it is expanded later, where the columns are known.
"""

# The functions print SQL that is read and never run, under the signatures of the package itself.
# ruff: noqa: S608, ARG002, FBT002, PLR0913, PLR0917

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from guardian.languages.dbt.relations import Column, Relation, Symbol, UnknownRow

_WITH_QUALIFY = frozenset(
    {
        "",
        "snowflake",
        "bigquery",
        "redshift",
        "databricks",
        "duckdb",
        "spark",
        "clickhouse",
        "teradata",
    }
)

Functions = Mapping[str, Callable[..., Any]]
Columns = Callable[[Relation], list[Column]]
Values = Callable[[Relation, str], tuple[str, ...]]
Warn = Callable[..., None]


def functions(
    dialect: str, dbt: Functions, columns_of: Columns, values_of: Values, warn: Warn
) -> dict[str, Callable[..., Any]]:
    """Return the package's macros; `dbt` prints what differs by dialect."""
    introspective = _Introspective(dialect, columns_of, values_of, warn, dbt["type_string"]())
    return {
        **dbt,
        "group_by": lambda n: (
            "group by " + ",".join(str(i) for i in range(1, min(int(n), 1000) + 1))
        ),
        "safe_add": _combined("+"),
        "safe_subtract": _combined("-"),
        "safe_divide": lambda numerator, denominator: (
            f"( {numerator} ) / nullif( ( {denominator} ), 0)"
        ),
        "generate_surrogate_key": _surrogate_key(dbt, "_dbt_utils_surrogate_key_null_"),
        "surrogate_key": _surrogate_key(dbt, ""),
        "pivot": pivot,
        "deduplicate": _deduplicate(dialect),
        "date_spine": _date_spine(dbt),
        "generate_series": generate_series,
        "slugify": _slugify,
        "star": introspective.star,
        "union_relations": introspective.union_relations,
        "unpivot": introspective.unpivot,
        "get_column_values": introspective.get_column_values,
        "get_filtered_columns_in_relation": introspective.get_filtered_columns_in_relation,
        "get_relations_by_pattern": introspective.some_relations,
        "get_relations_by_prefix": introspective.some_relations,
        "get_single_value": introspective.get_single_value,
        "get_query_results_as_dict": introspective.get_query_results_as_dict,
        "_is_relation": lambda *_args, **_kwargs: "",
        "_is_ephemeral": lambda *_args, **_kwargs: "",
        "pretty_time": lambda *_args, **_kwargs: "",
        "log_info": lambda *_args, **_kwargs: "",
    }


def _slugify(string: Any) -> str:
    """Return a text as a plain name; what stands for an unknown value in it stays."""
    parts = re.split(r"(\$\{\w+\})", str(string))
    plain = (re.sub(r"[^a-z0-9_]+", "", re.sub(r"[ -]+", "_", p.lower())) for p in parts[::2])
    return "".join(p + s for p, s in zip(plain, [*parts[1::2], ""], strict=True))


def _combined(operator: str) -> Callable[..., str]:
    def combined(field_list: Any, *more: Any) -> str:
        fields = [field_list, *more] if isinstance(field_list, str) else list(field_list)
        return "\n".join([f" {operator} ".join(f"coalesce({field}, 0)" for field in fields)])

    return combined


def _surrogate_key(dbt: Functions, null: str) -> Callable[..., str]:
    def surrogate_key(field_list: Any, *more: Any) -> str:
        fields = [field_list, *more] if isinstance(field_list, str) else list(field_list)
        text = dbt["type_string"]()
        parts: list[str] = []
        for field in fields:
            parts += [f"coalesce(cast({field} as {text}), '{null}')", "'-'"]
        return str(dbt["hash"](dbt["concat"](parts[:-1])))

    return surrogate_key


def pivot(
    column: Any, values: Iterable[Any], alias: Any = True, agg: Any = "sum", cmp: Any = "=",
    prefix: Any = "", suffix: Any = "", then_value: Any = 1, else_value: Any = 0,
    quote_identifiers: Any = True, distinct: Any = False,
) -> str:  # fmt: skip
    """Return one aggregate for each of `values`, as `dbt_utils.pivot` prints them."""
    items = []
    for value in values:
        name = f"{prefix}{value}{suffix}"
        named = (
            f' as "{name}"' if quote_identifiers else f" as {re.sub(r'[^A-Za-z0-9_]', '_', name)}"
        )
        literal = str(value).replace("'", "''")
        one = "distinct " if distinct else ""
        case = f"case when {column} {cmp} '{literal}' then {then_value} else {else_value} end"
        items.append(f"{agg}({one}{case}){named if alias else ''}")
    return ", ".join(items)


def _deduplicate(dialect: str) -> Callable[..., str]:
    def deduplicate(relation: Any, partition_by: Any, order_by: Any = None, **_more: Any) -> str:
        order = order_by or partition_by
        if dialect == "postgres":
            first = f"select distinct on ({partition_by}) * from {relation}"
            return f"{first} order by {partition_by}, {order}"
        if dialect not in _WITH_QUALIFY:
            # the package's own way for engines without QUALIFY
            numbered = f"row_number() over (partition by {partition_by} order by {order}) as rn"
            return (
                f"with row_numbered as (select _inner.*, {numbered} from {relation} as _inner) "
                f"select distinct data.* from {relation} as data natural join row_numbered "
                "where row_numbered.rn = 1"
            )
        window = f"row_number() over (partition by {partition_by} order by {order})"
        return f"select * from {relation} as tt qualify {window} = 1"

    return deduplicate


def generate_series(upper_bound: Any) -> str:
    """Return a query of the numbers 1 to `upper_bound`, built from powers of two."""
    bits = max(1, min(int(upper_bound), 1 << 16).bit_length())
    total = " + ".join(f"p{i}.generated_number * {2**i}" for i in range(bits))
    joins = "".join(f" cross join p as p{i}" for i in range(1, bits))
    return (
        "with p as (select 0 as generated_number union all select 1), "
        f"unioned as (select {total} + 1 as generated_number from p as p0{joins}) "
        f"select * from unioned where generated_number <= {upper_bound}"
    )


def _date_spine(dbt: Functions) -> Callable[..., str]:
    def date_spine(datepart: Any, start_date: Any, end_date: Any) -> str:
        moment = dbt["dateadd"](datepart, "row_number() over (order by 1) - 1", start_date)
        return (
            f"with rawdata as ({generate_series(8192)}), "
            f"all_periods as (select ({moment}) as date_{datepart} from rawdata), "
            f"filtered as (select * from all_periods where date_{datepart} <= {end_date}) "
            "select * from filtered"
        )

    return date_spine


class _Introspective:
    """Macros that would look into the database."""

    def __init__(
        self, dialect: str, columns_of: Columns, values_of: Values, warn: Warn, text_type: str
    ) -> None:
        self.dialect = dialect
        self.except_word = "exclude" if dialect in {"snowflake", "duckdb"} else "except"
        self.columns_of, self.values_of = columns_of, values_of
        self.warn, self.text_type = warn, text_type

    def star(
        self, from_: Any = None, relation_alias: Any = False, except_: Any = (), prefix: Any = "",
        suffix: Any = "", quote_identifiers: Any = True, **keywords: Any,
    ) -> str:  # fmt: skip
        """Return `*` without what is excepted; each column by name where names are altered."""
        relation = keywords.get("from", from_)
        excluded = [str(c) for c in keywords.get("except", except_)]
        behind = f"{relation_alias}." if relation_alias else ""
        if prefix or suffix:
            left = {name.lower() for name in excluded}
            known = self.columns_of(relation) if isinstance(relation, Relation) else []
            if known:
                kept = (c.name for c in known if c.name.lower() not in left)
                return ", ".join(f"{behind}{name} as {prefix}{name}{suffix}" for name in kept)
            self.warn(
                f"the columns of `{relation}` are not known: `star` leaves their names as they are"
            )
        return f"{behind}*" + (f" {self.except_word} ({', '.join(excluded)})" if excluded else "")

    def union_relations(
        self, relations: Any, column_override: Any = None, include: Any = (), exclude: Any = (),
        source_column_name: Any = "_dbt_source_relation", where: Any = None,
    ) -> str:  # fmt: skip
        """Return the relations one below the other, matched by column name."""
        arms = []
        for relation in relations:
            items = [str(c) for c in include] or [self.star(relation, except_=exclude)]
            if source_column_name:
                items.insert(0, f"cast('{relation}' as {self.text_type}) as {source_column_name}")
            condition = f" where {where}" if where else ""
            arms.append(f"(select {', '.join(items)} from {relation}{condition})")
        return " union all by name ".join(arms)

    def unpivot(
        self, relation: Any = None, cast_to: Any = None, exclude: Any = (), remove: Any = (),
        field_name: Any = "field_name", value_name: Any = "value", quote_identifiers: Any = False,
        table: Any = None,
    ) -> str:  # fmt: skip
        """Return one arm for each known column; without any, the values are not known."""
        relation = relation or table
        kept = [str(c) for c in exclude or ()]
        left = {name.lower() for name in (*kept, *map(str, remove or ()))}
        known = self.columns_of(relation) if isinstance(relation, Relation) else []
        names = [c.name for c in known if c.name.lower() not in left]
        wanted = cast_to or self.text_type
        if not names:
            self.warn(
                f"the columns of `{relation}` are not known, nor is what `unpivot` makes of them"
            )
            made = [f"unpivoted_name() as {field_name}", f"unpivoted_value() as {value_name}"]
            return f"select {', '.join([*kept, *made])} from {relation}"
        arms = (
            ", ".join([*kept, f"cast('{n}' as {self.text_type}) as {field_name}",
                       f"cast({n} as {wanted}) as {value_name}"])
            for n in names
        )  # fmt: skip
        return " union all ".join(f"select {arm} from {relation}" for arm in arms)

    def get_column_values(
        self, table: Any = None, column: Any = "", *_args: Any, **_keywords: Any
    ) -> Any:
        """Return the values that a seed or a test tells.

        Else one unknown value, so that what is written from the values stays SQL.
        """
        known = self.values_of(table, str(column)) if isinstance(table, Relation) else ()
        if known:
            return list(known)
        symbol = Symbol(str(column))
        self.warn(
            f"the values of `{column}` in `{table}` are not known: one symbol stands for them",
            symbol,
        )
        return [symbol]

    def get_filtered_columns_in_relation(self, from_: Any = None, **keywords: Any) -> list[str]:
        """Return the declared columns of a relation, without what is excepted."""
        relation = keywords.get("from", from_)
        left = {str(name).lower() for name in keywords.get("except", ())}
        known = self.columns_of(relation) if isinstance(relation, Relation) else []
        if not known:
            self.warn(
                f"the columns of `{relation}` are not known: what is made from them is left out"
            )
        return [c.name for c in known if c.name.lower() not in left]

    def some_relations(
        self, schema_pattern: Any = "", table_pattern: Any = "", *_args: Any, **keywords: Any
    ) -> list[Relation]:
        """Return one relation of unknown name: which ones match a pattern, the database knows."""
        pattern = str(keywords.get("prefix") or table_pattern)
        self.warn(
            f"which relations match `{pattern}` is not known: one of unknown name stands for them"
        )
        return [Relation(Symbol(pattern), str(schema_pattern), self.dialect)]

    def get_single_value(self, *_args: Any, **_keywords: Any) -> Any:
        """Return an unknown value."""
        self.warn("the result of a query is not known: a symbol stands for it")
        return Symbol("value")

    def get_query_results_as_dict(self, *_args: Any, **_keywords: Any) -> UnknownRow:
        """Return an unknown value for each column of a query that is not run."""
        self.warn("the result of a query is not known: symbols stand for it")
        return UnknownRow()
