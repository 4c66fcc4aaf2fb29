"""`adapter` and `api`: what a template asks the database, answered from the project."""

from collections.abc import Callable
from typing import Any

from guardian.languages.dbt.project import Project
from guardian.languages.dbt.relations import Column, Relation


def silent(*_args: Any, **_kwargs: Any) -> str:
    """Return nothing: for what acts on the database only."""
    return ""


class Adapter:
    """`adapter`: dispatch and quoting for real, all that asks the database without an answer."""

    def __init__(self, project: Project, columns: Callable[..., list[Column]]) -> None:
        """Speak for the adapter of `project`; `columns` tells those of a relation."""
        self._project = project
        self.get_columns_in_relation = self.get_columns_in_table = columns
        self.drop_relation = self.create_schema = self.execute = silent
        self.expand_target_column_types = self.drop_schema = self.rename_relation = silent

    def dispatch(
        self, macro_name: Any, macro_namespace: Any = None, packages: Any = None
    ) -> Callable[..., Any]:
        """Return the macro that this adapter uses, a placeholder where nobody offers one."""
        package = macro_namespace or (
            packages[0] if isinstance(packages, list) and packages else None
        )
        library = self._project.library
        found = library.dispatched(str(macro_name), str(package) if package else None)
        if found is not None:
            return found

        def unknown(*args: Any, **_kwargs: Any) -> str:
            library.warn(
                f"macro `{macro_name}` has no version for this adapter; is its package installed?"
            )
            return library.placeholder(str(macro_name), args)

        return unknown

    def quote(self, identifier: Any) -> str:
        """Return an identifier in the quotes of the dialect."""
        dialect = self._project.dialect
        opening, closing = (
            "``" if dialect in {"bigquery", "spark", "databricks", "hive", "mysql"} else '""'
        )
        return f"{opening}{identifier}{closing}"

    def quote_as_configured(self, identifier: Any, *_args: Any) -> str:
        """Return an identifier as it is."""
        return str(identifier)

    def get_relation(
        self,
        database: Any = None,  # noqa: ARG002  # dbt's own signature
        schema: Any = None,
        identifier: Any = None,
    ) -> Relation | None:
        """Return the relation of that name, as though it were there."""
        text = "" if schema is None or str(schema).startswith("${") else str(schema)
        return Relation(str(identifier), text, self._project.dialect)

    load_relation = get_relation

    def already_exists(self, *_args: Any) -> bool:
        """Return whether the model's own table is there already."""
        return self._project.library.run.incremental

    def check_schema_exists(self, *_args: Any) -> bool:
        """Return that every schema exists."""
        return True

    def get_missing_columns(self, *_args: Any) -> list[Column]:
        """Return none."""
        return []

    def list_relations_without_caching(self, *_args: Any) -> list[Relation]:
        """Return none: which there are, the database knows."""
        return []

    def type(self) -> str:
        """Return the adapter's name."""
        return self._project.adapter


class RelationMaker:
    """`api.Relation`."""

    def __init__(self, dialect: str) -> None:
        """Make relations of `dialect`."""
        self._dialect = dialect

    def create(
        self,
        database: Any = None,  # noqa: ARG002  # dbt's own signature
        schema: Any = None,
        identifier: Any = None,
        **_more: Any,
    ) -> Relation:
        """Return the relation of that name."""
        text = "" if schema is None or str(schema).startswith("${") else str(schema)
        return Relation(str(identifier or ""), text, self._dialect)

    def scalar(self, value: Any) -> str:
        """Return the value as text."""
        return str(value)


class ColumnMaker:
    """`api.Column`."""

    def __call__(self, name: Any, data_type: Any = "", *_more: Any) -> Column:
        """Return a column."""
        return Column(str(name), str(data_type))

    def create(self, name: Any, data_type: Any = "") -> Column:
        """Return a column."""
        return Column(str(name), str(data_type))

    def translate_type(self, data_type: Any) -> str:
        """Return the type as it is."""
        return str(data_type)
