"""What can be known of rules before they run."""
