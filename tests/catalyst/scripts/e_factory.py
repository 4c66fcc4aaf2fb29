# table raw.a(id bigint, x int, y string)
# table raw.b(id bigint, z int)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
class Source:
    registry = {}
    def __init__(self, table): self.table = table
    def read(self): return spark.table(self.table)
class Positive(Source):
    column = "x"
    def read(self): return super().read().filter(F.col(self.column) > 0)
class Plain(Source):
    pass
def make(kind, table):
    return {"positive": Positive, "plain": Plain}[kind](table)
class Job:
    def __init__(self, *sources): self.sources = sources
    def build(self):
        left, right = (s.read() for s in self.sources)
        return left.join(right, on="id", how="left").fillna({"z": 0})
    def run(self, target): self.build().write.mode("append").saveAsTable(target)
Job(make("positive", "raw.a"), make("plain", "raw.b")).run("out.joined")
