"""Entities that other people's programs tell of, as sensors of the home: of an AppDaemon app, of a script."""
