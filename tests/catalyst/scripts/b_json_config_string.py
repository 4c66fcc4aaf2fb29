# table c1.source(id bigint, first_name string, last_name string, born string, pay string)
"""Configuration as JSON text: mappings, expressions, outputs."""
import json

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

CONFIG = json.loads(
    """
    {
      "source": "c1.source",
      "mappings": [
        {"target": "person_id", "source": "id", "type": "string"},
        {"target": "name", "expr": "concat_ws(' ', first_name, last_name)"},
        {"target": "birth_date", "source": "born", "type": "date"},
        {"target": "pay", "source": "pay", "type": "double", "default": 0}
      ],
      "outputs": [{"table": "c1_out.people", "filter": "pay > 0"}, {"table": "c1_out.unpaid", "filter": "pay = 0"}]
    }
    """
)


def to_column(mapping):
    if "expr" in mapping:
        column = F.expr(mapping["expr"])
    else:
        column = F.col(mapping["source"]).cast(mapping["type"])
    if mapping.get("default") is not None:
        column = F.coalesce(column, F.lit(mapping["default"]))
    return column.alias(mapping["target"])


spark = SparkSession.builder.getOrCreate()
df = spark.table(CONFIG["source"]).select([to_column(m) for m in CONFIG["mappings"]])
for output in CONFIG["outputs"]:
    df.where(output["filter"]).write.mode("overwrite").saveAsTable(output["table"])
