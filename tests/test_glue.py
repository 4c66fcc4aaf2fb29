"""AWS Glue jobs: DynamicFrames, transforms, sources and sinks."""

import pytest

from guardian.languages.python import EXTRACTOR
from guardian.model.plan import Lowered
from tests.casebook import InMemory, lineage_of

HEAD = """
import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.job import Job
from awsgluedq.transforms import EvaluateDataQuality
from pyspark.context import SparkContext
from pyspark.sql import functions as F
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
a = glueContext.create_dynamic_frame.from_catalog(
    database="raw", table_name="a", push_down_predicate="dt > '2024'", transformation_ctx="a"
)
b = glueContext.create_dynamic_frame.from_options("s3", {"paths": ["s3://raw/b"]}, format="json")
"""
TABLES = """
CREATE TABLE raw.a (id INT, k STRING, x INT, y INT, s STRUCT<p: INT, q: STRING>);
CREATE TABLE `s3://raw/b` (k STRING, z INT);
"""
MARKS = {"IDENTITY": "=", "TRANSFORMATION": "~", "AGGREGATION": "+"}

TRANSFORMS = {
    "ApplyMapping.apply(frame=a, mappings=[('x', 'int', 'net', 'long'), ('k', 'string', 'k', 'string')])":
        "x~net k=k",
    "a.apply_mapping([('s.p', 'int', 'p', 'int'), ('y', 'int', 'deep.y', 'int')])": "s.p=p y~deep",
    "SelectFields.apply(a, paths=['k', 'x'])": "k=k x=x",
    "DropFields.apply(a, paths=['s', 'y', 'id'])": "k=k x=x",
    "RenameField.apply(a.select_fields(['x']), 'x', 'net')": "x=net",
    "ResolveChoice.apply(a.select_fields(['x', 'y']), specs=[('x', 'cast:long')])": "x~x y=y",
    "a.resolveChoice(choice='make_cols').select_fields(['y'])": "y=y",
    "Join.apply(a, b, 'k', 'k').select_fields(['x', 'z'])": "x=x b.z=z",
    "a.join(['k'], ['k'], b).select_fields(['x', 'z'])": "x=x b.z=z",
    "Filter.apply(frame=a, f=lambda row: row['x'] > 1 and row.y < 2).select_fields(['k'])": "k=k",
    "a.filter(f=lambda row: row['x'] > 1).select_fields(['k'])": "k=k",
    "Map.apply(frame=a.select_fields(['k', 'x']), f=doubled)": "k=k x~d",
    "a.map(doubled).select_fields(['d'])": "x~d",
    "SplitFields.apply(a, ['k', 'x'], 'left', 'right').select('left')": "k=k x=x",
    "SplitRows.apply(a, {'x': {'>': 1}}, 'left', 'right')['left'].select_fields(['k'])": "k=k",
    "SelectFromCollection.apply(dfc=DynamicFrameCollection({'one': a.select_fields(['k'])}, glueContext), key='one')":
        "k=k",
    "custom(glueContext, DynamicFrameCollection({'one': a}, glueContext)).select('out')": "x~n",
    "DropNullFields.apply(frame=a.select_fields(['k']))": "k=k",
    "Spigot.apply(frame=a.select_fields(['k']), path='s3://peek')": "k=k",
    "DynamicFrame.fromDF(a.toDF().select('k', F.col('x') + 1), glueContext, 'r').select_fields(['k'])":
        "k=k",
    "sparkSqlQuery(glueContext, 'select k, x * 2 as d from src', {'src': a}, 'ctx')": "k=k x~d",
    "a.toDF().gs_derived(colName='d', expr='x + y').select('d')": "x~d y~d",
    "Union.apply(frame1=a.select_fields(['k']), frame2=b.select_fields(['k']))": "k=k b.k=k",
    "a.mergeDynamicFrame(a.select_fields(['k', 'x']), ['k']).select_fields(['x'])": "x=x",
    "EvaluateDataQuality().process_rows(frame=a, ruleset='Rules = []')['originalData'].select_fields(['k'])":
        "k=k",
    "glueContext.getSource('s3', paths=['s3://raw/b']).getFrame().select_fields(['z'])": "b.z=z",
    "glueContext.create_dynamic_frame.from_options('redshift', {'query': 'select x as n from raw.a'})":
        "x=n",
    "glueContext.create_data_frame.from_catalog('raw', 'a', additional_options={'useSparkDataSource': True}).select('k')":
        "k=k",
}  # fmt: skip
FUNCTIONS = """
def doubled(rec):
    rec["d"] = rec["x"] * 2
    del rec["x"]
    return rec

def custom(glueContext, dfc):
    df = dfc.select(list(dfc.keys())[0]).toDF()
    made = DynamicFrame.fromDF(df.select((F.col("x") + 1).alias("n")), glueContext, "out")
    return DynamicFrameCollection({"out": made}, glueContext)

def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql(query)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)

"""


