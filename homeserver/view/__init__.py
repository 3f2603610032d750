"""The live picture of the home, shared as a library: entities, states, areas, targets, templates."""
