"""Frames besides Spark's: pandas, pandas on Spark and Polars, from a read to a write."""

import textwrap
from collections.abc import Iterable

import pytest

from guardian.languages.python import EXTRACTOR
from tests.casebook import InMemory, difference, lineage_of

PANDAS = """
import numpy as np
import pandas as pd
o = pd.read_csv("raw/o.csv", usecols=["id", "k", "x", "y", "s", "at"])
c = pd.read_parquet("raw/c", columns=["k", "z"])
"""
POLARS = """
import polars as pl
import polars.selectors as cs
o = pl.scan_csv("raw/o.csv").select("id", "k", "x", "y", "s", "at")
c = pl.read_parquet("raw/c", columns=["k", "z"])
"""
MARKS = {"IDENTITY": "=", "TRANSFORMATION": "~", "AGGREGATION": "+"}

# What is done to the frame `o`, and the value edges of `out` from the datasets `o` and `c`.
IN_PANDAS = {
    "o[['k', 'x']]": "k=k x=x",
    "o.drop(columns=['id', 's', 'at', 'y'])": "k=k x=x",
    "o.drop(['id', 's', 'at', 'y'], axis=1)": "k=k x=x",
    "o.rename(columns={'x': 'net'})[['k', 'net']]": "k=k x=net",
    "o.assign(net=o.x - o['y'], up=lambda d: d.net * 2)[['net', 'up']]": "x~net x~up y~net y~up",
    "o.astype({'x': 'int64'})[['x']]": "x~x",
    "o.fillna({'x': 0})[['x', 'y']]": "x~x y=y",
    "o.merge(c, on='k', how='left')[['id', 'z']]": "id=id c.z=z",
    "pd.merge(o, c, left_on='s', right_on='k')[['id', 'z']]": "id=id c.z=z",
    "pd.concat([o[['k']], c[['k']]])": "k=k c.k=k",
    "o.groupby('k', as_index=False).agg(n=('id', 'count'), t=('x', 'sum'))": "k=k id+n x+t",
    "o.groupby('k').agg({'x': 'sum', 'y': 'max'}).reset_index()": "k=k x+x y+y",
    "o.groupby(['k', 's'])['x'].sum().reset_index(name='t')": "k=k s=s x+t",
    "o.groupby('k')[['x', 'y']].mean().reset_index()": "k=k x+x y+y",
    "o.groupby('k').size().reset_index(name='n')": "k=k",
    "o.assign(t=o.groupby('k')['x'].transform('sum'))[['t']]": "x+t",
    "o.pivot_table(index='k', values='x', aggfunc='sum').reset_index()": "k=k x+x",
    "o.melt(id_vars=['k'], value_vars=['x', 'y'], value_name='v')": "k=k x~v y~v",
    "o.sort_values('x').drop_duplicates('k')[['k']]": "k=k",
    "o.query('x > 1 and s in [\"a\"]')[['k']]": "k=k",
    "o.assign(b=o.apply(lambda r: f(r['x'], r.y), axis=1))[['b']]": "x~b y~b",
    "o.assign(b=o['s'].map({'a': 1}), u=o.s.str.upper(), d=pd.to_datetime(o['at']).dt.year)[['b', 'u', 'd']]":
        "s~u at~d",
    "o.assign(b=np.where(o.x > 1, o.y, 0))[['b']]": "y~b",
    "o.assign(b=np.select([o.x > 1], [o.y], default=o.id))[['b']]": "id~b y~b",
    "o.set_index('k').join(c.set_index('k')).reset_index()[['k', 'x', 'z']]": "k=k x=x c.z=z",
    "o[o.k.isin(c['k'].unique())][['x']]": "x=x",
    "o.eval('net = x - y')[['net']]": "x~net y~net",
    "o[['x']].add_suffix('_old')": "x=x_old",
    "o[['x']].rename(columns=str.upper)": "x=x",
    "o.pipe(lambda d: d[d.x > 0])[['k']]": "k=k",
    "o.assign(p=o['x'] / o['x'].sum())[['p']]": "x+p",
    "pd.DataFrame({'a': o['x'], 'b': o.y + 1})": "x=a y~b",
    "o.loc[o.x > 0, ['k', 'y']]": "k=k y=y",
    "o.filter(items=['k'])": "k=k",
    "o.explode('s')[['s']]": "s~s",
}  # fmt: skip
IN_POLARS = {
    "o.select('k', pl.col('x').alias('net'))": "k=k x=net",
    "o.select(pl.col('x', 'y') * 2)": "x~x y~y",
    "o.select(pl.all().exclude('id', 's', 'at'))": "k=k x=x y=y",
    "o.with_columns(net=pl.col('x') - pl.col('y')).select('net')": "x~net y~net",
    "o.with_columns(pl.col('x').fill_null(0).cast(pl.Int64)).select('x')": "x~x",
    "o.group_by('k').agg(pl.col('x').sum(), pl.len().alias('n'), m=pl.max('y'))": "k=k x+x y+m",
    "o.join(c.lazy(), on='k', how='left').select('id', 'z')": "id=id c.z=z",
    "o.join(c.lazy(), left_on='s', right_on='k').select('id', 'z')": "id=id c.z=z",
    "pl.concat([o.select('k'), c.lazy().select('k')])": "k=k c.k=k",
    "o.rename({'x': 'net'}).drop('id', 's', 'at', 'y')": "k=k x=net",
    "o.select(t=pl.col('x').sum().over('k'))": "x+t",
    "o.select(b=pl.when(pl.col('x') > 1).then('y').otherwise(pl.lit(0)))": "y~b",
    "o.select(cs.by_name('x').name.suffix('_old'))": "x=x_old",
    "o.select(pl.concat_str(['k', 's']).alias('ks'))": "k~ks s~ks",
    "o.select(u=pl.col('s').str.to_uppercase(), d=pl.col('at').dt.year())": "s~u at~d",
    "o.unpivot(['x', 'y'], index='k')": "k=k x~value y~value",
    "o.unique('k').sort('x').select('k')": "k=k",
    "o.select(pl.col.x)": "x=x",
    "o.select(pl.col('x').sum(), n=pl.len())": "x+x",
}


