# table mno.events(user_id string, ts timestamp, cell string, mcc int)
# table mno.footprint(cell string, grid_id string, signal double, valid_from date, valid_to date)
"""Permanence by time slots: slots cross joined, scores normalised over a window."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


class Component:
    ID = "component"

    def __init__(self, config):
        self.config = config
        self.spark = SparkSession.builder.appName(self.ID).getOrCreate()
        self.inputs = {}
        self.outputs = {}

    def read(self):
        for name, table in self.config["inputs"].items():
            self.inputs[name] = self.spark.table(table)

    def transform(self):
        raise NotImplementedError

    def write(self):
        for name, df in self.outputs.items():
            df.write.mode("overwrite").saveAsTable(self.config["outputs"][name])

    def execute(self):
        self.read()
        self.transform()
        self.write()


class Permanence(Component):
    ID = "permanence"

    def transform(self):
        events = self.inputs["events"].where(F.col("mcc") == F.lit(self.config["mcc"]))
        footprint = self.inputs["footprint"]
        located = events.join(
            footprint,
            on=(events["cell"] == footprint["cell"])
            & F.to_date(events["ts"]).between(footprint["valid_from"], footprint["valid_to"]),
            how="inner",
        ).drop(footprint["cell"])
        slots = self.spark.range(self.config["slots"]).withColumnRenamed("id", "slot")
        hour = F.hour("ts")
        slotted = located.crossJoin(F.broadcast(slots)).where(hour == F.col("slot"))
        total = F.sum("signal").over(Window.partitionBy("user_id", "slot"))
        scored = slotted.withColumn("share", F.col("signal") / total)
        self.outputs["scores"] = scored.groupBy("user_id", "slot", "grid_id").agg(F.sum("share").alias("score"))
        self.outputs["users"] = scored.select("user_id").distinct()


Permanence(
    {
        "inputs": {"events": "mno.events", "footprint": "mno.footprint"},
        "outputs": {"scores": "mno.scores", "users": "mno.users"},
        "slots": 24,
        "mcc": 214,
    }
).execute()
