"""Answers to the exercises of chapter 6 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    return (input_size + pad - kernel) // stride + 1
""",
        meant="the padding is counted on one side only",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    padded = input_size + 2 * pad
    return (padded - kernel) // stride
""",
        meant="the + 1 is forgotten: steps, not positions",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    return (input_size - kernel + 2 * pad) / stride + 1
""",
        meant="/ gives a float, with a fraction where the windows do not come out even",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    import math

    return math.ceil((input_size + 2 * pad - kernel) / stride) + 1
""",
        meant="rounds up where a window hangs over the edge",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    starts = range(-pad, input_size + pad - kernel + 1, stride)
    return len(starts)
""",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    n, h, w, _ = X.shape
    kh, kw, _, c_out = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    oh = (h + 2 * pad - kh) // stride + 1
    ow = (w + 2 * pad - kw) // stride + 1
    Z = np.zeros((n, oh, ow, c_out))
    for i in range(oh):
        for j in range(ow):
            window = P[:, i : i + kh, j : j + kw, :]
            Z[:, i, j, :] = np.tensordot(window, W, axes=([1, 2, 3], [0, 1, 2])) + b
    return Z
""",
        meant="the stride is ignored when the window is cut out",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    K = W[::-1, ::-1]
    P = np.pad(X, [(0, 0), (pad, pad), (pad, pad), (0, 0)], mode="constant")
    views = np.lib.stride_tricks.sliding_window_view(P, K.shape[:2], axis=(1, 2))
    views = views[:, ::stride, ::stride]
    return np.einsum("nijcuv,uvco->nijo", views, K) + b
""",
        meant="the kernel is flipped, as a convolution in signal processing",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    kh, kw, cin, cout = W.shape
    Xp = np.zeros((X.shape[0], X.shape[1] + 2 * pad, X.shape[2] + 2 * pad, cin))
    Xp[:, pad : pad + X.shape[1], pad : pad + X.shape[2]] = X
    H = (Xp.shape[1] - kh) // stride + 1
    V = (Xp.shape[2] - kw) // stride + 1
    out = np.zeros((len(X), H, V, cout))
    for s in range(len(X)):
        for i in range(H):
            for j in range(V):
                for o in range(cout):
                    patch = Xp[s, i * stride : i * stride + kh, j * stride : j * stride + kw]
                    out[s, i, j, o] = np.sum(patch * W[..., o])
    return out
