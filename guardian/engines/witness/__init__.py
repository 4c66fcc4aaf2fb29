"""Evidence that two definitions differ: a few input rows for which they give other results.

definitions ─statements─▶ DuckDB SQL ─domains─▶ what its inputs may hold ─trials─▶ run, compared

The statements and the inputs' domains are made here, from normal forms; the trials run in a child
process without files or network, on rows that were made up, within a budget of seconds.
"""
