"""The same in PyTorch: what the lessons show beside nnlib's lines, and what `record` runs.

PyTorch is no part of the book's environment. Without it this module is there to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:  # the lessons print what `record` wrote down
    pass

Array = np.ndarray


# Lesson 1 ---------------------------------------------------------------------------------------


def mlp() -> nn.Sequential:
    """Return the 2-3-2 network."""
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))


def cnn(channels: tuple[int, int] = (8, 8), hidden: Sequence[int] = (32, 32)) -> nn.Sequential:
    """Return the network for the digits, images (n, 1, 8, 8)."""
    first, second = channels
    widths = [16 * second, *hidden]  # 4 by 4 pixels are left
    dense = [(nn.Linear(d, k), nn.ReLU()) for d, k in pairwise(widths)]
    return nn.Sequential(
        nn.Conv2d(1, first, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding="same"),
        nn.ReLU(),
        nn.Flatten(),
        *(part for pair in dense for part in pair),
        nn.Linear(widths[-1], 10),
    )


def fill(model: nn.Module, parameters: Sequence[tuple[Array, Array]]) -> None:
    """Copy weights and biases, in PyTorch's layout, into the layers that have some."""
    layers = [layer for layer in model if hasattr(layer, "weight")]
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, parameters, strict=True):
            layer.weight.copy_(torch.tensor(weight))
            layer.bias.copy_(torch.tensor(bias))


def arrays(model: nn.Module, X: Array, y: Array) -> Iterator[tuple[str, Array]]:
    """Yield outputs, loss and gradients by name, in PyTorch's layout."""
    x, labels = torch.tensor(X, requires_grad=True), torch.tensor(y)
    z = model(x)
    loss = F.cross_entropy(z, labels)
    loss.backward()
    yield "outputs", z.detach().numpy()
    yield "loss", loss.detach().numpy()
    yield "dX", x.grad.numpy()
    for i, layer in enumerate([part for part in model if hasattr(part, "weight")], 1):
        yield f"dW{i}", layer.weight.grad.numpy()
        yield f"db{i}", layer.bias.grad.numpy()


def without_kinks(model: nn.Sequential) -> nn.Sequential:
    """Return the model with tanh for each ReLU, and averages for the maxima."""
    smooth = {nn.ReLU: nn.Tanh(), nn.MaxPool2d: nn.AvgPool2d(2)}
    return nn.Sequential(*(smooth.get(type(part), part) for part in model))


def step(model: nn.Module, optimizer: Any, x: Array, y: Array) -> None:
    """Take one step on a batch (n, C, h, w)."""
    optimizer.zero_grad()
    F.cross_entropy(model(torch.tensor(x)), torch.tensor(y)).backward()
    optimizer.step()


# Lesson 2 ---------------------------------------------------------------------------------------