""",
        meant="the bias is forgotten",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    n, h, w, c = X.shape
    kh, kw, _, k = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out_h = (h + pad - kh) // stride + 1
    out_w = (w + pad - kw) // stride + 1
    Z = np.zeros((n, out_h, out_w, k)) + b
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * stride, j * stride
            patch = P[:, top : top + kh, left : left + kw].reshape(n, -1)
            Z[:, i, j] += patch @ W.reshape(-1, k)
    return Z
""",
        meant="the output size counts one padding in place of two: the last windows are missing",
    ),
    Answer(
        id="6.3",
        code="""
def im2col(X, kernel, stride):
    kh, kw = kernel
    win = np.lib.stride_tricks.sliding_window_view(X, (kh, kw), axis=(1, 2))
    win = win[:, ::stride, ::stride]
    n, oh, ow, c = win.shape[:4]
    return win.reshape(n * oh * ow, c * kh * kw)
""",
        meant="the entries of a row are in the order channel, kh, kw",
    ),
    Answer(
        id="6.3",
        code="""
def im2col(X, kernel, stride):
    kh, kw = kernel
    n, h, w, c = X.shape
    rows = []
    for i in range(0, h - kh + 1, stride):
        for j in range(0, w - kw + 1, stride):
            for s in range(n):
                rows.append(X[s, i : i + kh, j : j + kw].ravel())
    return np.array(rows)
""",
        meant="the samples run fastest in the rows, since the loop over places is the outer one",
    ),
    Answer(
        id="6.3",
        code="""
def im2col(X, kernel, stride):
    kh, kw = kernel
    cols = [
        X[s, i : i + kh, j : j + kw, :].reshape(-1)
        for s in range(X.shape[0])
        for i in range(0, X.shape[1] - kh, stride)
        for j in range(0, X.shape[2] - kw, stride)
    ]
    return np.stack(cols)
""",
        meant="range stops one too early: the last row and column of windows are missing",
    ),
    Answer(
        id="6.3",
        code="""
def im2col(X, kernel, stride):
    n, h, w, c = X.shape
    a, b = kernel
    oh, ow = (h - a) // stride + 1, (w - b) // stride + 1
    out = np.empty((a * b * c, n * oh * ow))
    k = 0
    for s in range(n):
        for i in range(oh):
            for j in range(ow):
                block = X[s, i * stride : i * stride + a, j * stride : j * stride + b]
                out[:, k] = block.flatten()
                k += 1
    return out
""",
        meant="windows as columns, as MATLAB's im2col does",
    ),
    Answer(
        id="6.4",
        code="""
def conv_dW(X, dZ, kernel, stride, pad):
    kh, kw = kernel
    n, oh, ow, co = dZ.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW = np.zeros((kh, kw, X.shape[3], co))
    for i in range(oh):
        for j in range(ow):
            patch = P[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dW += np.einsum("nuvc,no->uvco", patch, dZ[:, i, j]) / n
    return dW
""",
        meant="the mean over the samples in place of the sum",
    ),
    Answer(
        id="6.4",
        code="""
def conv_dW(X, dZ, kernel, stride, pad):
    Xp = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    kh, kw = kernel
    dW = np.zeros((kh, kw, X.shape[-1], dZ.shape[-1]))
    for i, j in np.ndindex(dZ.shape[1], dZ.shape[2]):
        y, x = i * stride, j * stride
        dW = np.tensordot(Xp[:, y : y + kh, x : x + kw, :], dZ[:, i, j, :], axes=([0], [0]))
    return dW
""",
        meant="assigns in place of adding: only the last window is left",
    ),
    Answer(
        id="6.4",
        code="""
def conv_dW(X, dZ, kernel, stride, pad):
    kh, kw = kernel
    P = np.pad(X, ((0, 0), (pad + kh * stride,) * 2, (pad + kw * stride,) * 2, (0, 0)))
    P = P[:, kh * stride :, kw * stride :]
    oh, ow = dZ.shape[1:3]
    dW = np.zeros((kh, kw, X.shape[3], dZ.shape[3]))
    for u in range(kh):
        for v in range(kw):
            piece = P[:, u * stride : u * stride + oh, v * stride : v * stride + ow]
            dW[u, v] = np.einsum("nijc,nijo->co", piece, dZ)
    return dW
""",
        meant="the stride is used as the step inside the window, not between windows",
    ),
    Answer(
        id="6.4",
        code="""
def conv_dW(X, dZ, kernel, stride, pad):
    kh, kw = kernel
    n, oh, ow, co = dZ.shape
    dW = np.zeros((kh, kw, X.shape[3], co))
    for u in range(kh):
        for v in range(kw):
            for i in range(oh):
                for j in range(ow):
                    a, b = i * stride + u, j * stride + v
                    dW[u, v] += X[:, a, b, :].T @ dZ[:, i, j, :]
    return dW
""",
        meant=(
            "the padding is forgotten: windows are cut at the unpadded image (raises if "
            "they are too small)"
        ),
    ),
    Answer(
        id="6.4",
        code="""
def conv_dW(X, dZ, kernel, stride, pad):
    kh, kw = kernel
    n, h, w, c = X.shape
    dW = np.zeros((kh, kw, c, dZ.shape[3]))
    for u, v in np.ndindex(kh, kw):
        for i, j in np.ndindex(dZ.shape[1:3]):
            p, q = i * stride + u - pad, j * stride + v - pad
            if 0 <= p < h and 0 <= q < w:
                dW[u, v] += X[:, p, q].T @ dZ[:, i, j]
    return dW
""",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, c = shape
    kh, kw = W.shape[:2]
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, c))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            back = np.einsum("no,uvco->nuvc", dZ[:, i, j], W)
            dP[:, i * stride : i * stride + kh, j * stride : j * stride + kw] = back
    return dP[:, pad : pad + h, pad : pad + w]
