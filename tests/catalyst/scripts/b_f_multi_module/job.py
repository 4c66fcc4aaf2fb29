# table d3.sales(sku string, qty int, price double, sold timestamp, store string)
# table d3.stores(store string, region string)
"""A job over modules of its own."""
from pyspark.sql import SparkSession

from common import settings
from common.io import load, save
from steps import clean as cleaning
from steps.report import Report

spark = SparkSession.builder.appName(settings.APP).getOrCreate()
sales = cleaning.clean(load(spark, "sales"))
stores = load(spark, "stores")
report = Report(sales, stores)
save(report.by_region(), "by_region")
save(report.top(3), "top", mode="append")
