"""Words and rows about money, for pages."""
