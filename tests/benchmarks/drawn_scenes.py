"""Scenes with little to hold on to: skies, gradients, hills in haze, plain paper."""

import cv2
import numpy as np
from drawing import Dice
from numpy.typing import NDArray
from PIL import Image

Values = NDArray[np.float64]


def _noise(d: Dice) -> np.random.Generator:
    return np.random.default_rng(d.own.getrandbits(32))


def _picture(values: Values, tint: tuple[float, float, float] = (1, 1, 1)) -> Image.Image:
    return Image.fromarray((values[..., None] * np.array(tint)).clip(0, 255).astype(np.uint8))


def gradient(d: Dice) -> Image.Image:
    noise = _noise(d)
    y, x = np.mgrid[0:300, 0:450] / 300
    if d.own.random() < 0.3:
        values = np.hypot(x - d.own.uniform(0, 1.5), y - d.own.uniform(0, 1))
    else:
        across, down, both = noise.uniform(-1, 1, 3)
        values = across * x + down * y + both * x * y
    values = (values - values.min()) / np.ptp(values) * noise.uniform(60, 255)
    grain = d.own.choice([0, 0.5, 1.5])
    tint = 1, d.own.uniform(0.6, 1), d.own.uniform(0.5, 1)
    return _picture(values + noise.normal(0, 1, values.shape) * grain, tint)


def night_sky(d: Dice) -> Image.Image:
    noise = _noise(d)
    values = noise.normal(8, d.own.choice([1, 3]), (400, 600))
    for _ in range(d.own.randint(20, 200)):
        y, x = d.own.randint(2, 396), d.own.randint(2, 596)
        size = d.own.choice([1, 1, 2])
        values[y : y + size, x : x + size] += d.own.randint(50, 240)
    if d.own.random() < 0.3:
        # A milky way: a broad faint band.
        y, x = np.mgrid[0:400, 0:600]
        values += 18 * np.exp(-(((y - 200) - (x - 300) * d.own.uniform(-1, 1)) ** 2) / 8000)
    return _picture(cv2.GaussianBlur(values, (0, 0), 0.7), (0.9, 0.95, 1))


def sunset(d: Dice) -> Image.Image:
    noise = _noise(d)
    y, x = np.mgrid[0:360, 0:540]
    horizon, sun, rise = d.own.randint(140, 270), d.own.randint(60, 480), d.own.randint(0, 90)
    sky = 200 - (horizon - y) * noise.uniform(0.3, 0.9)
    ripples = cv2.GaussianBlur(noise.normal(0, 60, y.shape), (0, 0), sigmaX=9, sigmaY=1.5)
    values = np.where(y < horizon, sky, 45 + ripples)
    values += 120 * np.exp(-((x - sun) ** 2 + (y - horizon + rise) ** 2) / d.own.choice([300, 600, 1500]))
    return _picture(values + noise.normal(0, 2, y.shape), (1, 0.75, 0.5))


def clouds(d: Dice) -> Image.Image:
    noise = _noise(d)
    values = sum(
        cv2.GaussianBlur(noise.normal(0, 1, (360, 540)), (0, 0), sigma) * sigma * weight
        for sigma, weight in ((d.own.choice([25, 40, 60]), 1.0), (8, d.own.choice([0, 0.3, 0.6])))
    )
    values = (values - values.min()) / np.ptp(values) * d.own.uniform(40, 90) + 130
    return _picture(values + noise.normal(0, 1.5, values.shape), (0.85, 0.93, 1))


def blank(d: Dice) -> Image.Image:
    """One tone: clean, or scanned paper with noise, shading and a speck or two. No two of one size."""
    noise = _noise(d)
    shape = (300 + d.number, 300 + 2 * d.number % 97)
    tone, grain = d.own.choice([0, 40, 128, 250, 255]), d.own.choice([0, 1, 2])
    values = tone + noise.normal(0, 1, shape) * grain
    if d.own.random() < 0.4:
        values = values - np.linspace(0, d.own.uniform(5, 25), shape[1])
    for _ in range(d.own.choice([0, 0, 1, 3])):
        y, x = d.own.randint(5, 280), d.own.randint(5, 280)
        values[y : y + 3, x : x + 3] -= 60
    return _picture(values)


def dunes(d: Dice) -> Image.Image:
    """Two or three plain layers with a soft ridge between them, as hills in haze or desert."""
    noise = _noise(d)
    values = np.linspace(235, 200, 360)[:, None] + np.zeros((360, 540))
    y = np.arange(360)[:, None]
    for layer in range(d.own.randint(2, 4)):
        ridge = np.cumsum(cv2.GaussianBlur(noise.normal(0, 14, (1, 540)), (0, 0), 14), axis=1) * 0.6
        ridge += 110 + layer * 65 + d.own.randint(-20, 20) - ridge.mean()
        values = np.where(y > ridge, 190 - layer * 42 + (y - ridge) * 0.08, values)
    return _picture(cv2.GaussianBlur(values, (0, 0), 1.2) + noise.normal(0, 1.5, values.shape), (1, 0.92, 0.82))
