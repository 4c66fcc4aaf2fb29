"""PySpark lineage held against Catalyst: scripts, what Spark's analyzer makes of them, the score.

`python -m tests.catalyst` compares and scores; `--live` asks Spark; `--record` writes what it says.
"""
