"""Words around work on any object."""
