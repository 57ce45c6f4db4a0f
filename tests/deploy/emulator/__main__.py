"""Starts MiniStack with everything added to it."""

from ministack import app

from . import access_log, alarms, definition, export, gateway, mail, metrics, names, parameters, rollout, secrets, table

for addition in (
    access_log,
    alarms,
    definition,
    export,
    gateway,
    mail,
    metrics,
    names,
    parameters,
    rollout,
    secrets,
    table,
):
    addition.install()
app.main()
