"""Backup: the whole home or one worker, taken while it runs, proved whole, and brought back."""
