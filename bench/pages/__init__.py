"""What pages cost at the size of a province."""
