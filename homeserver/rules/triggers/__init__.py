"""What a rule listens for."""
