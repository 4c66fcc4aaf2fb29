"""The nouns: immutable values that every other room speaks about. Imports nothing of ours but.

Itself.
"""
