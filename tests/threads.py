"""Work that starts in many threads at the same moment."""

import threading

from django.db import connection as database


def in_threads(count, work):
    """Run ``work`` in threads that start together; their results, exceptions included."""
    gate, results = threading.Barrier(count), []

    def run():
        gate.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            results.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
