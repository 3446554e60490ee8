"""Tests that are wrong on purpose: the checks of the suite are tried on them. Nothing here is collected by itself."""
