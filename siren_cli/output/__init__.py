"""What a person or a script sees: terminal, text, JSON, exit codes.

Nobody else imports Rich. Imports: `planning` and the rooms below it.
"""
