"""The bridge: people and their programs reach the house over HTTP; a thin translation to topics and back."""
