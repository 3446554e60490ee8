"""The counting rules again, in arrays: floats search, whole numbers and fractions decide. The answers of `plain`."""
