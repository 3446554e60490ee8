"""The counting rules again, in arrays: floats search, whole numbers and fractions decide. Same answers as the plain rules."""
