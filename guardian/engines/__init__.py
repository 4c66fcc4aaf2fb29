"""Where work is done in processes of their own: what strangers wrote, and what needs an engine."""
