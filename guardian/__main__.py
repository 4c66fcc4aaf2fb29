"""`python -m guardian` is the command line."""

from guardian.start import main

if __name__ == "__main__":
    main()
