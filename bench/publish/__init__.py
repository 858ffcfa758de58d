"""What does publishing over HTTP cost beside bare pyarrow?"""
