"""One batch to a thousand subscriptions, against one subscription and against a bare client."""
