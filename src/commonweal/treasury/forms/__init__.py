"""What is filled in about money. Forms read and check; they never write."""
