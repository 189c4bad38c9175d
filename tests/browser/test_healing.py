"""Kernel and page end up with the same picture and selection, whatever happens between them."""

import json

import numpy as np
import pytest
from lab_server import run_server
from notebook_page import Notebook, expected_ids
from scenes import SHOW, SMALL

AREA = [(150, 60), (700, 60), (700, 420), (150, 420), (150, 60)]

# A cell that keeps the kernel busy and writes down what it sees of the page meanwhile.
BUSY = """
import time
log, start = [], time.time()
while time.time() - start < {seconds}:
    time.sleep(0.05)
    state = [w.epoch, len(w.selection), w.playing]
    if not log or log[-1][1:] != state:
        log.append([time.time() - start, *state])
    {also}
"""

# Which page made each move of the epoch.
MOVERS = """
movers = []
w.observe(lambda change: movers.append(w._told["epoch"][2]), "epoch")
"""


def busy(seconds, also="pass"):
    return BUSY.format(seconds=seconds, also=also)


@pytest.fixture(params=["subshells", "no subshells"])
def subshells(server, request):
    """Whether JupyterLab sends what the page says beside the running cell, or behind it."""
    _, folder = server
    settings = folder.parent / "settings/@jupyterlab/apputils-extension"
    file = settings / "kernels-settings.jupyterlab-settings"
    if request.param == "no subshells":
        file.write_text(json.dumps({"commsOverSubshells": "disabled"}))
    yield request.param == "subshells"
    file.unlink(missing_ok=True)


def start(notebook, code):
    """Run code in the kernel without waiting for it."""
    notebook.page.evaluate(
        """(code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          window.running = kernel.requestExecute({ code }).done;
        }""",
        code,
    )


@pytest.fixture
def server(tmp_path_factory, request):
    """A server for each test: settings, floods and kernels of one must not reach the next."""
    yield from run_server(tmp_path_factory.mktemp("lab"), *getattr(request, "param", ()))


def is_busy(notebook):
    """Whether a cell runs; the kernel's status is that of its subshells, too."""
    return notebook.page.locator(".jp-InputArea-prompt", has_text="[*]").count() > 0


def page_state(notebook, nth=0):
    """Epoch, what is selected and what is loaded, as a reader of the page has them."""
    root = notebook.page.locator(".mmp-root").nth(nth)
    return (
        # The slider rounds.
        round(float(root.get_by_role("slider", name="Epoch", exact=True).input_value()), 2),
        root.get_by_role("status").inner_text(),
        root.locator(".mmp-status-contents").inner_text(),
    )


def kernel_state(notebook):
    epoch, units, points, shape, playing = notebook.kernel(
        "[w.epoch, len(w.selected_units), len(w.selection), w.shape, w.playing]"
    )
    counted = [
        f"{n} {noun}{'' if n == 1 else 's'}"
        for n, noun in (
            (units, "unit"),
            (points, "point"),
            (shape[2], "unit"),
            (shape[1], "step"),
            (shape[0], "epoch"),
        )
    ]
    if playing:
        return ("plays",)
    return round(epoch, 2), f"{counted[0]}, {counted[1]} selected", " · ".join(counted[2:])


def agree(notebook, nth=0, seconds=25):
    """Until page and kernel say the same three times in a row, and nothing is pending."""
    told = {}

    def same():
        pending = notebook.page.locator(".mmp-root").nth(nth).locator(".mmp-pending")
        told.update(page=page_state(notebook, nth), kernel=kernel_state(notebook))
        notebook.page.wait_for_timeout(150)
        return told["page"] == told["kernel"] and not pending.is_visible()

    try:
        notebook.until(lambda: all(same() for _ in range(3)), "they differ", seconds=seconds)
    except AssertionError as error:
        raise AssertionError(f"page and kernel differ: {told}") from error


def check_positions(notebook):
    """A lasso over all epochs takes on the page what numpy finds on the kernel's positions."""
    notebook.execute("w.show = 'all'")
    notebook.page.wait_for_timeout(300)
    revision = notebook.kernel("w._selector.history.revision")
    lasso(notebook)
    notebook.wait_for_revision(revision + 1)
    ids = expected_ids(notebook)
    assert len(ids) > 100
    assert notebook.kernel("w.selected_points.tolist()") == ids.tolist()
    agree(notebook)


def lasso(notebook):
    notebook.button("Lasso").click()
    notebook.drag(AREA)


