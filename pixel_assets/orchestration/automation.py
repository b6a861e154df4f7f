"""Building without a person: the whole-graph job, a nightly schedule, a sensor on the sources.

All ask the same plan as the shell does, so a tick with nothing to do starts no run.
"""

from collections.abc import Iterator

import dagster as dg

from pixel_assets.alerts.tick import tick_after
from pixel_assets.build.fingerprint import digest
from pixel_assets.build.graph import Graph
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.instance import PROCESS_TAG, this_process
from pixel_assets.orchestration.waves import Reporter, build

ACTIVE = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def build_all_job(graph: Graph) -> dg.JobDefinition:
    """The job that brings everything up to date, source by source and then the rest, as ``pixel build`` does."""

    @dg.op(name="ask_the_plan_and_build", description="Ask the plan what is stale; one run a source, one for the rest.")
    def build_everything(context: dg.OpExecutionContext) -> None:
        context.instance.add_run_tags(context.run_id, {PROCESS_TAG: this_process()})
        project = open_project(graph)
        summary = build(project, reporter=Reporter(context.log.info))
        for problem in tick_after(project, [(failure.step.name, failure.partition) for failure in summary.failed]):
            context.log.warning(f"alerts: {problem}")
        context.add_output_metadata(
            {
                "built": len(summary.built),
                "reused": len(summary.reused),
                "failed": len(summary.failed),
                "skipped": len(summary.skipped),
                "summary": dg.MetadataValue.json(summary.to_json()),
            }
        )
        problems = [failure.error for failure in summary.failed]
        problems += [f"{c.asset}: {c.check}: {c.description}" for c in summary.checks if c.blocking and not c.passed]
        if problems:
            raise dg.Failure("; ".join(problems), allow_retries=False)

    @dg.job(name="build_all", description="Bring the whole graph up to date; only what changed is computed.")
    def build_all() -> None:
        build_everything()

    return build_all


def nightly(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Every night at three; off until it is switched on."""
    return dg.ScheduleDefinition(name="nightly", job=job, cron_schedule="0 3 * * *", description="Build all at 03:00.")


def sources_changed(graph: Graph, job: dg.JobDefinition) -> dg.SensorDefinition:
    """Starts a build when the plan has something stale, once for each different plan; off until switched on."""

    @dg.sensor(
        job=job,
        name="sources_changed",
        minimum_interval_seconds=60,
        description="Looks at the source files (and settings and code) and builds what is stale.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        plan = make_plan(open_project(graph))
        if not plan.stale:
            yield dg.SkipReason(f"nothing is stale; {plan.fresh} assets are up to date, {len(plan.held)} are held back")
        elif context.instance.get_runs_count(dg.RunsFilter(job_name=job.name, statuses=ACTIVE)):
            yield dg.SkipReason("a build is running already")
        else:
            key = digest(plan.to_json()["stale"])[:32]
            yield dg.RunRequest(run_key=key, tags={"pixel/stale": str(len(plan.stale))})

    return sensor
