import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import ApplyMapping, Filter
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
glue = GlueContext(SparkContext.getOrCreate())

orders = glue.create_dynamic_frame.from_catalog(database="sales", table_name="orders")
paid = Filter.apply(frame=orders, f=lambda row: row["status"] == "paid")
mapped = ApplyMapping.apply(
    frame=paid,
    mappings=[("orderid", "long", "order_id", "long"), ("total", "double", "amount", "decimal(12,2)")],
)
df = mapped.toDF().dropDuplicates(["order_id"])
glue.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(df, glue, "out"),
    connection_type="s3",
    connection_options={"path": f"s3://{args['bucket']}/orders/"},
    format="parquet",
)
