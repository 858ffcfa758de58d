"""What reading a whole table costs beside the bare tools."""
