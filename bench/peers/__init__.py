"""Other programs that count, each run by itself so that its time and memory are its own. None is part of the product."""
