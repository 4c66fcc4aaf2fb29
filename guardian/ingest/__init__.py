"""A warehouse's own record of itself, and the text of its procedures, become lineage.

The record says who names whom, the text says which way data flows, the query log says what has
run. Each is a witness, and every edge keeps what its witnesses said: see
`docs/decisions/0014-witnesses-of-a-warehouse.md`.
"""
