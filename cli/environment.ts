/** The one place that reads the environment of the process. Everything else is handed what it needs. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
