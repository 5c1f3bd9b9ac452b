"""`playground()`: the same session, with widgets around it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from nnlib.teaching.play.missions import BY_ID
from nnlib.teaching.play.settings import code, to_hash

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")

from nnlib.teaching.play.jupyter import Playground, draw, playground

PNG = b"\x89PNG"


def test_knobs_write_the_code_that_runs():
    play = Playground()
    assert play.code.value == code({})
    play.knobs["layers"].value = "5"
    assert play.code.value == code({"layers": "5"})
    assert [s.units for s in play.session.stats] == [5, 3]
    play.knobs["layers"].value = "many"
    assert "can&#x27;t stand at" in play.says.value


def test_it_steps_and_draws():
    play = Playground("#data=moons&seed=4")
    assert "seed = 300, 0.2, 4" in play.code.value
    play.step.click()
    play.epoch.click()
    assert play.session.step == play.session.steps_per_epoch
    assert bytes(play.image.value[:4]) == PNG
    assert "Epoch 1." in play.says.value
    play.reset.click()
    assert play.session.step == 0


@pytest.mark.parametrize("data", ["sine", "digits", "xor"])
def test_each_kind_of_data_is_drawn(data):
    play = Playground(to_hash({"data": data, "n": "60"}))
    play.step.click()
    assert draw(play.session).startswith(PNG)


def test_code_may_be_given_and_may_be_wrong():
    play = Playground(code({"layers": "7"}))
    assert play.session.stats[0].units == 7
    play.code.value = "1 / 0\n"
    assert "raised an error" in play.says.value
    assert play.session is None
    assert "ZeroDivisionError" in play.output.outputs[0]["text"]


def test_a_mission_is_solved_here_too():
    mission = BY_ID["other-optimizer"]
    play = Playground()
    play.mission.value = mission.id
    assert play.code.value == mission.code()
    assert mission.task in play.task_text.value
    play.knobs["optimizer"].value = mission.answer["optimizer"]
    play.session.advance(10 * play.session.steps_per_epoch)
    assert "Solved" not in play.verdict.value
    play.epoch.click()
    assert "Solved" in play.verdict.value


def test_play_goes_on_until_pause():
    async def until(so):
        async with asyncio.timeout(60):
            while not so():
                await asyncio.sleep(0.02)

    async def run():
        play = Playground(to_hash({"n": "20"}))
        play.play.value = True
        await until(lambda: play.session.step > 0)
        play.play.value = False
        await until(lambda: play.task is None)
        return play

    # In a thread of its own: a browser that other tests have opened keeps a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        play = thread.submit(lambda: asyncio.run(run())).result()
    assert play.session.step > 0


def test_it_is_shown(capsys):
    assert isinstance(playground(), Playground)
    assert "The playground." in capsys.readouterr().out
