"""Ports: the usual one, the remembered one, and what happens when it is taken."""

import socket
import threading
from pathlib import Path

import pytest

from devstack import ports


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind((ports.LOOPBACK, 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_the_usual_port_is_taken_when_it_is_free(tmp_path: Path):
    usual = ports.free_port()
    assert ports.choose(tmp_path / "ports.json", {"web": usual}) == {"web": usual}


def test_another_port_is_chosen_when_the_usual_is_taken_and_then_kept(
    tmp_path: Path, taken_port: int
):
    file = tmp_path / "ports.json"
    first = ports.choose(file, {"web": taken_port})
    assert first["web"] != taken_port
    assert ports.choose(file, {"web": taken_port}) == first


def test_a_remembered_port_that_is_taken_now_is_given_up(tmp_path: Path, taken_port: int):
    file = tmp_path / "ports.json"
    file.write_text(f'{{"web": {taken_port}}}')
    usual = ports.free_port()
    assert ports.choose(file, {"web": usual}, patience=0) == {"web": usual}


def test_a_port_that_a_killed_run_is_about_to_leave_is_waited_for(tmp_path: Path):
    file = tmp_path / "ports.json"
    holder = socket.create_server((ports.LOOPBACK, 0))
    port = holder.getsockname()[1]
    file.write_text(f'{{"web": {port}}}')
    threading.Timer(0.2, holder.close).start()
    assert ports.choose(file, {"web": ports.free_port()}) == {"web": port}


def test_two_names_never_share_a_port(tmp_path: Path):
    usual = ports.free_port()
    chosen = ports.choose(tmp_path / "ports.json", {"web": usual, "sandbox": usual, "other": None})
    assert len(set(chosen.values())) == 3


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"web": "x"}'])
def test_a_damaged_file_is_forgotten(tmp_path: Path, text: str):
    file = tmp_path / "ports.json"
    file.write_text(text)
    usual = ports.free_port()
    assert ports.choose(file, {"web": usual}) == {"web": usual}
