"""The output of a command for a person or a script: terminal, text, JSON, exit codes.

No other room imports Rich.

Imports: the root, `system`, `pictures`, `representation`, `metrics`, `planning`.
"""
