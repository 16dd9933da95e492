"""Soft rounding: a smooth step function that hardens while a fit goes on."""

import tensorflow as tf


def soft_round_twice(
    values: tf.Tensor, noise: tf.Tensor, temperature: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return values that are softly rounded, with noise and rounded again; and derivatives.

    The noise stands for the error of hard rounding (Agustsson and Theis 2020,
    arXiv:2006.09952, section 4.1).
    """
    once, slope = soft_round(values, temperature)
    twice, steepness = soft_round(once + noise, temperature)
    return twice, slope * steepness


def soft_round(values: tf.Tensor, temperature: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return softly rounded values and their derivatives.

    They become those of rounding at temperature 0, and the values themselves at infinity.
    """
    scale = 0.5 / tf.tanh(0.5 / temperature)
    floor = tf.floor(values)
    bend = tf.tanh((values - floor - 0.5) / temperature)
    return floor + 0.5 + scale * bend, scale * (1 - bend * bend) / temperature
