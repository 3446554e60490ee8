"""Pages of the area `dividends`: runs for finance and the secretary, and what members got."""
