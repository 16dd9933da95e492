"""The function as a web page that draws it: one file that needs no network.

`page` puts `page.html` together from the file and from the scripts, which are in two parts.
The engine draws by JavaScript, in workers, too: it reads a file (`siren_file`,
`color_profile`, `digests`, `layers`), evaluates it (`activations`, `grid`, `network`, `jets`),
and makes pixels of it (`drawing`, `worker`). The application draws by WebGL2 where it can, and
is what a person sees and touches. A script uses only what stands above it in that order.
"""
