"""The one-command start: servers from wheels, our processes beside them, everything stopped after.

For trying out, demonstrations and tests; production runs its own servers (docker-compose.yml).
"""
