"""Pages that join areas: home, my page, mandates, the staff desk. Each asks queries and calls at most one action."""
