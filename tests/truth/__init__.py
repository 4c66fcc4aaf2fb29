"""Column lineage proven by execution: queries, the data they run on, and what moves in it."""
