"""The embedded form: PostgreSQL, Redis and the index as children of one small supervisor, shared by all that runs on one data folder.

Nothing here imports Django: settings.py asks `home` for addresses, and the supervisor stays small.
"""
