"""What makes a worker live: bus, processes, keeper, store, clock, settings, logs, logins, broker."""
