"""The counting rules as their definitions say them, in whole numbers and fractions. The oracle of `fast`."""
