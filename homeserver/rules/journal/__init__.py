"""What is under way, safe over restarts: runs that wait and triggers that wait for `for`."""
