"""The parts that measure: CPU of processes, the client, the bodies, the bare sweep."""

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import floor
from pathlib import Path
from threading import Thread

import pytest

from bench import bodies, load
from bench.bare_sweep import bare_sweep
from bench.cases import merge
from bench.cpu import cpu_seconds
from integrations.relay1 import decode_upload
from steps.merge import merge_day

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUSY = "sum(range(4 * 10**6))"


class TestCpu:
    def test_a_child_that_has_ended_counts_for_its_parent(self):
        before = cpu_seconds([os.getpid()])
        subprocess.run([sys.executable, "-c", BUSY], check=True)
        assert cpu_seconds([os.getpid()]) > before

    def test_a_child_that_runs_counts_too(self):
        work = f"{BUSY}; print('done', flush=True); input()"
        command = [sys.executable, "-c", work]
        parent = [sys.executable, "-c", f"import subprocess; subprocess.run({command!r})"]
        with subprocess.Popen(parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            alone, together = _own_seconds(process.pid), cpu_seconds([process.pid])
            process.communicate(b"\n")
        assert together > alone

    def test_nobody_uses_nothing(self):
        assert cpu_seconds([]) == 0
        assert cpu_seconds([2**22 + 1]) == 0


def _own_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["Authorization"], self.client_address))
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b"x" * 100_000)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.seen = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class TestLoad:
    def test_every_request_is_sent_once(self, server):
        requests = [load.get(f"/{number}", "token") for number in range(7)]
        answered = load.send(requests, port=server.server_port, clients=3)
        assert sorted(path for path, _, _ in server.seen) == [f"/{n}" for n in range(7)]
        assert {token for _, token, _ in server.seen} == {"Bearer token"}
        assert len(answered.seconds) == 7
        assert answered.per_second == 7 / answered.wall

    def test_requests_come_round_again_while_there_is_time(self, server):
        answered = load.send(
            [load.get("/", "token")], port=server.server_port, clients=2, seconds=0.2
        )
        assert len(server.seen) == len(answered.seconds) > 2

    def test_connections_are_kept_for_a_while(self, server):
        load.send(
            [load.get("/", "token")] * 6, port=server.server_port, clients=1, per_connection=3
        )
        assert len({address for _, _, address in server.seen}) == 2

    def test_another_answer_than_200_is_nothing_to_measure(self, server):
        with pytest.raises(load.LoadRefused, match="500"):
            load.send([load.get("/broken", "token")], port=server.server_port, clients=1)

    def test_no_server_is_nothing_to_measure(self, server):
        server.shutdown()
        server.server_close()
        with pytest.raises(load.LoadRefused, match="refused"):
            load.send([load.get("/", "token")], port=server.server_port, clients=1)

    @pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 5), (95, 10), (100, 10)])
    def test_percentiles(self, percent, expected):
        assert load.percentile([*range(10, 0, -1)], percent) == expected


class TestBodies:
    def test_a_history_holds_a_thousand_sound_samples(self):
        first, second = (decode_upload(bodies.history(number, now=NOW)) for number in (0, 1))
        for upload in (first, second):
            assert (len(upload.samples), upload.rejected) == (1000, [])
            assert max(sample.end for sample in upload.samples) < NOW
        assert min(s.start for s in first.samples) > max(s.start for s in second.samples)
        ids = {sample.id for upload in (first, second) for sample in upload.samples}
        assert len(ids) == 2000

    def test_an_increment_is_of_one_hour(self):
        upload = decode_upload(gzip.decompress(bodies.increment(2, 16, now=NOW)))
        assert (len(upload.samples), upload.rejected) == (16, [])
        starts = [sample.start for sample in upload.samples]
        assert NOW - timedelta(hours=3) <= min(starts) <= max(starts) < NOW - timedelta(hours=2)

    def test_a_day_in_buckets_has_its_hours(self):
        upload = decode_upload(gzip.decompress(bodies.day_in_buckets(0, now=NOW)))
        assert (len(upload.buckets), upload.samples, upload.rejected) == (24, [], [])
        assert {str(bucket.local_date) for bucket in upload.buckets} == {"2026-11-19"}


class TestBareSweep:
    def test_alone_everything_counts(self):
        assert bare_sweep([(1, 0, 10, 7), (2, 20, 30, 5)]) == 12

    def test_where_two_overlap_the_better_one_counts(self):
        assert bare_sweep([(1, 0, 10, 7), (2, 5, 15, 10)]) == 12

    def test_shares_are_exact(self):
        assert bare_sweep([(2, 0, 3, 1), (1, 1, 3, 0)]) == Fraction(1, 3)

    def test_it_agrees_with_the_merge(self):
        merged = merge_day(merge.day_facts(), count_manual=False)
        assert merged.steps == floor(bare_sweep(merge.bare_day()))
