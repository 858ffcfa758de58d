"""What signing calls and keeping evidence cost."""
