"""The invented cooperative, and ballots of real cities brought in. Everything passes through the areas' actions."""
