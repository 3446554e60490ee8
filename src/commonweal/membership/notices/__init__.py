"""Messages of the area to people, in their own language, a subject a file."""
