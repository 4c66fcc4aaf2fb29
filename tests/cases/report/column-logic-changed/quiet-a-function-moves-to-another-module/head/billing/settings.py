"""Rates that finance owns."""


class Tax:
    STANDARD = 0.19
    REDUCED = 0.07
    REDUCED_COUNTRIES = ("DE", "AT")


OUTPUT = "silver.invoice_lines"
