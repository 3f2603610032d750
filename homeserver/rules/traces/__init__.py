"""What runs did and why others did not begin: kept by interest, told in sentences."""