def found(code: str) -> tuple[list[str], list[str], list[str], bool]:
    """Return value edges and row edges of the dataset `out`, the warnings, and if it is complete."""
    document = lineage_of({"job.py": textwrap.dedent(code)}, "")
    values = [
        f"{_short(edge.source.dataset)}{edge.source.column}{MARKS[edge.subtype]}{edge.target.column}"
        for edge in document.edges
        if edge.type == "DIRECT"
    ]
    rows = [
        f"{edge.subtype} {_short(edge.source.dataset)}{edge.source.column}"
        for edge in document.edges
        if edge.type == "INDIRECT" and edge.target.column is None
    ]
    complete = all(data.complete for data in document.datasets if data.name.endswith("out"))
    return values, rows, [warning.message for warning in document.warnings], complete


def _short(dataset: str) -> str:
    return "" if dataset.endswith("o.csv") else f"{dataset.rpartition('/')[2]}."


def _words(text: str) -> set[str]:
    return set(text.split())


@pytest.mark.parametrize("code", IN_PANDAS)
def test_a_method_of_pandas_keeps_its_columns(code: str) -> None:
    values, _, warnings, complete = found(
        f"{PANDAS}r = {code}\nr.to_parquet('mart/out', index=False)"
    )
    assert (set(values), warnings, complete) == (_words(IN_PANDAS[code]), [], True)


@pytest.mark.parametrize("code", IN_POLARS)
def test_a_method_of_polars_keeps_its_columns(code: str) -> None:
    values, _, warnings, complete = found(
        f"{POLARS}r = {code}\nr.collect().write_parquet('mart/out')"
    )
    assert (set(values), warnings, complete) == (_words(IN_POLARS[code]), [], True)


