"""What lies sealed: a key for every child, home and referral, and the fields whose text opens only with it.

Not here: which field is sealed and for whom (each model says so); who may read it (the policy of its room); the key of
each document (`files`); the erasing of a whole person (rooms above call `destroy_key`).
"""
