"""Which queue a task goes to, as the settings route it."""

from celery import current_app


def queue_of(task):
    """Return the name of the queue that the running workers would take the task from."""
    return current_app.amqp.router.route({}, task)["queue"].name
