"""How close two pictures are: PSNR, SSIM and MS-SSIM.

Imports: `system`, `pictures`.
"""
