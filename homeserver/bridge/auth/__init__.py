"""The routes by which one signs in, and by which proofs are made, listed and ended."""
