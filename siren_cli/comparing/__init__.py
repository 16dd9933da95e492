"""Candidates compared with an original picture: files, fits, codecs, figures, a page.

Nobody else imports matplotlib. Imports: `output`, `training` (inside functions) and the
rooms below them.
"""
