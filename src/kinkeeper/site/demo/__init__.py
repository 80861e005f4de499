"""The demo association: a seeded, deterministic generator of people, homes and care histories. No real person is in it."""
