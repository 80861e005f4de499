"""How people come in: the sign-in page, second factors, the devices where somebody is signed in, the first password.

Not here: who works here and what their seats let them do (`access`), nor how a session, a factor or a fresh confirmation
works (`access/sessions.py`, `access/factors.py`, `access/fresh.py`: every room above may ask for them).
"""
