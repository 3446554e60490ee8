"""Words that pages, letters and histories of this area share, and those above it."""
