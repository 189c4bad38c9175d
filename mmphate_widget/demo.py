"""The demo: a GRU learns to read handwritten digits row by row, and one watches it.

``python -m mmphate_widget.demo`` trains and records the network, embeds the recording, says what
it found and how long each part took, and opens JupyterLab on the quickstart notebook. Without a
terminal, or with DEMO_OPEN=0, it runs the notebook headless instead and writes what came out.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmphate_widget.datasets import DigitRows, digit_rows
from mmphate_widget.exploration import explore
from mmphate_widget.metrics import neighborhood_preservation
from mmphate_widget.mmphate import MMPHATE
from mmphate_widget.recording import Recorder
from mmphate_widget.trace import Trace

EPOCHS = 60
UNITS = 64
BATCH = 64
LEARNING_RATE = 2e-3
# Probe samples a digit: enough to tell the digits apart, few enough to stay quick.
PROBE_PER_DIGIT = 4
SEED = 0
NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "quickstart.ipynb"
OUTPUT = Path("demo-output")


def main() -> None:
    """Train, embed, report, then open the notebook or run it."""
    if not NOTEBOOK.exists():
        raise SystemExit("The demo opens notebooks/quickstart.ipynb: run it in a source checkout.")
    seconds: dict[str, float] = {}
    digits = digit_rows(random_state=SEED)
    with _timed("training and recording", seconds):
        trace = train_digits(digits)
    estimator = MMPHATE(random_state=SEED, verbose=True)
    with _timed("embedding", seconds):
        estimator.fit(trace)
    OUTPUT.mkdir(exist_ok=True)
    trace.save(OUTPUT / "digits.zarr")
    _say(_findings(trace, estimator))
    _say("Time: " + ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items()) + ".")
    if os.environ.get("DEMO_OPEN") != "0" and sys.stdin.isatty() and sys.stdout.isatty():
        _open_notebook()
    else:
        _run_notebook(trace, estimator)


def train_digits(digits: DigitRows, *, n_epochs: int = EPOCHS, n_units: int = UNITS) -> Trace:
    """Train a GRU on digits read row by row and record its hidden states after every epoch."""
    import torch
    from torch import nn

    class DigitReader(nn.Module):
        """A GRU reads the rows; its state after the last one says the digit."""

        def __init__(self) -> None:
            super().__init__()
            self.gru = nn.GRU(8, n_units, batch_first=True)
            self.out = nn.Linear(n_units, 10)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            states, _ = self.gru(rows)
            logits: torch.Tensor = self.out(states[:, -1])
            return logits

    torch.manual_seed(SEED)
    model = DigitReader()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    x_train, y_train = torch.tensor(digits.x_train), torch.tensor(digits.y_train)
    x_test, y_test = torch.tensor(digits.x_test), torch.tensor(digits.y_test)
    probe = probe_rows(digits)
    with Recorder(
        model, probe=x_test[probe], layers="gru", sample_labels=digits.y_test[probe]
    ) as recorder:
        for _ in (progress := tqdm(range(n_epochs), desc="training", unit="epoch")):
            losses = []
            for batch in torch.randperm(len(x_train)).split(BATCH):
                loss = nn.functional.cross_entropy(model(x_train[batch]), y_train[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            with torch.no_grad():
                logits = model(x_test)
            test_loss = nn.functional.cross_entropy(logits, y_test).item()
            accuracy = (logits.argmax(dim=1) == y_test).float().mean().item()
            recorder.snapshot(loss=np.mean(losses), test_loss=test_loss, accuracy=accuracy)
            progress.set_postfix(loss=f"{test_loss:.3f}", accuracy=f"{accuracy:.1%}")
    return recorder.trace


def probe_rows(digits: DigitRows) -> np.ndarray:
    """Rows of the test set that make the probe: the first few of every digit."""
    return np.concatenate(
        [np.flatnonzero(digits.y_test == digit)[:PROBE_PER_DIGIT] for digit in range(10)]
    )


def _findings(trace: Trace, estimator: MMPHATE) -> str:
    embedding = estimator.embedding_
    accuracy = trace.metrics["accuracy"]
    moved = np.linalg.norm(np.diff(embedding, axis=0), axis=-1).mean(axis=(1, 2))
    kept = neighborhood_preservation(trace, embedding, k=10)
    return (
        f"{trace!r}\n"
        f"Accuracy on digits not seen in training: {accuracy[0]:.1%} after the first epoch, "
        f"{accuracy[-1]:.1%} after the last.\n"
        f"Embedding {embedding.shape}: t = {estimator.t_}, stress {estimator.stress_:.3f}, "
        f"{estimator.n_connected_components_} connected component(s).\n"
        f"Of each point's 10 nearest neighbors it keeps {kept.inter:.0%} among the slices of its "
        f"unit (chance {kept.inter_chance:.1%}) and {kept.intra:.0%} among the units of its slice "
        f"(chance {kept.intra_chance:.0%}).\n"
        f"Units moved most from epoch {trace.epochs[moved.argmax()]} to "
        f"{trace.epochs[moved.argmax() + 1]}, {moved.max() / np.median(moved):.0f} times as far as "
        f"from a median epoch to the next."
    )


def _open_notebook() -> None:
    notebook = OUTPUT / NOTEBOOK.name
    shutil.copyfile(NOTEBOOK, notebook)
    _say(f"Opening JupyterLab on {notebook}; end it with Ctrl-C.")
    command = [sys.executable, "-m", "jupyter", "lab", str(notebook)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        subprocess.run(command, check=True)
    except KeyboardInterrupt:
        _say("JupyterLab ended.")


def _run_notebook(trace: Trace, estimator: MMPHATE) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    started = time.perf_counter()
    # The widget's state holds the whole front end, and means nothing without the kernel.
    client = NotebookClient(notebook, timeout=600, store_widget_state=False)
    client.resources = {"metadata": {"path": str(OUTPUT)}}
    client.execute()
    executed = OUTPUT / "quickstart-executed.ipynb"
    nbformat.write(notebook, executed)
    widget = explore(trace, estimator=estimator)
    widget.epoch = trace.n_epochs - 1
    picture = widget.save_image(OUTPUT / "digits-gru.png", scale=2)
    page = widget.save_html(OUTPUT / "digits-gru.html", title="A GRU learns to read digits")
    _say(f"Notebook run headless in {time.perf_counter() - started:.1f} s: {executed.resolve()}")
    _say(f"Picture of the last epoch: {picture.resolve()}")
    _say(f"Page to open from disk ({page.stat().st_size / 1e6:.1f} MB): {page.resolve()}")


@contextmanager
def _timed(name: str, seconds: dict[str, float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
