# table o4.sales(id bigint, sku string, qty int, price double, sold timestamp, shop string)
# table o4.skus(sku string, name string, cat string)
"""SQL assembled from fragments, joined lists, loops; several statements split at semicolons."""
import textwrap

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
dims = ["cat", "shop"]
measures = {"revenue": "sum(qty * price)", "units": "sum(qty)", "last_sold": "max(sold)"}
select = ",\n       ".join([*dims, *(f"{expr} as {name}" for name, expr in measures.items())])
query = textwrap.dedent(
    f"""
    select {select}
    from o4.sales s inner join o4.skus k on s.sku = k.sku
    where {' and '.join(f's.{c} > 0' for c in ('qty', 'price'))}
    group by {', '.join(dims)}
    """
).strip()
spark.sql(query).write.mode("overwrite").saveAsTable("o4_out.cube")
script = """
create or replace temporary view big as select * from o4_out.cube where revenue > 1000;
create or replace temporary view ranked as
  select *, rank() over (partition by shop order by revenue desc) as r from big
"""
for statement in script.split(";"):
    if statement.strip():
        spark.sql(statement)
spark.table("ranked").where("r = 1").select("shop", "cat", "revenue").write.mode("overwrite").saveAsTable("o4_out.leaders")
