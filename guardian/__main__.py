"""`python -m guardian` is the command line."""

from guardian.cli import main

main()
