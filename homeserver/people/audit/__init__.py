"""The audit: who did what to the home, in a chain of rows of which none can be changed or taken away unnoticed."""
