"""Tests of the counting rules, their explanations and Pabulib files; none of them needs a database."""
