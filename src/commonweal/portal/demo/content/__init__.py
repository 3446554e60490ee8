"""What the demo is made of: people, calls and projects, as files anyone can edit. Holds no code."""
