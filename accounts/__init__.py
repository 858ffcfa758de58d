"""Who acts and what they owe: departments, people, information systems, the trail, the clocks."""
