"""The direct solution of Poisson image editing, as the paper writes it.

Perez, Gangnet and Blake (2003, doi 10.1145/882262.882269), equation 7, solved exactly.
"""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from siren_cli.pictures.picture import Pixels


def poisson_solution(
    background: Pixels, foreground: Pixels, region: "np.ndarray", *, is_mixed: bool = False
) -> Pixels:
    """Return the blended picture, shape (height, width, channels).

    For each pixel p of the region, the sum over its neighbors q in the picture is

        sum_q (f_p - f_q) = sum_q v_pq,   f_q = background_q outside of the region

    Args:
        background: Pixels of shape (height, width, channels).
        foreground: Those of the foreground in their places, at the region and around it.
        region: Which pixels are solved for, shape (height, width).
        is_mixed: Whether v_pq is the stronger difference of both (equation 13).
    """
    places = np.argwhere(region)
    numbers = {tuple(place): number for number, place in enumerate(places)}
    entries: dict[tuple[int, int], float] = {}
    right = np.zeros((len(places), background.shape[2]))
    for number, (y, x) in enumerate(places):
        for q in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if not (0 <= q[0] < region.shape[0] and 0 <= q[1] < region.shape[1]):
                continue
            own, theirs = foreground[y, x] - foreground[q], background[y, x] - background[q]
            right[number] += np.where(is_mixed & (abs(theirs) > abs(own)), theirs, own)
            entries[number, number] = entries.get((number, number), 0.0) + 1.0
            if q in numbers:
                entries[number, numbers[q]] = -1.0
            else:
                right[number] += background[q]
    rows, columns = np.array(list(entries)).T
    matrix = csr_matrix((list(entries.values()), (rows, columns)))
    result = background.astype(np.float64)
    result[region] = spsolve(matrix.tocsc(), right).reshape(right.shape)
    return result
