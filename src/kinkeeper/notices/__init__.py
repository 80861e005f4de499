"""Messages to people who work here: short, without names, each with the page where the thing is done;
and the secret addresses under which a calendar fetches what is due for its owner, in codes alone.

Not here: what is due (each room’s `duties.py`); e-mail and telephone, which come with the first need for them.
"""
