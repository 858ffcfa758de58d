"""The catalogue in and out: files of all kinds on one side, plain values on the other."""
