"""Every text that a rule had: told, compared, and brought back."""
