"""Data frames besides Spark's: pandas, pandas on Spark and Polars, lowered to the same plan.

`terms` are their columns, `rows` the operators that both make; each library has its methods in
files of its own.
"""
