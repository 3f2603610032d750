"""What belongs to one person: his preferences, all of it in one archive, and its end."""
