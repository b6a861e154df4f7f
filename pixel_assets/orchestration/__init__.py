"""How the declared graph becomes Dagster's: assets, runs, jobs, sensors. Nothing else imports Dagster."""
