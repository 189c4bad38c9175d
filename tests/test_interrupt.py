"""Ctrl-C at any moment of a fit: heard within a second, and the estimator is as it was."""

import json
import subprocess
import sys

import pytest

# Each fit is interrupted at another moment; what counts is the time from the signal to the error.
INTERRUPTED = """
import copy, json, os, signal, sys, threading, time
import numpy as np
import mmphate_widget as mm
generator = np.random.default_rng(0)
# Whoever runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
shape = (40, 40, 20, 6)
smooth = generator.normal(size=(1, *shape[1:])).cumsum(1) / 8
values = np.tanh(smooth + generator.normal(size=(40, 1, 20, 6)).cumsum(0) / 8)
options = dict(random_state=0, n_landmark=1500, n_jobs=2)
start = time.perf_counter()
whole = mm.MMPHATE(**options).fit(values)
length = time.perf_counter() - start
fitted = mm.MMPHATE(**options).fit(values[:20])

def delay(seconds):
    # Seconds from a signal, sent so long after a fit began, to the error; None if it has ended.
    estimator, sent, ended = copy.copy(fitted), [], False
    before = dict(vars(estimator))
    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(seconds, send)
    try:
        timer.start()
        estimator.fit(values)
        ended = True
        timer.cancel()
        timer.join()
        return None
    except KeyboardInterrupt:
        heard = time.perf_counter()
    timer.join()
    if ended:
        return None
    assert vars(estimator).keys() == before.keys()
    assert all(vars(estimator)[name] is before[name] for name in before)
    return heard - sent[0]

delays = []
for moment in generator.random(int(sys.argv[1])):
    seconds = moment * length
    while (found := delay(seconds)) is None:
        # Faster than the first time.
        seconds *= 0.7
    delays.append(found)
estimator = copy.copy(fitted)
estimator.fit(values)
assert np.array_equal(estimator.embedding_, whole.embedding_)
print(json.dumps({"delays": delays, "length": length}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a process there")
def test_an_interrupt_is_heard_within_a_second_and_changes_nothing():
    command = [sys.executable, "-W", "ignore", "-c", INTERRUPTED, "5"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert len(found["delays"]) == 5
    assert max(found["delays"]) < 1
