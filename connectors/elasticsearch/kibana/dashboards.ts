import type { Dashboard } from "./dashboard.ts";
import { denials } from "./dashboards/denials.ts";
import { security } from "./dashboards/security.ts";
import { traffic } from "./dashboards/traffic.ts";
import { usage } from "./dashboards/usage.ts";

export const dashboards: readonly Dashboard[] = [traffic, denials, security, usage];