def extracted(code: str) -> Lowered:
    """Return what a Glue job says."""
    sources = InMemory({"job.py": HEAD + FUNCTIONS + code})
    file = sources.read("job.py")
    assert file is not None
    return EXTRACTOR.extract(file, sources)


@pytest.mark.parametrize("code", TRANSFORMS)
def test_a_transform_keeps_its_columns(code: str) -> None:
    write = "glueContext.write_dynamic_frame.from_options(r, 's3', {'path': 's3://mart/out'}, 'parquet')"
    files = {"job.py": f"{HEAD}{FUNCTIONS}r = {code}\n{write}", "tables.sql": TABLES}
    document = lineage_of(files, "spark")
    edges = {
        f"{edge.source.dataset.removeprefix('s3://').replace('raw.a', '').rpartition('/')[2]}."
        f"{edge.source.column}{MARKS[edge.subtype]}{edge.target.column}".lstrip(".")
        for edge in document.edges
        if edge.type == "DIRECT"
    }
    assert edges == set(TRANSFORMS[code].split())
    assert [warning.message for warning in document.warnings] == []


WRITES = {
    "glueContext.write_dynamic_frame.from_catalog(frame=a, database='mart', table_name='t')":
        [("mart.t", "append", "")],
    "glueContext.write_data_frame.from_catalog(a.toDF(), 'mart', 't', additional_options={})":
        [("mart.t", "append", "")],
    "glueContext.write_dynamic_frame.from_jdbc_conf(a, 'conn', {'dbtable': 'public.t', 'database': 'dw'})":
        [("public.t", "append", "")],
    "glueContext.write_dynamic_frame.from_options(frame=a, connection_type='redshift', connection_options="
    "{'dbtable': 'public.stage', 'preactions': 'DELETE FROM public.stage', 'postactions': "
    "'INSERT INTO public.t (n) SELECT x FROM public.stage'})":
        [("public.stage", "delete", ""), ("public.t", "append", ""), ("public.stage", "append", "redshift")],
    "s = glueContext.getSink(path='s3://mart/t', connection_type='s3', partitionKeys=['k'])\n"
    "s.setCatalogInfo(catalogDatabase='mart', catalogTableName='t')\ns.setFormat('glueparquet')\ns.writeFrame(a)":
        [("mart.t", "append", "glueparquet")],
    "glueContext.purge_s3_path('s3://mart/t')\na.toDF().write.format('iceberg').mode('overwrite').saveAsTable('g.mart.t')":
        [("g.mart.t", "overwrite", "iceberg")],
    "glueContext.forEachBatch(frame=a.toDF(), batch_function=lambda df, n: df.write.saveAsTable('mart.t'), options={})":
        [("mart.t", "error", "")],
}  # fmt: skip


@pytest.mark.parametrize("code", WRITES)
def test_a_sink_is_written_under_its_name(code: str) -> None:
    found = extracted(code)
    written = [(write.dataset, write.options.mode, write.options.format) for write in found.writes]
    assert written == WRITES[code]
    assert found.warnings == ()


def test_a_filter_s_lambda_tells_the_columns_that_it_uses() -> None:
    code = "Filter.apply(a, lambda r: r['x'] > 1).toDF().select('k').write.saveAsTable('mart.t')"
    document = lineage_of({"job.py": HEAD + code, "tables.sql": TABLES}, "spark")
    rows = {edge.source.column for edge in document.edges if edge.subtype == "FILTER"}
    assert rows == {"x"}