def leaves(X: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> list[torch.Tensor]:
    """Return the data as it is, and the parameters as leaves whose gradient is wanted."""
    return [torch.tensor(X), *(torch.tensor(W, requires_grad=True) for W in (W1, b1, W2, b2))]


def loss_of(
    X: torch.Tensor,
    y: Array,
    W1: torch.Tensor,
    b1: torch.Tensor,
    W2: torch.Tensor,
    b2: torch.Tensor,
) -> torch.Tensor:
    """Return the mean cross-entropy of two layers, written with the operations of the tape."""
    z = torch.relu(X @ W1 + b1) @ W2 + b2
    right = torch.tensor(np.eye(z.shape[1])[y])
    losses = z.exp().sum(1, keepdim=True).log() + (z * -right).sum(1, keepdim=True)
    return losses.sum() * (1 / len(y))


def nodes(loss: torch.Tensor) -> Iterator[str]:
    """Yield the names of what autograd recorded, from the loss back, each node once."""
    waiting, seen = [loss.grad_fn], set()
    while waiting:
        node = waiting.pop(0)
        if node is not None and node not in seen:
            seen.add(node)
            yield type(node).__name__
            waiting += [before for before, _ in node.next_functions]


def twice(w: torch.Tensor) -> list[float]:
    """Return w.grad after one backward pass, after a second one, and after zeroing and a third."""
    found = []
    for forget in (False, False, True):
        if forget:
            w.grad.zero_()
        (w * w).sum().backward()
        found.append(w.grad.item())
    return found


def cut(w: torch.Tensor) -> tuple[float, bool]:
    """Return the gradient of w * (w held fixed), and whether anything is recorded in no_grad."""
    (w * w.detach()).sum().backward()
    with torch.no_grad():
        z = w * w
    return w.grad.item(), z.requires_grad


def changed_leaf(w: torch.Tensor) -> None:
    """Change a leaf as if it were any array."""
    w -= 0.1


def changed_between(w: torch.Tensor) -> Array:
    """Change what multiplication keeps for its way back, by an operation of PyTorch."""
    x = torch.ones(2)
    loss = (x * w).sum()
    x[:] = 5
    loss.backward()
    return w.grad.numpy()


def changed_behind_its_back(w: torch.Tensor) -> Array:
    """Change the same numbers through NumPy, which shares the memory."""
    x = torch.ones(2)
    loss = (x * w).sum()
    x.numpy()[:] = 5
    loss.backward()
    return w.grad.numpy()


def told(function: Callable[..., Any], *given: Any) -> str:
    """Return the first sentence of the error, or what is returned instead."""
    try:
        return str(function(*given).tolist())
    except RuntimeError as error:
        return f"{type(error).__name__}: {str(error).split('. ')[0].split(': [')[0]}"


# Lesson 3 ---------------------------------------------------------------------------------------


def ten_steps(
    name: str,
    settings: dict[str, Any],
    start: Array,
    gradient: Callable[[Array], Array],
    rates: Sequence[float] | None = None,
) -> Array:
    """Return the weights after ten steps of an optimizer of torch.optim from `start`."""
    w = torch.tensor(start, requires_grad=True)
    optimizer = getattr(torch.optim, name)([w], **settings)
    for t in range(10):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates[t]
        optimizer.zero_grad()
        w.grad = torch.tensor(gradient(w.detach().numpy()))
        optimizer.step()
    return w.detach().numpy()


def mixed(X: Array) -> Any:
    """Give numbers of float64 to a layer that was made without saying a dtype."""
    return nn.Linear(X.shape[1], 3)(torch.tensor(X))


def batch_norm(X: Array, momentum: float) -> list[Array]:
    """Return Y, running mean and running variance after one batch (n, C, h, w) in training."""
    norm = nn.BatchNorm2d(X.shape[1], momentum=momentum, dtype=torch.float64)
    Y = norm(torch.tensor(X))
    return [Y.detach().numpy(), norm.running_mean.numpy(), norm.running_var.numpy()]


# Lesson 4 ---------------------------------------------------------------------------------------


def train(
    model: nn.Module, X: Array, y: Array, epochs: int, rate: float, device: str = "cpu"
) -> None:
    """Train on images (n, 1, 8, 8): the loop of chapter 7, as it is usually written."""
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(y))
    loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(epochs):
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()


def share_of_a_worker(
    rank: int, parts: Sequence[tuple[Array, Array]], parameters: Any, where: str, out: Any
) -> None:
    """Do one worker's part: its own samples, and gradients that are averaged with the others'."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{where}", rank=rank, world_size=len(parts)
    )
    model = mlp().double()
    fill(model, parameters)
    worker = nn.parallel.DistributedDataParallel(model)
    X, y = parts[rank]
    F.cross_entropy(worker(torch.tensor(X)), torch.tensor(y)).backward()
    if rank == 0:
        out.put(model[0].weight.grad.numpy())
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


def dW_of_workers(parts: Sequence[tuple[Array, Array]], parameters: Any, where: str) -> Array:
    """Return dW of the first layer after DistributedDataParallel over that many processes."""
    context = torch.multiprocessing.get_context("spawn")
    out = context.Queue()
    given = (parts, parameters, where, out)
    workers = torch.multiprocessing.spawn(share_of_a_worker, given, nprocs=len(parts), join=False)
    while not workers.join(timeout=1):  # it raises where a worker did
        pass
    return np.array(out.get(timeout=60))
