"""The tracking plan: events that marketing counts."""

COUNTED = ["page_view", "add_to_cart", "checkout"]
SESSION_TABLE = "silver.sessions"
