"""Training, an epoch at a time, with the loss and the accuracy on both sets. Needs torch."""

from collections.abc import Iterator

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.untouched import evaluating
from mmphate_widget.train.given_task import Part

# Backpropagation through many steps now and then gives a huge gradient; its norm is cut here.
LARGEST_GRADIENT = 1.0

# Sequences that are evaluated together: bounds memory, changes nothing else.
EVALUATED_AT_ONCE = 1024

Tensors = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def tensors(part: Part) -> Tensors:
    """Inputs, answers and mask of a set."""
    return torch.tensor(part.x), torch.tensor(part.y), torch.tensor(part.mask)


def train_epoch(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, data: Tensors, *, batch_size: int
) -> None:
    """One pass over the training set, in an order drawn from torch's generator."""
    x, y, mask = data
    model.train()
    for batch in torch.split(torch.randperm(len(x)), batch_size):
        total, _, count = scores(model(x[batch]), y[batch], mask[batch])
        if count == 0:  # no step of this batch counts
            continue
        optimizer.zero_grad()
        torch.autograd.backward(total / count)
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()


def evaluate(model: torch.nn.Module, data: Tensors) -> tuple[float, float]:
    """Loss and accuracy on a set, without dropout and gradients."""
    total, n_right, n_answers = 0.0, 0.0, 0
    with evaluating(model):
        for x, y, mask in _chunks(data):
            loss, right, count = scores(model(x), y, mask)
            total, n_right, n_answers = (
                total + float(loss),
                n_right + float(right),
                n_answers + count,
            )
    return total / n_answers, n_right / n_answers


def scores(
    outputs: torch.Tensor, y: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Sum of the losses, how many answers are right, and how many there are.

    Classes: cross-entropy, and the largest logit. Targets: the mean squared error over the outputs
    of a step that counts; it is right where every output has its target's sign.
    """
    if y.ndim == 1:
        total = torch.nn.functional.cross_entropy(outputs, y, reduction="sum")
        return total, (outputs.argmax(dim=1) == y).sum(), len(y)
    said, wanted = outputs[mask], y[mask]
    total = (said - wanted).square().mean(dim=1).sum()
    return total, (said.sign() == wanted.sign()).all(dim=1).sum(), len(said)


def _chunks(data: Tensors) -> Iterator[Tensors]:
    x, y, mask = data
    for start in range(0, len(x), EVALUATED_AT_ONCE):
        rows = slice(start, start + EVALUATED_AT_ONCE)
        yield x[rows], y[rows], mask[rows]
