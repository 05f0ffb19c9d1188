"""Several predictions made one: a weighted product, its weights learned as the text goes on.

p(c) is proportional to exp(sum over i of w_i ln p_i(c)). The gradient of -ln p(actual) by w_i is
what the mixture expects of ln p_i less what it was: E[ln p_i] - ln p_i(actual), and the loss is
convex in the weights. This is the mixing of PAQ (Mahoney 2005; Mattern 2013, arXiv:1302.2723) over
whole alphabets. Weights that do not sum to one sharpen or flatten, so the fit calibrates as well.

Two sets of weights add up, each chosen by something known beforehand.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]
Predictions = npt.NDArray[np.float32]
LogProbabilities = npt.NDArray[np.float32]


class Mixer:
    """Weights for a number of sources, chosen by two small numbers, that learn."""

    def __init__(self, start: npt.ArrayLike, rows: int, rate: float) -> None:
        """Begin with the weights `start` (rows, sources), a row for each value of the first number.

        The second has `rows` values, and nothing to add to begin with.
        """
        first = np.array(start, dtype=np.float32)
        self._rate = np.float32(rate)
        self.weights: tuple[Weights, Weights] = (
            first,
            np.zeros((rows, first.shape[1]), dtype=np.float32),
        )
        """Two arrays (rows, sources)."""

    def mix(self, predictions: Predictions, rows: tuple[int, int]) -> LogProbabilities:
        """The mixture (V,) of log-probabilities (sources, V)."""
        mixed: LogProbabilities = self.weighed(rows).dot(predictions)
        mixed -= np.maximum.reduce(mixed)
        mixed -= np.log(np.add.reduce(np.exp(mixed)))
        return mixed

    def weighed(self, rows: tuple[int, int]) -> Weights:
        """What each source weighs where these rows count, (sources,)."""
        first, second = self.weights
        weights: Weights = first[rows[0]] + second[rows[1]]
        return weights

    def learn(
        self,
        predictions: Predictions,
        rows: tuple[int, int],
        mixed: LogProbabilities,
        symbol: int,
    ) -> None:
        """Take one step towards what would have been better, given what `mix` made of it."""
        step = predictions.dot(np.exp(mixed))
        step -= predictions[:, symbol]
        step *= self._rate
        for weights, row in zip(self.weights, rows, strict=True):
            weights[row] -= step

    def tensors(self) -> dict[str, Weights]:
        """What has been learned, by name."""
        return {f"mixer.{index}": weights for index, weights in enumerate(self.weights)}

    def restore(self, tensors: Mapping[str, Weights]) -> None:
        """Go on from what `tensors` gave."""
        self.weights = (tensors["mixer.0"].copy(), tensors["mixer.1"].copy())
