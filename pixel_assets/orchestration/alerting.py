"""Alerts without a person: a sensor that does each minute what ``pixel alerts send`` does."""

# No postponed annotations: Dagster looks at the type of the context.

import dagster as dg

from pixel_assets.alerts.tick import tick
from pixel_assets.build.graph import Graph
from pixel_assets.build.project import Project, open_project

MOST_SHOWN = 5


def alerts_sensor(project: Project) -> dg.SensorDefinition:
    """Tells the targets of ``alerts.urls`` what fails and what passes again; on from the start where there are some.

    Each tick reads the settings anew. One that cannot deliver a message is shown as failed, and the next tries again.
    """
    graph: Graph = project.graph

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING if project.settings.alerts.urls else dg.DefaultSensorStatus.STOPPED,
        description="Sends what fails and what passes again to alerts.urls, each change once.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        now = open_project(graph)
        if not now.settings.alerts.urls:
            return dg.SkipReason("alerts.urls is empty: nobody is to be told")
        done = tick(now)
        if done.undelivered:
            raise dg.Failure(f"not delivered, and tried again by the next tick: {'; '.join(done.undelivered)}")
        names = ", ".join(incident.fault.place for incident in done.standing[:MOST_SHOWN])
        failing = f"{len(done.standing)} fail now ({names}, …)" if len(done.standing) > MOST_SHOWN else f"failing now: {names}"
        return dg.SkipReason(f"{done.messages} messages sent; {failing if done.standing else 'nothing fails'}")

    return sensor
