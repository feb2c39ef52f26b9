"""Rules for new pictures: what a person may ask for (`rule`)."""
