"""Plans → definitions and edges: names resolved, rows and columns in normal form, every column traced to its sources."""
