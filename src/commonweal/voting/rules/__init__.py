"""Pure decisions about ballots: forms, choices, what an envelope holds, turnout in groups."""
