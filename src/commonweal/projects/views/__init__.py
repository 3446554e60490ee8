"""Pages of calls, dossiers and projects: each translates in, calls one action or query, translates out."""
