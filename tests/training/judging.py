"""How well does a table imitate its teacher? Cosines of the one against cosines of the other, on
held-out sentences.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """Correlations of the student's cosines with the teacher's, 1 is best; `found` is a share.

    `random`: over all pairs of sentences. `mixed`: over each sentence's five nearest by the
    teacher, with as many random pairs. `found`: how often the teacher's nearest is among the
    student's five nearest.
    """

    pearson_random: float
    spearman_random: float
    pearson_mixed: float
    spearman_mixed: float
    found: float

    def __str__(self) -> str:
        """One line of figures."""
        return (
            f"random pairs r {self.pearson_random:.3f} rho {self.spearman_random:.3f}; near and "
            f"random pairs r {self.pearson_mixed:.3f} rho {self.spearman_mixed:.3f}; nearest "
            f"found {self.found:.3f}"
        )


def likeness(student: Floats, teacher: Floats) -> Likeness:
    """The figures of two sets of vectors (length 1) of the same sentences."""
    from scipy.stats import spearmanr

    own, given = student @ student.T, teacher @ teacher.T
    random = np.triu_indices(len(given), 1)
    others = ~np.eye(len(given), dtype=bool)
    order = np.argsort(np.where(others, -given, np.inf), axis=1, kind="stable")[:, :NEAREST]
    near = np.unique(
        np.sort(np.stack([np.repeat(np.arange(len(given)), NEAREST), order.ravel()]), axis=0),
        axis=1,
    )
    some = np.random.default_rng(0).choice(len(random[0]), near.shape[1], replace=False)
    mixed = tuple(np.concatenate([near[i], random[i][some]]) for i in range(2))
    ours = np.argsort(np.where(others, -own, np.inf), axis=1, kind="stable")[:, :NEAREST]
    return Likeness(
        float(np.corrcoef(own[random], given[random])[0, 1]),
        float(spearmanr(own[random], given[random]).statistic),
        float(np.corrcoef(own[mixed], given[mixed])[0, 1]),
        float(spearmanr(own[mixed], given[mixed]).statistic),
        float((ours == order[:, :1]).any(axis=1).mean()),
    )
