"""Rates that finance owns."""


class Tax:
    STANDARD = 0.2
    REDUCED = 0.07
    REDUCED_COUNTRIES = ("DE", "AT")


OUTPUT = "silver.invoice_lines"
