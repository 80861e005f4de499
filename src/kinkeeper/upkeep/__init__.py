"""What keeps an installation running: backups that were made, work that the clock brings, the workers that do it.

Not here: making a backup, examining the machine, the commands (`site`, which knows every room); the news between rooms
(`journal`). No row here says anything about anybody whom the association looks after.
"""
