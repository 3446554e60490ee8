"""Pages of ballots: vote, paper ballots, results."""
