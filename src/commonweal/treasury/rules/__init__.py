"""Pure rules of money that is paid out."""
