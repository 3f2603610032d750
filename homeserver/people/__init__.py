"""People: who lives here, what each of them may and when, and where they are."""
