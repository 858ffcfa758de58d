"""What a look-up under a grant costs beside a bare view and datasette."""
