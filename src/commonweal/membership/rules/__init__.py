"""Pure decisions about shares: what the statutes say, what a movement moves, whether it may be. No framework, no clock."""