STATEMENTS = {
    "a column set, and set again where a condition holds": (
        "o['net'] = o['x'] - o['y'].fillna(0)\no.loc[o['net'] < 0, 'net'] = 0\nr = o[['net']]",
        "x~net y~net", "",
    ),
    "a column that grows": ("o['x'] += o['y']\nr = o[['x']]", "x~x y~x", ""),
    "names of columns set at once": ("r = o[['k', 'x']]\nr.columns = ['a', 'b']", "k=a x=b", ""),
    "a column deleted": ("r = o[['k', 'x']]\ndel r['k']", "x=x", ""),
    "a change in place": (
        "o.rename(columns={'x': 'net'}, inplace=True)\no.drop(columns='y', inplace=True)\nr = o[['net']]",
        "x=net", "",
    ),
    "a filter, a join, a group and an order": (
        """
r = o[(o.x > 0) & o['s'].notna()].merge(c, on='k')
r = r.groupby('z', as_index=False).agg(t=('y', 'sum')).sort_values('t')""",
        "c.z=z y+t", "FILTER x|FILTER s|JOIN k|JOIN c.k|GROUP_BY c.z|SORT y",
    ),
    "rows that are in another frame": (
        "r = o[o['k'].isin(c['k'])][['x']]", "x=x", "FILTER k|FILTER c.k",
    ),
    "a name of the query's text": ("r = o.query('x > @low')[['k']]", "k=k", "FILTER x"),
    "two levels of names, joined": (
        """
r = o.groupby('k').agg({'x': ['sum', 'max']})
r.columns = ['_'.join(c) for c in r.columns]
r = r.reset_index()""",
        "k=k x+x_sum x+x_max", "GROUP_BY k",
    ),
    "a column of another frame, matched by index": ("o['z'] = c['z']\nr = o[['k', 'z']]", "k=k c.z=z", ""),
    "a loop over columns": (
        "for name in ['x', 'y']:\n    o[name] = o[name].round(2)\nr = o[['x', 'y']]", "x~x y~y", "",
    ),
    "pieces of a file": (
        "r = pd.concat([part[['x']] for part in pd.read_csv('raw/o.csv', chunksize=100)])", "x=x", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements_of_pandas_change_the_frame(name: str) -> None:
    code, values, rows = STATEMENTS[name]
    edges, row_edges, warnings, _ = found(f"{PANDAS}{code}\nr.to_csv('mart/out', index=False)")
    assert (set(edges), set(row_edges), warnings) == (_words(values), _split(rows), [])


def _split(rows: str) -> set[str]:
    return set(rows.split("|")) if rows else set()


def test_the_index_is_a_column_of_the_file_unless_it_is_left_out() -> None:
    head = f"{PANDAS}r = o.groupby('k')[['x']].sum()\n"
    assert set(found(f"{head}r.to_csv('mart/out')")[0]) == {"k=k", "x+x"}
    assert set(found(f"{head}r.to_csv('mart/out', index=False)")[0]) == {"x+x"}


WRITES = {
    "df.to_sql('daily', engine, schema='mart', if_exists='append')": ("mart.daily", "append"),
    "df.to_parquet(path='s3://lake/x/')": ("s3://lake/x", "overwrite"),
    "df.to_csv(f's3://lake/{day}.csv', mode='a')": ("s3://lake/{day}.csv", "append"),
    "df.to_excel(writer, sheet_name='x')": ("{writer}", "overwrite"),
    "spark.createDataFrame(df).write.saveAsTable('mart.t')": ("mart.t", "error"),
    "client.insert_df(table='t', df=df, database='mart')": ("mart.t", "append"),
}


@pytest.mark.parametrize("code", WRITES)
def test_a_frame_is_written_under_its_name(code: str) -> None:
    text = f"""
import pandas as pd
import clickhouse_connect
from pyspark.sql import SparkSession
from sqlalchemy import create_engine
spark = SparkSession.builder.getOrCreate()
engine = create_engine("postgresql://host/db")
client = clickhouse_connect.get_client()
df = pd.read_sql("SELECT id FROM raw.o", engine)
{code}
"""
    sources = InMemory({"job.py": text})
    file = sources.read("job.py")
    assert file is not None
    writes = EXTRACTOR.extract(file, sources).writes
    assert [(write.dataset, write.options.mode) for write in writes] == [WRITES[code]]


def test_a_query_s_columns_go_through_pandas_and_back_to_the_database() -> None:
    code = """
        import pandas as pd
        from sqlalchemy import create_engine
        engine = create_engine("postgresql://host/db")
        o = pd.read_sql("SELECT id, x AS a FROM raw.o JOIN raw.c USING (k)", engine)
        c = pd.read_sql_table("c", engine, schema="raw")
        o.merge(c[["id", "z"]], on="id")[["a", "z"]].to_sql("out", engine, index=False)
        """
    values, _, warnings, _ = found(code)
    assert warnings == []
    assert "raw.c.z=z" in values


def test_spark_and_pandas_hand_frames_to_each_other() -> None:
    code = """
        import pyspark.pandas as ps
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        p = spark.table("raw.a").toPandas()
        p["n"] = p["x"] + 1
        spark.createDataFrame(p[["n"]]).write.saveAsTable("mart.b")
        q = ps.read_table("raw.a")
        q.groupby("k")["x"].sum().reset_index().to_table("mart.c")
        """
    values, _, warnings, _ = found(code)
    assert set(values) == {"raw.a.x~n", "raw.a.k=k", "raw.a.x+x"}
    assert warnings == []


def test_what_is_not_understood_is_said_where_it_is_written_and_nowhere_else() -> None:
    odd = f"{PANDAS}r = o[['x']].some_odd_method(3)\n"
    assert found(odd)[2] == []
    values, _, warnings, complete = found(f"{odd}r.to_csv('mart/out')")
    assert values == ["x=x"]
    assert not complete
    assert warnings == [
        "`some_odd_method` of a data frame is not understood; its columns are approximate"
    ]


def test_a_step_that_is_not_known_keeps_the_frame_connected() -> None:
    values, _, warnings, _ = found(
        f"{PANDAS}from shop import cleaned\ncleaned(o[['x']]).to_csv('mart/out')"
    )
    assert values == ["x=x"]
    assert warnings == [
        "`cleaned` is not known; its lineage is that of the frames that it is given"
    ]


def test_a_task_runs_when_its_scheduler_is_told_to() -> None:
    code = f"""{PANDAS}
from prefect import flow, task
@task
def load(frame, name):
    frame.to_csv(name)
@flow
def main():
    load.submit(o[["x"]], "mart/out")
main()
"""
    assert found(code)[0] == ["x=x"]


QUIET: Iterable[tuple[str, str]] = (
    ("o['net'] = o.x - o.y\nr = o[['net']]", "r = o.assign(net=o['x'] - o['y'])[['net']]"),
    ("r = o[o.x > 1][['k']]", "r = o.query('x > 1')[['k']]"),
    ("r = o.groupby('k', as_index=False).agg(t=('x', 'sum'))", "r = o.groupby('k')['x'].sum().reset_index(name='t')"),
    ("r = o.drop(columns=['id'])[['k']]", "r = o[['k']]"),
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), QUIET)
def test_two_ways_to_write_a_step_have_one_definition(one: str, other: str) -> None:
    made = [f"{PANDAS}{code}\nr.to_parquet('mart/out', index=False)" for code in (one, other)]
    assert difference({"job.py": made[0]}, {"job.py": made[1]}, "").changes == ()


@pytest.mark.parametrize(
    "code",
    [
        "o[None] = 3\no.loc[1, 2, 3] = o\no['a', 'b'] = o['x']\no.columns = 5\ndel o[3]\no.x.y.z = 1",
        "pd.concat(5)\npd.merge(o)\npd.merge(o, 3)\no.merge()\no.groupby()\no.groupby(3).agg(4)\no.query(5)",
        "o.rename(columns=3)\no.melt(1, 2, 3)\no.pivot_table(1, 2, 3)\no.assign(a=o)\no.drop(3)\no.iloc[9, 9]",
        "np.where()\nnp.select(3, 4)\npd.read_csv()\npd.DataFrame({1: o.x, 'b': [1, 2]})\npd.DataFrame([[1], 2])",
        "o.query('(' * 5000)\no.query('a.__class__.__bases__')\no.eval('x = ')\no.filter(regex='(a+)+$')",
        "for i in range(300):\n    o['c' + str(i)] = o['x'] + i",
        "for i in range(30):\n    o = o.merge(o, on='k')",
    ],
)
def test_odd_calls_of_pandas_end_well(code: str) -> None:
    messages = found(f"{PANDAS}{code}\no.to_csv('mart/out')")[2]
    assert not [message for message in messages if "report" in message and "steps" not in message]


@pytest.mark.parametrize(
    "code",
    [
        "o.select(pl.col(3), pl.lit())\no.with_columns(5)\no.filter()\no.join(3)\no.group_by().agg()\no.rename(3)",
        "o.select(pl.when(1).then(2).when(3))\no.select(pl.col('^(a+)+$'))\no.pivot(1)\no.unpivot(3)\npl.concat(3)",
        "e = pl.col('x')\nfor i in range(300):\n    e = e + i\no = o.select(e.alias('y'))",
    ],
)
def test_odd_calls_of_polars_end_well(code: str) -> None:
    messages = found(f"{POLARS}{code}\no.collect().write_csv('mart/out')")[2]
    assert not [message for message in messages if "report" in message and "steps" not in message]