""",
        meant="assigns where windows overlap, in place of adding",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, c = shape
    kh, kw, _, co = W.shape
    dX = np.zeros((n, h + 2 * pad, w + 2 * pad, c))
    for i, j in np.ndindex(*dZ.shape[1:3]):
        flat = dZ[:, i, j] @ W.reshape(-1, co).T
        a, b = i * stride, j * stride
        dX[:, a : a + kh, b : b + kw] += flat.reshape(n, kh, kw, c)
    return dX
""",
        meant="the padding is not cut off: the result is as large as the padded image",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, c = shape
    kh, kw = W.shape[0], W.shape[1]
    full = np.zeros((n, h + 2 * pad, w + 2 * pad, c))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            y, x = i * stride, j * stride
            full[:, y : y + kh, x : x + kw, :] += np.tensordot(dZ[:, i, j], W, (1, 3))
    return full[:, pad:-pad, pad:-pad, :]
""",
        meant="dX[:, pad:-pad] is empty for pad = 0",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, c = shape
    kh, kw, ci, co = W.shape
    Wr = np.rot90(W, 2, axes=(0, 1))
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, ci))
    for u in range(kh):
        for v in range(kw):
            for i in range(dZ.shape[1]):
                for j in range(dZ.shape[2]):
                    dP[:, i * stride + u, j * stride + v] += dZ[:, i, j] @ Wr[u, v].T
    return dP[:, pad : h + pad, pad : w + pad]
""",
        meant="the kernel is rotated by 180 degrees although the loop scatters",
    ),
    Answer(
        id="6.6",
        code="""
def col2im(rows, shape, kernel, stride):
    n, h, w, c = shape
    kh, kw = kernel
    X = np.zeros(shape)
    k = 0
    for s in range(n):
        for i in range(0, h - kh + 1, stride):
            for j in range(0, w - kw + 1, stride):
                X[s, i : i + kh, j : j + kw] = rows[k].reshape(kh, kw, c)
                k += 1
    return X
""",
        meant="an entry replaces what overlapping windows gave before",
    ),
    Answer(
        id="6.6",
        code="""
def col2im(rows, shape, kernel, stride):
    n, h, w, c = shape
    kh, kw = kernel
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    R = rows.reshape(n, oh, ow, kh, kw, c)
    total, count = np.zeros(shape), np.zeros(shape)
    for i in range(oh):
        for j in range(ow):
            sl = np.s_[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            total[sl] += R[:, i, j]
            count[sl] += 1
    return total / np.maximum(count, 1)
""",
        meant="divides by the number of windows over each pixel: the inverse, not the adjoint",
    ),
    Answer(
        id="6.6",
        code="""
def col2im(rows, shape, kernel, stride):
    n, h, w, c = shape
    kh, kw = kernel
    out_h = 1 + (h - kh) // stride
    out_w = 1 + (w - kw) // stride
    R = rows.reshape(n, out_h, out_w, c, kh, kw)
    X = np.zeros(shape)
    for u in range(kh):
        for v in range(kw):
            X[:, u : u + out_h * stride : stride, v : v + out_w * stride : stride] += R[..., u, v]
    return X
""",
        meant="the rows are reshaped with the channel before the kernel",
    ),
    Answer(
        id="6.6",
        code="""
def col2im(rows, shape, kernel, stride):
    n, h, w, c = shape
    kh, kw = kernel
    where = np.arange(n * h * w * c).reshape(shape)
    index = []
    for s in range(n):
        for i in range(0, h - kh + 1, stride):
            for j in range(0, w - kw + 1, stride):
                index.append(where[s, i : i + kh, j : j + kw].ravel())
    flat = np.zeros(n * h * w * c)
    flat[np.array(index)] += rows
    return flat.reshape(shape)
""",
        meant="fancy-index += adds a repeated pixel only once",
    ),
    Answer(
        id="6.7",
        code="""
def max_pool(X, kernel, stride, pad):
    kh, kw = kernel
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    oh = (P.shape[1] - kh) // stride + 1
    ow = (P.shape[2] - kw) // stride + 1
    Z = np.zeros((X.shape[0], oh, ow, X.shape[3]))
    for i in range(oh):
        for j in range(ow):
            window = P[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            Z[:, i, j] = window.max(axis=(1, 2))
    return Z
""",
        meant="the padding is zero, so it wins over negative pixels",
    ),
    Answer(
        id="6.7",
        code="""
def max_pool(X, kernel, stride, pad):
    kh, kw = kernel
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=-np.inf)
    n, h, w, c = P.shape
    oh, ow = (h - kh) // kh + 1, (w - kw) // kw + 1
    P = P[:, : oh * kh, : ow * kw]
    return P.reshape(n, oh, kh, ow, kw, c).max(axis=(2, 4))
""",
        meant="the stride is taken to be the kernel, as PyTorch does by default",
    ),
    Answer(
        id="6.7",
        code="""
def max_pool(X, kernel, stride, pad):
    kh, kw = kernel
    Xp = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=-np.inf)
    oh = (X.shape[1] + 2 * pad - kh) // stride + 1
    ow = (X.shape[2] + 2 * pad - kw) // stride + 1
    out = np.empty((len(X), oh, ow, X.shape[-1]))
    for s in range(len(X)):
        for i in range(oh):
            for j in range(ow):
                top, left = i * stride, j * stride
                out[s, i, j, :] = np.max(Xp[s, top : top + kh, left : left + kw, :])
    return out
""",
        meant="the maximum over all channels together",
    ),
    Answer(
        id="6.7",
        code="""
def max_pool(X, kernel, stride, pad):
    kh, kw = kernel
    n, h, w, c = X.shape
    oh = (h + 2 * pad - kh) // stride + 1
    ow = (w + 2 * pad - kw) // stride + 1
    Z = np.zeros((n, oh, ow, c))
    for i in range(oh):
        for j in range(ow):
            for u in range(kh):
                for v in range(kw):
                    p, q = i * stride + u - pad, j * stride + v - pad
                    if 0 <= p < h and 0 <= q < w:
                        Z[:, i, j] = np.maximum(Z[:, i, j], X[:, p, q])
    return Z
""",
        meant="the running maximum starts at zero: nothing below zero comes out",
    ),
    Answer(
        id="6.7",
        code="""
def max_pool(X, kernel, stride, pad):
    low = np.full((len(X), X.shape[1] + 2 * pad, X.shape[2] + 2 * pad, X.shape[3]), -np.inf)
    low[:, pad : pad + X.shape[1], pad : pad + X.shape[2]] = X
    windows = np.lib.stride_tricks.sliding_window_view(low, kernel, axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(-1, -2))
""",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            s = np.s_[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            mask = X[s] == X[s].max(axis=(1, 2), keepdims=True)
            dX[s] += mask * dZ[:, i, j][:, None, None]
    return dX
""",
        meant=(
            "every pixel that equals the maximum gets the whole gradient: ties count more than once"
        ),
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    n, oh, ow, c = dZ.shape
    dX = np.zeros(X.shape)
    for s in range(n):
        for i in range(oh):
            for j in range(ow):
                for ch in range(c):
                    y, x = i * stride, j * stride
                    win = X[s, y : y + kh, x : x + kw, ch]
                    u, v = np.unravel_index(win.argmax(), win.shape)
                    dX[s, y + u, x + v, ch] = dZ[s, i, j, ch]
    return dX
""",
        meant="= where windows overlap",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros(X.shape)
    for s, i, j in np.ndindex(dZ.shape[:3]):
        a, b = i * stride, j * stride
        window = X[s, a : a + kh, b : b + kw]
        u, v, ch = np.unravel_index(np.argmax(window), window.shape)
        dX[s, a + u, b + v, ch] += dZ[s, i, j].sum()
    return dX
""",
        meant="argmax over the whole window, channels too: one channel per window gets all",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for s, i, j, c in np.ndindex(dZ.shape):
        best, where = -np.inf, (0, 0)
        for p in range(i * stride, i * stride + kh):
            for q in range(j * stride, j * stride + kw):
                if X[s, p, q, c] >= best:
                    best, where = X[s, p, q, c], (p, q)
        dX[s, where[0], where[1], c] += dZ[s, i, j, c]
    return dX
""",
        meant="the last of equal maxima wins, since >= replaces the best",
    ),
    Answer(
        id="6.9",
        code="""
def average_pool_backward(dZ, shape, kernel, stride, pad):
    n, h, w, c = shape
    kh, kw = kernel
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, c))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            y, x = i * stride, j * stride
            dP[:, y : y + kh, x : x + kw] += dZ[:, i : i + 1, j : j + 1] / (kh * kw)
    return dP[:, pad : pad + h, pad : pad + w]
""",
        meant="each window divides by kh kw, although part of it is padding",
    ),
    Answer(
        id="6.9",
        code="""
def average_pool_backward(dZ, shape, kernel, stride, pad):
    n, h, w, c = shape
    dX = np.zeros(shape)
    for i in range(dZ.shape[1]):
        r0, r1 = max(i * stride - pad, 0), min(i * stride - pad + kernel[0], h)
        for j in range(dZ.shape[2]):
            c0, c1 = max(j * stride - pad, 0), min(j * stride - pad + kernel[1], w)
            dX[:, r0:r1, c0:c1, :] += dZ[:, i, j, :].reshape(n, 1, 1, c)
    return dX
""",
        meant="no division at all: the gradient of sum pooling",
    ),
    Answer(
        id="6.9",
        code="""
def average_pool_backward(dZ, shape, kernel, stride, pad):
    kh, kw = kernel
    dX = np.zeros(shape)
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            p, q = i * stride - pad, j * stride - pad
            block = dX[:, p : p + kh, q : q + kw]
            block += dZ[:, i, j][:, None, None] / max(block.shape[1] * block.shape[2], 1)
    return dX
""",
        meant=(
            "a negative start of the slice counts from the end of the image (and its mean is empty)"
        ),
    ),
    Answer(
        id="6.9",
        code="""
def average_pool_backward(dZ, shape, kernel, stride, pad):
    n, h, w, c = shape
    kh, kw = kernel
    total = np.zeros((n, h + 2 * pad, w + 2 * pad, c))
    count = np.zeros((1, h + 2 * pad, w + 2 * pad, 1))
    for i, j in np.ndindex(dZ.shape[1:3]):
        s = np.s_[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
        total[s] += dZ[:, i, j][:, None, None]
        count[s] += 1
    dX = total / np.maximum(count, 1)
    return dX[:, pad : pad + h, pad : pad + w]
""",
        meant="the count is that of windows over each pixel, not of pixels in each window",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    return 1 + sum(k - 1 for k in kernels)
""",
        meant="the strides are ignored",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    r, jump = 1, 1
    for k, s in zip(kernels, strides):
        jump *= s
        r += (k - 1) * jump
    return r
""",
        meant="a layer's own stride is multiplied in before its kernel is counted",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    r = 0
    jump = 1
    for layer in range(len(kernels)):
        r = r + (kernels[layer] - 1) * jump
        jump = jump * strides[layer]
    return r
""",
        meant="starts at 0 in place of 1",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    field = 1
    for k, s in zip(kernels, strides):
        field = (field - 1) * s + k
    return field
""",
        meant="goes back from the output, but in the order of the first layer first",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    if len(kernels) == 0:
        return 1
    # what one unit of layer 1 sees, and how far its neighbours are away
    return (receptive_field(kernels[1:], strides[1:]) - 1) * strides[0] + kernels[0]
""",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    total = 0
    for shape in list(kernel_shapes) + list(dense_shapes):
        total += int(np.prod(shape))
    return total
""",
        meant="the biases are forgotten",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    conv = sum(kh * kw * ci * co + 1 for kh, kw, ci, co in kernel_shapes)
    dense = sum(i * o + 1 for i, o in dense_shapes)
    return conv + dense
""",
        meant="one bias per layer in place of one per output",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    count = 0
    for kh, kw, c_in, c_out in kernel_shapes:
        count += c_in * (kh * kw * c_out + 1)
    for n_in, n_out in dense_shapes:
        count += n_in * (n_out + 1)
    return count
""",
        meant=(
            "convolutions are given biases for the input channels, and dense layers for "
            "their inputs"
        ),
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    total = 0
    for s in kernel_shapes:
        total += (s[0] * s[1] + 1) * s[3]
    for s in dense_shapes:
        total += (s[0] + 1) * s[1]
    return total
""",
        meant="the input channels are left out of the kernels",
    ),
    Answer(
        id="6.12",
        code="""
def pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i, j in np.ndindex(dZ.shape[1:3]):
        p, q = i * stride, j * stride
        dX[:, p : p + kh, q : q + kw] += dZ[:, i : i + 1, j : j + 1]
    return dX
""",
        meant="+= is there, and the share of the mean is lost",
    ),
    Answer(
        id="6.12",
        code="""
def pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i, j in np.ndindex(dZ.shape[1:3]):
        p, q = i * kh, j * kw
        share = dZ[:, i : i + 1, j : j + 1] / (kh * kw)
        dX[:, p : p + kh, q : q + kw] = share
    return dX
""",
        meant="the stride is forced to the kernel, so that nothing overlaps",
    ),
    Answer(
        id="6.12",
        code="""
def pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i, j in np.ndindex(dZ.shape[1:3]):
        p, q = i * stride, j * stride
        share = dZ[:, i : i + 1, j : j + 1] / (kh * kw)
        dX[:, p : p + kh, q : q + kw] = share
    return dX * (dZ.sum() / dX.sum())
""",
        meant="the rest is made up for by scaling dX to the sum of dZ",
    ),
    Answer(
        id="6.12",
        code="""
def pool_backward(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            rows = slice(i * stride, i * stride + kh)
            cols = slice(j * stride, j * stride + kw)
            share = dZ[:, i : i + 1, j : j + 1]
            dX[:, rows, cols] = np.maximum(dX[:, rows, cols], share / (kh * kw))
    return dX
""",
        meant="the larger of the two shares stays",
    ),
    Answer(
        id="6.13",
        code="""
def conv_backward(X, W, dZ):
    kh, kw = W.shape[:2]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        rows, columns = slice(i, i + kh), slice(j, j + kw)
        window, dz = X[:, rows, columns], dZ[:, i, j]
        dW += np.einsum("nuvc,no->uvco", window, dz)
        dX[:, rows, columns] += dz.sum(axis=1)[:, None, None, None] * W.sum(axis=3)
    return dX, dW
""",
        meant="W comes in summed over its outputs, so dz and W are not matched channel by channel",
    ),
    Answer(
        id="6.13",
        code="""
def conv_backward(X, W, dZ):
    kh, kw = W.shape[:2]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    F = W[::-1, ::-1]
    for i, j in np.ndindex(dZ.shape[1:3]):
        window, dz = X[:, i : i + kh, j : j + kw], dZ[:, i, j]
        dW += np.einsum("nuvc,no->uvco", window, dz)
        dX[:, i : i + kh, j : j + kw] += np.einsum("no,uvco->nuvc", dz, F)
    return dX, dW
""",
        meant="the kernel is flipped as well",
    ),
    Answer(
        id="6.13",
        code="""
def conv_backward(X, W, dZ):
    kh, kw = W.shape[:2]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        rows, columns = slice(i, i + kh), slice(j, j + kw)
        window, dz = X[:, rows, columns], dZ[:, i, j]
        dW += np.einsum("nuvc,no->uvco", window, dz)
        dX[:, rows, columns] = np.tensordot(dz, W, axes=(1, 3))
    return dX, dW
""",
        meant="the product is right, and = forgets the windows before",
    ),
    Answer(
        id="6.13",
        code="""
def conv_backward(X, W, dZ):
    kh, kw = W.shape[:2]
    views = np.lib.stride_tricks.sliding_window_view(X, (kh, kw), axis=(1, 2))
    dW = np.einsum("nijcuv,nijo->uvco", views, dZ)
    # dX: correlate the padded dZ with the turned kernel, channels swapped
    P = np.pad(dZ, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    views = np.lib.stride_tricks.sliding_window_view(P, (kh, kw), axis=(1, 2))
    dX = np.einsum("nijouv,uvco->nijc", views, W[::-1, ::-1])
    return dX, dW
""",
    ),
    Answer(
        id="6.15",
        code="""
def brightest_nearby(X):
    border = ((0, 0), (1, 1), (1, 1), (0, 0))
    P = np.pad(X, border, constant_values=-1)
    Z = np.full_like(X, -np.inf)
    for u, v in np.ndindex(3, 3):
        h, w = X.shape[1:3]
        Z = np.maximum(Z, P[:, u : u + h, v : v + w])
    return Z
""",
        meant="the frame is filled with the -1 of the example, whatever the pixels are",
    ),
    Answer(
        id="6.15",
        code="""
def brightest_nearby(X):
    h, w = X.shape[1] - 2, X.shape[2] - 2
    Z = np.full((X.shape[0], h, w, X.shape[3]), -np.inf)
    for u, v in np.ndindex(3, 3):
        Z = np.maximum(Z, X[:, u : u + h, v : v + w])
    return Z
""",
        meant="the border is not computed any more: the image is smaller",
    ),
    Answer(
        id="6.15",
        code="""
def brightest_nearby(X):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    Z = np.full_like(X, -np.inf)
    h, w = X.shape[1:3]
    for u, v in np.ndindex(3, 3):
        Z = np.maximum(Z, P[:, u : u + h, v : v + w])
    return Z
""",
        meant="a wrapped border: the other side of the image shows",
    ),
    Answer(
        id="6.15",
        code="""
def brightest_nearby(X):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    h, w = X.shape[1:3]
    shifted = [P[:, u : u + h, v : v + w] for u in range(2) for v in range(2)]
    return np.max(shifted, axis=0)
""",
        meant=(
            "the frame is padded with -inf, but the third row and column of the window are left out"
        ),
    ),
    Answer(
        id="6.15",
        code="""
def brightest_nearby(X):
    # an edge pixel that is doubled adds nothing new to a window
    P = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    tall = np.maximum(np.maximum(P[:, :-2], P[:, 1:-1]), P[:, 2:])
    return np.maximum(np.maximum(tall[:, :, :-2], tall[:, :, 1:-1]), tall[:, :, 2:])
""",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    return (input_size - kernel + pad) // stride + 1
""",
        meant="padding counts once",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    return (input_size + 2 * pad - kernel) / stride + 1
""",
        meant="no whole number",
    ),
    Answer(
        id="6.1",
        code="""
def output_size(input_size, kernel, stride, pad):
    return int(np.ceil((input_size + 2 * pad - kernel) / stride)) + 1
""",
        meant="rounded up",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    n, h, w, C_in = X.shape
    kh, kw, _, C_out = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out_h = (h + 2 * pad - kh) // stride + 1
    out_w = (w + 2 * pad - kw) // stride + 1
    Z = np.zeros((n, out_h, out_w, C_out))
    for i in range(out_h):
        for j in range(out_w):
            window = P[:, i:i + kh, j:j + kw, :]
            for o in range(C_out):
                Z[:, i, j, o] = np.sum(window * W[:, :, :, o], axis=(1, 2, 3)) + b[0, o]
    return Z
""",
        meant="the stride is missing in the window",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    n, h, w, C_in = X.shape
    kh, kw, _, C_out = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out_h = (h + 2 * pad - kh) // stride + 1
    out_w = (w + 2 * pad - kw) // stride + 1
    Z = np.zeros((n, out_h, out_w, C_out))
    F = W[::-1, ::-1]
    for i in range(out_h):
        for j in range(out_w):
            window = P[:, i * stride:i * stride + kh, j * stride:j * stride + kw, :]
            for o in range(C_out):
                Z[:, i, j, o] = np.sum(window * F[:, :, :, o], axis=(1, 2, 3))
    return Z + b
""",
        meant="the kernel is flipped",
    ),
    Answer(
        id="6.2",
        code="""
def conv_forward(X, W, b, stride, pad):
    n, h, w, C_in = X.shape
    kh, kw, _, C_out = W.shape
    P = np.pad(X, pad)
    out_h = (h + 2 * pad - kh) // stride + 1
    out_w = (w + 2 * pad - kw) // stride + 1
    Z = np.zeros((n, out_h, out_w, C_out))
    for i in range(out_h):
        for j in range(out_w):
            window = P[:, i * stride:i * stride + kh, j * stride:j * stride + kw, :]
            for o in range(C_out):
                Z[:, i, j, o] = np.sum(window * W[:, :, :, o], axis=(1, 2, 3)) + b[0, o]
    return Z
""",
        meant="all four axes are padded",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, C_in = shape
    kh, kw, _, C_out = W.shape
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, C_in))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            r, c = i * stride, j * stride
            dP[:, r:r + kh, c:c + kw, :] += np.einsum("no,uvco->nuvc", dZ[:, i, j], W)
    return dP
""",
        meant="the border stays",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, C_in = shape
    kh, kw, _, C_out = W.shape
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, C_in))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            r, c = i * stride, j * stride
            dP[:, r:r + kh, c:c + kw, :] += np.einsum("no,uvco->nuvc", dZ[:, i, j], W)
    return dP[:, pad:-pad, pad:-pad]
""",
        meant="pad:-pad with pad 0",
    ),
    Answer(
        id="6.5",
        code="""
def conv_dX(W, dZ, shape, stride, pad):
    n, h, w, C_in = shape
    kh, kw, _, C_out = W.shape
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, C_in))
    for i in range(dZ.shape[1]):
        for j in range(dZ.shape[2]):
            r, c = i * stride, j * stride
            dP[:, r:r + kh, c:c + kw, :] += np.einsum("no,uvco->nuvc", dZ[:, i, j], W[::-1, ::-1])
    return dP[:, pad:pad + h, pad:pad + w]
