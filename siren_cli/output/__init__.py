"""The output of a command for a person or a script: terminal, text, JSON, exit codes.

Nobody else imports Rich. Imports: `planning` and the rooms below it.
"""
