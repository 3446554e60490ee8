"""Words around dividends: of pages and statements, and of histories."""