""",
        meant="the kernel is flipped",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    dX = np.zeros_like(X)
    n, oh, ow, C = dZ.shape
    for i in range(oh):
        for j in range(ow):
            r, c = i * stride, j * stride
            win = X[:, r:r + kernel, c:c + kernel]
            m = win.max(axis=(1, 2), keepdims=True)
            dX[:, r:r + kernel, c:c + kernel] += (win == m) * dZ[:, i:i + 1, j:j + 1]
    return dX
""",
        meant="every maximum gets the gradient; one number for the kernel",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    dX = np.zeros_like(X)
    N, oh, ow, C = dZ.shape
    for n in range(N):
        for i in range(oh):
            for j in range(ow):
                for c in range(C):
                    win = X[n, i*stride:i*stride+kernel, j*stride:j*stride+kernel, c]
                    u, v = np.unravel_index(win.argmax(), win.shape)
                    dX[n, i*stride+u, j*stride+v, c] = dZ[n, i, j, c]
    return dX
""",
        meant="= instead of +=; one number for the kernel",
    ),
    Answer(
        id="6.8",
        code="""
def max_pool_backward(X, dZ, kernel, stride):
    dX = np.zeros_like(X)
    N, oh, ow, C = dZ.shape
    for n in range(N):
        for i in range(oh):
            for j in range(ow):
                for c in range(C):
                    win = X[n, i*stride:i*stride+kernel, j*stride:j*stride+kernel, c]
                    u, v = np.unravel_index(win.argmax(), win.shape)
                    dX[n, i + u, j + v, c] += dZ[n, i, j, c]
    return dX