def seek(notebook, epoch):
    slider = notebook.slider("Epoch")
    slider.focus()
    notebook.page.keyboard.press("Home")
    for _ in range(epoch):
        notebook.page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == epoch


def test_run_all_with_a_cell_of_a_minute_after_the_widget(lab, subshells):
    notebook = lab(SMALL, SHOW, busy(60))
    # The picture is here, whole, and plays, while the cell runs.
    whole = "6 units · 10 steps · 12 epochs"
    notebook.until(lambda: page_state(notebook)[2] == whole, "frames are missing")
    assert is_busy(notebook)
    notebook.button("Play").click()
    before = float(notebook.slider("Epoch").input_value())
    notebook.until(
        lambda: float(notebook.slider("Epoch").input_value()) != before, "it does not play"
    )
    # Long enough for a busy kernel's subshell to be heard between the two.
    notebook.page.wait_for_timeout(1000)
    notebook.button("Pause").click()
    seek(notebook, 6)
    lasso(notebook)
    notebook.until(lambda: not page_state(notebook)[1].startswith("0 units, 0"), "no selection")
    shown = page_state(notebook)[:2]
    assert is_busy(notebook)
    notebook.until(lambda: not is_busy(notebook), "the cell does not end", seconds=80)
    agree(notebook)
    assert page_state(notebook)[:2] == shown
    assert notebook.kernel("w.selected_points.tolist()") == expected_ids(notebook).tolist()
    assert notebook.kernel("heard") == [notebook.kernel("len(w.selection)")]
    log = notebook.kernel("log")
    if subshells:
        assert log[-1][0] < 55
        assert log[-1][1:] == [6, notebook.kernel("len(w.selection)"), False]
        assert any(playing for *_, playing in log)
    else:
        assert [entry[1:] for entry in log] == [[0, 0, False]]
    check_positions(notebook)


def test_a_cell_that_moves_the_widget_hears_the_page_all_the_same(lab):
    """ipykernel would send the page's messages behind the cell once the cell has spoken."""
    notebook = lab(SMALL, SHOW)
    notebook.page.wait_for_timeout(1000)
    start(notebook, busy(8, "w.speed = 4 + len(log)"))
    notebook.page.wait_for_timeout(1000)
    lasso(notebook)
    notebook.page.evaluate("() => window.running.then(() => null)")
    times = [at for at, _, count, _ in notebook.kernel("log") if count]
    assert times
    assert times[0] < 7
    agree(notebook)


LOSSY_KERNEL = """
import random
_random, _burst, _send, lost = random.Random(4), [0], w._link.stream._send, []
def _lossy(header, buffers):
    if _burst[0] == 0 and _random.random() < 0.4:
        _burst[0] = _random.randint(1, 6)
    if _burst[0]:
        _burst[0] -= 1
        lost.append(header["kind"])
    else:
        _send(header, buffers)
w._link.stream._send = _lossy
"""
LOSSY_PAGE = """() => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const send = kernel.sendShellMessage.bind(kernel);
  let seed = 7, burst = 0;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  window.lost = [];
  kernel.sendShellMessage = (msg, ...rest) => {
    if (msg.header.msg_type !== "comm_msg") return send(msg, ...rest);
    if (burst === 0 && random() < 0.4) burst = 1 + Math.floor(6 * random());
    if (burst === 0) return send(msg, ...rest);
    burst--;
    window.lost.push(msg.content.data.method);
    const hook = () => undefined;
    return { msg, done: new Promise(hook), registerMessageHook: hook, dispose: hook };
  };
  window.mend = () => { kernel.sendShellMessage = send; };
}"""


