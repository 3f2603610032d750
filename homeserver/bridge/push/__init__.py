"""Web push: notifications for browsers and phones, and what became of each."""