""",
        meant="no stride in the scatter; one number for the kernel",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    r = 1
    for k in kernels:
        r += k - 1
    return r
""",
        meant="strides ignored",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    r, jump = 1, 1
    for k, s in zip(kernels, strides):
        jump *= s
        r += (k - 1) * jump
    return r
""",
        meant="a layer's own stride counts for itself",
    ),
    Answer(
        id="6.10",
        code="""
def receptive_field(kernels, strides):
    r = 1
    for k, s in zip(kernels, strides):
        r = (r - 1) * s + k
    return r
""",
        meant="from the last to the first with the rule for the other way",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)]
    P = np.stack(shifted, axis=-1)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.transpose(2, 0, 1, 3).reshape(-1, C_out)
""",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)]
    P = np.stack(shifted, axis=-1)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.transpose(3, 0, 1, 2).reshape(C_out, -1).T
""",
        meant="the kernel is laid out for the other order of the rows",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)]
    P = np.stack(shifted, axis=-1)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.transpose(2, 1, 0, 3).reshape(-1, C_out)
""",
        meant="the channels meet, but rows of the window meet columns of the kernel",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)]
    P = np.stack(shifted, axis=-2)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.reshape(C_out, -1).T
""",
        meant="the kernel is reshaped where it should be transposed",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)]
    P = np.stack(shifted, axis=3)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows.sum(axis=3, keepdims=True) * W.sum(axis=(0, 1, 2))
""",
        meant="sums are multiplied instead of products summed",
    ),
    Answer(
        id="6.14",
        code="""
def conv_by_product(X, W):
    kh, kw, C_in, C_out = W.shape
    Z = 0
    for u in range(kh):
        for v in range(kw):
            Z = X[:, u : X.shape[1] - kh + u, v : X.shape[2] - kw + v] @ W[u, v]
    return Z
""",
        meant="only the last place counts, and the slices are one too short",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    total = 0
    for kh, kw, cin, cout in kernel_shapes:
        total += kh * kw * cin * cout + cout
    for n_in, n_out in dense_shapes:
        total += n_in * n_out + n_in
    return total
""",
        meant="dense biases: one per input",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    total = 0
    for kh, kw, cin, cout in kernel_shapes:
        total += kh * kw * cout + cout
    for n_in, n_out in dense_shapes:
        total += n_in * n_out + n_out
    return total
""",
        meant="a kernel is counted once for all input channels",
    ),
    Answer(
        id="6.11",
        code="""
def count_parameters(kernel_shapes, dense_shapes):
    total = 0
    for shape in kernel_shapes:
        total += np.prod(shape) + 1
    for shape in dense_shapes:
        total += np.prod(shape) + 1
    return int(total)
""",
        meant="one bias for each layer",
    ),
]
