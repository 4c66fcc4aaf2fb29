"""Change Guardian: tells data engineers what a change to ETL code breaks, before it merges."""

__version__ = "0.1.0"
