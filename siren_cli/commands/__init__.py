"""What each command does, and its options, without the command line.

Imports: every room but `cli`; `training` inside functions only.
"""
