"""Whether a project can be supported and how strong it stands. Pure: no framework, clock or settings."""
