"""Plans → definitions and edges: names resolved, rows and columns in normal form.

Every column traced to its sources.
"""
