"""An experiment: a picture in fewer bytes than a codec's, and still a function of a point.

Latent grids of spacing 1, 2, ... 64 pixels are interpolated by cubic B-splines at any point;
one small sine network makes colors of their values and slopes; the latents are whole numbers
whose bits a context model predicts. It is trained as Cool-Chic is (Ladune et al. 2022,
arXiv:2212.05458), whose function of a point it keeps, with soft rounding (Agustsson and Theis
2020, arXiv:2006.09952) and SOAP (Vyas et al. 2024, arXiv:2409.11321).

`python -m benchmarks.compact PICTURE...` fits pictures and counts bytes: latents are written as
streams and read back, in NumPy and whole numbers alone; the bits of the networks, which are
rounded, are those of a Laplace distribution; a header of 250 bytes is added.

Reading order: `settings`, `splines`, `pyramid`, `networks`, `synthesis`, `tiles`, `context`,
`objective`, `rounding`, `soap`, `training`; then the bytes: `network_rounding`, `counting`,
`tables`, `integer_context`, `rans`, `stream`; then `measuring`, `means`, `__main__`.
"""
