"""How fast it is, as ratios to what no run can avoid: parsing the code, asking git for a diff."""