def test_bursts_of_lost_messages_in_both_directions(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute(LOSSY_KERNEL)
    notebook.page.evaluate(LOSSY_PAGE)
    for turn in range(4):
        notebook.execute(f"w.epoch = {turn}; w.select(units=[{turn}]); w.color_by = 'unit'")
        lasso(notebook)
        notebook.button("Invert selection").click()
        seek(notebook, 5 + turn)
    notebook.execute("w.add_channel('mine', np.arange(6.0)); w.color_by = 'mine'")
    # Repeats are lost, too, until it is over; then the next one gets through.
    notebook.page.wait_for_timeout(8000)
    notebook.execute("w._link.stream._send = _send")
    notebook.page.evaluate("() => window.mend()")
    agree(notebook, seconds=90)
    lost = notebook.kernel("lost")
    assert {"selection", "told"} <= set(lost)
    assert {"custom", "update"} <= set(notebook.page.evaluate("() => window.lost"))
    notebook.until(
        lambda: notebook.combobox("Color by").input_value() == "mine", "colors differ", seconds=30
    )
    # All eight operations of the page came, each once, on the four of Python.
    operations = notebook.kernel("len(w._link._done)")
    assert operations == 8
    check_positions(notebook)


# Messages a second that the server lets through, and that the loop makes: several times as many,
# also on a slow machine, yet few enough that the kernel itself loses none, the end of the cell
# with it, which would be no test of the widget.
LIMIT, MADE = 200, 1000
CHATTY = f"""
import time
start, turn = time.time(), 0
while time.time() - start < 12:
    while turn < {MADE} * (time.time() - start):
        print(turn, flush=True)
        turn += 1
        if turn % 500 == 0:
            w.epoch = turn // 500 % 12
            w.select(units=[turn // 500 % 6])
    time.sleep(0.005)
"""


@pytest.mark.parametrize(
    "server", [[f"--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit={LIMIT}"]], indirect=True
)
def test_a_chatty_loop_that_trips_the_servers_limit(lab):
    notebook = lab(SMALL, SHOW, CHATTY)
    exceeded = notebook.page.get_by_text("IOPub message rate exceeded")
    exceeded.first.wait_for(state="attached")
    assert is_busy(notebook)
    notebook.button("Invert selection").click()
    notebook.until(lambda: not is_busy(notebook), "the cell does not end", seconds=150)
    agree(notebook)
    assert len(notebook.kernel("w._link._done")) == 1
    check_positions(notebook)


SLOWLY = """
from mmphate_widget.widget import protocol, stream
protocol.MESSAGE_BYTES, stream.RATE = 10 * 6 * 12, 2
"""


def reload(notebook):
    notebook.command("docmanager:save")
    notebook.page.wait_for_timeout(700)
    notebook.page.reload()


def test_reloads_while_frames_are_on_their_way_and_while_a_cell_runs(lab):
    notebook = lab(SMALL, SLOWLY, SHOW)
    notebook.page.locator(".mmp-status-contents", has_text="Loading").wait_for()
    reload(notebook)
    notebook.wait_for_picture()
    agree(notebook)
    check_positions(notebook)
    reload(notebook)
    notebook.wait_for_picture()
    start(notebook, busy(5) + "w.epoch = 7")
    lasso(notebook)
    reload(notebook)
    notebook.wait_for_picture()
    agree(notebook)
    assert notebook.kernel("w.epoch") == 7
    check_positions(notebook)


def test_views_opened_late_moved_to_another_tab_and_hidden(lab):
    notebook = lab(SMALL, SHOW, width=1400, height=1500)
    notebook.page.locator(".jp-Cell").nth(1).click()
    lasso(notebook)
    agree(notebook)
    notebook.page.locator(".jp-Cell").nth(1).locator(".jp-InputArea").click()
    notebook.command("notebook:create-output-view")
    notebook.page.locator("canvas[role=img]").nth(1).wait_for(state="visible")
    notebook.until(
        lambda: page_state(notebook, 0) == page_state(notebook, 1), "the late view differs"
    )
    # The first is put away; the other goes on alone, also while the kernel is busy.
    notebook.command("notebook:hide-all-cell-outputs")
    notebook.page.locator(".jp-Notebook .mmp-root").first.wait_for(state="hidden")
    view = notebook.page.locator(".jp-LinkedOutputView .mmp-root").first
    view.scroll_into_view_if_needed()
    start_in_notebook(notebook, busy(4))
    view.get_by_role("button", name="Invert selection", exact=True).click()
    view.get_by_role("button", name="Next epoch", exact=True).click()
    shown = view.get_by_role("status").inner_text()
    notebook.page.wait_for_timeout(12_000)
    activate_notebook(notebook)
    notebook.command("notebook:show-all-cell-outputs")
    notebook.page.locator(".jp-Notebook .mmp-root").first.wait_for(state="visible")
    for nth in (0, 1):
        agree(notebook, nth)
    assert page_state(notebook)[:2] == (1, shown)
    check_positions(notebook)
    agree(notebook, 1)


def activate_notebook(notebook):
    notebook.page.evaluate(
        """() => {
          for (const widget of window.jupyterapp.shell.widgets("main"))
            if (widget.sessionContext) window.jupyterapp.shell.activateById(widget.id);
        }"""
    )


def start_in_notebook(notebook, code):
    activate_notebook(notebook)
    start(notebook, code)


def test_a_restart_is_said_and_the_picture_stays(lab):
    notebook = lab(SMALL, SHOW)
    agree(notebook)
    before = len(notebook.errors)
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    notebook.page.get_by_role("alert").get_by_text("The kernel was restarted").wait_for()
    notebook.expect_status("Python does not know")
    picture = notebook.pixels()
    notebook.button("Orbit").click()
    notebook.drag([(300, 200), (420, 260)])
    assert (notebook.pixels() != picture).any()
    notebook.button("Play").click()
    notebook.until(lambda: float(notebook.slider("Epoch").input_value()) > 2, "it does not play on")
    notebook.button("Pause").click()
    lasso(notebook)
    status = notebook.status.inner_text()
    assert ", 0 points" not in status
    assert "Python does not know" in status
    assert not notebook.button("Undo").is_enabled()
    own = [text for text in notebook.errors[before:] if "mmphate" in text or "Cannot send" in text]
    assert own == []
    notebook.run_all()
    notebook.page.get_by_role("alert").wait_for(state="hidden")
    notebook.wait_for_picture()
    agree(notebook)
    check_positions(notebook)


def test_two_pages_show_the_same(lab):
    first = lab(SMALL, SHOW)
    first.command("docmanager:save")
    first.page.wait_for_timeout(700)
    second = Notebook(first.page.context.browser.new_context().new_page(), first.url, dark=False)
    second.page.set_viewport_size({"width": 1000, "height": 1000})
    second.open()
    second.wait_for_picture()
    try:
        lasso(first)
        seek(second, 4)
        both(first, second)
        assert page_state(first)[0] == 4
        lasso(second)
        second.combobox("Show").select_option("all")
        first.button("Invert selection").click()
        both(first, second)
        assert first.combobox("Show").input_value() == "all"
        # Both play, one moves the epoch; neither comes to rest before the other.
        first.execute(MOVERS)
        first.button("Play").click()
        second.button("Pause").wait_for()
        # Until each has heard that the other plays.
        first.page.wait_for_timeout(1000)
        first.execute("movers.clear()")
        readings = []

        def together():
            # The first page before and after the second: reading takes time, too.
            pages = (first, second, first)
            readings.append([float(page.slider("Epoch").input_value()) for page in pages])
            before, there, after = np.array(readings[-12:]).T
            # On the circle that playing makes of the epochs: its ends are one frame apart.
            later, apart = ((time - before + 5.5) % 11 - 5.5 for time in (after, there))
            are_near = len(before) == 12 and np.median(np.abs(apart - later / 2)) < 1.5
            return are_near and first.kernel("len(movers)") > 4

        try:
            first.until(together, "the pages do not come together")
        except AssertionError as error:
            raise AssertionError(f"the pages do not come together: {readings}") from error
        # And stay so.
        readings.clear()
        for _ in range(12):
            stay = together()
            first.page.wait_for_timeout(100)
        assert stay, readings
        movers = first.kernel("movers")
        assert len(set(movers)) == 1, movers
        second.button("Pause").click()
        first.button("Play").wait_for()
        both(first, second)
        first.execute("w.epoch = 2.5")
        both(first, second)
        check_positions(first)
        both(first, second)
    finally:
        second.page.context.close()


def both(first, second):
    for page in (first, second):
        agree(page)


def test_pages_that_are_closed_or_reloaded_are_forgotten(lab):
    first = lab(SMALL, SHOW)
    first.execute("from mmphate_widget.widget import presence; presence.RETURN_SECONDS = 3")
    first.command("docmanager:save")
    first.page.wait_for_timeout(700)
    second = Notebook(first.page.context.browser.new_context().new_page(), first.url, dark=False)
    second.open()
    second.wait_for_picture()
    pages = "len(w._presence._pages)"
    first.until(lambda: first.kernel(pages) == 2, "the second page is not known")
    # As a hand closes a tab: the page hears of it.
    with second.page.expect_event("close"):
        second.page.close(run_before_unload=True)
    first.page.wait_for_timeout(500)
    second.page.context.close()
    first.until(lambda: first.kernel(pages) == 1, "the closed page is not forgotten")
    reload(first)
    first.wait_for_picture()
    agree(first)
    first.until(lambda: first.kernel(pages) == 1, "the page before is not forgotten")
