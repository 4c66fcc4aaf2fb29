"""Where text comes from: the revisions of a git repository, or a plain folder.

Each kind of revision gives a `Files`, which is what `guardian.languages.Sources` asks for.
"""
