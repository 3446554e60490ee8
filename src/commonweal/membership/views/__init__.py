"""Pages of the area `membership`: the secretary's register, and what members see of it."""
