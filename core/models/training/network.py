"""The tagger's shape, and its forward pass for training."""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

SLOTS, ROWS, WIDTH = 13, 24_576, 32
CHANNELS, KERNEL, DILATIONS = 96, 5, (1, 1, 2, 3, 1)
HALO = sum(d * (KERNEL // 2) for d in DILATIONS)
WINDOW = 256
LABELS = 39  # outside, then begin and continue of 19 categories by their numbers


def init(seed):
    rng = np.random.default_rng(seed)
    normal = lambda scale, *shape: jnp.asarray(rng.normal(0, scale, shape), jnp.float32)
    params = {"table": normal(0.1, ROWS, WIDTH), "in_w": normal((SLOTS * WIDTH) ** -0.5 * 3, SLOTS * WIDTH, CHANNELS), "in_b": jnp.zeros(CHANNELS)}
    for i, _ in enumerate(DILATIONS):
        taps = rng.normal(0, 0.3, (KERNEL, CHANNELS))
        taps[KERNEL // 2] += 0.5
        params[f"dw{i}"] = jnp.asarray(taps, jnp.float32)
        params[f"db{i}"] = jnp.zeros(CHANNELS)
        params[f"pw{i}"] = normal(CHANNELS**-0.5, CHANNELS, CHANNELS)
        params[f"pb{i}"] = jnp.zeros(CHANNELS)
    params["out_w"] = normal(0.05, CHANNELS, LABELS)
    params["out_b"] = jnp.zeros(LABELS)
    return params


# Gradients by hand: XLA on a CPU recomputes its inputs inside fused reductions unless a barrier stops it, and sums over
# rows several times faster as a product with ones.
@jax.custom_vjp
def affine(x, w, b):
    return x @ w + b


def _affine_backward(saved, g):
    x, w = saved
    g = jax.lax.optimization_barrier(g)
    return g @ w.T, x.T @ g, (jnp.ones((1, g.shape[0])) @ g)[0]


affine.defvjp(lambda x, w, b: (affine(x, w, b), (x, w)), _affine_backward)


def _shifts(x, dilation):
    reach, words = dilation * (KERNEL // 2), x.shape[1]
    padded = jnp.pad(x, ((0, 0), (reach, reach), (0, 0)))
    return [padded[:, k * dilation : k * dilation + words] for k in range(KERNEL)]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def depthwise(dilation, x, w, b):
    return b + sum(s * w[k] for k, s in enumerate(_shifts(x, dilation)))


def _depthwise_backward(dilation, saved, g):
    x, w = saved
    g = jax.lax.optimization_barrier(g)
    ones = jnp.ones((1, g.shape[0] * g.shape[1]))
    gx = sum(s * w[KERNEL - 1 - k] for k, s in enumerate(_shifts(g, dilation)))
    gw = jnp.concatenate([ones @ (g * s).reshape(-1, CHANNELS) for s in _shifts(x, dilation)])
    return gx, gw, (ones @ g.reshape(-1, CHANNELS))[0]


depthwise.defvjp(lambda d, x, w, b: (depthwise(d, x, w, b), (x, w)), _depthwise_backward)


def forward(params, ids):
    """Logits of windows of words: ids [batch, words, slots]. Beyond the ends of a note, where ids are 0, is nothing."""
    batch, words, _ = ids.shape
    inside = (ids[..., 0] != 0).astype(jnp.float32).reshape(batch * words, 1)
    x = params["table"][ids].reshape(batch * words, SLOTS * WIDTH)
    x = jax.nn.relu(affine(x, params["in_w"], params["in_b"])) * inside
    for i, dilation in enumerate(DILATIONS):
        y = depthwise(dilation, x.reshape(batch, words, CHANNELS), params[f"dw{i}"], params[f"db{i}"])
        x = x + jax.nn.relu(affine(y.reshape(batch * words, CHANNELS), params[f"pw{i}"], params[f"pb{i}"])) * inside
    return affine(x, params["out_w"], params["out_b"]).reshape(batch, words, LABELS)
